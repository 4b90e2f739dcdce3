using System.Text;
using DataSpace.Sandbox.Tests.Support;
using DuckDB.NET.Data;

namespace DataSpace.Sandbox.Tests.Cells;

/// <summary>Who stands behind each cell, as the sandbox tells the connector.</summary>
public sealed class SubjectListTests(WorkerFixture worker) : IDisposable
{
    private static readonly ColumnSchema[] Columns =
    [
        new("year", ColumnType.Integer), new("firm", ColumnType.Text, IsIdentifier: true), new("invest", ColumnType.Decimal), new("open", ColumnType.Boolean),
    ];

    private readonly TempData _data = new();
    private int _files;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Each_cell_lists_its_subjects_once_and_the_numbers_stay()
    {
        var source = Csv("year,firm,invest,open\n1935,A,7,true\n1935,A,8,true\n1935,B,9,false\n1936,A,1,true\n1936,\"x,\"\"y\",2,true\n1937,C,,true\n1935,,5,true\n");
        var plan = Plan("1936", "1934", "1935", "1937");
        var control = new Listing();
        var table = (await worker.Sandbox.RunCellsAsync(source, plan, new SandboxLimits(), control, Token)).Value;
        Assert.Equal(["A", "x,\"y"], control.Of(0));
        Assert.Empty(control.Of(1));
        Assert.Equal(["(none)", "A", "B"], control.Of(2));
        Assert.Empty(control.Of(3)); // no value: in no figure
        Assert.Equal(control.Count, control.Distinct);
        var plain = (await worker.Sandbox.RunCellsAsync(source, plan, new SandboxLimits(), Token)).Value;
        Assert.Equal(plain.Cells.SelectMany(Figures), table.Cells.SelectMany(Figures));
    }

