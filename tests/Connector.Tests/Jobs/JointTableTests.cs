using System.Globalization;
using DataSpace.Connector.Jobs;
using DataSpace.Hosting.Jobs;
using DataSpace.Privacy.Aggregation;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;
using DataSpace.Sandbox.Tests.Support;

namespace DataSpace.Connector.Tests.Jobs;

/// <summary>Three owners' files through the real sandbox, their cells added as the ciphertexts are, and the analyst's table: against plain arithmetic over all rows together.</summary>
public sealed class JointTableTests(WorkerFixture worker) : IDisposable
{
    private const int K = 3;
    private static readonly string[] Edges = ["0", "10", "20.5"];
    private readonly TempData _data = new();
    private uint _state = 5;

    public void Dispose() => _data.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_histogram_counts_all_rows_and_leaves_out_what_one_owner_must_hide()
    {
        var owners = Owners();
        var query = Query(["a", "b"]) with { Bins = new BinQuery("x", Edges) };
        var table = await TableAsync(owners, query);
        Assert.Equal(["g", "from", "to", "count"], table.Columns.Select(c => c.Name));
        foreach (var row in table.Rows)
            Assert.Equal(Text(owners.SelectMany(o => o).Count(r => r.G == row[0] && r.X >= Low(row[1]) && r.X < High(row[2]))), row[3]);
        Assert.Equal(8, table.Rows.Count + table.Suppressed.Count);
        // One owner has a single subject from 20.5 on, in group b.
        Assert.Equal(["b x [20.5, )"], table.Suppressed.Select(s => s.Group));
    }

    [Fact]
    public async Task A_quantile_is_the_bin_that_holds_it_and_a_hidden_bin_leaves_its_group_without()
    {
        var owners = Owners();
        var query = Query(["a", "b"]) with { Bins = new BinQuery("x", Edges, ["0.1", "0.5", "0.9"]) };
        var table = await TableAsync(owners, query);
        Assert.Equal([("b", "DS-JOB-050")], table.Suppressed.Select(s => (s.Group, s.Code)));
        Assert.Equal(3, table.Rows.Count);
        var values = owners.SelectMany(o => o).Where(r => r.G == "a").Select(r => r.X).Order().ToList();
        foreach (var row in table.Rows)
        {
            Assert.Equal("a", row[0]);
            var value = values[(int)Math.Ceiling(decimal.Parse(row[1]!, CultureInfo.InvariantCulture) * values.Count) - 1];
            Assert.True(value >= Low(row[2]) && value < High(row[3]), $"{value} is not in [{row[2]}, {row[3]})");
            Assert.Equal(Text(values.Count), row[6]);
        }
        var overall = await TableAsync(owners, Query([]) with { GroupColumn = "", Bins = new BinQuery("x", ["10"], ["0.5"]) });
        Assert.Equal(["quantile", "from", "to", "below", "inside", "total"], overall.Columns.Select(c => c.Name));
        Assert.Equal(Text(owners.Sum(o => o.Count)), Assert.Single(overall.Rows)[5]);
    }

    [Fact]
    public async Task A_matrix_is_that_of_the_plain_rows()
    {
        var owners = Owners();
        MeasureQuery Of(string column, int decimals, string max) => new(column, decimals, "-5", max, [AggregateQuery.Covariance]);
        var query = Query([]) with { GroupColumn = "", Matrix = [AggregateQuery.Covariance, AggregateQuery.Correlation], Measures = [Of("x", 1, "25"), Of("y", 0, "100")], MinGroupSize = 4 };
        var table = await TableAsync(owners, query);
        Assert.Equal(["matrix", "column", "count", "mean", "with_x", "with_y"], table.Columns.Select(c => c.Name));
        var rows = owners.SelectMany(o => o).Select(r => (X: (double)Math.Clamp(r.X, -5, 25), Y: (double)Math.Clamp(r.Y, -5, 100))).ToList();
        double Covariance(Func<(double X, double Y), double> a, Func<(double X, double Y), double> b) => rows.Average(r => a(r) * b(r)) - (rows.Average(a) * rows.Average(b));
        double[,] expected = { { Covariance(r => r.X, r => r.X), Covariance(r => r.X, r => r.Y) }, { Covariance(r => r.Y, r => r.X), Covariance(r => r.Y, r => r.Y) } };
        for (var i = 0; i < 2; i++)
        {
            for (var j = 0; j < 2; j++)
            {
                Assert.Equal(expected[i, j], double.Parse(table.Rows[i][4 + j]!, CultureInfo.InvariantCulture), 2e-6);
                Assert.Equal(expected[i, j] / Math.Sqrt(expected[i, i] * expected[j, j]), double.Parse(table.Rows[2 + i][4 + j]!, CultureInfo.InvariantCulture), 2e-6);
            }
        }
        Assert.Equal(["covariance", "covariance", "correlation", "correlation"], table.Rows.Select(r => r[0]));
        Assert.Equal(rows.Average(r => r.Y), double.Parse(table.Rows[1][3]!, CultureInfo.InvariantCulture), 2e-6);
        Assert.True(table.Clamped);
    }

