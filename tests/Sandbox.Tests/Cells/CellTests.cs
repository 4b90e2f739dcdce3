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

    [Fact]
    public async Task One_subject_with_many_rows_is_one_subject()
    {
        var text = "year,firm,invest\n" + string.Concat(Enumerable.Repeat("1935,A,1\n", 100)) + "1935,,5\n";
        var cells = (await worker.Sandbox.RunCellsAsync(Csv(text), Plan("1935"), new SandboxLimits(), Token)).Value.Cells;
        Assert.Equal((101L, 1L), (cells[0].Rows, cells[0].Subjects));
        var counted = (await worker.Sandbox.RunCellsAsync(Csv(text, subject: null), Plan("1935"), new SandboxLimits(), Token)).Value.Cells;
        Assert.Equal((101L, 101L), (counted[0].Rows, counted[0].Subjects));
    }

    [Fact]
    public async Task Missing_values_count_no_subject_of_the_measure()
    {
        var cells = (await worker.Sandbox.RunCellsAsync(Csv("year,firm,invest\n1935,A,7\n1935,B,\n1935,C,\n"), Plan("1935"), new SandboxLimits(), Token)).Value.Cells;
        Assert.Equal(3, cells[0].Subjects);
        Assert.Equal(new CellMeasure(7000, 49_000_000, 0, 2, 1), cells[0].Measures[0]);
    }

    [Fact]
    public async Task Complete_rows_only_leaves_rows_without_a_value_out_of_every_figure()
    {
        var source = Csv("year,firm,invest\n1935,A,7\n1935,B,\n1935,C,9\n1935,C,\n");
        var cell = (await worker.Sandbox.RunCellsAsync(source, Plan("1935") with { CompleteRowsOnly = true }, new SandboxLimits(), Token)).Value.Cells[0];
        Assert.Equal((2L, 2L, 0L), (cell.Rows, cell.Subjects, cell.Measures[0].NullRows));
        Assert.Equal(cell.Subjects, cell.Measures[0].Subjects);
    }

    [Theory]
    [InlineData("A", 89, true)]
    [InlineData("A", 91, false)]
    [InlineData(null, 89, true)]
    [InlineData(null, 91, false)]
    public async Task Dominance_is_a_share_of_the_absolute_total(string? subject, int percent, bool dominated)
    {
        var source = Csv("year,firm,invest\n1935,A,90\n1935,B,4\n1935,C,6\n", subject is null ? null : "firm");
        var plan = Plan("1935") with { DominancePercent = percent };
        Assert.Equal(dominated, (await worker.Sandbox.RunCellsAsync(source, plan, new SandboxLimits(), Token)).Value.Cells[0].Dominated);
    }

    [Fact]
    public async Task Text_groups_with_hostile_names_are_only_names()
    {
        string[] codes = ["x' OR '1'='1", "\"; DROP", "中文", "--", "a\\'b"];
        var text = "year,firm,invest,sector\n" + string.Concat(codes.Select((c, i) => $"1935,F{i},{i},\"{c.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\n"));
        var source = new DatasetSource("d", _data.File("t.csv", text), DatasetFormat.Csv, [.. Columns, new ColumnSchema("sector", ColumnType.Text)], "firm");
        var cells = (await worker.Sandbox.RunCellsAsync(source, Plan(codes) with { GroupColumn = "sector" }, new SandboxLimits(), Token)).Value.Cells;
        Assert.All(cells, c => Assert.Equal(1, c.Rows));
    }

    [Fact]
    public void Plans_that_break_the_rules_are_refused_by_name()
    {
        var source = new DatasetSource("d", "/none", DatasetFormat.Csv, Columns, "firm");
        var plan = Plan("1935");
        MeasurePlan measure = plan.Measures[0];
        (CellPlan Plan, string Code)[] cases =
        [
            (plan with { GroupColumn = "firm" }, "DS-SBX-203"),
            (plan with { GroupColumn = "zz" }, "DS-SBX-201"),
            (plan with { GroupColumn = "invest" }, "DS-SBX-213"),
            (plan with { Groups = ["1935", "+1935"] }, "DS-SBX-213"),
            (plan with { Groups = ["1935; --"] }, "DS-SBX-213"),
            (plan with { Groups = [] }, "DS-SBX-213"),
            (plan with { Measures = [measure with { Column = "firm" }] }, "DS-SBX-203"),
            (plan with { Measures = [measure with { Max = 1e13m }] }, "DS-SBX-213"),
            (plan with { Measures = [measure with { Min = 0.0001m }] }, "DS-SBX-213"),
            (plan with { Measures = [measure with { Decimals = 10 }] }, "DS-SBX-213"),
            (plan with { Where = [new CellPredicate("firm", "eq", ["A"])] }, "DS-SBX-203"),
            (plan with { Where = [new CellPredicate("year", "like", ["1"])] }, "DS-SBX-213"),
            (plan with { Where = [new CellPredicate("year", "eq", ["1 OR 1=1"])] }, "DS-SBX-213"),
            (plan with { DominancePercent = 100 }, "DS-SBX-213"),
            (plan with { ContributionBound = 0 }, "DS-SBX-213"),
        ];
        Assert.All(cases, c => Assert.Equal(c.Code, SqlSandbox.CellSql(source, c.Plan).Error!.Code));
    }
}
