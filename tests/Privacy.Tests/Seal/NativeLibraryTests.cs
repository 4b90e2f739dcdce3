using System.Diagnostics;
using DataSpace.Privacy.Seal.Native;

namespace DataSpace.Privacy.Tests.Seal;

/// <summary>
/// An operator's own library is refused unless it is SEAL 4.1 with the pinned parameters. Libraries that are not are made with the C compiler, where there is one; what a right one does is tested by the contract tests,
/// where DATASPACE_SEALC names one.
/// </summary>
public sealed class NativeLibraryTests
{
    [Fact]
    public void A_path_that_is_relative_or_leads_nowhere_or_that_others_write_to_is_refused()
    {
        Assert.Equal(NativeErrors.LibraryMissing, NativeSealEngine.Load("libsealc.so").Error?.Kind);
        Assert.Equal(NativeErrors.LibraryMissing, NativeSealEngine.Load(Path.Combine(AppContext.BaseDirectory, "no-such-library.so")).Error?.Kind);
        if (OperatingSystem.IsWindows())
            return;
        using var directory = new Folder();
        var open = directory.File("libsealc.so");
        File.WriteAllText(open, "");
        File.SetUnixFileMode(open, UnixFileMode.UserRead | UnixFileMode.OtherWrite);
        Assert.Equal(NativeErrors.LibraryMissing, NativeSealEngine.Load(open).Error?.Kind);
        File.SetUnixFileMode(open, UnixFileMode.UserRead);
        Assert.Equal(NativeErrors.LibraryForm, NativeSealEngine.Load(open).Error?.Kind);
    }

    [Fact]
    public void A_library_that_is_not_SEAL_another_version_and_one_with_other_parameters_are_refused()
    {
        using var directory = new Folder();
        Assert.Equal(NativeErrors.LibraryForm, NativeSealEngine.Load(Compiled(directory, 4, 1, without: "Decryptor_Decrypt")).Error?.Kind);
        Assert.Equal(NativeErrors.LibraryVersion, NativeSealEngine.Load(Compiled(directory, 3, 7)).Error?.Kind);
        Assert.Equal(NativeErrors.LibraryVersion, NativeSealEngine.Load(Compiled(directory, 4, 0)).Error?.Kind);
        Assert.Equal(NativeErrors.LibraryParameters, NativeSealEngine.Load(Compiled(directory, 4, 1)).Error?.Kind);
    }

    /// <summary>A library with SEAL's names, whose version functions answer so and whose others all succeed and do nothing; a context it says is valid has digests of zeros.</summary>
    private static string Compiled(Folder directory, int major, int minor, string? without = null)
    {
        if (OperatingSystem.IsWindows() || !File.Exists("/usr/bin/cc"))
            Assert.Skip("there is no C compiler (/usr/bin/cc) to make a library with");
        var name = $"v{major}{minor}{without}";
        var functions = SealLibrary.Names.Where(one => one != without && !one.StartsWith("Version_", StringComparison.Ordinal)).Select(one => one switch
        {
            "SEALContext_ParametersSet" => $"long {one}(void *a, unsigned char *set) {{ *set = 1; return 0; }}",
            _ => $"long {one}(void) {{ return 0; }}",
        });
        File.WriteAllLines(directory.File(name + ".c"), [.. functions, $"long Version_Major(unsigned char *v) {{ *v = {major}; return 0; }}", $"long Version_Minor(unsigned char *v) {{ *v = {minor}; return 0; }}"]);
        using var compiler = Process.Start("/usr/bin/cc", ["-shared", "-fPIC", "-w", "-o", directory.File(name + ".so"), directory.File(name + ".c")]);
        Assert.True(compiler.WaitForExit(60_000) && compiler.ExitCode == 0, "cc failed");
        File.SetUnixFileMode(directory.File(name + ".so"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return directory.File(name + ".so");
    }

    private sealed class Folder : IDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dataspace-sealc-");

        public string File(string name) => Path.Combine(_directory.FullName, name);

        public void Dispose() => _directory.Delete(recursive: true);
    }
}
