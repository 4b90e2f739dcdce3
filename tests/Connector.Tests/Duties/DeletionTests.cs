using System.Text;
using System.Text.Json;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Duties;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Tests.Uses;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Duties;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Connector.Tests.Duties;

/// <summary>Retention: the consumer's node deletes and proves it to the owner, or uses under the contract end. The consumer and the wire are the attacker's.</summary>
public class DeletionTests
{
    private const string Secret = "a figure that must not stay: 4711.0815";
    private static readonly string ResultDigest = Digest.Sha256Hex(Encoding.ASCII.GetBytes(Secret));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>An owner whose use was reported, released and receipted under a retention of an hour, and the consumer's node that holds the result.</summary>
    private sealed class Deal : IAsyncDisposable
    {
        private readonly string _directory = Path.Combine(Path.GetTempPath(), "ds-deal-" + Path.GetRandomFileName());

        private Deal(GateWorld world)
        {
            World = world;
            ConsumerLedger = AuditLedger.Open(new LedgerOptions { Directory = _directory, Origin = GateWorld.Consumer }, world.Analyst.Identity.Signer, world.Clock).Value;
            world.Peers.Trust(world.Analyst.Member with { LedgerVkey = ConsumerLedger.VerifierKey });
            var peers = new PeerDirectory(world.Clock);
            peers.Trust(PartyNode.MemberOf(GateWorld.Provider, world.Self));
            Eraser = new ResultEraser(world.Analyst.Store, world.Analyst.Identity, world.Clock);
            Sender = new DeletionSender(world.Analyst.Store, ConsumerLedger, peers, world.Wire, world.Analyst.Identity, world.Clock);
            world.Wire.Attach(GateWorld.Provider, async (_, body) => Answer(await Desk.TakeAsync(PartyTransport.Document(body), GateWorld.Consumer, Stop)));
        }

        public GateWorld World { get; }

        public AuditLedger ConsumerLedger { get; }

        public ResultEraser Eraser { get; }

        public DeletionSender Sender { get; }

        public DataSpace.Connector.Uses.UseRequest Use { get; private set; } = null!;

        public string UseId { get; private set; } = null!;

        public DeletionDesk Desk => World.Services.GetRequiredService<DeletionDesk>();

        public static async Task<Deal> MakeAsync(bool receipted = true)
        {
            var deal = new Deal(new GateWorld());
            var use = deal.World.Use(GateWorld.Agreement([.. GateWorld.Terms(), GateWorld.Constraint("dataspace:retention", "lteq", "PT1H")]));
            await deal.RunAsync(use, receipted);
            (deal.Use, deal.UseId) = (use, DutyDesk.UseIdOf(use));
            return deal;
        }

        /// <summary>A use to the release, and the consumer's rows of its job.</summary>
        public async Task RunAsync(DataSpace.Connector.Uses.UseRequest use, bool receipted = true)
        {
            var admitted = (await World.Gate.AdmitAsync(use, Stop)).Value;
            byte[] output = [1];
            var report = (await World.Ledger.ReportAsync(admitted.Use.Handle, new ReportPayload
            {
                GrantHash = admitted.Use.Entry.LeafHashHex,
                Units = new SortedDictionary<string, long>(StringComparer.Ordinal) { ["uses"] = 1 },
                ImageDigest = "none",
                OutputDigest = Digest.Sha256Hex(output),
                Outcome = "released",
                CpuMs = 0,
                RowsScanned = 0,
                WallMs = 0,
            }, output, Stop)).Value;
            var book = World.Services.GetRequiredService<DutyBook>();
            var useId = admitted.Use.Handle.UseId;
            await book.ReportedAsync(useId, Stop);
            await book.ReleasedAsync(useId, Stop);
            if (receipted)
                await book.ReceiptedAsync(useId, ResultDigest, Stop);
            await using var db = await World.Analyst.Store.CreateDbContextAsync(Stop);
            var job = JobOf(use);
            db.Jobs.Add(job);
            db.KeptResults.AddRange(KeptResults.Of(job.JobId, job.JobHash, use.Order.Plan with { Roster = [use.Entry] }, [use.Agreement], World.Clock.GetUtcNow().AddHours(1)));
            await db.SaveChangesAsync(Stop);
            await KeptResults.DecodedAsync(db, job, [new PendingReceipt(GateWorld.Provider, GateWorld.Contract, useId, "", "", ResultDigest, LedgerEntry.Decode(report.Bytes).Value.TimeMs)], Stop);
            await db.SaveChangesAsync(Stop);
        }

