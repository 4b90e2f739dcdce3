using System.Text.Json;
using DataSpace.Kernel.Policy;
using DataSpace.Sandbox;
using DataSpace.Sandbox.Cells;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>What a contract may say, the sandbox carries out: a term that only the sandbox refuses would spend every use of the contract for nothing.</summary>
public class VocabularyBoundsTests
{
    private static readonly DatasetSource Dataset = new("d", "/nowhere.csv", DatasetFormat.Csv,
        [new ColumnSchema("firm", ColumnType.Text), new ColumnSchema("year", ColumnType.Integer), new ColumnSchema("invest", ColumnType.Decimal)], "firm");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(101)]
    public async Task Dominance_has_one_range(int percent)
    {
        var policy = GateWorld.Agreement([.. GateWorld.Terms("dataspace:dominancePercent"), GateWorld.Constraint("dataspace:dominancePercent", "lteq", $"{percent}")]);
        var agreed = PolicyCompiler.Compile(JsonSerializer.SerializeToElement(policy)).IsOk;
        Assert.Equal(agreed, CellQuery.Create(Dataset, new CellPlan { GroupColumn = "year", Groups = ["1935"], Measures = [], DominancePercent = percent }).IsOk);
        var rules = new OutputRules { AllowedColumns = new HashSet<string>(), GroupKeys = new HashSet<string>(), MinGroupSize = 2, DominancePercent = percent };
        using var sandbox = new SqlSandbox(new SandboxOptions { WorkerDirectory = null });
        // Rules are looked at first, then the statement, which is too long here.
        var refused = await sandbox.PrecheckAsync(Dataset, new string(' ', 10_000_000), rules, TestContext.Current.CancellationToken);
        Assert.Equal(agreed ? SandboxErrors.StatementTooLarge : SandboxErrors.PlanInvalid, refused.Error!.Kind);
        Assert.Equal(agreed, percent is >= 1 and <= PolicyTerms.MaxDominancePercent);
    }
}
