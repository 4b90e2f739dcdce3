using System.Globalization;
using System.Text;
using DataSpace.Kernel.Classification.Detectors;
using DataSpace.Kernel.Results;
using DataSpace.Sandbox.Tests.Support;
using DuckDB.NET.Data;

namespace DataSpace.Sandbox.Tests.Datasets;

/// <summary>Personal data is counted inside the sandbox, over the whole file, in every format. All numbers are synthetic.</summary>
public sealed class SampleTests(WorkerFixture worker) : IDisposable
{
    private static readonly ColumnSchema[] Columns =
        [new("n", ColumnType.Integer), new("who", ColumnType.Text), new("tel", ColumnType.Integer), new("note", ColumnType.Text)];

    private readonly TempData _data = new();

    public void Dispose() => _data.Dispose();

    private Task<Result<SampleReport>> SampleAsync(string path, DatasetFormat format, int maxRows = SqlSandbox.MaxSampleRows, long seed = 7, string? subject = "who")
        => worker.Sandbox.SampleAsync(new DatasetSource("s", path, format, Columns, subject), seed, new SandboxLimits(), TestContext.Current.CancellationToken, maxRows);

    private static string Row(int n) => string.Create(
        CultureInfo.InvariantCulture, $"{n},W{n % 7},1381234{n:0000},\"{(n % 10 == 0 ? $"call 139-0000-{n:0000}, a{n}@example.com" : "nothing")}\"");

    private static string Csv(int rows) => "n,who,tel,note\n" + string.Join('\n', Enumerable.Range(0, rows).Select(Row)) + "\n";

    private static long Matches(SampleReport report, string column, PersonalDataClass type) => report.Columns.First(c => c.Name == column).Matches[(int)type];

    [Fact]
    public async Task Every_format_gives_the_same_counts_and_a_number_column_is_read_too()
    {
        var csv = _data.File("s.csv", Csv(200));
        var lines = string.Concat(Enumerable.Range(0, 200).Select(n => Row(n).Split(',', 4)).Select(c => $"{{\"n\":{c[0]},\"who\":\"{c[1]}\",\"tel\":{c[2]},\"note\":{c[3]}}}\n"));
        var parquet = Path.Combine(_data.Root, "s.parquet");
        using (var connection = new DuckDBConnection("Data Source=:memory:"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"COPY (SELECT n::BIGINT AS n, who, tel::BIGINT AS tel, note FROM read_csv('{csv}', header=true, all_varchar=true)) TO '{parquet}' (FORMAT parquet)";
            command.ExecuteNonQuery();
        }
        foreach (var (path, format) in ((string, DatasetFormat)[])[(csv, DatasetFormat.Csv), (_data.File("s.jsonl", lines), DatasetFormat.Json), (parquet, DatasetFormat.Parquet)])
        {
            var result = await SampleAsync(path, format);
            Assert.True(result.IsOk, format + ": " + result.Error + string.Join("\n", worker.Incidents.Of("s")));
            var report = result.Value;
            Assert.Equal((200, 7, 200), (report.Rows, report.Subjects, report.Sampled));
            Assert.Equal((200, 20, 20, 0), (Matches(report, "tel", PersonalDataClass.Phone), Matches(report, "note", PersonalDataClass.Phone),
                Matches(report, "note", PersonalDataClass.Email), Matches(report, "who", PersonalDataClass.Phone)));
            Assert.Equal(200, report.Columns[1].Values);
        }
    }

    [Fact]
    public async Task The_sample_reaches_every_part_of_the_file_and_follows_its_seed()
    {
        // Phones in the last tenth alone: a look at the head would see none.
        var text = new StringBuilder("n,who,tel,note\n");
        for (var n = 0; n < 20_000; n++)
            text.Append(CultureInfo.InvariantCulture, $"{n},W{n},{(n < 18_000 ? 5 : 13_800_000_000 + n)},\n");
        var path = _data.File("tail.csv", text.ToString());
        var first = (await SampleAsync(path, DatasetFormat.Csv, maxRows: 500)).Value;
        Assert.Equal((20_000, 20_000, 500), (first.Rows, first.Subjects, first.Sampled));
        Assert.Equal(50, Matches(first, "tel", PersonalDataClass.Phone));
        Assert.Equal(0, first.Columns[3].Values); // empty is missing
        Assert.Equal(Spell(first), Spell((await SampleAsync(path, DatasetFormat.Csv, maxRows: 500)).Value));
    }

    [Fact]
    public async Task Another_seed_takes_other_rows()
    {
        var text = new StringBuilder("n,who,tel,note\n");
        for (var n = 0; n < 3_000; n++)
            text.Append(CultureInfo.InvariantCulture, $"{n},W,{(n % 3 == 1 ? 13_800_000_000 + n : 5)},\n");
        var path = _data.File("thirds.csv", text.ToString());
        var counts = new HashSet<long>();
        for (var seed = 0; seed < 4; seed++)
        {
            var report = (await SampleAsync(path, DatasetFormat.Csv, maxRows: 1000, seed)).Value;
            Assert.Equal(1000, report.Sampled);
            // One of each three rows: a fixed place in the stride would see all phones or none.
            Assert.InRange(Matches(report, "tel", PersonalDataClass.Phone), 200, 470);
            counts.Add(Matches(report, "tel", PersonalDataClass.Phone));
        }
        Assert.True(counts.Count > 1);
    }

    [Fact]
    public async Task Values_of_another_type_do_not_hide_from_the_sample()
    {
        var path = _data.File("mixed.csv", "n,who,tel,note\nx,A,none,110101199003077758\ny,B,\"138 1234 5678\",\n");
        var report = (await SampleAsync(path, DatasetFormat.Csv, subject: null)).Value;
        Assert.Equal((2, 1), (report.Subjects, Matches(report, "tel", PersonalDataClass.Phone)));
    }

    [Theory]
    [InlineData("n,who,tel,note\n1,A,\"2,x\n", "DS-SBX-103")]
    [InlineData("n,who,tel\n1,A,2\n", "DS-SBX-104")]
    [InlineData("", "DS-SBX-103")]
    public async Task What_cannot_be_read_is_not_called_clean(string text, string code)
        => Assert.Equal(code, (await SampleAsync(_data.File("bad.csv", text), DatasetFormat.Csv)).Error!.Code);

    private static string Spell(SampleReport r)
        => $"{r.Rows} {r.Subjects} {r.Sampled} " + string.Join(';', r.Columns.Select(c => $"{c.Name} {c.Values} {string.Join(',', c.Matches)} {string.Join(',', c.Candidates)}"));
}
