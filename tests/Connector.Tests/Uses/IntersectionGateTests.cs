using DataSpace.Connector.Uses;
using DataSpace.Kernel.Policy;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>What an owner's gate says to intersections: terms, declared keys, and how often.</summary>
public sealed class IntersectionGateTests : IAsyncLifetime
{
    private const string Second = "did:web:second.example";
    private readonly GateWorld _world = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task What_the_contract_and_the_owner_allow_is_granted()
        => Assert.Null((await _world.AdmitAsync(Use(Declared()))).Error);

    [Fact]
    public async Task A_contract_about_other_computations_is_not_about_this_one()
    {
        var policy = GateWorld.Agreement([.. GateWorld.Terms("dataspace:column"), GateWorld.Constraint("dataspace:column", "isAnyOf", "firm", "invest", "year")]);
        Assert.Equal(PolicyErrors.ComputationNotAllowed, (await _world.AdmitAsync(Use(Declared(), policy: policy))).Error?.Kind);
    }

    [Fact]
    public async Task A_contract_about_numbers_is_not_about_ids()
    {
        Assert.Equal(PolicyErrors.ComputationNotAllowed, (await _world.AdmitAsync(Use(Declared(), change: q => q with { Result = IntersectQuery.Ids }))).Error?.Kind);
        var policy = Policy("firm");
        policy["permission"]![0]!["constraint"]![0]!["rightOperand"] = "intersect:ids";
        Assert.Null((await _world.AdmitAsync(Use(Declared(), change: q => q with { Result = IntersectQuery.Ids }, policy: policy))).Error);
        Assert.Equal(PolicyErrors.ComputationNotAllowed, (await _world.AdmitAsync(Use(Declared(), policy: policy))).Error?.Kind);
    }

    [Fact]
    public async Task A_key_column_that_the_contract_does_not_name_is_refused()
        => Assert.Equal(PolicyErrors.ColumnNotAllowed, (await _world.AdmitAsync(Use(Declared(), policy: Policy("year")))).Error?.Kind);

    [Fact]
    public async Task A_dataset_that_is_not_declared_or_another_step_is_refused()
    {
        Assert.Equal(ConnectorErrors.KeyNotDeclared, (await _world.AdmitAsync(Use(null))).Error?.Kind);
        Assert.Equal(ConnectorErrors.KeyNotDeclared, (await _world.AdmitAsync(Use(Declared() with { Keys = Keys("year", "trim") }))).Error?.Kind);
        Assert.Equal(ConnectorErrors.KeyNotDeclared, (await _world.AdmitAsync(Use(Declared() with { Keys = Keys("firm", "trim", "upper") }))).Error?.Kind);
    }

    [Fact]
    public async Task A_smaller_minimum_or_a_larger_set_than_agreed_is_refused()
    {
        Assert.Equal(PolicyErrors.GroupTooSmall, (await _world.AdmitAsync(Use(Declared(), change: q => q with { Minimum = 4 }))).Error?.Kind);
        Assert.Equal(ConnectorErrors.PlanExceedsContract, (await _world.AdmitAsync(Use(Declared() with { MaxPeerItems = 999 }))).Error?.Kind);
    }

    /// <summary>Of seven subjects each is 14.3% of their number; of a sum nobody can say whose share is how large.</summary>
    [Fact]
    public async Task A_dominance_rule_bounds_each_subjects_share_of_a_number_and_refuses_sums()
    {
        static System.Text.Json.Nodes.JsonObject Ruled(System.Text.Json.Nodes.JsonObject policy)
        {
            policy["permission"]![0]!["constraint"]!.AsArray().Single(c => (string?)c!["leftOperand"] == "dataspace:dominancePercent")!["rightOperand"] = "15";
            return policy;
        }
        Assert.Null((await _world.AdmitAsync(Use(Declared(), q => q with { Minimum = 7 }, Ruled(Policy("firm"))))).Error);
        Assert.Equal(ConnectorErrors.PlanExceedsContract, (await _world.AdmitAsync(Use(Declared(), q => q with { Minimum = 6 }, Ruled(Policy("firm"))))).Error?.Kind);
        Assert.Equal(ConnectorErrors.PlanExceedsContract, (await _world.AdmitAsync(Use(Declared(), q => Sum(q) with { Minimum = 1000 }, Ruled(SumPolicy())))).Error?.Kind);
    }

    [Fact]
    public async Task A_privacy_budget_lets_no_exact_number_out()
    {
        var policy = GateWorld.Agreement([.. Policy("firm")["permission"]![0]!["constraint"]!.AsArray().Select(c => c!.DeepClone()), GateWorld.Constraint("dataspace:privacyBudget", "lteq", "1000000")]);
        Assert.NotNull((await _world.AdmitAsync(Use(Declared(), policy: policy))).Error);
    }

