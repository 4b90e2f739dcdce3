namespace DataSpace.Sandbox.Process;

/// <summary>Where the host keeps the programs and libraries that the launcher needs. Absolute paths only: the sandbox has no PATH.</summary>
internal static class HostTools
{
    private static readonly string[] ProgramDirectories = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"];

    private static readonly string[] LibraryDirectories =
        ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib"];

    /// <summary>Shared libraries of the worker and the engine (<c>ldd</c> of both).</summary>
    private static readonly string[] LibraryNames =
        ["libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libgcc_s.so.1", "libstdc++.so.6"];

    private const string Loader = "/lib64/ld-linux-x86-64.so.2";

    public static string? FindProgram(string name)
        => ProgramDirectories.Select(d => Path.Combine(d, name)).FirstOrDefault(File.Exists);

    /// <summary>Host libraries to show, at the same paths. libdl, libpthread and librt are stubs or absent on newer systems.</summary>
    public static IReadOnlyList<string> Libraries()
    {
        var found = LibraryNames
            .Select(name => LibraryDirectories.Select(d => Path.Combine(d, name)).FirstOrDefault(File.Exists))
            .OfType<string>()
            .ToList();
        if (File.Exists(Loader))
            found.Add(Loader);
        return found;
    }
}
