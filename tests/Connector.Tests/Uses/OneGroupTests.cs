using System.Text.Json.Nodes;
using DataSpace.Connector.Uses;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>
/// Two companies that an owner counts as one consumer, pooling what each is allowed: whatever the owner counts beside its contracts, what one has spent the other has spent. A third one has counters of its own. (The privacy
/// budget and the history of answers have tests of their own.)
/// </summary>
public sealed class OneGroupTests : IAsyncLifetime
{
    private const string Sister = "did:web:sister.example";
    private const string Stranger = "did:web:stranger.example";
    private const string Third = "did:web:third.example";
    private readonly GateWorld _world = new(GateWorld.Consumer, Sister);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task One_cap_of_intersections()
    {
        var query = new IntersectQuery(IntersectQuery.Cardinality, GateWorld.Provider, [new KeyPartQuery("name", ["trim"])], [["their"], ["firm"]], 5, [1000, 1000]);
        UseRequest Use() => With(_world.Use(Policy("intersect"), p => p with { Kind = JobKinds.Intersect, Aggregate = null, Intersect = query }));
        Assert.Null((await _world.AdmitAsync(Use())).Error);
        // Beside another owner, whose own counter is empty: it is the consumer's that is full.
        var use = Use();
        var apart = use with { Order = use.Order with { Plan = use.Order.Plan with { Roster = [use.Order.Plan.Roster[0] with { Participant = Third }, use.Order.Plan.Roster[1]] } } };
        AssertPooled(apart, ConnectorErrors.IntersectionsExhausted);
    }

    [Fact]
    public async Task One_quota_of_questions()
    {
        UseRequest Use(int questions) => With(_world.Use(
            Policy("lookup"), p => p with { Kind = JobKinds.Lookup, Aggregate = null, Lookup = new LookupQuery([new KeyPartQuery("name", ["trim"])], ["firm"], ["invest"], questions, 64), Roster = [p.Roster[1]] }));
        Assert.Null((await _world.AdmitAsync(Use(3))).Error);
        AssertPooled(Use(3), ConnectorErrors.LookupsExhausted);
        Assert.Null(Problem(Use(2), Sister)); // what is left is theirs together
    }

    [Fact]
    public async Task One_quota_of_scored_rows_and_one_rounding()
    {
        UseRequest Use(int rows, string threshold = "0.5") => With(_world.Use(Policy("score", "intersect:ids"), p => p with
        {
            Kind = JobKinds.Score,
            Aggregate = null,
            Score = new ScoreQuery(
                new ScoredModel("model", new string('5', 64), new string('6', 64), RegressQuery.Logistic), [[new("income", 0, "0", "9")], [new("invest", 3, "0", "2000")]], [new KeyPartQuery("name", ["trim"])], [["their"], ["firm"]],
                rows, 5, 1000, new ScoreTelling(ScoreTelling.Probability, "0.125", -64, 128, null, [threshold])),
            Roster = [p.Roster[0] with { Participant = GateWorld.Consumer }, p.Roster[1]],
        }), runs: 100);
        Assert.Null((await _world.AdmitAsync(Use(3))).Error);
        AssertPooled(Use(3), ConnectorErrors.ScoresExhausted);
        // One subtracts nothing that the other was told under other thresholds.
        AssertPooled(Use(1, "0.4"), ConnectorErrors.OtherRounding);
        Assert.Null(Problem(Use(1), Sister));
    }

    /// <summary>{A,B,C} for the one minus {A,B} for the other would be C.</summary>
    [Fact]
    public void One_set_of_parties_of_exact_results()
    {
        var order = _world.Use(GateWorld.Agreement(GateWorld.Terms())).Order;
        var rule = new RosterRule(_world.Ledger, _world.Config);
        Assert.Null(rule.Bind(order, "d", order.Plan.Roster));
        IReadOnlyList<RosterEntry> fewer = [order.Plan.Roster[1]];
        Assert.Equal(JobErrors.AnotherRoster, rule.Problem(order with { Consumer = Sister }, "d", fewer)?.Kind);
        Assert.Equal(JobErrors.AnotherRoster, rule.Bind(order with { Consumer = Sister }, "d", fewer)?.Kind);
        Assert.Null(rule.Bind(order with { Consumer = Sister }, "d", order.Plan.Roster));
        Assert.Null(rule.Bind(order with { Consumer = Stranger }, "d", fewer));
    }

    /// <summary>Refused to the consumer and to its sister, by counters that are the same in the ledger; not to a stranger.</summary>
    private void AssertPooled(UseRequest use, ErrorKind expected)
    {
        Assert.Equal([expected, expected, null], ((string[])[GateWorld.Consumer, Sister, Stranger]).Select(who => Problem(use, who)?.Kind));
        IEnumerable<string> Counters(string consumer) => UseCaps.Debits(By(use, consumer), Facts).Select(d => d.BudgetId);
        Assert.NotEmpty(Counters(Sister));
        Assert.Equal(Counters(GateWorld.Consumer), Counters(Sister));
        Assert.NotEqual(Counters(GateWorld.Consumer), Counters(Stranger));
    }

    private UseFacts Facts => new(_world.Config, _world.Peers, null);

    private DsError? Problem(UseRequest use, string consumer) => UseCaps.Problem(By(use, consumer), Facts, _world.Ledger);

    /// <summary>Whoever asks for scores is one of the two owners.</summary>
    private static UseRequest By(UseRequest use, string consumer) => use with
    {
        Order = use.Order with { Consumer = consumer, Plan = use.Order.Plan with { Roster = [.. use.Order.Plan.Roster.Select(r => r.Participant == GateWorld.Consumer ? r with { Participant = consumer } : r)] } },
    };

    private static UseRequest With(UseRequest use, int runs = 1)
    {
        var dataset = use.Dataset with
        {
            Config = use.Dataset.Config with
            {
                Intersection = new IntersectionConfig(Keys, MaxRuns: runs, MaxPeerItems: 1000),
                Lookup = new LookupConfig(Keys, MaxQuestions: 5, RecordBytes: 64),
                Scoring = new ScoringConfig(MaxRows: 5),
            },
        };
        return use with { Dataset = dataset, Listing = use.Listing! with { Dataset = dataset } };
    }

    private static Dictionary<string, IReadOnlyList<string>> Keys => new() { ["firm"] = ["trim"] };

    private static JsonObject Policy(params string[] computations) => GateWorld.Agreement(computations is ["lookup"]
        ?
        [
            GateWorld.Constraint("dataspace:computation", "eq", "lookup"), GateWorld.Constraint("dataspace:column", "isAnyOf", "firm", "invest"), GateWorld.Constraint("dataspace:minimumGroupSize", "gteq", "off"),
            GateWorld.Constraint("dataspace:dominancePercent", "lteq", "off"),
        ]
        :
        [
            GateWorld.Constraint("dataspace:computation", "isAnyOf", computations), GateWorld.Constraint("dataspace:column", "isAnyOf", "firm", "invest"), GateWorld.Constraint("dataspace:clamp", "isAnyOf", "invest:3:0:2000"),
            GateWorld.Constraint("dataspace:minimumGroupSize", "gteq", "5"), GateWorld.Constraint("dataspace:dominancePercent", "lteq", "off"),
            GateWorld.Constraint("dataspace:coProvider", "isAnyOf", GateWorld.Other + "#" + GateWorld.KeyId, GateWorld.Consumer + "#" + GateWorld.KeyId),
        ]);
}
