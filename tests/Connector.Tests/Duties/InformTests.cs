using System.Text.Json.Nodes;
using DataSpace.Connector.Duties;
using DataSpace.Connector.Tests.Uses;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Protocol.Duties;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Connector.Tests.Duties;

/// <summary>Notices before and after a use at the owner's gate: done with proof, or no use. The informed party and the wire are the attacker's.</summary>
public class InformTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static JsonObject With(string duty, params JsonObject[] constraints)
    {
        var policy = GateWorld.Agreement(GateWorld.Terms());
        var rule = new JsonObject { ["action"] = duty };
        if (constraints.Length > 0)
            rule["constraint"] = new JsonArray([.. constraints]);
        policy["obligation"] = new JsonArray(rule);
        return policy;
    }

    private static JsonObject Inform(string party, string phase, string? within = null)
    {
        List<JsonObject> constraints = [GateWorld.Constraint("recipient", "eq", party), GateWorld.Constraint("dataspace:phase", "eq", phase)];
        if (within is not null)
            constraints.Add(GateWorld.Constraint("elapsedTime", "lteq", within));
        return With("inform", [.. constraints]);
    }

    private static List<EntryKind> Kinds(GateWorld world) => [.. world.Ledger.Read(0, world.Ledger.Latest.Size).Select(r => r.Entry.Kind)];

    private static async Task<OwedDutyRow> DutyAsync(GateWorld world)
    {
        await using var db = await world.Services.GetRequiredService<IDbContextFactory<ConnectorState>>().CreateDbContextAsync(Stop);
        return await db.OwedDuties.AsNoTracking().SingleAsync(Stop);
    }

    private static Task TickAsync(GateWorld world) => world.Services.GetRequiredService<DutyWorker>().TickAsync(Stop);

    private static async Task ReportAsync(GateWorld world, AdmittedUse admitted)
    {
        byte[] output = [1, 2, 3];
        var payload = new ReportPayload
        {
            GrantHash = admitted.Use.Entry.LeafHashHex,
            Units = new SortedDictionary<string, long>(StringComparer.Ordinal) { ["uses"] = 1 },
            ImageDigest = "none",
            OutputDigest = Digest.Sha256Hex(output),
            Outcome = "released",
            CpuMs = 0,
            RowsScanned = 0,
            WallMs = 0,
        };
        Assert.True((await world.Ledger.ReportAsync(admitted.Use.Handle, payload, output, Stop)).IsOk);
        await world.Services.GetRequiredService<DutyWorker>().ReportedAsync(admitted.Use.Handle.UseId);
    }

    /// <summary>Lets each pause between two attempts pass as soon as the use has begun it.</summary>
    private static Task<Result<AdmittedUse>> AdmitWhileTimePassesAsync(GateWorld world, UseRequest use) => WhileTimePassesAsync(world, () => world.Gate.AdmitAsync(use, Stop));

    private static async Task<T> WhileTimePassesAsync<T>(GateWorld world, Func<Task<T>> work)
    {
        var working = Task.Run(work, Stop);
        while (!working.IsCompleted)
        {
            if (world.Clock.Waits.TryDequeue(out var wait) && wait == DutyDesk.Pause)
                world.Clock.Advance(wait);
            await Task.WhenAny(working, Task.Delay(1, Stop));
        }
        return await working;
    }

    [Theory]
    [InlineData(GateWorld.Other)]
    [InlineData(GateWorld.Consumer)]
    public async Task A_use_waits_for_the_acknowledgement_and_the_ledger_says_so_before_the_grant(string party)
    {
        await using var world = new GateWorld();
        var use = world.Use(Inform(party, "before"));
        Assert.Null((await world.AdmitAsync(use)).Error);
        Assert.Equal([EntryKind.DutyDone, EntryKind.Grant], Kinds(world));
        var done = DutyDonePayload.FromFields(world.Ledger.Read(0, 1).Single().PayloadFields).Value;
        var row = await DutyAsync(world);
        Assert.Equal((DutyStates.Done, DutyDesk.UseIdOf(use), row.DutyId, "before"), (row.State, done.UseId, done.DutyId, done.Phase));
        // The proof is the party's own signature over the notice that its node keeps.
        var acknowledgement = row.Proof![..^65];
        Assert.Equal(DutyDesk.HashOf(acknowledgement), done.ProofHash);
        var node = party == GateWorld.Other ? world.Informed : world.Analyst;
        Assert.Equal(1, node.Kept());
    }

    [Fact]
    public async Task A_party_that_is_down_means_no_use_in_bounded_time_and_nothing_is_spent()
    {
        await using var world = new GateWorld();
        world.Wire.Detach(GateWorld.Other);
        var began = world.Clock.GetUtcNow();
        var admitted = await AdmitWhileTimePassesAsync(world, world.Use(Inform(GateWorld.Other, "before")));
        Assert.Equal(DutyErrors.NotAcknowledged.Code, admitted.Error?.Code);
        Assert.True(world.Clock.GetUtcNow() - began < 3 * DutyDesk.Patience);
        Assert.Empty(Kinds(world));
    }

    [Fact]
    public async Task A_retry_after_the_duty_informs_nobody_twice_and_writes_no_second_entry()
    {
        await using var world = new GateWorld();
        var use = world.Use(Inform(GateWorld.Other, "before"));
        var desk = world.Services.GetRequiredService<DutyDesk>();
        Assert.True(world.Gate.Preview(use).TryGet(out var decision, out _));
        Assert.True((await desk.BeforeAsync(use, decision.PendingDuties, Stop)).IsOk); // and here the node dies: duty done, no Grant
        world.Restart();
        Assert.Null((await world.AdmitAsync(use)).Error);
        Assert.Equal([EntryKind.DutyDone, EntryKind.Grant], Kinds(world));
        Assert.Equal(1, world.Wire.Received[GateWorld.Other]);
        Assert.Equal(1, world.Informed.Kept());
    }

    [Fact]
    public async Task A_lost_answer_is_asked_for_again_and_kept_once()
    {
        await using var world = new GateWorld();
        var lost = 0;
        world.Wire.Attach(GateWorld.Other, async (path, body) =>
        {
            var answer = await world.Informed.AnswerAsync(path, body);
            return lost++ == 0 ? DataSpace.Hosting.HostErrors.PeerUnreachable.Of("lost") : answer;
        });
        Assert.True((await AdmitWhileTimePassesAsync(world, world.Use(Inform(GateWorld.Other, "before")))).IsOk);
        Assert.Equal(2, world.Wire.Received[GateWorld.Other]);
        Assert.Equal(1, world.Informed.Kept());
    }

    /// <summary>Acknowledgements that prove nothing: signed by somebody else, of another use, of another notice, for somebody else, of another kind.</summary>
    [Theory]
    [InlineData("forged")]
    [InlineData("another use")]
    [InlineData("another notice")]
    [InlineData("another audience")]
    [InlineData("another type")]
    [InlineData("replayed")]
    [InlineData("old")]
    [InlineData("nothing")]
    public async Task An_acknowledgement_that_is_none_denies(string attack)
    {
        await using var world = new GateWorld();
        var earlier = world.Use(Inform(GateWorld.Other, "before"));
        Assert.True((await world.Gate.AdmitAsync(earlier, Stop)).IsOk);
        var replay = (await DutyAsync(world)).Proof![..^65];
        world.Wire.Attach(GateWorld.Other, (_, body) =>
        {
            var notice = SignedDocument.Verify<DutyNotice>(PartyTransport.Document(body), new DocumentExpectation(DutyNotice.Typ, GateWorld.Other), (_, _) => world.Self.Signer.PublicKey, world.Clock).Value.Body;
            var said = new DutyAcknowledgement(InformDesk.HashOf(notice), notice.UseId, notice.DutyId);
            var signer = attack == "forged" ? world.Analyst.Identity.Signer : world.Informed.Identity.Signer;
            said = attack switch
            {
                "another use" => said with { UseId = new string('0', 64) },
                "another notice" => said with { NoticeHash = InformDesk.HashOf(notice with { Purpose = "something harmless" }) },
                _ => said,
            };
            var old = attack == "old";
            var clock = old ? new Microsoft.Extensions.Time.Testing.FakeTimeProvider(world.Clock.GetUtcNow().AddDays(-2)) : world.Clock;
            var document = attack switch
            {
                "nothing" => "",
                "replayed" => replay,
                _ => SignedDocument.Create(said, signer, GateWorld.Other, [attack == "another audience" ? GateWorld.Consumer : GateWorld.Provider],
                    attack == "another type" ? DutyNotice.Typ : DutyAcknowledgement.Typ, clock.GetUtcNow().AddHours(1), clock),
            };
            return Task.FromResult(PartyTransport.Signed(new SignedDuty(document)));
        });
        var (error, _) = await world.AdmitAsync(world.Use(earlier.Agreement));
        Assert.Equal(DutyErrors.AcknowledgementInvalid.Code, error?.Code);
        Assert.Equal([EntryKind.DutyDone, EntryKind.Grant], Kinds(world));
    }

    [Fact]
    public async Task A_member_whose_key_the_owner_has_not_confirmed_cannot_be_the_informed_party()
    {
        await using var world = new GateWorld();
        world.Peers.Trust(world.Informed.Member with { Did = "did:web:stranger.example" });
        foreach (var phase in (string[])["before", "during", "after"])
            Assert.Equal(DutyErrors.NotCarriedOut.Code, (await world.AdmitAsync(world.Use(Inform("did:web:stranger.example", phase)))).Error?.Code);
    }

    [Fact]
    public async Task During_a_use_the_notice_names_its_grant_and_every_duty_keeps_its_place()
    {
        await using var world = new GateWorld();
        var policy = Inform(GateWorld.Other, "during");
        foreach (var phase in (string[])["after", "before"])
            policy["obligation"]!.AsArray().Add(Inform(GateWorld.Other, phase)["obligation"]![0]!.DeepClone());
        var use = world.Use(policy);
        var admitted = (await world.Gate.AdmitAsync(use, Stop)).Value;
        Assert.Null(await world.Gate.AnnounceAsync(use, admitted, Stop));
        await ReportAsync(world, admitted);
        await TickAsync(world);
        Assert.Equal([EntryKind.DutyDone, EntryKind.Grant, EntryKind.DutyDone, EntryKind.Report, EntryKind.DutyDone], Kinds(world));
        Assert.Equal(["before", "during", "after"], world.Ledger.Read(0, world.Ledger.Latest.Size).Where(r => r.Entry.Kind == EntryKind.DutyDone)
            .Select(r => DutyDonePayload.FromFields(r.PayloadFields).Value.Phase));
        await using var db = await world.Informed.Store.CreateDbContextAsync(Stop);
        var notices = (await db.ReceivedNotices.ToListAsync(Stop)).ConvertAll(n => System.Text.Json.JsonSerializer.Deserialize<DutyNotice>(n.Body, DataSpace.Protocol.Jobs.JobJson.Options)!);
        Assert.Equal(admitted.Use.Entry.LeafHashHex, notices.Single(n => n.Phase == "during").GrantHash);
        Assert.All(notices.Where(n => n.Phase != "during"), n => Assert.Null(n.GrantHash));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("PT30S")]
    public async Task A_use_whose_party_is_away_ends_within_its_limit_and_stays_spent(string? within)
    {
        await using var world = new GateWorld();
        var policy = Inform(GateWorld.Other, "during", within);
        policy["permission"]![0]!["constraint"]!.AsArray().Add((JsonNode)GateWorld.Constraint("count", "lteq", "1"));
        var use = world.Use(policy);
        world.Wire.Detach(GateWorld.Other);
        var admitted = (await world.Gate.AdmitAsync(use, Stop)).Value;
        var began = world.Clock.GetUtcNow();
        Assert.Equal(DutyErrors.UseUnacknowledged.Code, (await WhileTimePassesAsync(world, () => world.Gate.AnnounceAsync(use, admitted, Stop)))?.Code);
        var limit = within is null ? DutyDesk.Patience : TimeSpan.FromSeconds(30);
        Assert.InRange(world.Clock.GetUtcNow() - began, limit - DutyDesk.Pause, 3 * limit);
        Assert.Equal([EntryKind.Grant], Kinds(world));
        world.Wire.Attach(GateWorld.Other, world.Informed.AnswerAsync);
        Assert.Equal(Kernel.Policy.PolicyErrors.UsesExhausted.Code, (await world.AdmitAsync(world.Use(use.Agreement))).Error?.Code);
        Assert.Null(Compiled(Inform(GateWorld.Other, "during", "PT10M")));
        Assert.Equal(Kernel.Policy.PolicyErrors.UnknownDuty, Compiled(Inform(GateWorld.Other, "during", "PT11M")));

        static ErrorKind? Compiled(JsonObject policy) => Kernel.Policy.PolicyCompiler.Compile(System.Text.Json.JsonSerializer.SerializeToElement(policy)).Error?.Kind;
    }

    [Fact]
    public async Task After_the_report_the_notice_goes_out_and_is_proven()
    {
        await using var world = new GateWorld();
        var admitted = await world.Gate.AdmitAsync(world.Use(Inform(GateWorld.Other, "after")), Stop);
        Assert.Equal(DutyStates.Planned, (await DutyAsync(world)).State);
        await TickAsync(world);
        Assert.Equal(0, world.Informed.Kept()); // not before the report
        await ReportAsync(world, admitted.Value);
        await TickAsync(world);
        Assert.Equal([EntryKind.Grant, EntryKind.Report, EntryKind.DutyDone], Kinds(world));
        Assert.Equal(1, world.Informed.Kept());
    }

    [Fact]
    public async Task A_crash_between_report_and_record_is_made_up_for()
    {
        await using var world = new GateWorld();
        var admitted = await world.Gate.AdmitAsync(world.Use(Inform(GateWorld.Other, "after")), Stop);
        var use = admitted.Value;
        byte[] output = [1];
        Assert.True((await world.Ledger.ReportAsync(use.Use.Handle, new ReportPayload
        {
            GrantHash = use.Use.Entry.LeafHashHex,
            Units = new SortedDictionary<string, long>(StringComparer.Ordinal) { ["uses"] = 1 },
            ImageDigest = "none",
            OutputDigest = Digest.Sha256Hex(output),
            Outcome = "released",
            CpuMs = 0,
            RowsScanned = 0,
            WallMs = 0,
        }, output, Stop)).IsOk);
        world.Restart();
        world.Clock.Advance(TimeSpan.FromMinutes(2));
        await TickAsync(world);
        Assert.Equal(EntryKind.DutyDone, Kinds(world)[^1]);
    }

    [Fact]
    public async Task A_missed_notice_is_a_breach_that_denies_until_it_is_made_good_and_a_new_contract_does_not_help()
    {
        await using var world = new GateWorld();
        world.Wire.Detach(GateWorld.Other);
        var first = world.Use(Inform(GateWorld.Other, "after", "PT1H"));
        await ReportAsync(world, (await world.Gate.AdmitAsync(first, Stop)).Value);
        await TickAsync(world);
        Assert.Null((await world.AdmitAsync(world.Use(first.Agreement))).Error); // not yet
        world.Clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));
        // The gate's clock decides, not whether the worker has looked.
        Assert.Equal(DutyErrors.InformOverdue.Code, (await world.AdmitAsync(world.Use(first.Agreement))).Error?.Code);
        await TickAsync(world);
        Assert.Equal(EntryKind.DutyBreached, Kinds(world)[^1]);
        // Once noticed it stays, across a restart and whatever the clock says.
        world.Restart();
        var again = first.Agreement with { Row = Renegotiated(first.Agreement.Row) };
        Assert.Equal(DutyErrors.InformOverdue.Code, (await world.AdmitAsync(world.Use(again))).Error?.Code);
        world.Wire.Attach(GateWorld.Other, world.Informed.AnswerAsync);
        world.Clock.Advance(TimeSpan.FromMinutes(10));
        await TickAsync(world);
        Assert.Equal([EntryKind.DutyBreached, EntryKind.DutyDone], Kinds(world)[^2..]);
        Assert.Null((await world.AdmitAsync(world.Use(first.Agreement))).Error);
    }

    private static AgreementRow Renegotiated(AgreementRow row) => new()
    {
        AgreementId = row.AgreementId,
        AgreementHash = new string('e', 64),
        Role = row.Role,
        Provider = row.Provider,
        Consumer = row.Consumer,
        DatasetId = row.DatasetId,
        Policy = row.Policy,
        PolicyVersion = row.PolicyVersion,
        ProviderKey = row.ProviderKey,
        ProviderKeyId = row.ProviderKeyId,
        ConsumerKey = row.ConsumerKey,
        ConsumerKeyId = row.ConsumerKeyId,
        SignedAt = row.SignedAt,
    };

    [Fact]
    public async Task The_record_of_a_use_is_proven_by_its_report()
    {
        await using var world = new GateWorld();
        var admitted = await world.Gate.AdmitAsync(world.Use(With("dataspace:logRecordSend")), Stop);
        await ReportAsync(world, admitted.Value);
        var entries = world.Ledger.Read(0, world.Ledger.Latest.Size).ToList();
        Assert.Equal([EntryKind.Grant, EntryKind.Report, EntryKind.DutyDone], entries.Select(e => e.Entry.Kind));
        Assert.Equal(Convert.ToHexStringLower(entries[1].LeafHash.Span), DutyDonePayload.FromFields(entries[2].PayloadFields).Value.ProofHash);
    }

    [Fact]
    public async Task A_use_that_was_not_granted_owes_nothing()
    {
        await using var world = new GateWorld();
        var policy = Inform(GateWorld.Other, "after");
        policy["permission"]![0]!["constraint"]!.AsArray().Add((JsonNode)GateWorld.Constraint("count", "lteq", "1"));
        var first = world.Use(policy);
        // Both pass the early look at the counter; the debit in the ledger decides.
        var both = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => world.Gate.AdmitAsync(world.Use(first.Agreement), Stop), Stop)));
        Assert.Single(both, b => b.IsOk);
        Assert.Equal(both.Single(b => b.IsOk).Value.Use.Handle.UseId, (await DutyAsync(world)).UseId);
    }

    [Fact]
    public async Task A_notice_of_the_same_use_with_other_content_is_refused_and_so_is_a_strangers()
    {
        await using var world = new GateWorld();
        Assert.True((await world.Gate.AdmitAsync(world.Use(Inform(GateWorld.Other, "before")), Stop)).IsOk);
        await using var db = await world.Informed.Store.CreateDbContextAsync(Stop);
        var kept = System.Text.Json.JsonSerializer.Deserialize<DutyNotice>((await db.ReceivedNotices.SingleAsync(Stop)).Body, DataSpace.Protocol.Jobs.JobJson.Options)!;
        string Sign(DutyNotice notice, ISigner signer, string issuer) => SignedDocument.Create(notice, signer, issuer, [GateWorld.Other], DutyNotice.Typ, world.Clock.GetUtcNow().AddHours(1), world.Clock);
        var desk = world.Informed.Notices;
        Assert.True((await desk.TakeAsync(Sign(kept, world.Self.Signer, GateWorld.Provider), GateWorld.Provider, Stop)).IsOk);
        Assert.Equal(DutyErrors.NoticeDiffers.Code, (await desk.TakeAsync(Sign(kept with { Purpose = "x" }, world.Self.Signer, GateWorld.Provider), GateWorld.Provider, Stop)).Error?.Code);
        Assert.Equal(DutyErrors.NoticeInvalid.Code, (await desk.TakeAsync(Sign(kept, world.Analyst.Identity.Signer, GateWorld.Provider), GateWorld.Provider, Stop)).Error?.Code);
        Assert.Equal(DutyErrors.NoticeInvalid.Code, (await desk.TakeAsync(Sign(kept, world.Self.Signer, GateWorld.Provider), GateWorld.Consumer, Stop)).Error?.Code);
        Assert.Equal(DutyErrors.NoticeInvalid.Code, (await desk.TakeAsync(Sign(kept with { UseId = "x" }, world.Self.Signer, GateWorld.Provider), GateWorld.Provider, Stop)).Error?.Code);
        Assert.Equal(1, world.Informed.Kept());
    }
}