    [Fact]
    public void Noisy_tables_say_how_far_every_figure_may_be_off()
    {
        var bins = Query(["a"]) with { Bins = new BinQuery("x", ["1"], ["0.5"]), Noise = new NoiseQuery(500_000, 1, 1) };
        CellResult Count(long n) => new(false, n, [], []);
        var quantile = ResultTable.Of(bins, Shape(bins), new AggregationResult([Count(10), Count(90)]), false);
        Assert.Equal([null, null, null, null, "4.00", "4.00", "5.66"], quantile.Errors![0]); // √(2·2²·2): two shares, each whole
        var histogram = bins with { Bins = new BinQuery("x", ["1"]) };
        Assert.Equal([null, null, null, "4.00"], ResultTable.Of(histogram, Shape(histogram), new AggregationResult([Count(10), Count(90)]), false).Errors![1]);
        Assert.Equal(500_000, quantile.Noise!.Figures[0].EpsilonMicro);

        // The covariance of x with itself is its variance, and so is its error.
        var matrix = Query([]) with
        {
            GroupColumn = "",
            Matrix = [AggregateQuery.Covariance, AggregateQuery.Correlation],
            Measures = [new("x", 0, "0", "9", [AggregateQuery.Covariance]), new("y", 0, "0", "9", [AggregateQuery.Covariance])],
            MinGroupSize = 4,
            Noise = new NoiseQuery(500_000_000, 1, 1),
        };
        var cell = new CellResult(false, 1000, [new("x", 0, 1000, 4000, 20_000), new("y", 0, 1000, 5000, 30_000)], [22_000]);
        var table = ResultTable.Of(matrix, Shape(matrix), new AggregationResult([cell]), false);
        var variance = NoiseView.ErrorsOf(Shape(matrix), matrix with { Measures = [matrix.Measures[0] with { Statistics = ["variance_pop"] }] }, cell);
        Assert.Equal(variance[0], table.Errors![0][4]);
        Assert.Equal(table.Errors[0][5], table.Errors[1][4]);
        Assert.Null(table.Errors[2][4]);
        Assert.NotNull(table.Errors[2][5]);
    }

    private static AggregationShape Shape(AggregateQuery query) => AggregationShapes.Of(query, 2).Value;

    private static AggregateQuery Query(IReadOnlyList<string> groups) => new("g", groups, [], [], K, 1000);

