using System.Diagnostics;
using DataSpace.Benchmarks.Ledger;
using DataSpace.Benchmarks.Space;
using DataSpace.Metering.Meters;

namespace DataSpace.Benchmarks.Metering;

/// <summary>
/// Folding a ledger of one million entries (Grant, Report, Receipt of a third of a million uses, as our own ledger writes them) into meters, and
/// the same for a tenth of it: time beside a plain read of the same files, and memory that must not grow with the log.
/// </summary>
internal static class MeteringBenchmark
{
    private const int Uses = 333_334;
    private const double TargetSeconds = 10;

    /// <summary>Makes both logs, folds them, prints.</summary>
    public static async Task RunAsync(TextWriter output)
    {
        var directory = Directory.CreateTempSubdirectory("metering-benchmark-");
        try
        {
            var (small, large) = (Path.Combine(directory.FullName, "small"), Path.Combine(directory.FullName, "large"));
            await UseLog.WriteAsync(small, Uses / 10);
            var wrote = Stopwatch.GetTimestamp();
            await UseLog.WriteAsync(large, Uses);
            Report.Line(output, $"writing {3 * Uses:N0} entries:                {Stopwatch.GetElapsedTime(wrote).TotalSeconds:F1} s");
            Fold(small); // the runtime compiles
            var (_, _, smallBytes, _) = Fold(small);
            var read = Read(large);
            var (seconds, cpuSeconds, largeBytes, size) = Fold(large);
            Report.Line(output, $"reading the same files, nothing else:    {read:F1} s");
            Report.Line(output, $"folding {size:N0} entries:                {seconds:F1} s, {size / seconds:N0}/s; {cpuSeconds:F1} s of CPU, {cpuSeconds / size * 1e6:F1} us each");
            Report.Line(output, $"managed memory at the end: a tenth of the log {smallBytes >> 20} MB, all of it {largeBytes >> 20} MB");
            var again = Stopwatch.GetTimestamp();
            if (MeterProjector.Run(large).Value.Added != 0)
                throw new BenchmarkException("the second fold counted something twice");
            Report.Line(output, $"folding again, nothing new:              {Stopwatch.GetElapsedTime(again).TotalMilliseconds:F0} ms");
            Report.AtMost(output, "folding one million entries", seconds, TargetSeconds, " s");
            Report.AtMost(output, "memory, ten times the log", (largeBytes + 1) / (double)(smallBytes + 1), 2, "x");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static (double Seconds, double CpuSeconds, long Bytes, long Size) Fold(string directory)
    {
        foreach (var file in Directory.GetFiles(directory, "metering.db*"))
            File.Delete(file);
        GC.Collect();
        var (began, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var state = MeterProjector.Run(directory).Value;
        var (seconds, cpuSeconds) = (Stopwatch.GetElapsedTime(began).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
        var bytes = GC.GetTotalMemory(forceFullCollection: true);
        var uses = state.Size / 3;
        if (state.Sums.Single(s => s.Unit == MeterNames.Receipted).Value != uses || state.Sums.Single(s => s.Unit == "bytesOut").Value != 1000 * uses)
            throw new BenchmarkException("the sums are wrong");
        return (seconds, cpuSeconds, bytes, state.Size);
    }

    private static double Read(string directory)
    {
        var began = Stopwatch.GetTimestamp();
        var buffer = new byte[1 << 20];
        foreach (var file in Directory.EnumerateFiles(Path.Combine(directory, "tile", "entries"), "*", SearchOption.AllDirectories).Append(Path.Combine(directory, "vault.db")).Append(Path.Combine(directory, "keys.db")))
        {
            using var stream = File.OpenRead(file);
            while (stream.Read(buffer) > 0)
                ;
        }
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
