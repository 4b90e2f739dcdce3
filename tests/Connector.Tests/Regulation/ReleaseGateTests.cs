using System.Text.Json;
using DataSpace.Connector.Conversations;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Regulation;
using DataSpace.Connector.Tests.Uses;
using DataSpace.Connector.Uses;
using DataSpace.Kernel.Classification;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using DataSpace.Ledger.Receipts;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Keys;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Tests.Regulation;

/// <summary>What was granted is judged again before it leaves: by the list of that moment, whatever became of the dataset's entry in the configuration.</summary>
public class ReleaseGateTests
{
    private const string Stale = "DS-NEG-015";
    private const string Prohibited = "DS-NEG-021";
    private const string Frozen = "DS-NEG-024";
    private const string Stranger = "did:web:stranger.example";

    private static readonly DateTimeOffset Long = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static UseRequest Use(RegulatedWorld regulated) => RegulatedWorld.Found(regulated.World.Use(GateWorld.Agreement(GateWorld.Terms())), "invest", []);

    [Fact]
    public async Task A_dataset_that_left_the_configuration_frees_nothing()
    {
        await using var regulated = new RegulatedWorld();
        regulated.Publish();
        var use = Use(regulated);
        Assert.Null(await regulated.AskAsync(use));
        Assert.Empty(regulated.Get<DataSpace.Connector.Datasets.DatasetRegistry>().All);
        var gate = regulated.Get<RegulationGate>();
        (string? Release, string? Contract) Held() => (gate.Release(use.Agreement, use.Order, [])?.Error?.Code, gate.Contract(use.Agreement)?.Error?.Code);
        Assert.Equal((null, null), Held());
        // What nobody declares any more counts against it.
        regulated.Publish(RegulatedWorld.Rule("R-1", new RuleMatch(Industry: ["A"])));
        Assert.Equal((Prohibited, Prohibited), Held());
        regulated.Publish(RegulatedWorld.Rule("R-2", new RuleMatch(Purpose: ["marketing"])));
        Assert.Equal((null, Prohibited), Held()); // the contract permits every purpose, this use had another
        regulated.Freezes = [new Freeze(FreezeTarget.Dataset, "d", "case-1", Long, GateWorld.Provider)];
        regulated.Publish();
        Assert.Equal((Frozen, Frozen), Held());
        regulated.Freezes = [];
        regulated.Publish();
        Assert.Equal((null, null), Held());
        regulated.World.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal((Stale, Stale), Held());
    }

    [Fact]
    public async Task A_freeze_and_a_clearance_of_another_owners_dataset_of_the_same_name_change_nothing()
    {
        await using var regulated = new RegulatedWorld();
        regulated.Freezes = [new Freeze(FreezeTarget.Dataset, "d", "case-1", Long, Stranger)];
        regulated.Publish();
        Assert.Null(await regulated.AskAsync(Use(regulated)));
        regulated.Freezes = [.. regulated.Freezes, new Freeze(FreezeTarget.Dataset, "d", "case-2", Long, GateWorld.Provider)];
        regulated.Publish();
        Assert.Equal(Frozen, (await regulated.AskAsync(Use(regulated)))?.Code);

        regulated.Freezes = [];
        var rule = RegulatedWorld.Rule("R-1", new RuleMatch(Industry: ["C31"]), RuleRoute.SecurityAssessment);
        var cleared = new Clearance("d", GateWorld.Consumer, "R-1", Long, "case-3", Stranger);
        foreach (var (clearance, code) in ((Clearance, string?)[])[(cleared, "DS-NEG-022"), (cleared with { Provider = null }, "DS-NEG-022"), (cleared with { Provider = GateWorld.Provider }, null)])
        {
            regulated.Clearances = [clearance];
            regulated.Publish(rule);
            Assert.Equal(code, (await regulated.AskAsync(Use(regulated)))?.Code);
        }
    }

