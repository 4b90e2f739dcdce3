using DataSpace.Connector.Uses;
using DataSpace.Kernel.Policy;
using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>What an owner says to the terms of a model over two owners' columns: those that the protocol cannot keep are refused by each owner, whatever the analyst's planner let through.</summary>
public sealed class LinearGateTests : IAsyncLifetime
{
    private static readonly UseObligations Terms = new() { MinimumGroupSize = 5, Clamps = [new("invest", 3, 0, 2_000_000), new("year", 0, 0, 3000)] };
    private readonly GateWorld _world = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData(RegressQuery.Linear, null, 1)]
    [InlineData(RegressQuery.LinearProbability, null, 1)]
    [InlineData(RegressQuery.Logistic, 64, 128)]
    public void Models_with_their_own_terms_are_covered(string model, int? halfPeriod, int iterations)
        => Assert.Null(Problem(q => q with { Model = model, HalfPeriod = halfPeriod, Iterations = iterations }));

    [Theory]
    [InlineData("range")]
    [InlineData("iterations")]
    [InlineData("poisson")]
    [InlineData("logistic without a range")]
    [InlineData("no constant")]
    [InlineData("no ridge")]
    [InlineData("bounds of the label")]
    [InlineData("rows")]
    public void Terms_of_another_model_or_beyond_the_contract_are_not(string what)
        => Assert.Equal(ConnectorErrors.PlanExceedsContract, Problem(q => what switch
        {
            "range" => q with { HalfPeriod = 64 },
            "iterations" => q with { Iterations = 2 },
            "poisson" => q with { Model = RegressQuery.Poisson },
            "logistic without a range" => q with { Model = RegressQuery.Logistic },
            "no constant" => q with { Intercept = false },
            "no ridge" => q with { L2 = "0" },
            "bounds of the label" => q with { Label = q.Label with { Max = "2999" } },
            _ => q with { MinimumSubjects = 29 },
        }));

    [Fact]
    public void A_ridge_that_does_not_carry_the_plans_most_rows_is_refused_by_the_owner_too()
    {
        Assert.Equal(VerticalErrors.RidgeTooSmall, Problem(q => q with { L2 = "0.01" }));
        Assert.Null(Problem(q => q with { L2 = "0.02" }));
        var one = new RegressFeature("invest", 3, "0", "2000");
        Assert.Equal(655, VerticalCheck.MostRowsByRidge([[one], [one]], "0.01"));
    }

    private Kernel.Results.ErrorKind? Problem(Func<RegressQuery, RegressQuery> change)
    {
        RegressFeature invest = new("invest", 3, "0", "2000");
        var query = change(new RegressQuery(
            RegressQuery.Vertical, RegressQuery.Linear, new RegressLabel("year", 0, "0", "3000", GateWorld.Provider), [[invest], [invest]], true, "1", 1, 30, 1000, [new KeyPartQuery("name", ["trim"])], [["their"], ["firm"]]));
        var use = _world.Use(GateWorld.Agreement(GateWorld.Terms("dataspace:column")), p => p with { Kind = JobKinds.Regress, Aggregate = null, Regress = query });
        var declared = use.Dataset.Config with { Intersection = new IntersectionConfig(new Dictionary<string, IReadOnlyList<string>> { ["firm"] = ["trim"] }, MaxRuns: 100) };
        return VerticalCheck.Problem(use with { Order = use.Order with { Consumer = GateWorld.Other }, Dataset = use.Dataset with { Config = declared } }, Terms, query)?.Kind;
    }
}