        public async Task ConsumerTickAsync()
        {
            await Eraser.EraseDueAsync(Stop);
            await Sender.SendDueAsync(Stop);
        }

        public Task OwnerTickAsync() => World.Services.GetRequiredService<DutyWorker>().TickAsync(Stop);

        public async Task<KeptResultRow> KeptAsync()
        {
            await using var db = await World.Analyst.Store.CreateDbContextAsync(Stop);
            return await db.KeptResults.AsNoTracking().SingleAsync(k => k.UseId == UseId, Stop);
        }

        public async Task<OwedDutyRow> OwedAsync(string? useId = null)
        {
            await using var db = await World.Services.GetRequiredService<IDbContextFactory<ConnectorState>>().CreateDbContextAsync(Stop);
            var id = useId ?? UseId;
            return await db.OwedDuties.AsNoTracking().SingleAsync(d => d.UseId == id, Stop);
        }

        public async Task<string?> NextUseAsync() => (await World.AdmitAsync(World.Use(Use.Agreement))).Error?.Code;

        /// <summary>A statement as an honest consumer would make it; tests change it.</summary>
        public async Task<(DeletedResult Deletion, Func<DeletedResult, Task<string>> Prove)> StatementAsync()
        {
            var kept = await KeptAsync();
            var deletion = new DeletedResult(UseId, Use.JobHash, GateWorld.Contract, World.Clock.GetUtcNow().ToUnixTimeMilliseconds(), ResultDigest);
            async Task<string> SayAsync(DeletedResult said)
            {
                var payload = new DutyDonePayload { DutyId = kept.DutyId, Phase = "after", ContractId = said.AgreementId, UseId = said.UseId, ProofHash = DeletionSender.HashOf(said) };
                var entry = (await ConsumerLedger.AppendAsync(new EntryDraft(payload, said.AgreementId), Stop)).Value;
                return Convert.ToBase64String(ConsumerLedger.ProveEntry(entry.Index).Value.Encode());
            }
            return (deletion, SayAsync);
        }

        public string Sign(DeletionStatement statement, ISigner? signer = null, string audience = GateWorld.Provider, string typ = DeletionStatement.Typ)
            => SignedDocument.Create(statement, signer ?? World.Analyst.Identity.Signer, GateWorld.Consumer, [audience], typ, World.Clock.GetUtcNow().AddHours(1), World.Clock);

        public List<EntryKind> Kinds() => [.. World.Ledger.Read(0, World.Ledger.Latest.Size).Select(r => r.Entry.Kind)];

        public async ValueTask DisposeAsync()
        {
            await ConsumerLedger.DisposeAsync();
            await World.DisposeAsync();
            Directory.Delete(_directory, recursive: true);
        }

        private JobRow JobOf(DataSpace.Connector.Uses.UseRequest use) => new()
        {
            JobId = use.Order.JobId,
            JobHash = use.JobHash,
            Title = "t",
            Kind = "aggregate",
            Order = "",
            OrderJson = JsonSerializer.Serialize(use.Order, JobJson.Options),
            Secrets = Encoding.ASCII.GetBytes("the job's keys 0815"),
            State = AnalystStates.Completed,
            Stage = AnalystStages.Done,
            Result = "{\"table\":\"" + string.Concat(Enumerable.Repeat(Secret, 400)) + "\"}",
            Reasons = JsonSerializer.Serialize(new[] { new JobReason(World.Clock.GetUtcNow(), RefusalNotice.Of(GateWorld.Consumer, JobErrors.GroupSuppressed.Of("the group of Mrs Li"))) }, JobJson.Options),
            CreatedAt = World.Clock.GetUtcNow(),
            NotAfter = World.Clock.GetUtcNow().AddHours(1),
        };

        private static Result<PeerAnswer> Answer(Result<Unit> result)
            => new PeerAnswer(result.IsOk ? 204 : result.Error.Kind.Status, result.IsOk ? default : JsonSerializer.SerializeToUtf8Bytes(new { code = result.Error.Code }, JobJson.Options));
    }

