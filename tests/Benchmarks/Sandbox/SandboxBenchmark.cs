using System.Globalization;
using DataSpace.Benchmarks.Space;
using DataSpace.Sandbox;

namespace DataSpace.Benchmarks.Sandbox;

/// <summary>
/// The worker against bare DuckDB in this process: the same statement, the same view, the same number of threads, in the same run. Judged by ratio.
/// </summary>
internal static class SandboxBenchmark
{
    private const int Repeats = 5;
    private const int GroupCount = 100;

    /// <summary>Writes the medians, a line per case, with the worker that was published in this repository.</summary>
    public static async Task RunAsync(TextWriter output, long rows)
    {
        var directory = Directory.CreateTempSubdirectory("dataspace-bench-");
        try
        {
            var path = Path.Combine(directory.FullName, "rows.parquet");
            BareDuckDb.Generate(path, rows, GroupCount, seed: 0);
            var source = BareDuckDb.SourceOf("d", path);
            var plan = BareDuckDb.PlanOf(GroupCount);
            await CompareAsync(output, source, plan, "with subjects");
            await CompareAsync(output, source with { SubjectColumn = null }, plan, "rows as subjects");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task CompareAsync(TextWriter output, DatasetSource source, CellPlan plan, string title)
    {
        using var sandbox = new SqlSandbox(new SandboxOptions { WorkerDirectory = Repository.WorkerDirectory });
        var profile = (await sandbox.ProbeAsync(CancellationToken.None)).Value;
        var sql = SqlSandbox.CellSql(source, plan).Value;
        var worker = new List<SandboxUsage>();
        var bare = new List<double>();
        using var engine = new BareDuckDb("d", source.Path);
        for (var i = 0; i <= Repeats; i++) // the first round warms caches and is dropped
        {
            var run = (await sandbox.RunCellsAsync(source, plan, new SandboxLimits(), CancellationToken.None)).Value;
            var cpu = engine.CpuMs(sql);
            if (i == 0)
                continue;
            worker.Add(run.Usage);
            bare.Add(cpu);
        }

        var cpuMs = Statistics.Median(worker.Select(u => u.WorkerCpuMs));
        var bareMs = Statistics.Median(bare);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"sandbox {title} ({profile.Name}, DuckDB {profile.EngineVersion}): worker CPU {cpuMs:F0} ms (statement {Statistics.Median(worker.Select(u => u.QueryCpuMs)):F0} ms), bare CPU {bareMs:F0} ms, ratio {cpuMs / bareMs:F2}, wall {Statistics.Median(worker.Select(u => u.WallMs)):F0} ms, peak {worker.Max(u => u.PeakResidentBytes) >> 20} MiB"));
    }
}
