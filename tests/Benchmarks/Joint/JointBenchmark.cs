using System.Globalization;
using System.Text.Json.Nodes;
using DataSpace.Benchmarks.Sandbox;
using DataSpace.Benchmarks.Space;
using DataSpace.Sandbox;

namespace DataSpace.Benchmarks.Joint;

/// <summary>
/// The main job: count, sum and population standard deviation over 100 groups of three owners' Parquet files, by four real nodes. Worker CPU is judged
/// against DuckDB on the same statement in processes of its own (<see cref="BareProcess"/>), everything beside the workers by the wall clock, memory by the kernel's own figure.
/// </summary>
internal static class JointBenchmark
{
    private const int GroupCount = 100;
    private const int Jobs = 5;
    private const double CpuRatioTarget = 1.5;
    private const double OverheadTargetMs = 1500;
    private const double ResidentTargetMib = 200;
    private const string WorkEvent = "LogComputed";
    private const string View = "measurements";
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongIdle = TimeSpan.FromSeconds(80);
    private static readonly string[] Names = ["leader", "supplier-a", "supplier-b"];

    /// <summary>Runs everything in a temporary directory and prints it.</summary>
    public static async Task RunAsync(TextWriter output, long rows)
    {
        var directory = Directory.CreateTempSubdirectory("dataspace-bench-").FullName;
        try
        {
            Report.Heading(output, string.Create(CultureInfo.InvariantCulture, $"joint aggregate: 3 owners x {rows:N0} rows, {GroupCount} groups x 3 statistics, warm"));
            var owners = Names.Select((name, i) => new Owner(name, Path.Combine(directory, name + ".parquet"))).ToList();
            foreach (var (owner, seed) in owners.Select((owner, i) => (owner, 1 + (i * 7_919_000))))
                BareDuckDb.Generate(owner.Path, rows, GroupCount, seed);
            await using var space = await BenchSpace.StartAsync(Path.Combine(directory, "nodes"), owners);
            await Task.Delay(Idle);
            var idleMib = ResidentMib(space);
            await space.PrepareAsync();
            var coldJob = await space.RunAsync(GroupCount);
            Report.Line(output, $"first job, everything cold: {coldJob.WallMs:F0} ms, {Spell(coldJob.Stages)}");
            Verify(output, owners, coldJob.Result);
            await MeasureAsync(output, space, owners);
            await Task.Delay(Idle);
            var soonMib = ResidentMib(space);
            await Task.Delay(LongIdle);
            Memory(output, idleMib, soonMib, ResidentMib(space));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task MeasureAsync(TextWriter output, BenchSpace space, List<Owner> owners)
    {
        var jobs = new List<(FinishedJob Job, List<Work> Owners)>();
        for (var i = 0; i < Jobs; i++)
        {
            var job = await space.RunAsync(GroupCount);
            jobs.Add((job, [.. space.Connectors.Select(node => Work.Read(node.LogEvents(WorkEvent)[^1]))]));
        }
        var alone = new List<IReadOnlyList<double>>();
        for (var i = 0; i < Jobs; i++)
            alone.Add(await BareProcess.MeasureAsync([.. owners.Select(o => o.Path)], GroupCount));
        foreach (var (owner, i) in owners.Select((owner, i) => (owner, i)))
        {
            var sql = SqlSandbox.CellSql(BareDuckDb.SourceOf(View, owner.Path), BareDuckDb.PlanOf(GroupCount)).Value;
            using var engine = new BareDuckDb(View, owner.Path);
            engine.CpuMs(sql); // warms the caches
            var again = Statistics.Median(Enumerable.Range(0, Jobs).Select(_ => engine.CpuMs(sql)));
            var bare = Statistics.Median(alone.Select(a => a[i]));
            var worker = Statistics.Median(jobs.Select(j => j.Owners[i].WorkerCpuMs));
            Report.AtMost(output, string.Create(CultureInfo.InvariantCulture, $"{owner.Name}: worker CPU {worker:F0} ms, DuckDB {bare:F0} ms"), worker / bare, CpuRatioTarget);
            Report.Line(output, $"   an engine that has run the statement before, alone on the machine: {again:F0} ms, ratio {worker / again:F2}");
        }
        foreach (var (job, works) in jobs)
        {
            var slowest = works.Max(w => w.WorkerWallMs);
            Report.Line(output, $"job: wall {job.WallMs:F0} ms, slowest worker {slowest:F0} ms, rest {job.WallMs - slowest:F0} ms; {Spell(job.Stages)}; admit {works.Max(w => w.AdmitMs):F0}, mask and encrypt {works.Max(w => w.ProtectMs):F0}, report {works.Max(w => w.ReportMs):F0}");
        }
        Report.AtMost(output, "everything beside the slowest worker, median wall", Statistics.Median(jobs.Select(j => j.Job.WallMs - j.Owners.Max(w => w.WorkerWallMs))), OverheadTargetMs, " ms");
    }

    /// <summary>What only a benchmark can do: it has all files and compares.</summary>
    private static void Verify(TextWriter output, List<Owner> owners, JsonObject result)
    {
        var files = string.Join(", ", owners.Select(o => $"'{o.Path}'"));
        using var engine = new BareDuckDb(View, owners[0].Path);
        var expected = engine.Read(
            $"SELECT CAST(g AS VARCHAR), CAST(count(*) AS VARCHAR), CAST(sum(x) AS VARCHAR), stddev_pop(x) FROM read_parquet([{files}]) GROUP BY g ORDER BY g",
            row => (Group: row.GetString(0), Count: row.GetString(1), Sum: row.GetString(2), Spread: row.GetDouble(3)));
        var rows = result["rows"]!.AsArray();
        if (rows.Count != expected.Count || result["suppressed"]!.AsArray().Count != 0)
            throw new BenchmarkException($"{rows.Count} groups came out, {expected.Count} went in.");
        foreach (var (group, count, sum, spread) in expected)
        {
            var row = rows.First(r => (string)r![0]! == group)!.AsArray();
            if (Number(row[1]) != decimal.Parse(count, CultureInfo.InvariantCulture) || Number(row[2]) != decimal.Parse(sum, CultureInfo.InvariantCulture)
                || Math.Abs((double)Number(row[3]) - spread) > 1e-5)
                throw new BenchmarkException($"Group {group}: {row.ToJsonString()}, expected {count}, {sum}, {spread}.");
        }
        Report.Line(output, $"result: {expected.Count} groups equal the plain sums over all rows");
    }

    private static void Memory(TextWriter output, List<double> idle, List<double> soon, List<double> used)
    {
        Report.Heading(output, "resident memory of a connector (VmRSS)");
        foreach (var (name, i) in Names.Select((name, i) => (name, i)))
            Report.Line(output, $"{name,-12} idle after start {idle[i]:F0} MiB, 10 s after {Jobs + 1} jobs {soon[i]:F0} MiB, 90 s after {used[i]:F0} MiB");
        Report.AtMost(output, "idle connector, largest of three, 10 s after start", idle.Max(), ResidentTargetMib, " MiB");
        Report.AtMost(output, "idle connector, largest of three, 90 s after jobs", used.Max(), ResidentTargetMib, " MiB");
    }

    private static List<double> ResidentMib(BenchSpace space) => [.. space.Connectors.Select(node => node.ResidentBytes() / 1048576.0)];

    private static decimal Number(JsonNode? text) => decimal.Parse((string)text!, CultureInfo.InvariantCulture);

    private static string Spell(IReadOnlyList<(string Name, long Ms)> stages)
        => string.Join(", ", stages.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Name} {s.Ms}")));

    /// <summary>What one owner's node wrote into its own log about a use.</summary>
    private sealed record Work(double WorkerCpuMs, double WorkerWallMs, double AdmitMs, double ProtectMs, double ReportMs)
    {
        public static Work Read(JsonObject entry)
        {
            double Of(string name) => double.Parse((string)entry[name]!, CultureInfo.InvariantCulture);
            return new Work(Of("WorkerCpuMs"), Of("WorkerWallMs"), Of("AdmitMs"), Of("ProtectMs"), Of("ReportMs"));
        }
    }
}