    [Fact]
    public async Task The_result_goes_before_its_time_is_over_and_both_ledgers_say_so()
    {
        await using var deal = await Deal.MakeAsync();
        deal.World.Clock.Advance(TimeSpan.FromMinutes(50));
        await deal.ConsumerTickAsync();
        Assert.Equal(KeptStates.Kept, (await deal.KeptAsync()).State); // the consumer paid for its time
        deal.World.Clock.Advance(TimeSpan.FromMinutes(6));
        await deal.ConsumerTickAsync();
        await deal.OwnerTickAsync();
        var kept = await deal.KeptAsync();
        Assert.Equal(KeptStates.Stated, kept.State);
        Assert.True(kept.DeletedAt < kept.Deadline);
        Assert.Equal([EntryKind.Grant, EntryKind.Report, EntryKind.DutyDone], deal.Kinds());
        var owed = await deal.OwedAsync();
        Assert.Equal(DutyDesk.HashOf(owed.Proof![..^65]), DutyDonePayload.FromFields(deal.World.Ledger.Read(2, 3).Single().PayloadFields).Value.ProofHash);
        var own = DutyDonePayload.FromFields(Assert.Single(deal.ConsumerLedger.Read(0, 9)).PayloadFields).Value;
        Assert.Equal((deal.UseId, GateWorld.Contract), (own.UseId, own.ContractId));
        Assert.Null(await deal.NextUseAsync());
    }

