using System.Reflection;
using System.Text.Json;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Conversations;
using DataSpace.Connector.Duties;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Regulation;
using DataSpace.Connector.Tests.Regulation;
using DataSpace.Connector.Tests.Uses;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataSpace.Connector.Tests.Jobs;

/// <summary>
/// A process that dies between the Report and the line that says what became of the use. What was to be refused then stands in the ledger as reported, and after the restart it is committed like any other: nothing is
/// computed or granted again, and whether its bytes leave is the release gate's to say, by the rules of that moment.
/// </summary>
public class RestartedUseTests
{
    private const string Carrier = "did:web:coordinator.example";

    [Fact]
    public async Task A_use_that_was_stopped_after_its_Report_leaves_after_a_restart_only_when_the_list_allows_it()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var regulated = new RegulatedWorld();
        regulated.Publish();
        var use = RegulatedWorld.Found(regulated.World.Use(GateWorld.Agreement(GateWorld.Terms())), "invest", []);
        var committed = await ReportedAsync(regulated, use);
        // What stopped it: the rule came when the Report was durable already, and the process ended before it wrote the refusal down.
        regulated.Publish(RegulatedWorld.Rule("R-1", new RuleMatch(Industry: ["A"])));

        regulated.Restart();
        var size = regulated.World.Ledger.Latest.Size;
        await ResumedAsync(regulated, use.JobHash);
        await using (var db = await regulated.Get<IDbContextFactory<ConnectorState>>().CreateDbContextAsync(cancel))
            Assert.Equal(UseStates.Committed, (await db.Uses.SingleAsync(cancel)).State);
        Assert.Equal(size, regulated.World.Ledger.Latest.Size); // granted once, reported once
        var held = await AnswerAsync(regulated, use.JobHash);
        Assert.Equal((ContributionAnswer.Suspended, null, "DS-NEG-021"), (held.State, held.Envelope, held.Refusal?.Code));
        // The conversation, if it had one, died with the process.
        Assert.Empty((await regulated.Get<ConversationDesk>().ExchangeAsync(use.JobHash, new RelayRequest(0, [], 0), Carrier, cancel)).TryGet(out var relayed, out _) ? relayed.Messages : []);

        regulated.Publish();
        regulated.World.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal("DS-NEG-015", (await AnswerAsync(regulated, use.JobHash)).Refusal?.Code); // a stale list says no
        regulated.Publish();
        var answer = await AnswerAsync(regulated, use.JobHash);
        Assert.Equal(ContributionAnswer.Ready, answer.State);
        Assert.Equal(committed, JsonSerializer.SerializeToUtf8Bytes(answer.Envelope!.Contribution, JobJson.Options)); // the bytes that the Report names, and no others
    }

    [Fact]
    public async Task A_use_that_was_stopped_before_its_Report_is_abandoned_by_a_restart_whatever_the_list_says()
    {
        await using var regulated = new RegulatedWorld();
        regulated.Publish();
        var use = RegulatedWorld.Found(regulated.World.Use(GateWorld.Agreement(GateWorld.Terms())), "invest", []);
        await RunningAsync(regulated, use);
        regulated.Restart();
        await ResumedAsync(regulated, use.JobHash);
        var answer = await AnswerAsync(regulated, use.JobHash);
        Assert.Equal((ContributionAnswer.Refused, JobErrors.Abandoned.Code), (answer.State, answer.Refusal?.Code));
    }

    /// <summary>A use with its Grant, and the row of one that is being worked on.</summary>
    private static async Task<GrantedUse> RunningAsync(RegulatedWorld regulated, UseRequest use)
    {
        var admitted = await regulated.Get<UseGate>().AdmitAsync(use, TestContext.Current.CancellationToken);
        await using var db = await regulated.Get<IDbContextFactory<ConnectorState>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
        db.Agreements.Add(use.Agreement.Row);
        db.Uses.Add(new UseRow
        {
            JobHash = use.JobHash,
            Consumer = GateWorld.Consumer,
            AgreementId = GateWorld.Contract,
            Order = Jws.Sign(regulated.World.Self.Signer, "test+jws", JsonSerializer.SerializeToUtf8Bytes(new { body = use.Order }, JobJson.Options)),
            RoundZero = "",
            State = UseStates.Running,
        });
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        return admitted.Value.Use;
    }

    /// <summary>The same with its Report; returns the bytes that were committed with it.</summary>
    private static async Task<byte[]> ReportedAsync(RegulatedWorld regulated, UseRequest use)
    {
        var granted = await RunningAsync(regulated, use);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(new Contribution("statement", "payload"u8.ToArray(), "sealed"u8.ToArray()), JobJson.Options);
        var report = new ReportPayload
        {
            GrantHash = granted.Entry.LeafHashHex,
            Units = new SortedDictionary<string, long>(StringComparer.Ordinal) { ["uses"] = 1 },
            ImageDigest = "none",
            OutputDigest = Digest.Sha256Hex(bytes),
            Outcome = "released",
            CpuMs = 0,
            RowsScanned = 0,
            WallMs = 0,
        };
        Assert.True((await regulated.World.Ledger.ReportAsync(granted.Handle, report, bytes, TestContext.Current.CancellationToken)).IsOk);
        return bytes;
    }

    /// <summary>What the restart's scan does with a use that was running. Whatever could read data or grant is not there.</summary>
    private static async Task ResumedAsync(RegulatedWorld regulated, string jobHash)
    {
        using var keys = new MaskKeys();
        var runner = new UseRunner(
            regulated.Get<IDbContextFactory<ConnectorState>>(), desk: null!, regulated.Get<UseGate>(), facts: null!, rosters: null!, new Dropouts.DropoutParts(regulated.World.Clock), regulated.World.Ledger, sandbox: null!, controlled: null!, kinds: null!,
            models: null!, new OwnerConversations(regulated.Get<ConversationDesk>(), regulated.World.Ledger, regulated.Get<Hosting.NodeOptions>()), regulated.Get<DutyWorker>(), bucket: null!, keys, compliance: null!,
            regulated.World.Self, regulated.Get<RunningUses>(), new JobNews(), crashPoints: null!, regulated.World.Clock, NullLogger<UseRunner>.Instance, cosigned: null!);
        await runner.Consume(Delivery.Of(new RunUse(jobHash)));
    }

    private static async Task<ContributionAnswer> AnswerAsync(RegulatedWorld regulated, string jobHash)
    {
        var desk = new ProviderDesk(
            regulated.Get<IDbContextFactory<ConnectorState>>(), regulated.Get<AgreementBook>(), datasets: null!, compliance: null!, regulated.Get<UseGate>(), regulated.Get<RegulationGate>(), regulated.World.Ledger,
            peers: null!, regulated.World.Self, maskKeys: null!, dropouts: null!, rosters: null!, models: null!, noiseDesk: null!, regulated.Get<DutyBook>(), crashPoints: null!, bus: null!, regulated.World.Clock);
        return (await desk.AnswerAsync(jobHash, Carrier, TestContext.Current.CancellationToken)).Value;
    }

    /// <summary>A message as the bus hands it over.</summary>
    public class Delivery : DispatchProxy
    {
        private RunUse _message = null!;

        /// <summary>Message and end of the test; nothing else is asked for.</summary>
        internal static ConsumeContext<RunUse> Of(RunUse message)
        {
            var context = Create<ConsumeContext<RunUse>, Delivery>();
            ((Delivery)(object)context)._message = message;
            return context;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
        {
            "get_Message" => _message,
            "get_CancellationToken" => TestContext.Current.CancellationToken,
            var other => throw new NotSupportedException(other),
        };
    }
}
