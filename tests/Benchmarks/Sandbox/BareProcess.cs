using System.Diagnostics;
using System.Globalization;
using DataSpace.Benchmarks.Space;
using DataSpace.Sandbox;

namespace DataSpace.Benchmarks.Sandbox;

/// <summary>
/// DuckDB as the worker has to use it, without the sandbox: a process of its own that opens an engine and runs the statement once, its memory still untouched. An engine that runs a
/// statement again has its pages already; a worker, of which there is one per use, never has.
/// </summary>
internal static class BareProcess
{
    /// <summary>First argument of the child: file and number of groups follow.</summary>
    public const string Verb = "bare-duckdb";

    private const string View = "measurements";

    /// <summary>The child: prints the CPU that opening and the statement took, milliseconds. The runtime's own start is not counted.</summary>
    public static int Run(string path, int groups)
    {
        var sql = SqlSandbox.CellSql(BareDuckDb.SourceOf(View, path), BareDuckDb.PlanOf(groups)).Value;
        using var self = Process.GetCurrentProcess();
        var before = self.TotalProcessorTime;
        using (var engine = new BareDuckDb(View, path))
            engine.Read(sql, static _ => 0);
        self.Refresh();
        Console.WriteLine((self.TotalProcessorTime - before).TotalMilliseconds.ToString("R", CultureInfo.InvariantCulture));
        return 0;
    }

    /// <summary>One child per file, all at the same time, as the owners' workers run: CPU of each, milliseconds.</summary>
    public static async Task<IReadOnlyList<double>> MeasureAsync(IReadOnlyList<string> paths, int groups)
    {
        var children = paths.Select(path =>
        {
            var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
            foreach (var argument in (string[])[typeof(BareProcess).Assembly.Location, Verb, path, groups.ToString(CultureInfo.InvariantCulture)])
                start.ArgumentList.Add(argument);
            return Process.Start(start)!;
        }).ToList();
        var figures = new List<double>();
        foreach (var child in children)
        {
            using (child)
            {
                var said = await child.StandardOutput.ReadToEndAsync();
                await child.WaitForExitAsync();
                figures.Add(child.ExitCode == 0 ? double.Parse(said, CultureInfo.InvariantCulture) : throw new BenchmarkException("DuckDB in its own process failed."));
            }
        }
        return figures;
    }
}
