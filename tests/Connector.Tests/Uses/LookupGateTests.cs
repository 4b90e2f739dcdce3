using DataSpace.Connector.Uses;
using DataSpace.Kernel.Policy;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>What an owner's gate says to look-ups: terms, declared keys and records, and how many questions.</summary>
public sealed class LookupGateTests : IAsyncLifetime
{
    private readonly GateWorld _world = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task What_the_contract_and_the_owner_allow_is_granted_and_debited_by_question()
    {
        Assert.Null((await _world.AdmitAsync(Use(Declared(), q => q with { Questions = 3 }))).Error);
        Assert.Equal(3, _world.Ledger.GetBudget(LookupQuota.OfConsumer("d", [GateWorld.Consumer]))!.Spent);
    }

    [Fact]
    public async Task A_contract_about_other_computations_is_not_about_records()
    {
        var policy = GateWorld.Agreement([.. GateWorld.Terms("dataspace:column").Where(c => (string?)c!["leftOperand"] != "dataspace:clamp").Select(c => c!.DeepClone()), GateWorld.Constraint("dataspace:column", "isAnyOf", "firm", "invest", "year")]);
        Assert.Equal(PolicyErrors.ComputationNotAllowed, (await _world.AdmitAsync(Use(Declared(), policy: policy))).Error?.Kind);
    }

    [Fact]
    public async Task Columns_that_the_contract_does_not_name_are_refused_as_keys_and_in_records()
    {
        Assert.Equal(PolicyErrors.ColumnNotAllowed, (await _world.AdmitAsync(Use(Declared(), policy: Policy("year", "invest")))).Error?.Kind);
        Assert.Equal(PolicyErrors.ColumnNotAllowed, (await _world.AdmitAsync(Use(Declared(), policy: Policy("firm", "year")))).Error?.Kind);
    }

    [Fact]
    public async Task A_dataset_that_is_not_declared_another_key_step_or_size_is_refused()
    {
        Assert.Equal(ConnectorErrors.LookupNotDeclared, (await _world.AdmitAsync(Use(null))).Error?.Kind);
        Assert.Equal(ConnectorErrors.LookupNotDeclared, (await _world.AdmitAsync(Use(Declared() with { Keys = Keys("year", "trim") }))).Error?.Kind);
        Assert.Equal(ConnectorErrors.LookupNotDeclared, (await _world.AdmitAsync(Use(Declared() with { Keys = Keys("firm", "trim", "upper") }))).Error?.Kind);
        Assert.Equal(ConnectorErrors.LookupNotDeclared, (await _world.AdmitAsync(Use(Declared() with { RecordBytes = 512 }))).Error?.Kind);
    }

    [Fact]
    public async Task An_identifier_is_never_part_of_a_record()
    {
        Assert.Equal(SandboxErrors.ColumnNotAllowed, (await _world.AdmitAsync(Use(Declared() with { Keys = Keys("year", "trim") }, q => q with { KeyColumns = ["year"], Columns = ["firm"] }))).Error?.Kind);
        Assert.Equal(SandboxErrors.UnknownColumn, (await _world.AdmitAsync(Use(Declared(), q => q with { Columns = ["nowhere"] }))).Error?.Kind);
    }

    [Fact]
    public void A_contract_about_records_with_terms_about_groups_values_or_noise_does_not_come_about()
    {
        foreach (var term in (System.Text.Json.Nodes.JsonNode?[])[GateWorld.Constraint("dataspace:clamp", "isAnyOf", "invest:1:0:2000"), GateWorld.Constraint("dataspace:privacyBudget", "lteq", "1000000"),
            GateWorld.Constraint("dataspace:minimumGroupSize", "gteq", "5"), GateWorld.Constraint("dataspace:dominancePercent", "lteq", "60")])
        {
            var policy = GateWorld.Agreement([.. Terms("firm", "invest", "year"), term]);
            Assert.Equal(PolicyErrors.NotAboutRecords, PolicyCompiler.Compile(System.Text.Json.JsonSerializer.SerializeToElement(policy)).Error?.Kind);
        }
    }

    [Fact]
    public void Terms_that_look_ups_do_not_keep_refuse_the_use_even_if_a_contract_had_them()
    {
        var kept = new UseObligations { MinimumGroupSize = 1 };
        Assert.Null(LookupCheck.Problem(Use(Declared()), kept));
        Assert.Equal(PolicyErrors.NotAboutRecords, LookupCheck.Problem(Use(Declared()), kept with { MinimumGroupSize = 2 })?.Kind);
        Assert.Equal(PolicyErrors.NotAboutRecords, LookupCheck.Problem(Use(Declared()), kept with { DominancePercent = 99 })?.Kind);
        Assert.Equal(ConnectorErrors.PlanExceedsContract, LookupCheck.Problem(Use(Declared()), kept with { Clamps = [new ClampBound("invest", 1, 0, 1)] })?.Kind);
        Assert.Equal(ConnectorErrors.LookupWithoutNoise, LookupCheck.Problem(Use(Declared()), kept with { Privacy = new PrivacyTerms(1, null, 1) })?.Kind);
    }

