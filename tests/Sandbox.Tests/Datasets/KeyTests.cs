using DataSpace.Sandbox.Subjects;
using DataSpace.Sandbox.Tests.Support;

namespace DataSpace.Sandbox.Tests.Datasets;

/// <summary>The key columns of an owner's rows, as the sandbox hands them to a protocol.</summary>
public sealed class KeyTests(WorkerFixture worker) : IDisposable
{
    private readonly TempData _data = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Identifiers_come_out_as_they_are_written_each_combination_once()
    {
        var rows = await ReadAsync(Source("code,site,year\n\"a:1,\"\"x\",上海,1\n12:34-,-,2\n\"a:1,\"\"x\",上海,3\n,east,4\nb,,5\n,,6\n"), ["code", "site"]);
        Assert.Equal(["(none)|(none)", "(none)|east", "12:34-|-", "a:1,\"x|上海", "b|(none)"], rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Numbers_and_days_have_one_text_and_the_owners_filter_holds()
    {
        var source = Source("code,site,year\n007,x,1990\n8,y,1991\n9,z,1991\n");
        var numbers = source with { Columns = [new("code", ColumnType.Integer, true), source.Columns[1], source.Columns[2]] };
        Assert.Equal(["8|1991", "9|1991"], (await ReadAsync(numbers, ["code", "year"], [new("year", "gt", ["1990"])])).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Reading_stops_one_row_after_the_limit()
    {
        var source = Source("code,site,year\n" + string.Concat(Enumerable.Range(0, 50).Select(i => $"k{i},x,1\n")));
        Assert.Equal(11, (await ReadAsync(source, ["code"], maxRows: 10)).Count);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("code\" FROM (SELECT 1)--")]
    public async Task A_column_that_is_not_declared_is_refused(string column)
        => Assert.Same(SandboxErrors.UnknownColumn, (await worker.Sandbox.ReadKeysAsync(Source("code,site,year\n"), [column], [], 10, new Collector(), new SandboxLimits(), Token)).Error!.Kind);

    [Theory]
    [InlineData("")]
    [InlineData("3:ab")]
    [InlineData("2:abc")]
    [InlineData("9999999999:a")]
    [InlineData("-x")]
    [InlineData("2:ab1:c1:d")]
    [InlineData("1:\u00ff")]
    public void A_worker_that_makes_things_up_is_not_believed(string text)
    {
        var collector = new Collector();
        var fields = new KeyFields(2, collector);
        fields.Add(0, 0, isNull: false, System.Text.Encoding.Latin1.GetBytes(text));
        Assert.True(fields.IsBroken);
        fields.Add(0, 0, isNull: false, "1:a1:b"u8);
        Assert.Empty(collector.Rows);
    }

    private DatasetSource Source(string csv) => new("d", _data.File("d.csv", csv), DatasetFormat.Csv,
        [new("code", ColumnType.Text, IsIdentifier: true), new("site", ColumnType.Text, IsIdentifier: true), new("year", ColumnType.Integer)], "code");

    private async Task<List<string>> ReadAsync(DatasetSource source, IReadOnlyList<string> columns, IReadOnlyList<CellPredicate>? filter = null, int maxRows = 1000)
    {
        var collector = new Collector();
        var ran = await worker.Sandbox.ReadKeysAsync(source, columns, filter ?? [], maxRows, collector, new SandboxLimits(), Token);
        Assert.Equal(collector.Rows.Count, ran.Value.Rows);
        return collector.Rows;
    }

    private sealed class Collector : IKeySink
    {
        public List<string> Rows { get; } = [];

        public void Add(IReadOnlyList<string?> values) => Rows.Add(string.Join('|', values.Select(v => v ?? "(none)")));
    }
}