    /// <summary>The sample's job, on its data.</summary>
    [Fact]
    public async Task The_hospitals_quantiles_are_those_of_all_their_rows_and_the_smallest_group_has_none()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "DataSpace.sln")))
            root = root.Parent!;
        var files = "abc".Select(h => Path.Combine(root.FullName, "samples", "hospital-and-lab", "hospital-" + h, "visits.csv")).ToList();
        string[] states = ["excellent", "good", "fair", "poor"];
        var query = new AggregateQuery("health", states, [], [], 5, 1000, DominancePercent: 10, Bins: new BinQuery("mdvis", ["1", "2", "3", "5", "10"], ["0.5", "0.9"]));
        // Copied: users of the sandbox need not be able to pass to the tree.
        var sources = files.Select((f, i) => new DatasetSource("visits", _data.File($"h{i}.csv", File.ReadAllText(f)), DatasetFormat.Csv,
            [
                new("derived_person", ColumnType.Text, IsIdentifier: true), new("mdvis", ColumnType.Integer), new("lncoins", ColumnType.Decimal), new("idp", ColumnType.Integer), new("lpi", ColumnType.Decimal),
                new("fmde", ColumnType.Decimal), new("physlm", ColumnType.Decimal), new("disea", ColumnType.Decimal), new("health", ColumnType.Text),
            ],
            "derived_person")).ToList();
        var table = await TableAsync(sources, query);
        Assert.Equal(["poor"], table.Suppressed.Select(s => s.Group));
        var rows = files.SelectMany(f => File.ReadLines(f).Skip(1)).Select(l => l.Split(',')).ToLookup(r => r[8], r => decimal.Parse(r[1], CultureInfo.InvariantCulture));
        Assert.Equal(6, table.Rows.Count);
        foreach (var row in table.Rows)
        {
            var visits = rows[row[0]!].Order().ToList();
            var value = visits[(int)Math.Ceiling(decimal.Parse(row[1]!, CultureInfo.InvariantCulture) * visits.Count) - 1];
            Assert.True(value >= Low(row[2]) && value < High(row[3]));
            Assert.Equal(Text(visits.Count), row[6]);
        }
    }

    private Task<ResultTable> TableAsync(List<List<Row>> owners, AggregateQuery query) => TableAsync(
        [.. owners.Select((owner, i) => new DatasetSource(
            "d", _data.File($"{i}.csv", "g,id,x,y\n" + string.Concat(owner.Select(r => $"{r.G},{r.Id},{Text(r.X)},{Text(r.Y)}\n"))), DatasetFormat.Csv,
            [new("g", ColumnType.Text), new("id", ColumnType.Integer, IsIdentifier: true), new("x", ColumnType.Decimal), new("y", ColumnType.Double)], "id"))],
        query);

    private async Task<ResultTable> TableAsync(List<DatasetSource> sources, AggregateQuery query)
    {
        var parts = new List<IReadOnlyList<LocalCell>>();
        var clamped = false;
        foreach (var source in sources)
        {
            var (cells, status) = CellPlans.Judge(await worker.Sandbox.RunCellsAsync(source, CellPlans.Of(query, []), new SandboxLimits(), Token), query);
            Assert.True(status.Ok, status.Code + string.Join("\n", worker.Incidents.Of(source.Name)));
            parts.Add(cells!);
            clamped |= status.ClampedRows > 0;
        }
        var joint = Enumerable.Range(0, query.CellCount).Select(c => Add(query, [.. parts.Select(p => p[c])])).ToList();
        return ResultTable.Of(query, AggregationShapes.Of(query, 3).Value, new AggregationResult(joint), clamped);
    }

    private static CellResult Add(AggregateQuery query, List<LocalCell> parts)
    {
        if (!parts.All(p => !p.Dominated && (p.Subjects == 0 || p.Subjects >= query.MinGroupSize)))
            return new CellResult(true, 0, [], []);
        var measures = query.Measures.Select((m, i) => new MeasureResult(m.Column, m.Decimals, parts.Sum(p => p.Rows), Sum(p => p.Measures[i].Sum), Sum(p => p.Measures[i].SumOfSquares))).ToList();
        return new CellResult(false, parts.Sum(p => p.Rows), measures, [.. parts[0].Products.Select((_, i) => Sum(p => p.Products[i]))]);

        Int128 Sum(Func<LocalCell, Int128> of) => parts.Aggregate((Int128)0, (sum, p) => sum + of(p));
    }

    private List<List<Row>> Owners()
    {
        var owners = Enumerable.Range(0, 3).Select(o => Enumerable.Range(0, 120).Select(i => new Row(i % 2 == 0 ? "a" : "b", i, (i % 4 * 10) - 8 + (Next(70) / 10m), Next(110) - 7)).ToList()).ToList();
        // Of the second owner one subject alone is in the last bin of group b.
        owners[1] = [.. owners[1].Where(r => r.G == "a" || r.X < 20.5m), new Row("b", 999, 21, 3)];
        return owners;
    }

    private int Next(int below) => (int)((_state = (_state * 1664525) + 1013904223) >> 8) % below;

    private static decimal Low(string? edge) => edge is null ? decimal.MinValue : decimal.Parse(edge, CultureInfo.InvariantCulture);

    private static decimal High(string? edge) => edge is null ? decimal.MaxValue : decimal.Parse(edge, CultureInfo.InvariantCulture);

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private sealed record Row(string G, int Id, decimal X, int Y);
}
