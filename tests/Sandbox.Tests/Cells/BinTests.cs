using System.Globalization;
using DataSpace.Sandbox.Tests.Support;

namespace DataSpace.Sandbox.Tests.Cells;

/// <summary>Bins of a number and products of measures, against plain arithmetic over the same rows.</summary>
public sealed class BinTests(WorkerFixture worker) : IDisposable
{
    private static readonly string[] Years = ["2", "1"];
    private readonly TempData _data = new();
    private int _files;

    public void Dispose() => _data.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static CellPlan Plan(params string[] edges) => new() { GroupColumn = "year", Groups = Years, Measures = [], Bins = new BinPlan("x", edges), CompleteRowsOnly = true };

    private DatasetSource Source(string rows, ColumnType type = ColumnType.Decimal, string? subject = "firm") => new(
        "bins", _data.File($"{_files++}.csv", "year,firm,x,y,z\n" + rows), DatasetFormat.Csv,
        [new("year", ColumnType.Integer), new("firm", ColumnType.Text, IsIdentifier: true), new("x", type), new("y", ColumnType.Double), new("z", ColumnType.Integer)], subject);

    private async Task<IReadOnlyList<Cell>> Run(DatasetSource source, CellPlan plan, IAnswerControl? control = null)
    {
        var ran = await worker.Sandbox.RunCellsAsync(source, plan, new SandboxLimits(), control, Token);
        Assert.True(ran.IsOk, ran.Error + string.Join("\n", worker.Incidents.Of("bins")));
        return ran.Value.Cells;
    }

    [Theory]
    [InlineData(ColumnType.Decimal, "firm")]
    [InlineData(ColumnType.Double, "firm")]
    [InlineData(ColumnType.Integer, null)]
    public async Task Every_row_with_a_value_is_in_exactly_the_bin_that_holds_it(ColumnType type, string? subject)
    {
        var state = 7u;
        int Next(int below) => (int)((state = (state * 1664525) + 1013904223) >> 8) % below;
        var rows = Enumerable.Range(0, 300).Select(_ => (Year: 1 + Next(3), Firm: $"F{Next(9)}", X: Next(12) == 0 ? null : (int?)Next(40) - 10)).ToList();
        var text = string.Concat(rows.Select(r => $"{r.Year},{r.Firm},{r.X},0,0\n"));
        if (type == ColumnType.Double)
            text += "1,F0,nan,0,0\n";
        string[] edges = ["-5", "0", "12", "13"];
        decimal[] bounds = [decimal.MinValue, -5, 0, 12, 13, decimal.MaxValue];
        var cells = await Run(Source(text, type, subject), Plan(edges));
        var all = await Run(Source(text, type, subject), Plan(edges) with { GroupColumn = null, Groups = [] });
        Assert.Equal((10, 5), (cells.Count, all.Count));
        for (var cell = 0; cell < 10; cell++)
        {
            var inside = rows.Where(r => r.Year == int.Parse(Years[cell / 5], CultureInfo.InvariantCulture) && r.X >= bounds[cell % 5] && r.X < bounds[(cell % 5) + 1]).ToList();
            Assert.Equal((inside.Count, subject is null ? inside.Count : inside.DistinctBy(r => r.Firm).Count()), ((int)cells[cell].Rows, (int)cells[cell].Subjects));
        }
        Assert.Equal(Enumerable.Range(0, 5).Select(b => (long)rows.Count(r => r.X >= bounds[b] && r.X < bounds[b + 1])), all.Select(c => c.Rows));
    }

    [Fact]
    public async Task A_bin_of_which_one_subject_holds_most_rows_is_dominated()
    {
        var source = Source("1,A,1,0,0\n1,A,2,0,0\n1,A,3,0,0\n1,B,4,0,0\n1,A,50,0,0\n1,B,60,0,0\n1,C,70,0,0\n");
        var plan = Plan("10") with { GroupColumn = null, Groups = [], DominancePercent = 60 };
        Assert.Equal([true, false], (await Run(source, plan)).Select(c => c.Dominated));
        Assert.Equal([false, false], (await Run(source, plan with { DominancePercent = 75 })).Select(c => c.Dominated));
        Assert.Equal([false, true], (await Run(source with { SubjectColumn = null }, plan with { DominancePercent = 30 })).Select(c => c.Dominated)); // 1 of 4 rows, 1 of 3
    }

    [Fact]
    public async Task Under_a_contribution_bound_a_subject_counts_once_in_so_many_bins()
    {
        var source = Source(string.Concat(Enumerable.Range(0, 200).Select(i => $"{1 + (i % 2)},F{i % 10},{i % 40},0,0\n")));
        Assert.Equal(10, (await Run(source, Plan("10", "20", "30") with { ContributionBound = 1 })).Sum(c => c.Rows));
        var all = await Run(source, Plan("10", "20", "30") with { ContributionBound = 3, GroupColumn = null, Groups = [] });
        Assert.Equal(30, all.Sum(c => c.Rows));
        Assert.All(all, c => Assert.Equal(c.Rows, c.Subjects));
    }

