using System.Globalization;
using DataSpace.Sandbox.Tests.Support;

namespace DataSpace.Sandbox.Tests.Cells;

/// <summary>The sensitivity that noise is scaled to must be true of what the sandbox computes.</summary>
public sealed class ContributionTests(WorkerFixture worker) : IDisposable
{
    /// <summary>Six with <c>DATASPACE_ALL_POINTS=1</c>: each starts two sandboxes.</summary>
    private static readonly int Rounds = Environment.GetEnvironmentVariable("DATASPACE_ALL_POINTS") == "1" ? 6 : 3;

    private readonly TempData _data = new();
    private int _files;

    public void Dispose() => _data.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static CellPlan Plan(int? bound, params string[] groups) => new()
    {
        GroupColumn = "year",
        Groups = groups,
        Measures = [new MeasurePlan("invest", 2, -5, 10, NeedsSquares: true)],
        CompleteRowsOnly = true,
        ContributionBound = bound,
    };

    private async Task<IReadOnlyList<Cell>> Run(string rows, CellPlan plan, ColumnType type = ColumnType.Decimal, string? subject = "firm")
    {
        ColumnSchema[] columns = [new("year", ColumnType.Integer), new("firm", ColumnType.Text, IsIdentifier: true), new("invest", type)];
        var source = new DatasetSource("d", _data.File($"{_files++}.csv", "year,firm,invest\n" + rows), DatasetFormat.Csv, columns, subject);
        var ran = await worker.Sandbox.RunCellsAsync(source, plan, new SandboxLimits(), Token);
        Assert.True(ran.IsOk, ran.Error + string.Join("\n", worker.Incidents.Of("d")));
        return ran.Value.Cells;
    }

    [Theory]
    [InlineData(ColumnType.Decimal)]
    [InlineData(ColumnType.Double)]
    [InlineData(ColumnType.Integer)]
    public async Task A_subject_with_a_hundred_rows_counts_once_with_one_clamped_value(ColumnType type)
    {
        var rows = string.Concat(Enumerable.Repeat("1935,A,3\n", 100)) + "1935,B,2\n1935,B,-4\n1935,C,-3\n1935,C,-3\n";
        var cell = (await Run(rows, Plan(1, "1935"), type))[0];
        Assert.Equal((3L, 3L), (cell.Rows, cell.Subjects));
        Assert.Equal(((Int128)(1000 - 200 - 500), (Int128)(1_000_000 + 40_000 + 250_000)), (cell.Measures[0].Sum, cell.Measures[0].SumOfSquares));
        var unbounded = (await Run(rows, Plan(null, "1935"), type))[0];
        Assert.Equal(104, unbounded.Rows);
    }

    [Fact]
    public async Task A_subject_counts_in_no_more_groups_than_allowed_and_rows_without_a_subject_in_none()
    {
        var years = Enumerable.Range(2000, 20).Select(y => y.ToString(CultureInfo.InvariantCulture)).ToArray();
        var rows = string.Concat(years.SelectMany(y => Enumerable.Range(0, 30).Select(f => $"{y},F{f},1\n").Append($"{y},,1\n")));
        var cells = await Run(rows, Plan(3, years));
        Assert.Equal(90, cells.Sum(c => c.Rows));
        Assert.True(cells.Count(c => c.Rows > 0) > 10, "the choice favours some groups");
        Assert.Equal(600, (await Run(rows, Plan(20, years))).Sum(c => c.Rows));
    }

    [Fact]
    public async Task Without_a_subject_column_a_row_is_the_subject()
    {
        var cell = (await Run("1935,A,3\n1935,A,3\n", Plan(1, "1935"), subject: null))[0];
        Assert.Equal((2L, 2L, (Int128)600), (cell.Rows, cell.Subjects, cell.Measures[0].Sum));
    }

    [Fact]
    public async Task Dominance_and_clamping_judge_the_subject()
    {
        var cell = (await Run(string.Concat(Enumerable.Repeat("1935,A,3\n", 100)) + "1935,B,9\n1935,C,9\n", Plan(1, "1935") with { DominancePercent = 50 }))[0];
        Assert.False(cell.Dominated); // 10 of 28, though 300 of 318 before clamping
        Assert.Equal(1, cell.Measures[0].ClampedRows);
    }

    /// <summary>Random data: taking one subject away changes at most C cells, each by at most what the noise is scaled to.</summary>
    [Theory]
    [InlineData(1, ColumnType.Decimal, 1)]
    [InlineData(2, ColumnType.Double, 2)]
    [InlineData(2, ColumnType.Integer, 3)]
    public async Task Without_one_subject_no_figure_moves_further_than_its_sensitivity(int bound, ColumnType type, int seed)
    {
        string[] years = ["1", "2", "3", "4"];
        var state = (uint)seed;
        int Next(int below) => (int)((state = (state * 1664525) + 1013904223) >> 8) % below;
        for (var round = 0; round < Rounds; round++)
        {
            var rows = Enumerable.Range(0, 60).Select(_ => (Year: years[Next(4)], Firm: $"F{Next(8)}", Value: Next(60) - 30)).ToList();
            var victim = rows[Next(rows.Count)].Firm;
            string Text(IEnumerable<(string Year, string Firm, int Value)> of) => string.Concat(of.Select(r => $"{r.Year},{r.Firm},{r.Value}\n"));
            var with = await Run(Text(rows), Plan(bound, years), type);
            var without = await Run(Text(rows.Where(r => r.Firm != victim)), Plan(bound, years), type);
            var moved = with.Zip(without).Select(p => (
                Rows: Math.Abs(p.First.Rows - p.Second.Rows), Sum: Int128.Abs(p.First.Measures[0].Sum - p.Second.Measures[0].Sum),
                Squares: Int128.Abs(p.First.Measures[0].SumOfSquares - p.Second.Measures[0].SumOfSquares))).ToList();
            Assert.Equal(bound, moved.Count(m => m.Rows > 0));
            Assert.All(moved, m => Assert.True(m.Rows <= 1 && m.Sum <= 1000 && m.Squares <= 1_000_000 && (m.Rows == 1 || m.Sum == 0)));
        }
    }
}
