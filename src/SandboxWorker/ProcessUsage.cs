using System.Runtime.InteropServices;

namespace DataSpace.SandboxWorker;

/// <summary>What this process has used so far, from getrusage(2).</summary>
internal static partial class ProcessUsage
{
    [StructLayout(LayoutKind.Sequential)]
    private struct Rusage
    {
        public long UserSeconds;
        public long UserMicros;
        public long SystemSeconds;
        public long SystemMicros;
        public long MaxResidentKibibytes;
        private readonly Padding _rest;
    }

    [System.Runtime.CompilerServices.InlineArray(16)]
    private struct Padding
    {
        private long _first;
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetRusage(int who, out Rusage usage);

    /// <summary>User + system CPU in microseconds, and the peak resident set in bytes.</summary>
    public static (long CpuMicros, long PeakResidentBytes) Read()
    {
        if (GetRusage(0, out var usage) != 0)
            return (0, 0);
        var micros = ((usage.UserSeconds + usage.SystemSeconds) * 1_000_000) + usage.UserMicros + usage.SystemMicros;
        return (micros, usage.MaxResidentKibibytes * 1024);
    }
}
