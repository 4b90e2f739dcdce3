using System.Globalization;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Uses;
using DataSpace.EndToEnd.Support;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;

namespace DataSpace.EndToEnd;

/// <summary>
/// The file is replaced between the Grant, which names its version, and the reading: nothing of the new one is released as the old one, or remembered as its subjects. The real
/// gate, ledger, history and sandbox.
/// </summary>
public sealed class ReplacedFileTests
{
    private static readonly string Old = Csv(firms: 8), New = Csv(firms: 7);
    private static readonly AggregateQuery Exact = PrivateOwner.Query(q => q with { Noise = null });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_joint_statistic_of_a_replaced_file_is_not_released_and_not_remembered()
    {
        await using var owner = await PrivateOwner.StartAsync();
        owner.Write(Old);
        var contract = owner.Contract(isPrivate: false);
        var (use, grant) = await AdmitAsync(owner, contract, Exact);
        owner.Write(New);
        Assert.Equal("DS-CON-011", (await CellsAsync(owner, use, grant, Exact)).Error!.Code);
        Assert.Equal(0, (await owner.History.StatusAsync(Token)).Value.Answers);

        // Had the sets of seven been kept under the version of eight, seven and eight would now pass for one.
        owner.Write(Old);
        (use, grant) = await AdmitAsync(owner, contract, Exact);
        var eight = (await CellsAsync(owner, use, grant, Exact)).Value;
        Assert.All(eight.Cells, c => Assert.Equal((8, false), (c.Subjects, c.Dominated)));
        owner.Write(New);
        (use, grant) = await AdmitAsync(owner, contract, Exact);
        Assert.All((await CellsAsync(owner, use, grant, Exact)).Value.Cells, c => Assert.True(c.Dominated)); // one firm less
    }

    [Fact]
    public async Task Noisy_figures_of_a_replaced_file_are_not_released_under_the_noise_of_the_old_one()
    {
        await using var owner = await PrivateOwner.StartAsync();
        owner.Write(Old);
        var query = PrivateOwner.Query();
        var (use, grant) = await AdmitAsync(owner, owner.Contract(), query);
        owner.Write(New); // noise follows from the version: two files under one noise would differ by exact figures
        Assert.Equal("DS-CON-011", (await CellsAsync(owner, use, grant, query)).Error!.Code);
    }

    [Fact]
    public async Task A_statement_over_a_replaced_file_is_not_released()
    {
        await using var owner = await PrivateOwner.StartAsync();
        owner.Write(Old);
        var (use, grant) = await AdmitAsync(owner, owner.Contract(isPrivate: false), Exact);
        var rules = new OutputRules { AllowedColumns = new HashSet<string> { "year", "x" }, GroupKeys = new HashSet<string> { "year" }, MinGroupSize = 3, DominancePercent = null };
        Task<Result<ReleasedRun>> RunAsync() => owner.Controlled.RunStatementAsync(grant, use, "SELECT year, SUM(x) AS s FROM d GROUP BY year", rules, new SandboxLimits(), Token);
        owner.Write(New);
        Assert.Equal("DS-CON-011", (await RunAsync()).Error!.Code);
        owner.Write(Old);
        Assert.True((await RunAsync()).IsOk);
    }

    private static async Task<(UseRequest Use, GrantHandle Grant)> AdmitAsync(PrivateOwner owner, Connector.Agreements.BoundAgreement contract, AggregateQuery query)
    {
        var use = await owner.UseAsync(contract, query, owner.Version());
        Assert.Null(await owner.Controlled.RefusalAsync(use, Token)); // as before every Grant: the history is there first
        return (use, (await owner.Gate.AdmitAsync(use, Token)).Value.Use.Handle);
    }

    private static Task<Result<CellTable>> CellsAsync(PrivateOwner owner, UseRequest use, GrantHandle grant, AggregateQuery query)
        => owner.Controlled.RunCellsAsync(grant, use, query, CellPlans.Of(query, []), new SandboxLimits(), Token);

    private static string Csv(int firms) => "year,firm,x,y\n" + string.Concat(
        Enumerable.Range(1, 3).SelectMany(year => Enumerable.Range(0, firms).Select(i => string.Create(CultureInfo.InvariantCulture, $"{year},F{year}-{i},{10 + i}.5,{2 + (i % 5)}\n"))));
}
