using System.Runtime.InteropServices;

namespace DataSpace.SandboxWorker;

/// <summary>
/// Lets the engine's allocator take its memory in huge pages. A worker lives for one statement, so every page that the statement's hash table touches is a fault; with pages of
/// 4 KiB these cost more than a third of its CPU. The engine's jemalloc keeps what is given back to it and hands it out again, so an untouched block that
/// passes through it once keeps the advice (madvise(2), MADV_HUGEPAGE). Without the symbols, or where the kernel declines, nothing changes but speed.
/// </summary>
internal static partial class EngineMemory
{
    private const int HugePageBytes = 2 * 1024 * 1024;
    private const int AdviseHugePage = 14;

    // Below the size (256 MiB) from which the allocator uses an arena of its own.
    private const long MostBytes = 192L * 1024 * 1024;

    /// <summary>Advises for as much as the engine may use, before it opens.</summary>
    public static void PreferHugePages(long engineMemoryBytes)
    {
        var bytes = Math.Min(engineMemoryBytes / 2, MostBytes) & -HugePageBytes;
        if (bytes < 2 * HugePageBytes)
            return;
        try
        {
            var block = Allocate((nuint)bytes);
            if (block == 0)
                return;
            var first = (block + HugePageBytes - 1) & -HugePageBytes;
            _ = Advise(first, (nuint)(block + (nint)bytes - first) & unchecked((nuint)(-HugePageBytes)), AdviseHugePage);
            Free(block);
        }
        catch (EntryPointNotFoundException)
        {
            // an engine with another allocator
        }
    }

    [LibraryImport("duckdb", EntryPoint = "duckdb_je_malloc")]
    private static partial nint Allocate(nuint bytes);

    [LibraryImport("duckdb", EntryPoint = "duckdb_je_free")]
    private static partial void Free(nint block);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
