using System.Text.Json.Nodes;
using DataSpace.Connector.Uses;
using DataSpace.Kernel.Policy;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>What an owner's gate says to models over two owners' columns.</summary>
public sealed class VerticalGateTests : IAsyncLifetime
{
    private readonly GateWorld _world = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task What_both_permissions_allow_is_granted()
        => Assert.Null((await _world.AdmitAsync(Use())).Error);

    /// <summary>Both owners learn which of their subjects are common: a contract about models alone does not permit that, nor one about how many.</summary>
    [Fact]
    public async Task Rows_in_common_are_permitted_by_their_own_name()
    {
        Assert.Equal(PolicyErrors.ComputationNotAllowed, (await _world.AdmitAsync(Use(policy: GateWorld.AlignedPolicy(["regress"])))).Error?.Kind);
        Assert.Equal(PolicyErrors.ComputationNotAllowed, (await _world.AdmitAsync(Use(policy: GateWorld.AlignedPolicy(["regress", "intersect"])))).Error?.Kind);
        Assert.Equal(PolicyErrors.ComputationNotAllowed, (await _world.AdmitAsync(Use(policy: GateWorld.AlignedPolicy(["intersect:ids"])))).Error?.Kind);
    }

    [Fact]
    public async Task A_dominance_rule_that_nobody_can_keep_refuses_the_model()
        => Assert.Equal(ConnectorErrors.PlanExceedsContract, (await _world.AdmitAsync(Use(policy: GateWorld.AlignedPolicy(["regress", "intersect:ids"], dominance: "90")))).Error?.Kind);

    [Fact]
    public async Task Key_columns_are_declared_and_named_and_bounds_are_the_contracts()
    {
        Assert.Equal(ConnectorErrors.KeyNotDeclared, (await _world.AdmitAsync(Use(declared: "year"))).Error?.Kind);
        Assert.Equal(PolicyErrors.ColumnNotAllowed, (await _world.AdmitAsync(Use(policy: GateWorld.AlignedPolicy(["regress", "intersect:ids"], columns: ["invest"])))).Error?.Kind);
        Assert.Equal(ConnectorErrors.PlanExceedsContract, (await _world.AdmitAsync(Use(q => q with { Features = [q.Features[0], [q.Features[1][0] with { Max = "1999" }]] }))).Error?.Kind);
    }

    [Theory]
    [InlineData("ridge")]
    [InlineData("constant")]
    [InlineData("rows")]
    [InlineData("set")]
    public async Task Fewer_rows_more_rows_or_another_form_than_the_protocol_has_are_refused(string what)
    {
        var use = Use(q => what switch
        {
            "ridge" => q with { L2 = "0" },
            "constant" => q with { Intercept = false },
            "rows" => q with { MinimumSubjects = 29 },
            _ => q with { MaxRowsPerParty = 1001 },
        });
        Assert.Equal(ConnectorErrors.PlanExceedsContract, (await _world.AdmitAsync(use)).Error?.Kind);
    }

    private UseRequest Use(Func<RegressQuery, RegressQuery>? change = null, JsonObject? policy = null, string declared = "firm")
    {
        var query = new RegressQuery(
            RegressQuery.Vertical, RegressQuery.Logistic, new RegressLabel("late", 0, "0", "1", GateWorld.Consumer), [[new("income", 0, "0", "9")], [new("invest", 3, "0", "2000")]], true, "1", 8, 30, 1000,
            [new KeyPartQuery("name", ["trim"])], [["their"], ["firm"]], 64);
        query = change?.Invoke(query) ?? query;
        var use = _world.Use(policy ?? GateWorld.AlignedPolicy(["regress", "intersect:ids"]),
            p => p with { Kind = JobKinds.Regress, Aggregate = null, Regress = query, Roster = [p.Roster[0] with { Participant = GateWorld.Consumer }, p.Roster[1]] });
        var dataset = use.Dataset with { Config = use.Dataset.Config with { Intersection = new IntersectionConfig(new Dictionary<string, IReadOnlyList<string>> { [declared] = ["trim"] }, MaxRuns: 100, MaxPeerItems: 1000) } };
        return use with { Dataset = dataset, Listing = use.Listing! with { Dataset = dataset } };
    }
}