    [Fact]
    public async Task The_quota_counts_a_consumer_over_all_contracts_and_across_restarts()
    {
        var declared = Declared() with { MaxQuestions = 5 };
        Assert.Null((await _world.AdmitAsync(Use(declared, q => q with { Questions = 3 }))).Error);
        Assert.Equal(ConnectorErrors.LookupsExhausted, (await _world.AdmitAsync(Use(declared, q => q with { Questions = 3 }))).Error?.Kind);
        // Another contract with other rules, fewer questions: the same counter.
        var other = GateWorld.Agreement([.. Terms("firm", "invest", "year"), GateWorld.Constraint("count", "lteq", "1000")]);
        Assert.Null((await _world.AdmitAsync(Use(declared, q => q with { Questions = 2 }, other))).Error);
        Assert.Equal(ConnectorErrors.LookupsExhausted, _world.Gate.Preview(Use(declared)).Error?.Kind);
        _world.Restart();
        Assert.Equal(ConnectorErrors.LookupsExhausted, (await _world.AdmitAsync(Use(declared))).Error?.Kind);
        Assert.Null((await _world.AdmitAsync(Use(declared with { MaxQuestions = 6 }))).Error);
    }

    [Fact]
    public async Task Forty_at_once_never_pass_the_quota()
    {
        var declared = Declared() with { MaxQuestions = 10 };
        var uses = Enumerable.Range(0, 40).Select(_ => Use(declared, q => q with { Questions = 2 })).ToList();
        var admitted = await Task.WhenAll(uses.Select(u => Task.Run(() => _world.Gate.AdmitAsync(u, TestContext.Current.CancellationToken))));
        Assert.Equal(5, admitted.Count(a => a.IsOk));
        Assert.All(admitted.Where(a => !a.IsOk), a => Assert.Equal(ConnectorErrors.LookupsExhausted, a.Error!.Kind));
    }

    [Fact]
    public async Task A_log_that_continues_a_lost_one_counts_as_spent_until_its_owner_grants_again_in_an_entry()
    {
        Assert.True(_world.Ledger.RaiseMark(LogSuccession.ContinuedMark, _world.Clock.GetUtcNow().AddHours(-1).ToUnixTimeMilliseconds(), "old").IsOk);
        Assert.Equal(ConnectorErrors.LookupsExhausted, (await _world.AdmitAsync(Use(Declared()))).Error?.Kind);
        var use = Use(Declared() with { MaxQuestions = 1 });
        Assert.Single((await _world.Services.GetRequiredService<Regrants>().GrantAgainAsync(use.Agreement, "restored from a backup", TestContext.Current.CancellationToken)).Value);
        Assert.Single(_world.Ledger.Read(0, _world.Ledger.Latest.Size), r => r.Entry.Kind == EntryKind.BudgetRegranted);
        Assert.Null((await _world.AdmitAsync(use)).Error);
        Assert.Equal(ConnectorErrors.LookupsExhausted, (await _world.AdmitAsync(Use(Declared() with { MaxQuestions = 1 }))).Error?.Kind);
    }

    private static LookupConfig Declared() => new(Keys("firm", "trim"), MaxQuestions: 100, RecordBytes: 64);

    private static Dictionary<string, IReadOnlyList<string>> Keys(string column, params string[] steps) => new() { [column] = steps };

    private static System.Text.Json.Nodes.JsonObject Policy(params string[] columns) => GateWorld.Agreement(Terms(columns));

    private static IEnumerable<System.Text.Json.Nodes.JsonNode?> Terms(params string[] columns) =>
    [
        GateWorld.Constraint("dataspace:computation", "eq", "lookup"), GateWorld.Constraint("dataspace:column", "isAnyOf", columns), GateWorld.Constraint("dataspace:minimumGroupSize", "gteq", "off"),
        GateWorld.Constraint("dataspace:dominancePercent", "lteq", "off"),
    ];

    private UseRequest Use(LookupConfig? declared, Func<LookupQuery, LookupQuery>? change = null, System.Text.Json.Nodes.JsonObject? policy = null)
    {
        var query = new LookupQuery([new KeyPartQuery("name", ["trim"])], ["firm"], ["invest"], 1, 64);
        query = change?.Invoke(query) ?? query;
        var use = _world.Use(policy ?? Policy("firm", "invest", "year"), p => p with { Kind = JobKinds.Lookup, Aggregate = null, Lookup = query, Roster = [p.Roster[1]] });
        var config = use.Dataset.Config with { Lookup = declared };
        var dataset = use.Dataset with { Config = config };
        return use with { Dataset = dataset, Listing = use.Listing! with { Dataset = dataset } };
    }
}