    [Fact]
    public async Task Each_bin_lists_its_subjects_and_other_edges_are_another_scope()
    {
        var source = Source("1,A,1,0,0\n1,A,20,0,0\n1,B,20,0,0\n1,,20,0,0\n2,C,1,0,0\n2,D,,0,0\n");
        var control = new Listing();
        await Run(source, Plan("10"), control);
        Assert.Equal(["A"], control.Of(2));
        Assert.Equal(["(none)", "A", "B"], control.Of(3));
        Assert.Equal(["C"], control.Of(0));
        Assert.Empty(control.Of(1)); // D has no value
        var rowwise = new Listing();
        await Run(source with { SubjectColumn = null }, Plan("10"), rowwise);
        Assert.Equal([1, 0, 1, 3], Enumerable.Range(0, 4).Select(c => rowwise.Of(c).Count));
        var scopes = new HashSet<string> { control.Scope! };
        foreach (var plan in (CellPlan[])[Plan("11"), Plan("10", "11"), Plan("10") with { GroupColumn = null, Groups = [] }, Plan("10") with { Groups = ["1", "2"] }, Plan("10") with { Bins = null }])
        {
            var other = new Listing { IsKnown = true };
            await Run(source, plan, other);
            Assert.True(scopes.Add(other.Scope!), other.Scope);
        }
    }

    [Fact]
    public async Task What_cannot_be_binned_is_refused_before_anything_runs()
    {
        var source = Source("1,A,1,0,0\n");
        (CellPlan Plan, string Code)[] bad =
        [
            (Plan(), "DS-SBX-325"), (Plan("1", "1"), "DS-SBX-325"), (Plan("2", "1"), "DS-SBX-325"), (Plan("a"), "DS-SBX-325"), (Plan("1") with { Bins = new BinPlan("firm", ["1"]) }, "DS-SBX-203"),
            (Plan("1") with { Bins = new BinPlan("q", ["1"]) }, "DS-SBX-201"), (Plan("1") with { Bins = new BinPlan("z", ["1.5"]) }, "DS-SBX-325"), (Plan("1") with { Groups = [] }, "DS-SBX-213"),
            (Plan("1") with { GroupColumn = null }, "DS-SBX-213"), (Plan([.. Enumerable.Range(0, 5000).Select(i => i.ToString(CultureInfo.InvariantCulture))]), "DS-SBX-213"),
        ];
        foreach (var (plan, code) in bad)
            Assert.Equal(code, (await worker.Sandbox.RunCellsAsync(source, plan, new SandboxLimits(), Token)).Error?.Code);
    }

    [Fact]
    public void The_spelling_of_edges_is_canonical_and_their_values_are_not()
    {
        var source = Source("");
        string Key(CellPlan plan) => System.Text.Json.JsonSerializer.Serialize(CanonicalCells.Of(source, plan).Value);
        Assert.Equal(Key(Plan("1", "2.5")), Key(Plan("+1.0", "02.50")));
        Assert.Equal(4, new[] { Plan("1", "2.5"), Plan("1", "2.6"), Plan("1"), Plan("1", "2.5") with { Bins = null } }.Select(Key).Distinct().Count());
        Assert.Equal(["0|2", "1|2", "0|1", "1|1"], CanonicalCells.Of(source, Plan("1")).Value.CellsInPlanOrder);
    }

    [Theory]
    [InlineData("firm", null)]
    [InlineData(null, null)]
    [InlineData("firm", 1)]
    public async Task Products_are_those_of_the_clamped_scaled_values(string? subject, int? bound)
    {
        var state = 11u;
        int Next(int below) => (int)((state = (state * 1664525) + 1013904223) >> 8) % below;
        var rows = Enumerable.Range(0, 80).Select(i => (Firm: $"F{(bound is null ? Next(9) : i)}", X: Next(2000) - 500, Y: Next(900), Z: Next(50) - 25)).ToList();
        var source = Source(string.Concat(rows.Select(r => $"1,{r.Firm},{(r.X / 100m).ToString(CultureInfo.InvariantCulture)},{(r.Y / 10.0).ToString(CultureInfo.InvariantCulture)},{r.Z}\n")) + "1,G,,1,1\n", subject: subject);
        var plan = new CellPlan
        {
            GroupColumn = null,
            Groups = [],
            Measures = [new("x", 3, -2, 10, true), new("y", 1, 0, 80, true), new("z", 0, -20, 1_000_000_000, true)],
            Products = true,
            CompleteRowsOnly = true,
            ContributionBound = bound,
        };
        var cell = Assert.Single(await Run(source, plan));
        var scaled = rows.Select(r => (X: (Int128)Math.Clamp(r.X * 10, -2000, 10_000), Y: (Int128)Math.Clamp(r.Y, 0, 800), Z: (Int128)Math.Max(r.Z, -20))).ToList();
        Int128 Sum(Func<(Int128 X, Int128 Y, Int128 Z), Int128> of) => scaled.Aggregate((Int128)0, (sum, r) => sum + of(r));
        Assert.Equal([Sum(r => r.X * r.Y), Sum(r => r.X * r.Z), Sum(r => r.Y * r.Z)], cell.Products);
        Assert.Equal(Sum(r => r.X * r.X), cell.Measures[0].SumOfSquares);
        Assert.Equal(80, cell.Rows);
        Assert.Equal([0, 0, 0], (await Run(source, plan with { Where = [new("z", "gt", ["999"])] }))[0].Products);
        Assert.Equal("DS-SBX-213", (await worker.Sandbox.RunCellsAsync(source, plan with { CompleteRowsOnly = false }, new SandboxLimits(), Token)).Error?.Code);
    }
}
