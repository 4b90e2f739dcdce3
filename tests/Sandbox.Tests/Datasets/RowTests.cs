using DataSpace.Sandbox.Subjects;
using DataSpace.Sandbox.Tests.Support;

namespace DataSpace.Sandbox.Tests.Datasets;

/// <summary>Rows of an owner's dataset, as the sandbox hands them to a protocol.</summary>
public sealed class RowTests(WorkerFixture worker) : IDisposable
{
    private const string Header = "id,age,cost,share,insured,city,day\n";

    private readonly TempData _data = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Every_row_comes_out_with_one_text_for_each_value()
    {
        var rows = await ReadAsync("p 1,-7,7.50,1e3,true,上海,2024-02-29\np 1,-7,7.50,1e3,true,上海,2024-02-29\n,007,-0.250,nan,false,\"a,b\",\nx,,-00.000,inf,,,\ny,0,12345678901234567890.000000000001,-inf,,z,\n",
            ["id"], ["age", "cost", "share", "insured", "city", "day"]);
        Assert.Equal(
        [
            "(none) = 7 -0.25 (none) false a,b (none)",
            "p 1 = -7 7.5 1000 true 上海 2024-02-29",
            "p 1 = -7 7.5 1000 true 上海 2024-02-29",
            "x = (none) 0 Infinity (none) (none) (none)",
            "y = 0 12345678901234567890.000000000001 -Infinity (none) z (none)",
        ], rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_keys_the_values_alone_and_the_owners_filter_holds()
        => Assert.Equal([" = 2 b", " = 2 b"], await ReadAsync("k,1,1,1,true,a,\nk,2,1,1,true,b,\nl,2,1,1,true,b,\n", [], ["age", "city"], [new("age", "gt", ["1"])]));

    [Fact]
    public async Task Reading_stops_one_row_after_the_limit()
        => Assert.Equal(11, (await ReadAsync(string.Concat(Enumerable.Range(0, 50).Select(i => $"k{i},1,1,1,true,a,\n")), [], ["age"], maxRows: 10)).Count);

    [Theory]
    [InlineData("nobody", "DS-SBX-201")]
    [InlineData("age\" FROM (SELECT 1)--", "DS-SBX-201")]
    [InlineData("id", "DS-SBX-203")] // the subject
    [InlineData("city", "DS-SBX-203")] // marked as an identifier here
    public async Task A_value_column_is_declared_and_names_nobody(string column, string code)
    {
        var source = Source("k,1,1,1,true,a,\n");
        source = source with { Columns = [.. source.Columns.Select(c => c.Name == "city" ? c with { IsIdentifier = true } : c)] };
        var collector = new Collector();
        Assert.Equal(code, (await worker.Sandbox.ReadRowsAsync(source, ["id"], ["age", column], [], 10, collector, new SandboxLimits(), Token)).Error!.Code);
        Assert.Empty(collector.Rows);
    }

    [Theory]
    [InlineData(9, 1, 10)]
    [InlineData(0, 0, 10)]
    [InlineData(0, 129, 10)]
    [InlineData(0, 1, 0)]
    public async Task Numbers_of_columns_and_rows_have_limits(int keys, int values, int maxRows)
        => Assert.Same(SandboxErrors.PlanInvalid, (await worker.Sandbox.ReadRowsAsync(
            Source(""), [.. Enumerable.Repeat("id", keys)], [.. Enumerable.Repeat("age", values)], [], maxRows, new Collector(), new SandboxLimits(), Token)).Error!.Kind);

    [Fact]
    public async Task A_reading_that_nobody_waits_for_ends()
    {
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        try
        {
            var ran = await worker.Sandbox.ReadRowsAsync(Source("k,1,1,1,true,a,\n"), [], ["age"], [], 10, new Collector(), new SandboxLimits(), gone.Token);
            Assert.Same(SandboxErrors.Cancelled, ran.Error!.Kind);
        }
        catch (OperationCanceledException)
        {
            // just as well: nothing was read
        }
    }

    [Theory]
    [InlineData(ColumnType.Integer, "1.5")]
    [InlineData(ColumnType.Integer, "x")]
    [InlineData(ColumnType.Decimal, "")]
    [InlineData(ColumnType.Decimal, "-")]
    [InlineData(ColumnType.Decimal, "1.")]
    [InlineData(ColumnType.Decimal, ".5")]
    [InlineData(ColumnType.Decimal, "1.2.3")]
    [InlineData(ColumnType.Decimal, "1e5")]
    [InlineData(ColumnType.Double, "nan")]
    [InlineData(ColumnType.Double, "1,5")]
    [InlineData(ColumnType.Boolean, "TRUE")]
    [InlineData(ColumnType.Date, "2024-02-30")]
    public void A_worker_that_makes_things_up_is_not_believed(ColumnType type, string text)
    {
        var collector = new Collector();
        var fields = new RowFields(0, [new ColumnSchema("c", type)], collector);
        fields.Add([text]);
        Assert.True(fields.IsBroken);
        fields.Add([null]);
        Assert.Empty(collector.Rows);
    }

    private DatasetSource Source(string rows) => new("d", _data.File("d.csv", Header + rows), DatasetFormat.Csv,
    [
        new("id", ColumnType.Text), new("age", ColumnType.Integer), new("cost", ColumnType.Decimal), new("share", ColumnType.Double), new("insured", ColumnType.Boolean),
        new("city", ColumnType.Text), new("day", ColumnType.Date),
    ], "id");

    private async Task<List<string>> ReadAsync(
        string rows, IReadOnlyList<string> keys, IReadOnlyList<string> values, IReadOnlyList<CellPredicate>? filter = null, int maxRows = 1000)
    {
        var collector = new Collector();
        var ran = await worker.Sandbox.ReadRowsAsync(Source(rows), keys, values, filter ?? [], maxRows, collector, new SandboxLimits(), Token);
        Assert.Equal(collector.Rows.Count, ran.Value.Rows);
        return collector.Rows;
    }

    private sealed class Collector : IRowSink
    {
        public List<string> Rows { get; } = [];

        public void Add(IReadOnlyList<string?> keys, IReadOnlyList<string?> values) => Rows.Add($"{Text(keys)} = {Text(values)}");

        private static string Text(IReadOnlyList<string?> values) => string.Join(' ', values.Select(v => v ?? "(none)"));
    }
}
