using DataSpace.Connector.Uses;
using DataSpace.Kernel.Policy;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>What an owner's gate says to horizontal models: terms, bounds, minimum, columns.</summary>
public sealed class RegressionGateTests : IAsyncLifetime
{
    private readonly GateWorld _world = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task What_the_contract_allows_is_granted()
        => Assert.Null((await _world.AdmitAsync(Use())).Error);

    [Fact]
    public async Task Another_computation_another_column_and_a_smaller_minimum_are_refused()
    {
        Assert.Equal(PolicyErrors.ComputationNotAllowed, (await _world.AdmitAsync(Use(policy: Policy("aggregate")))).Error?.Kind);
        Assert.Equal(PolicyErrors.GroupTooSmall, (await _world.AdmitAsync(Use(q => q with { MinimumSubjects = 4 }))).Error?.Kind);
        Assert.NotNull((await _world.AdmitAsync(Use(q => q with { Features = [[new("nobody", 0, "0", "1")], [new("nobody", 0, "0", "1")]] }))).Error);
        Assert.NotNull((await _world.AdmitAsync(Use(q => q with { Features = [[new("firm", 0, "0", "1", ["a"])], [new("firm", 0, "0", "1", ["a"])]] }))).Error); // the subject
    }

    [Fact]
    public async Task Categories_are_group_keys_of_the_contract()
    {
        RegressFeature year = new("year", 0, "0", "1", ["1935", "1936"]);
        Assert.Null((await _world.AdmitAsync(Use(q => q with { Features = [[year], [year]], MaxRowsPerParty = RegressCheck.MaxRowsOf(2) }))).Error);
        Assert.Equal(PolicyErrors.GroupKeyNotAllowed, (await _world.AdmitAsync(Use(q => q with { Features = [[year], [year]], MaxRowsPerParty = RegressCheck.MaxRowsOf(2) }, Policy("regress", key: false)))).Error?.Kind);
    }

    [Theory]
    [InlineData("bounds")]
    [InlineData("decimals")]
    [InlineData("label")]
    [InlineData("rows")]
    [InlineData("rounds")]
    public async Task Bounds_rows_and_rounds_are_the_public_ones(string what)
    {
        static RegressFeature Invest(int decimals, string max) => new("invest", decimals, "0", max);
        var use = Use(q => what switch
        {
            "bounds" => q with { Features = [[Invest(3, "1999")], [Invest(3, "1999")]] },
            "decimals" => q with { Features = [[Invest(2, "2000")], [Invest(2, "2000")]] },
            "label" => q with { Label = q.Label with { Max = "10" } },
            "rows" => q with { MaxRowsPerParty = 1000 },
            _ => q with { Iterations = 17 },
        });
        Assert.Equal(ConnectorErrors.PlanExceedsContract, (await _world.AdmitAsync(use)).Error?.Kind);
    }

    [Fact]
    public async Task A_privacy_budget_lets_no_exact_sum_out()
    {
        var policy = GateWorld.Agreement([.. Policy("regress")["permission"]![0]!["constraint"]!.AsArray().Select(c => c!.DeepClone()), GateWorld.Constraint("dataspace:privacyBudget", "lteq", "1000000")]);
        Assert.NotNull((await _world.AdmitAsync(Use(policy: policy))).Error);
    }

    private static System.Text.Json.Nodes.JsonObject Policy(string computation, bool key = true) => GateWorld.Agreement(
    [
        GateWorld.Constraint("dataspace:computation", "eq", computation), GateWorld.Constraint("dataspace:column", "isAnyOf", "invest", "year"),
        .. key ? [GateWorld.Constraint("dataspace:groupKey", "eq", "year")] : Array.Empty<System.Text.Json.Nodes.JsonNode>(),
        GateWorld.Constraint("dataspace:clamp", "isAnyOf", "invest:3:0:2000", "year:0:0:3000"), GateWorld.Constraint("dataspace:minimumGroupSize", "gteq", "5"),
        GateWorld.Constraint("dataspace:dominancePercent", "lteq", "off"), GateWorld.Constraint("dataspace:coProvider", "isAnyOf", GateWorld.Other + "#" + GateWorld.KeyId),
    ]);

    private UseRequest Use(Func<RegressQuery, RegressQuery>? change = null, System.Text.Json.Nodes.JsonObject? policy = null)
    {
        RegressFeature invest = new("invest", 3, "0", "2000");
        var query = new RegressQuery(RegressQuery.Horizontal, RegressQuery.Poisson, new RegressLabel("year", 0, "0", "3000"), [[invest], [invest]], true, "0", 8, 5, RegressCheck.MaxRowsOf(1));
        query = change?.Invoke(query) ?? query;
        return _world.Use(policy ?? Policy("regress"), p => p with { Kind = JobKinds.Regress, Aggregate = null, Regress = query });
    }
}