    [Fact]
    public async Task The_cap_counts_a_consumer_over_all_contracts()
    {
        var declared = Declared() with { MaxRuns = 2 };
        Assert.Null((await _world.AdmitAsync(Use(declared))).Error);
        // Another contract with other rules: the same counter.
        var other = GateWorld.Agreement([.. Policy("firm")["permission"]![0]!["constraint"]!.AsArray().Select(c => c!.DeepClone()), GateWorld.Constraint("count", "lteq", "1000")]);
        Assert.Null((await _world.AdmitAsync(Use(declared, policy: other))).Error);
        Assert.Equal(ConnectorErrors.IntersectionsExhausted, (await _world.AdmitAsync(Use(declared))).Error?.Kind);
        Assert.Equal(ConnectorErrors.IntersectionsExhausted, _world.Gate.Preview(Use(declared)).Error?.Kind);
        _world.Restart();
        Assert.Equal(ConnectorErrors.IntersectionsExhausted, (await _world.AdmitAsync(Use(declared))).Error?.Kind);
        Assert.Null((await _world.AdmitAsync(Use(declared with { MaxRuns = 3 }))).Error);
    }

    [Fact]
    public async Task The_cap_counts_the_other_owner_too_whoever_asks()
    {
        // It puts the names into its set: another consumer's question is its question.
        var declared = Declared() with { MaxRuns = 1 };
        Assert.Null((await _world.AdmitAsync(Use(declared))).Error);
        var use = Use(declared);
        use = use with { Order = use.Order with { Consumer = Second }, Agreement = use.Agreement };
        Assert.Equal(ConnectorErrors.IntersectionsExhausted, IntersectionCaps.Problem(use, new UseFacts(_world.Config, _world.Peers, null), _world.Ledger)?.Kind);
    }

    [Fact]
    public void With_several_other_owners_each_is_counted()
    {
        var use = Use(Declared() with { MaxRuns = 1 });
        var plan = use.Order.Plan with { Roster = [.. use.Order.Plan.Roster, use.Order.Plan.Roster[0] with { Participant = Second }] };
        var facts = new UseFacts(_world.Config, _world.Peers, null);
        var two = IntersectionCaps.Debits(use, facts).Select(d => d.BudgetId).ToList();
        var three = IntersectionCaps.Debits(use with { Order = use.Order with { Plan = plan } }, facts).Select(d => d.BudgetId).ToList();
        Assert.Equal((2, 3), (two.Distinct().Count(), three.Distinct().Count()));
        Assert.Subset(three.ToHashSet(), two.ToHashSet());
    }

    [Fact]
    public async Task Forty_at_once_never_pass_the_cap()
    {
        var declared = Declared() with { MaxRuns = 5 };
        var uses = Enumerable.Range(0, 40).Select(_ => Use(declared)).ToList();
        var admitted = await Task.WhenAll(uses.Select(u => Task.Run(() => _world.Gate.AdmitAsync(u, TestContext.Current.CancellationToken))));
        Assert.Equal(5, admitted.Count(a => a.IsOk));
    }

    [Fact]
    public async Task A_log_that_continues_a_lost_one_counts_as_spent_until_its_owner_grants_again_in_an_entry()
    {
        Assert.True(_world.Ledger.RaiseMark(LogSuccession.ContinuedMark, _world.Clock.GetUtcNow().AddHours(-1).ToUnixTimeMilliseconds(), "old").IsOk);
        Assert.Equal(ConnectorErrors.IntersectionsExhausted, (await _world.AdmitAsync(Use(Declared()))).Error?.Kind);
        Assert.Equal(ConnectorErrors.IntersectionsExhausted, (await _world.AdmitAsync(Use(Declared() with { MaxRuns = 1_000 }))).Error?.Kind);
        var use = Use(Declared() with { MaxRuns = 1 });
        Assert.Single((await _world.Services.GetRequiredService<Regrants>().GrantAgainAsync(use.Agreement, "restored from a backup", TestContext.Current.CancellationToken)).Value);
        Assert.Single(_world.Ledger.Read(0, _world.Ledger.Latest.Size), r => r.Entry.Kind == EntryKind.BudgetRegranted);
        Assert.Null((await _world.AdmitAsync(use)).Error);
        Assert.Equal(ConnectorErrors.IntersectionsExhausted, (await _world.AdmitAsync(Use(Declared() with { MaxRuns = 1 }))).Error?.Kind);
    }

