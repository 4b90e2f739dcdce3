using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DataSpace.Benchmarks;

/// <summary>CPU time of the calling thread: what one core did, however busy the machine is. Wall time where the system has no such clock.</summary>
internal static class ThreadClock
{
    /// <summary>Microseconds from an arbitrary start.</summary>
    public static double Microseconds()
    {
        if (!OperatingSystem.IsLinux())
            return Stopwatch.GetTimestamp() * 1e6 / Stopwatch.Frequency;
        const int threadCpuTime = 3;
        _ = ClockGetTime(threadCpuTime, out var time);
        return (time.Seconds * 1e6) + (time.Nanoseconds / 1e3);
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ClockGetTime(int clock, out TimeSpecification time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpecification
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
