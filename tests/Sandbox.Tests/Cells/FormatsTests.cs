using System.Globalization;
using System.Text;
using DataSpace.Sandbox.Tests.Support;
using DuckDB.NET.Data;

namespace DataSpace.Sandbox.Tests.Cells;

/// <summary>The same rows as CSV, JSON lines, JSON array, Parquet with decimals and Parquet with doubles give the same cells; a C# loop is the referee.</summary>
public sealed class FormatsTests(WorkerFixture worker) : IDisposable
{
    private readonly TempData _data = new();

    public void Dispose() => _data.Dispose();

    private static ColumnSchema[] Columns(ColumnType measure) =>
        [new("year", ColumnType.Integer), new("firm", ColumnType.Text, IsIdentifier: true), new("invest", measure), new("open", ColumnType.Boolean)];

    [Fact]
    public async Task All_formats_agree_with_a_loop()
    {
        var random = new Random(20261122);
        var rows = Enumerable.Range(0, 500)
            .Select(_ => (Year: random.Next(1935, 1940), Firm: "F" + random.Next(12), Thousandths: random.Next(-2_000_000, 6_000_000), Open: random.Next(2) == 0))
            .ToList();
        string Value(int thousandths) => (thousandths / 1000m).ToString(CultureInfo.InvariantCulture);
        var csv = new StringBuilder("year,firm,invest,open\n");
        var lines = new StringBuilder();
        foreach (var r in rows)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{r.Year},{r.Firm},{Value(r.Thousandths)},{(r.Open ? "true" : "false")}\n");
            lines.Append(CultureInfo.InvariantCulture, $"{{\"year\":{r.Year},\"firm\":\"{r.Firm}\",\"invest\":{Value(r.Thousandths)},\"open\":{(r.Open ? "true" : "false")}}}\n");
        }

        var csvPath = _data.File("d.csv", csv.ToString());
        var array = "[" + string.Join(",", lines.ToString().TrimEnd('\n').Split('\n')) + "]";
        var sources = new[]
        {
            new DatasetSource("d", csvPath, DatasetFormat.Csv, Columns(ColumnType.Decimal), "firm"),
            new DatasetSource("d", csvPath, DatasetFormat.Csv, Columns(ColumnType.Double), "firm"),
            new DatasetSource("d", _data.File("d.jsonl", lines.ToString()), DatasetFormat.Json, Columns(ColumnType.Decimal), "firm"),
            new DatasetSource("d", _data.File("d.json", array), DatasetFormat.Json, Columns(ColumnType.Decimal), "firm"),
            new DatasetSource("d", Parquet(csvPath, "DECIMAL(12,3)"), DatasetFormat.Parquet, Columns(ColumnType.Decimal), "firm"),
            new DatasetSource("d", Parquet(csvPath, "DOUBLE"), DatasetFormat.Parquet, Columns(ColumnType.Double), "firm"),
            new DatasetSource("d", Parquet(csvPath, "DOUBLE"), DatasetFormat.Parquet, Columns(ColumnType.Decimal), "firm"),
        };
        var plan = new CellPlan
        {
            GroupColumn = "year",
            Groups = ["1936", "1935", "1939", "1950"],
            Measures = [new MeasurePlan("invest", 3, -1000, 5000.5m, NeedsSquares: true), new MeasurePlan("year", 1, 0, 1938, NeedsSquares: false)],
            Where = [new CellPredicate("open", "eq", ["true"]), new CellPredicate("invest", "gt", ["-1500.25"])],
            DominancePercent = 30,
        };
        var expected = plan.Groups.Select(g => Referee(rows.Where(r => r.Open && r.Thousandths > -1_500_250), int.Parse(g, CultureInfo.InvariantCulture))).ToArray();
        foreach (var source in sources)
        {
            var result = await worker.Sandbox.RunCellsAsync(source, plan, new SandboxLimits(), TestContext.Current.CancellationToken);
            Assert.True(result.IsOk, source + ": " + result.Error + string.Join("\n", worker.Incidents.Of("d")));
            Assert.Equal(expected, result.Value.Cells.Select(c => (c.Rows, c.Subjects, c.Measures[0].Sum, c.Measures[0].SumOfSquares, c.Measures[0].ClampedRows, c.Measures[1].Sum, c.Dominated)));
        }
    }

    private static (long Rows, long Subjects, Int128 Sum, Int128 Squares, long Clamped, Int128 Years, bool Dominated) Referee(
        IEnumerable<(int Year, string Firm, int Thousandths, bool Open)> rows, int year)
    {
        var cell = rows.Where(r => r.Year == year).Select(r => (r.Firm, Raw: r.Thousandths, Clamped: Math.Clamp(r.Thousandths, -1_000_000, 5_000_500))).ToList();
        bool Dominates(IEnumerable<(string Firm, long Size)> values)
        {
            var list = values.ToList();
            return list.Count > 0 && list.GroupBy(v => v.Firm).Max(g => g.Sum(v => v.Size)) * 100 > list.Sum(v => v.Size) * 30;
        }

        var years = (Int128)cell.Count * Math.Min(year, 1938) * 10;
        return (cell.Count, cell.Select(c => c.Firm).Distinct().Count(), cell.Sum(c => (long)c.Clamped),
            cell.Aggregate((Int128)0, (sum, c) => sum + ((Int128)c.Clamped * c.Clamped)), cell.Count(c => c.Raw != c.Clamped), years,
            Dominates(cell.Select(c => (c.Firm, (long)Math.Abs(c.Clamped)))) || Dominates(cell.Select(c => (c.Firm, Math.Min(year, 1938) * 10L))));
    }

    private string Parquet(string csvPath, string type)
    {
        var path = Path.Combine(_data.Root, type[..3] + ".parquet");
        using var engine = new DuckDBConnection("Data Source=:memory:");
        engine.Open();
        using var command = engine.CreateCommand();
        command.CommandText = $"COPY (SELECT * FROM read_csv('{csvPath}', columns={{'year':'INTEGER','firm':'VARCHAR','invest':'{type}','open':'BOOLEAN'}})) TO '{path}' (FORMAT parquet)";
        command.ExecuteNonQuery();
        return path;
    }
}
