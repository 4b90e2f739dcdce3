using DataSpace.Sandbox.Tests.Support;

namespace DataSpace.Sandbox.Tests.Cells;

public sealed class CellTests(WorkerFixture worker) : IDisposable
{
    private static readonly ColumnSchema[] Columns =
    [
        new("year", ColumnType.Integer), new("firm", ColumnType.Text, IsIdentifier: true), new("invest", ColumnType.Decimal),
    ];

    private readonly TempData _data = new();

    public void Dispose() => _data.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private DatasetSource Csv(string text, string? subject = "firm")
        => new("d", _data.File("d.csv", text), DatasetFormat.Csv, Columns, subject);

    private static CellPlan Plan(params string[] groups) => new()
    {
        GroupColumn = "year",
        Groups = groups,
        Measures = [new MeasurePlan("invest", 3, 0, 5000, NeedsSquares: true)],
    };

    [Fact]
    public async Task Sums_are_exact_and_groups_without_rows_are_zero()
    {
        var source = Csv("year,firm,invest\n1935,A,730.398\n1935,B,0.0005\n1935,B,0.0004999995\n1936,A,9999\n");
        var result = await worker.Sandbox.RunCellsAsync(source, Plan("1936", "1934", "1935"), new SandboxLimits(), Token);
        Assert.True(result.IsOk, result.Error + string.Join("\n", worker.Incidents.Of("d")));
        var table = result.Value;
        Assert.Equal(["1936", "1934", "1935"], table.Cells.Select(c => c.Group));
        Assert.Equal(new CellMeasure(5_000_000, 25_000_000_000_000, 1, 0, 1), table.Cells[0].Measures[0]);
        Assert.Equal((0L, 0L), (table.Cells[1].Rows, table.Cells[1].Subjects));
        Assert.Equal((3L, 2L), (table.Cells[2].Rows, table.Cells[2].Subjects));
        Assert.Equal((Int128)730_399, table.Cells[2].Measures[0].Sum);
        Assert.Equal(((Int128)730_398 * 730_398) + 1, table.Cells[2].Measures[0].SumOfSquares);
        Assert.True(table.Usage.WorkerCpuMs > 0 && table.Usage.PeakResidentBytes > 0 && table.Usage.WallMs > 0);
    }
}