    [Fact]
    public async Task Known_scopes_are_not_listed_and_the_scope_names_what_decides_the_sets()
    {
        var source = Csv("year,firm,invest,open\n1935,A,7,true\n");
        var scopes = new List<string>();
        foreach (var plan in (CellPlan[])[Plan("1935"), Plan("1935") with { DominancePercent = 50 }, Plan("1935", "1936"), Plan("1935", "1936") with { ContributionBound = 1 }, Plan("1935", "1936") with { ContributionBound = 2 }, Plan("1935") with { Where = [new("open", "eq", ["true"])] }])
        {
            var control = new Listing { IsKnown = true };
            Assert.True((await worker.Sandbox.RunCellsAsync(source, plan, new SandboxLimits(), control, Token)).IsOk);
            Assert.Equal(0, control.Count);
            scopes.Add(control.Scope!);
        }
        Assert.Equal(scopes[0], scopes[1]);
        Assert.Equal(5, scopes.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_subject_has_one_text_in_every_format_and_type()
    {
        var csv = Csv("year,firm,invest,open\n1935,7.5,1,true\n1935,10,1,true\n1935,-3.250,1,true\n") with { Columns = [Columns[0], new("firm", ColumnType.Decimal, true), Columns[2], Columns[3]] };
        Assert.Equal(["-3.25", "10", "7.5"], (await ListAsync(csv)).Of(0));
        var parquet = _data.Root + "/d.parquet";
        using (var connection = new DuckDBConnection("Data Source=:memory:"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"COPY (SELECT 1935 AS year, CAST(s AS DECIMAL(9,4)) AS firm, 1.0 AS invest, true AS open FROM (VALUES (7.5), (10), (-3.25)) t(s)) TO '{parquet}' (FORMAT parquet)";
            command.ExecuteNonQuery();
        }
        Assert.Equal(["-3.25", "10", "7.5"], (await ListAsync(csv with { Path = parquet, Format = DatasetFormat.Parquet })).Of(0));
        var whole = Csv("year,firm,invest,open\n1935,9223372036854775807,1,true\n1935,-9223372036854775808,1,true\n1935,0,1,true\n");
        Assert.Equal(["-9223372036854775808", "0", "9223372036854775807"], (await ListAsync(whole with { Columns = [Columns[0], new("firm", ColumnType.Integer, true), Columns[2], Columns[3]] })).Of(0));
    }

    [Fact]
    public async Task Without_a_subject_column_every_row_is_listed_and_no_two_rows_share_a_text()
    {
        var source = Csv("year,firm,invest,open\n1935,A,1,true\n1935,A,1.0,true\n1935,,1,true\n1935,\"\"\"-\",1,true\n1935,A,1,\n1936,A,1,true\n") with { SubjectColumn = null };
        var control = await ListAsync(source);
        Assert.Equal(5, control.Count);
        Assert.Equal(4, control.Distinct); // the first two are equal rows
    }

    [Fact]
    public async Task A_hundred_thousand_subjects_arrive_whole()
    {
        var text = new StringBuilder("year,firm,invest,open\n");
        for (var i = 0; i < 100_000; i++)
            text.Append($"{1935 + (i % 2)},firm-{i}-{new string('x', i % 90)},1,true\n");
        var control = new Listing();
        Assert.True((await worker.Sandbox.RunCellsAsync(Csv(text.ToString()), Plan("1935", "1936"), new SandboxLimits(), control, Token)).IsOk);
        Assert.Equal((50_000, 50_000), (control.Of(0).Count, control.Of(1).Count));
    }

    private async Task<Listing> ListAsync(DatasetSource source)
    {
        var control = new Listing();
        var ran = await worker.Sandbox.RunCellsAsync(source, Plan("1935"), new SandboxLimits(), control, Token);
        Assert.True(ran.IsOk, ran.Error + string.Join("\n", worker.Incidents.Of("subjects")));
        return control;
    }

    private DatasetSource Csv(string text) => new("subjects", _data.File($"{_files++}.csv", text), DatasetFormat.Csv, Columns, "firm");

    private static CellPlan Plan(params string[] groups) => new()
    {
        GroupColumn = "year",
        Groups = groups,
        Measures = [new MeasurePlan("invest", 3, 0, 5000, NeedsSquares: true)],
        CompleteRowsOnly = true,
    };

    private static IEnumerable<object> Figures(Cell cell) => [cell.Group, cell.Rows, cell.Subjects, cell.Dominated, .. cell.Measures];
}

/// <summary>A control that keeps what it is told and withholds nothing, or what it is told to.</summary>
internal sealed class Listing : IAnswerControl, ISubjectSink
{
    private readonly List<(int Cell, ulong Missing, string Subject)> _all = [];

    public bool IsKnown { get; init; }

    public IReadOnlySet<int> Withheld { get; init; } = new HashSet<int>();

    public string? Scope { get; private set; }

    public IReadOnlyList<string> Columns { get; private set; } = [];

    public IReadOnlyList<CellState> States { get; private set; } = [];

    public int Count => _all.Count;

    public int Distinct => _all.Distinct().Count();

    public IReadOnlyList<string> Of(int cell) => [.. _all.Where(a => a.Cell == cell).Select(a => a.Subject).Order(StringComparer.Ordinal)];

    public IReadOnlyList<string> Lacking(int cell, int column)
        => [.. _all.Where(a => a.Cell == cell && (a.Missing >> column & 1) != 0).Select(a => a.Subject).Order(StringComparer.Ordinal)];

    public ISubjectSink? Open(string scope, IReadOnlyList<string> columns)
    {
        (Scope, Columns) = (scope, columns);
        return IsKnown ? null : this;
    }

    public Task<Kernel.Results.Result<AnswerVerdict>> JudgeAsync(IReadOnlyList<CellState> cells, CancellationToken cancellation)
    {
        States = cells;
        return Task.FromResult<Kernel.Results.Result<AnswerVerdict>>(new AnswerVerdict(Withheld));
    }

    public void Add(int cell, ulong missing, bool isNull, ReadOnlySpan<byte> subject) => _all.Add((cell, missing, isNull ? "(none)" : Encoding.UTF8.GetString(subject)));
}
