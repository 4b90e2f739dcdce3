using System.Globalization;
using System.Runtime.InteropServices;

namespace DataSpace.Connector.Jobs;

/// <summary>
/// Gives back pages of files that this process has read and will seldom read again: metadata of assemblies, which the compiler wants when a method runs for the first time, and the code of the
/// WebAssembly runtime while nobody computes with ciphertexts. They are unchanged, lie in the system's page cache and come back from there at a touch.
/// </summary>
internal static class MappedFiles
{
    private const int DontNeed = 4; // MADV_DONTNEED: of a mapping that nobody wrote to, nothing is lost

    /// <summary>Lets go of all such pages. Does nothing where the kernel lists no mappings.</summary>
    public static void LetGo()
    {
        string[] mappings;
        try
        {
            mappings = File.ReadAllLines("/proc/self/maps");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return;
        }
        foreach (var mapping in mappings)
        {
            if (Clean(mapping) is var (from, length) && length > 0)
                _ = Advise(from, length, DontNeed);
        }
    }

    /// <summary>Address and length of a line of <c>/proc/self/maps</c> that is never written: shared and read-only, or code of a library whose code has no relocations. Length 0 otherwise.</summary>
    internal static (nuint From, nuint Length) Clean(string mapping)
    {
        var isMetadata = mapping.Contains(" r--s ", StringComparison.Ordinal) && mapping.EndsWith(".dll", StringComparison.Ordinal);
        var isRuntime = mapping.Contains(" r-xp ", StringComparison.Ordinal) && mapping.EndsWith("/libwasmtime.so", StringComparison.Ordinal);
        var (dash, space) = (mapping.IndexOf('-', StringComparison.Ordinal), mapping.IndexOf(' ', StringComparison.Ordinal));
        if (!(isMetadata || isRuntime) || dash < 0 || space < dash
            || !nuint.TryParse(mapping.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var from)
            || !nuint.TryParse(mapping.AsSpan(dash + 1, space - dash - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var to) || to <= from)
            return default;
        return (from, to - from);
    }

    [DllImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Advise(nuint address, nuint length, int advice);
}