    [Theory]
    [InlineData("general-1", 3, Prohibited)] // of two owners: one step above the higher grade
    [InlineData("general-1", 4, null)]
    [InlineData("general-2", 3, Prohibited)]
    [InlineData("general-4", 5, Prohibited)] // what several owners have of general-4 is important together
    [InlineData("unreadable", 5, Prohibited)]
    public async Task A_joint_use_is_judged_by_the_grade_of_what_comes_out(string others, int atLeast, string? code)
    {
        await using var regulated = new RegulatedWorld();
        var alone = Use(regulated);
        var own = alone.Listing!.Classification!.ToStatement();
        RoundZeroStatement Said(string who, ClassificationStatement classification) => new(alone.JobHash, who, "k", "e", "v1", classification);
        var joint = alone with { Roster = [Said(GateWorld.Other, Grades.Parse(others).TryGet(out var grade, out _) ? (alone.Listing.Classification with { Grade = grade }).ToStatement() : own with { Grade = others }), Said(GateWorld.Provider, own)] };
        var gate = regulated.Get<RegulationGate>();
        Assert.True(regulated.Get<DataSpace.Connector.Datasets.DatasetRegistry>().Reload(regulated.World.Config with { Datasets = [alone.Dataset.Config] }).IsOk);
        regulated.Publish(RegulatedWorld.Rule("G-1", new RuleMatch(GradeAtLeast: atLeast)));
        Assert.Equal(code, gate.Release(joint.Agreement, joint.Order, joint.Roster)?.Error?.Code);
        Assert.Null(await regulated.AskAsync(alone)); // before round 1 only the own grade is known
        Assert.Equal(code, (await regulated.AskAsync(joint with { JobHash = new string('c', 64) }))?.Code);
        // What is permitted from a grade on permits nothing that only several owners together reach.
        regulated.Mode = RuleSetMode.Whitelist;
        regulated.Publish(RegulatedWorld.Rule("G-2", new RuleMatch(GradeAtLeast: 3), RuleRoute.Allowed));
        Assert.NotNull(gate.Release(joint.Agreement, joint.Order, joint.Roster));
        Assert.NotNull(await regulated.AskAsync(joint with { JobHash = new string('d', 64) }));
    }

    [Fact]
    public async Task A_stamp_that_runs_out_in_the_middle_of_an_intersection_ends_it_and_nothing_more_is_said()
    {
        const string Carrier = "did:web:coordinator.example";
        await using var regulated = new RegulatedWorld();
        regulated.Publish();
        var use = Use(regulated);
        var admitted = await regulated.Get<UseGate>().AdmitAsync(use, TestContext.Current.CancellationToken);
        var rule = KeyRule.Create([new KeyPart("firm", ["trim"])]).Value;
        var query = new IntersectQuery(IntersectQuery.Cardinality, GateWorld.Provider, [new KeyPartQuery("firm", ["trim"])], [["firm"], ["firm"]], 2, [100, 100]);
        await using (var db = await regulated.Get<IDbContextFactory<ConnectorState>>().CreateDbContextAsync(TestContext.Current.CancellationToken))
        {
            db.Agreements.Add(use.Agreement.Row);
            var order = use.Order with { Plan = use.Order.Plan with { Kind = JobKinds.Intersect, Aggregate = null, Intersect = query } };
            db.Uses.Add(new UseRow
            {
                JobHash = use.JobHash,
                Consumer = GateWorld.Consumer,
                AgreementId = GateWorld.Contract,
                Order = Jws.Sign(regulated.World.Self.Signer, "test+jws", JsonSerializer.SerializeToUtf8Bytes(new { body = order }, JobJson.Options)),
                RoundZero = "",
                State = UseStates.Running,
            });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        var context = new IntersectionContext("j", "c", use.Order.PlanHash, GateWorld.Provider, GateWorld.Other, "v1", "v2", rule.Digest, new IntersectionTerms(IntersectionMode.Cardinality, 2, 100, 100));
        using var party = IntersectionReceiver.Create(
            new IntersectionRun(admitted.Value.Use.Handle, context, regulated.World.Self.Signer, regulated.World.Informed.Identity.Signer.PublicKey),
            ItemSet.Read(rule, [["A"], ["B"], ["C"]], 100).Value).Value;
        var spoolFile = Path.Combine(Path.GetTempPath(), "ds-spool-" + Path.GetRandomFileName());
        using var session = new ConversationSession(party, new MessageSpool(spoolFile, 1 << 20), "proof");
        using var turn = regulated.Get<RunningUses>().TryEnter(use.JobHash);
        var desk = regulated.Get<ConversationDesk>();
        desk.Open(use.JobHash, session);
        async Task<RelayAnswer> ExchangeAsync() => (await desk.ExchangeAsync(use.JobHash, new RelayRequest(0, [], 0), Carrier, TestContext.Current.CancellationToken)).Value;
        Assert.NotEmpty((await ExchangeAsync()).Messages);
        regulated.World.Clock.Advance(TimeSpan.FromMinutes(16));
        var late = await ExchangeAsync();
        Assert.Equal(RelayAnswer.Over, late.State);
        Assert.Empty(late.Messages);
        Assert.Equal(Stale, turn!.Stopped?.Code); // the worker ends the use by this: spent, with the regulation's code
        Assert.Equal(Stale, (await session.End)?.Code);
        regulated.Publish();
        Assert.Equal(RelayAnswer.Over, (await ExchangeAsync()).State); // it does not come back to life
    }
}
