using System.Diagnostics;
using System.Globalization;
using DataSpace.Sandbox;
using DuckDB.NET.Data;

namespace DataSpace.Benchmarks.Sandbox;

/// <summary>
/// The worker against bare DuckDB in this process: the same statement, the same view, the same number of threads, in the same run. Judged by ratio.
/// </summary>
public static class SandboxBenchmark
{
    private const int Repeats = 5;
    private const int GroupCount = 100;

    /// <summary>With the worker that was published in this repository.</summary>
    public static async Task RunAsync(TextWriter output, long rows)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "DataSpace.sln")))
            root = root.Parent;
        var repository = root?.FullName ?? throw new DirectoryNotFoundException("DataSpace.sln");
        await RunAsync(output, rows, Path.Combine(repository, "artifacts", "publish", "DataSpace.SandboxWorker", "release_linux-x64"));
    }

    /// <summary>Blocking form, for the benchmark's menu.</summary>
    public static void Run(TextWriter output, long rows) => RunAsync(output, rows).GetAwaiter().GetResult();

    /// <summary>Writes the medians, a line per case. <paramref name="workerDirectory"/> is the published worker.</summary>
    public static async Task RunAsync(TextWriter output, long rows, string workerDirectory)
    {
        var directory = Directory.CreateTempSubdirectory("dataspace-bench-");
        try
        {
            var path = Path.Combine(directory.FullName, "rows.parquet");
            Generate(path, rows);
            var source = new DatasetSource(
                "d", path, DatasetFormat.Parquet,
                [new("g", ColumnType.Integer), new("subject", ColumnType.Integer, IsIdentifier: true), new("x", ColumnType.Decimal)], "subject");
            var plan = new CellPlan
            {
                GroupColumn = "g",
                Groups = [.. Enumerable.Range(0, GroupCount).Select(i => i.ToString(CultureInfo.InvariantCulture))],
                Measures = [new MeasurePlan("x", 2, 0, 100_000, NeedsSquares: true)],
            };
            await CompareAsync(output, source, plan, workerDirectory, "with subjects");
            await CompareAsync(output, source with { SubjectColumn = null }, plan, workerDirectory, "rows as subjects");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task CompareAsync(TextWriter output, DatasetSource source, CellPlan plan, string workerDirectory, string title)
    {
        using var sandbox = new SqlSandbox(new SandboxOptions { WorkerDirectory = workerDirectory });
        var profile = (await sandbox.ProbeAsync(CancellationToken.None)).Value;
        var sql = SqlSandbox.CellSql(source, plan).Value;
        var worker = new List<SandboxUsage>();
        var bare = new List<double>();
        using var engine = OpenBare(source.Path);
        for (var i = 0; i <= Repeats; i++) // the first round warms caches and is dropped
        {
            var run = (await sandbox.RunCellsAsync(source, plan, new SandboxLimits(), CancellationToken.None)).Value;
            var cpu = BareCpuMs(engine, sql);
            if (i == 0)
                continue;
            worker.Add(run.Usage);
            bare.Add(cpu);
        }

        var cpuMs = Median(worker.Select(u => u.WorkerCpuMs));
        var bareMs = Median(bare);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"sandbox {title} ({profile.Name}, DuckDB {profile.EngineVersion}): worker CPU {cpuMs:F0} ms (statement {Median(worker.Select(u => u.QueryCpuMs)):F0} ms), bare CPU {bareMs:F0} ms, ratio {cpuMs / bareMs:F2}, wall {Median(worker.Select(u => u.WallMs)):F0} ms, peak {worker.Max(u => u.PeakResidentBytes) >> 20} MiB"));
    }

    private static void Generate(string path, long rows)
    {
        using var engine = new DuckDBConnection("Data Source=:memory:");
        engine.Open();
        using var command = engine.CreateCommand();
        // hash() of the row number: seeded by nothing but the number, the same file every time.
        command.CommandText = string.Create(
            CultureInfo.InvariantCulture,
            $"COPY (SELECT CAST(hash(i) % {GroupCount} AS INTEGER) AS g, CAST(hash(i + 1000000007) % {Math.Max(1, rows / 10)} AS BIGINT) AS subject, CAST(CAST(hash(i + 2000000011) % 10000000 AS BIGINT) * CAST(0.01 AS DECIMAL(3,2)) AS DECIMAL(18,2)) AS x FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet)");
        command.ExecuteNonQuery();
    }

    private static DuckDBConnection OpenBare(string path)
    {
        var engine = new DuckDBConnection("Data Source=:memory:");
        engine.Open();
        using var command = engine.CreateCommand();
        command.CommandText = $"SET threads=1; CREATE VIEW d AS SELECT CAST(g AS BIGINT) AS g, subject, x FROM read_parquet('{path}')";
        command.ExecuteNonQuery();
        return engine;
    }

    private static double BareCpuMs(DuckDBConnection engine, string sql)
    {
        using var self = Process.GetCurrentProcess();
        var before = self.TotalProcessorTime;
        using var command = engine.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            for (var i = 0; i < reader.FieldCount; i++)
                _ = reader.GetValue(i);
        }

        self.Refresh();
        return (self.TotalProcessorTime - before).TotalMilliseconds;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