    [Fact]
    public async Task What_is_deleted_is_in_no_file_of_the_store_any_more()
    {
        await using var deal = await Deal.MakeAsync();
        await using (var db = await deal.World.Analyst.Store.CreateDbContextAsync(Stop))
        {
            var folder = Path.GetDirectoryName(db.Database.GetDbConnection().DataSource)!;
            bool Found(string text) => Directory.GetFiles(folder, "state.db*").Any(f =>
            {
                using var file = new FileStream(f, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                var bytes = new byte[file.Length];
                file.ReadExactly(bytes);
                return bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
            });
            Assert.True(Found(Secret) && Found("the job's keys 0815") && Found("Mrs Li"));
            deal.World.Clock.Advance(TimeSpan.FromHours(1));
            await deal.Eraser.EraseDueAsync(Stop);
            Assert.Equal(KeptStates.Wiped, (await deal.KeptAsync()).State);
            Assert.False(Found(Secret) || Found("the job's keys 0815") || Found("Mrs Li"));
        }
        await using var again = await deal.World.Analyst.Store.CreateDbContextAsync(Stop);
        var job = await again.Jobs.SingleAsync(Stop);
        Assert.Equal((null, 0, AnalystStates.Completed), (job.Result, job.Secrets.Length, job.State));
        Assert.NotNull(job.ResultDeletedAt);
    }

    [Fact]
    public async Task While_a_reader_keeps_old_pages_alive_nobody_says_that_the_result_is_gone()
    {
        await using var deal = await Deal.MakeAsync();
        await using (var db = await deal.World.Analyst.Store.CreateDbContextAsync(Stop))
        {
            await using var reader = new Microsoft.Data.Sqlite.SqliteConnection("Pooling=False;Data Source=" + db.Database.GetDbConnection().DataSource);
            await reader.OpenAsync(Stop);
            await using var snapshot = reader.BeginTransaction(deferred: true);
            await using var look = reader.CreateCommand();
            look.CommandText = "SELECT COUNT(*) FROM Jobs";
            await look.ExecuteScalarAsync(Stop);
            deal.World.Clock.Advance(TimeSpan.FromMinutes(56));
            await deal.ConsumerTickAsync();
            Assert.Equal(KeptStates.Deleted, (await deal.KeptAsync()).State);
            Assert.Empty(deal.ConsumerLedger.Read(0, 9));
        }
        await deal.ConsumerTickAsync();
        Assert.Single(deal.ConsumerLedger.Read(0, 9));
    }

    [Fact]
    public async Task A_missed_deadline_is_a_breach_by_the_owners_clock_and_denies_until_the_proof_is_there()
    {
        await using var deal = await Deal.MakeAsync();
        Assert.Null(await deal.NextUseAsync());
        deal.World.Clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));
        Assert.Equal(DutyErrors.DeletionOverdue.Code, await deal.NextUseAsync()); // nobody had looked yet
        await deal.OwnerTickAsync();
        Assert.Equal(EntryKind.DutyBreached, deal.Kinds()[^1]);
        var breach = DutyBreachedPayload.FromFields(deal.World.Ledger.Read(deal.World.Ledger.Latest.Size - 1, deal.World.Ledger.Latest.Size).Single().PayloadFields).Value;
        Assert.Equal((deal.UseId, "not-deleted"), (breach.UseId, breach.Reason));
        deal.World.Restart();
        Assert.Equal(DutyErrors.DeletionOverdue.Code, await deal.NextUseAsync());
        // A clock that is set back does not take a breach back.
        deal.World.Clock.AdjustTime(deal.World.Clock.GetUtcNow().AddMinutes(-30));
        Assert.Equal(DutyErrors.DeletionOverdue.Code, deal.World.Services.GetRequiredService<DutyBook>().Problem(deal.Use.Agreement)?.Code);
        deal.World.Clock.AdjustTime(deal.World.Clock.GetUtcNow().AddMinutes(30));
        await deal.ConsumerTickAsync();
        Assert.Equal([EntryKind.DutyBreached, EntryKind.DutyDone], deal.Kinds()[^2..]);
        Assert.Null(await deal.NextUseAsync());
    }

    [Fact]
    public async Task A_proof_that_comes_late_before_anybody_looked_is_a_breach_all_the_same()
    {
        await using var deal = await Deal.MakeAsync();
        deal.World.Clock.Advance(TimeSpan.FromHours(2));
        await deal.ConsumerTickAsync();
        Assert.Equal([EntryKind.Grant, EntryKind.Report, EntryKind.DutyBreached, EntryKind.DutyDone], deal.Kinds());
    }

    [Theory]
    [InlineData("forged")]
    [InlineData("another audience")]
    [InlineData("another type")]
    [InlineData("another result")]
    [InlineData("no result")]
    [InlineData("another job")]
    [InlineData("another contract")]
    [InlineData("from the future")]
    [InlineData("from before the use")]
    [InlineData("no proof")]
    [InlineData("proof of another deletion")]
    [InlineData("proof from another log")]
    public async Task A_statement_that_does_not_fit_leaves_the_duty_open(string attack)
    {
        await using var deal = await Deal.MakeAsync();
        var (deletion, prove) = await deal.StatementAsync();
        var honest = deletion;
        deletion = attack switch
        {
            "another result" => deletion with { ResultDigest = new string('0', 64) },
            "no result" => deletion with { ResultDigest = null },
            "another job" => deletion with { JobHash = new string('0', 64) },
            "another contract" => deletion with { AgreementId = "urn:uuid:00000000-0000-0000-0000-000000000000" },
            "from the future" => deletion with { DeletedAtMs = deletion.DeletedAtMs + 600_000 },
            "from before the use" => deletion with { DeletedAtMs = deletion.DeletedAtMs - 600_000 },
            _ => deletion,
        };
        var proof = attack switch
        {
            "no proof" => "",
            "proof of another deletion" => await prove(deletion with { DeletedAtMs = deletion.DeletedAtMs - 1 }),
            "proof from another log" => Convert.ToBase64String(deal.World.Ledger.ProveEntry(1).Value.Encode()),
            _ => await prove(deletion),
        };
        var document = deal.Sign(
            new DeletionStatement(deletion, proof), attack == "forged" ? deal.World.Informed.Identity.Signer : null,
            attack == "another audience" ? GateWorld.Other : GateWorld.Provider, attack == "another type" ? DutyAcknowledgement.Typ : DeletionStatement.Typ);
        Assert.Equal(DutyErrors.StatementInvalid.Code, (await deal.Desk.TakeAsync(document, GateWorld.Consumer, Stop)).Error?.Code);
        Assert.Equal(DutyStates.Pending, (await deal.OwedAsync()).State);
        // The honest one is taken, and so the refusal was not about something else.
        Assert.True((await deal.Desk.TakeAsync(deal.Sign(new DeletionStatement(honest, await prove(honest))), GateWorld.Consumer, Stop)).IsOk);
    }

    [Fact]
    public async Task A_statement_counts_for_its_own_use_alone_and_only_from_the_contracts_consumer()
    {
        await using var deal = await Deal.MakeAsync();
        var second = deal.World.Use(deal.Use.Agreement);
        await deal.RunAsync(second);
        var (deletion, prove) = await deal.StatementAsync();
        var document = deal.Sign(new DeletionStatement(deletion, await prove(deletion)));
        Assert.Equal(DutyErrors.NothingOwed.Code, (await deal.Desk.TakeAsync(document, GateWorld.Other, Stop)).Error?.Code);
        Assert.True((await deal.Desk.TakeAsync(document, GateWorld.Consumer, Stop)).IsOk);
        Assert.True((await deal.Desk.TakeAsync(document, GateWorld.Consumer, Stop)).IsOk); // replayed: nothing more
        Assert.Single(deal.Kinds(), EntryKind.DutyDone);
        Assert.Equal(DutyStates.Pending, (await deal.OwedAsync(DutyDesk.UseIdOf(second))).State);
        var unknown = deletion with { UseId = new string('7', 64) };
        Assert.Equal(DutyErrors.NothingOwed.Code, (await deal.Desk.TakeAsync(deal.Sign(new DeletionStatement(unknown, await prove(unknown))), GateWorld.Consumer, Stop)).Error?.Code);
    }

    [Fact]
    public async Task A_lost_answer_is_sent_again_without_a_second_entry()
    {
        await using var deal = await Deal.MakeAsync();
        deal.World.Wire.Detach(GateWorld.Provider);
        deal.World.Clock.Advance(TimeSpan.FromMinutes(56));
        await deal.ConsumerTickAsync();
        Assert.Equal(KeptStates.Wiped, (await deal.KeptAsync()).State);
        await deal.ConsumerTickAsync(); // not before its next try
        Assert.Equal(1, deal.World.Wire.Received[GateWorld.Provider]);
        deal.World.Wire.Attach(GateWorld.Provider, async (_, body) => (await deal.Desk.TakeAsync(PartyTransport.Document(body), GateWorld.Consumer, Stop)).IsOk ? new PeerAnswer(204, default) : new PeerAnswer(403, default));
        deal.World.Clock.Advance(TimeSpan.FromSeconds(2));
        await deal.ConsumerTickAsync();
        Assert.Equal(KeptStates.Stated, (await deal.KeptAsync()).State);
        Assert.Single(deal.ConsumerLedger.Read(0, 9));
        Assert.DoesNotContain(EntryKind.DutyBreached, deal.Kinds());
    }

    [Fact]
    public async Task A_job_that_came_to_nothing_says_that_nothing_is_kept_and_a_use_that_never_was_owes_nothing_once_its_order_ended()
    {
        await using var deal = await Deal.MakeAsync(receipted: false);
        await using (var db = await deal.World.Analyst.Store.CreateDbContextAsync(Stop))
        {
            await db.KeptResults.ExecuteUpdateAsync(set => set.SetProperty(k => k.DueAt, (DateTimeOffset?)null).SetProperty(k => k.ResultDigest, (string?)null), Stop);
            await db.Jobs.ExecuteUpdateAsync(set => set.SetProperty(j => j.State, AnalystStates.Failed).SetProperty(j => j.Result, (string?)null), Stop);
            var job = await db.Jobs.AsNoTracking().SingleAsync(Stop);
            // A second contract of the job, under which nothing was ever granted.
            db.KeptResults.AddRange(KeptResults.Of(job.JobId, new string('9', 64), deal.Use.Order.Plan with { Roster = [deal.Use.Entry] }, [deal.Use.Agreement], deal.World.Clock.GetUtcNow().AddMinutes(30)));
            await db.SaveChangesAsync(Stop);
        }
        await deal.ConsumerTickAsync();
        Assert.Equal((KeptStates.Stated, DutyStates.Done), ((await deal.KeptAsync()).State, (await deal.OwedAsync()).State));
        async Task<KeptResultRow> OtherAsync()
        {
            await using var db = await deal.World.Analyst.Store.CreateDbContextAsync(Stop);
            return await db.KeptResults.AsNoTracking().SingleAsync(k => k.UseId != deal.UseId, Stop);
        }
        Assert.Equal((KeptStates.Wiped, DutyErrors.NothingOwed.Code), ((await OtherAsync()).State, (await OtherAsync()).LastCode));
        deal.World.Clock.Advance(TimeSpan.FromMinutes(31));
        await deal.ConsumerTickAsync();
        Assert.Equal(KeptStates.Stated, (await OtherAsync()).State);
    }

    [Fact]
    public void Of_several_permissions_the_shortest_time_counts_and_the_consumer_leaves_room_for_its_statement()
    {
        var policy = GateWorld.Agreement([.. GateWorld.Terms(), GateWorld.Constraint("dataspace:retention", "lteq", "P7D")]);
        var second = policy["permission"]![0]!.DeepClone();
        second["constraint"]!.AsArray().Add((System.Text.Json.Nodes.JsonNode)GateWorld.Constraint("purpose", "eq", "x"));
        second["constraint"]!.AsArray().First(c => (string?)c!["leftOperand"] == "dataspace:retention")!["rightOperand"] = "P1D";
        policy["permission"]!.AsArray().Add(second);
        Assert.Equal(TimeSpan.FromDays(1), KeptResults.StrictestOf(PolicyCompiler.Compile(JsonSerializer.SerializeToElement(policy)).Value)!.Within);
        Assert.Equal(TimeSpan.FromMinutes(5), KeptResults.LeadOf(TimeSpan.FromDays(1)));
        Assert.Equal(TimeSpan.FromSeconds(3), KeptResults.LeadOf(TimeSpan.FromSeconds(15)));
    }
}
