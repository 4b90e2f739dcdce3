using DataSpace.Kernel.Results;
using DataSpace.Sandbox.Tests.Support;

namespace DataSpace.Sandbox.Tests.Datasets;

public sealed class DatasetTests(WorkerFixture worker) : IDisposable
{
    private static readonly ColumnSchema[] Columns =
    [
        new("year", ColumnType.Integer), new("firm", ColumnType.Text, IsIdentifier: true), new("invest", ColumnType.Decimal),
    ];

    private readonly TempData _data = new();

    public void Dispose() => _data.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<Result<long>> RowsAsync(string name, byte[] content, DatasetFormat format = DatasetFormat.Csv)
    {
        var source = new DatasetSource("d", _data.File(name, content), format, Columns, "firm");
        var report = await worker.Sandbox.CheckDatasetAsync(source, new SandboxLimits(), Token);
        return report.TryGet(out var value, out var error) ? value.Rows : error;
    }

    private Task<Result<long>> CsvAsync(string text) => RowsAsync("d.csv", System.Text.Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData("year,firm,invest\n1935,A,1.5\n1936,B,\n", 2)]
    [InlineData("year,firm,invest\r\n1935,A,1.5\r\n1936,B,2\r\n", 2)]
    [InlineData("\uFEFFyear,firm,invest\n1935,A,1.5\n", 1)]
    [InlineData("\"year\",\"firm\",\"invest\"\n1935,\"A, \"\"x\"\"\",1.5\n", 1)]
    [InlineData("invest,extra,firm,year\n1.5,zz,A,1935\n", 1)]
    [InlineData("year,firm,invest\r\n1935,A,1.5\r\n1936,B,2", 2)]
    [InlineData("year,firm,invest\n", 0)]
    [InlineData("year,firm,invest", 0)]
    [InlineData("year,firm,invest\n1935,\"two\nlines\",1\n1935,B,1", 2)]
    public async Task Good_csv(string text, long rows)
    {
        var result = await CsvAsync(text);
        Assert.True(result.IsOk, result.Error + " " + string.Join("\n", worker.Incidents.Of("d")));
        Assert.Equal(rows, result.Value);
    }

    [Theory]
    [InlineData("", "DS-SBX-103")]
    [InlineData("year,firm,invest\n1935,A\n", "DS-SBX-103")]
    [InlineData("year,firm,invest\n1935,A,1,2\n", "DS-SBX-103")]
    [InlineData("year,firm,invest\n1935,\"A,1\n", "DS-SBX-103")]
    [InlineData("year,firm,invest\n1935,A\"x\"\"y,1\n1935,\"a\"b,1\n", "DS-SBX-103")]
    [InlineData("year,year,firm,invest\n1935,1,A,1\n", "DS-SBX-103")]
    [InlineData("year,,firm,invest\n1935,1,A,1\n", "DS-SBX-103")]
    [InlineData("year,firm,invest\r1935,A,1\r", "DS-SBX-103")]
    [InlineData("\"year,firm,invest\n1935,A,1\n", "DS-SBX-103")]
    [InlineData("Year,firm,invest\n1935,A,1\n", "DS-SBX-104")]
    [InlineData("firm,invest\nA,1\n", "DS-SBX-104")]
    [InlineData("year;firm;invest\n1935;A;1\n", "DS-SBX-104")]
    [InlineData("year,firm,invest\nxyz,A,1\n", "DS-SBX-105")]
    [InlineData("year,firm,invest\n1935,A,abc\n", "DS-SBX-105")]
    [InlineData("year,firm,invest\n1935.5,A,1\n", "DS-SBX-105")]
    [InlineData("year,firm,invest\n1935,A,1e400\n", "DS-SBX-105")]
    public async Task Bad_csv_has_its_code(string text, string code)
    {
        var result = await CsvAsync(text);
        Assert.False(result.IsOk);
        Assert.Equal(code, result.Error.Code);
        Assert.Null(result.Error.Detail);
    }

    [Fact]
    public async Task Broken_text_and_broken_files()
    {
        Assert.Equal("DS-SBX-103", (await RowsAsync("bad.csv", [.. "year,firm,invest\n1935,"u8, 0xFF, 0xFE, .. ",1\n"u8])).Error!.Code);
        Assert.Equal("DS-SBX-103", (await RowsAsync("d.parquet", [.. "PAR1 no parquet"u8], DatasetFormat.Parquet)).Error!.Code);
        Assert.Equal("DS-SBX-103", (await RowsAsync("d.json", [.. "{\"year\":1,"u8], DatasetFormat.Json)).Error!.Code);
        Assert.Equal("DS-SBX-103", (await RowsAsync("e.json", [], DatasetFormat.Json)).Error!.Code);
        Assert.Equal("DS-SBX-104", (await RowsAsync("f.json", [.. "{\"year\":1}"u8], DatasetFormat.Json)).Error!.Code);
        Assert.Equal("DS-SBX-105", (await RowsAsync("g.json", [.. "{\"year\":\"x\",\"firm\":\"A\",\"invest\":1}"u8], DatasetFormat.Json)).Error!.Code);
    }

    [Fact]
    public async Task Missing_file_and_bad_declarations()
    {
        var missing = new DatasetSource("gone", Path.Combine(_data.Root, "gone.csv"), DatasetFormat.Csv, Columns, null);
        Assert.Equal("DS-SBX-101", (await worker.Sandbox.CheckDatasetAsync(missing, Token)).Error!.Code);
        Assert.Contains("gone.csv", worker.Incidents.Of("gone")[0].Detail, StringComparison.Ordinal);
        foreach (var bad in new[] { missing with { Name = "a b" }, missing with { Name = "x\"; --" }, missing with { Columns = [] }, missing with { SubjectColumn = "zz" } })
            Assert.Equal("DS-SBX-106", (await worker.Sandbox.CheckDatasetAsync(bad, Token)).Error!.Code);
    }

    [Fact]
    public async Task Unreadable_for_the_slot_uid_is_said_and_not_worked_around()
    {
        if (OperatingSystem.IsWindows())
            return;
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip("needs root: an ordinary user's sandbox runs as the file's owner");
        var source = new DatasetSource("d", _data.File("p.csv", "year,firm,invest\n"), DatasetFormat.Csv, Columns, null);
        File.SetUnixFileMode(source.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal("DS-SBX-102", (await worker.Sandbox.CheckDatasetAsync(source, Token)).Error!.Code);
    }

    [Fact]
    public async Task A_symbolic_link_is_followed_on_the_owners_side()
    {
        var target = _data.File("real.csv", "year,firm,invest\n1935,A,1\n");
        var link = Path.Combine(_data.Root, "link.csv");
        File.CreateSymbolicLink(link, target);
        var result = await worker.Sandbox.CheckDatasetAsync(new DatasetSource("d", link, DatasetFormat.Csv, Columns, null), new SandboxLimits(), Token);
        Assert.Equal(1, result.Value.Rows);
    }
}