    [Fact]
    public async Task A_sum_needs_a_contract_that_says_so_the_contracts_bounds_and_a_column_of_numbers()
    {
        Assert.Null((await _world.AdmitAsync(Use(Declared(), Sum, SumPolicy()))).Error);
        Assert.Equal(PolicyErrors.ComputationNotAllowed, (await _world.AdmitAsync(Use(Declared(), Sum, Policy("firm")))).Error?.Kind);
        Assert.Equal(PolicyErrors.ComputationNotAllowed, (await _world.AdmitAsync(Use(Declared(), policy: SumPolicy()))).Error?.Kind);
        foreach (var value in (ValueQuery[])[Invest with { Max = "1999" }, Invest with { Min = "-1" }, Invest with { Decimals = 2 }, Invest with { Max = "much" }])
            Assert.NotNull((await _world.AdmitAsync(Use(Declared(), q => Sum(q) with { Value = value }, SumPolicy()))).Error);
        Assert.NotNull((await _world.AdmitAsync(Use(Declared(), q => Sum(q) with { Value = Invest with { Column = "firm" } }, SumPolicy("firm:3:0:2000")))).Error);
        // Sums that two plain moduli do not hold.
        Assert.Equal(Privacy.Intersection.IntersectionErrors.TermsInvalid, (await _world.AdmitAsync(Use(
            Declared() with { MaxPeerItems = 30_000_000 }, q => Sum(q) with { MaxItems = [30_000_000, 30_000_000], Value = new ValueQuery("invest", 3, "0", "900000000000000") }, SumPolicy("invest:3:0:900000000000000")))).Error?.Kind);
    }

    [Fact]
    public async Task Whoever_chooses_what_is_added_up_must_be_named_by_the_owner_of_the_values()
    {
        var anybody = SumPolicy();
        var accepted = anybody["permission"]![0]!["constraint"]!.AsArray().Single(c => c!["leftOperand"]!.GetValue<string>() == "dataspace:coProvider")!;
        (accepted["operator"], accepted["rightOperand"]) = ("isNoneOf", new System.Text.Json.Nodes.JsonArray("did:web:somebody.example#k"));
        Assert.Equal(PolicyErrors.CoProviderNotAccepted, (await _world.AdmitAsync(Use(Declared(), Sum, anybody))).Error?.Kind);
    }

    private static ValueQuery Invest { get; } = new("invest", 3, "0", "2000");

    private static IntersectQuery Sum(IntersectQuery query) => query with { Result = IntersectQuery.Sum, Receiver = GateWorld.Other, Value = Invest };

    private static System.Text.Json.Nodes.JsonObject SumPolicy(string clamp = "invest:3:0:2000") => GateWorld.Agreement(
    [
        GateWorld.Constraint("dataspace:computation", "eq", "intersect:sum"), GateWorld.Constraint("dataspace:column", "isAnyOf", "firm", "invest"), GateWorld.Constraint("dataspace:minimumGroupSize", "gteq", "5"),
        GateWorld.Constraint("dataspace:clamp", "isAnyOf", clamp), GateWorld.Constraint("dataspace:dominancePercent", "lteq", "off"), GateWorld.Constraint("dataspace:coProvider", "isAnyOf", GateWorld.Other + "#" + GateWorld.KeyId),
    ]);

    private static IntersectionConfig Declared() => new(Keys("firm", "trim"), MaxRuns: 100);

    private static Dictionary<string, IReadOnlyList<string>> Keys(string column, params string[] steps) => new() { [column] = steps };

    private static System.Text.Json.Nodes.JsonObject Policy(string column) => GateWorld.Agreement(
    [
        GateWorld.Constraint("dataspace:computation", "eq", "intersect"), GateWorld.Constraint("dataspace:column", "eq", column), GateWorld.Constraint("dataspace:minimumGroupSize", "gteq", "5"),
        GateWorld.Constraint("dataspace:dominancePercent", "lteq", "off"), GateWorld.Constraint("dataspace:coProvider", "isAnyOf", GateWorld.Other + "#" + GateWorld.KeyId),
    ]);

    private UseRequest Use(IntersectionConfig? declared, Func<IntersectQuery, IntersectQuery>? change = null, System.Text.Json.Nodes.JsonObject? policy = null)
    {
        var query = new IntersectQuery(IntersectQuery.Cardinality, GateWorld.Provider, [new KeyPartQuery("name", ["trim"])], [["their"], ["firm"]], 5, [1000, 1000]);
        query = change?.Invoke(query) ?? query;
        var use = _world.Use(policy ?? Policy("firm"), p => p with { Kind = JobKinds.Intersect, Aggregate = null, Intersect = query });
        var config = use.Dataset.Config with { Intersection = declared };
        var dataset = use.Dataset with { Config = config };
        return use with { Dataset = dataset, Listing = use.Listing! with { Dataset = dataset } };
    }
}
