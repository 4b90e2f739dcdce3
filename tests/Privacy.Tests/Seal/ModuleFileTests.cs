using DataSpace.Kernel.Results;
using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Seal.Wasm;

namespace DataSpace.Privacy.Tests.Seal;

public sealed class ModuleFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("dataspace-seal-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_changed_module_is_refused_before_it_is_compiled()
    {
        var path = Path.Combine(_directory, "seal_throws.wasm");
        var bytes = File.ReadAllBytes(SealModuleFile.Locate(null).Value);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        var stages = new List<SealPreparation>();
        using var engine = new WasmSealEngine(new WasmSealOptions { WasmPath = path, CacheDirectory = Cache, Progress = new Recorder(stages) });
        Assert.Equal(PrivacyErrors.SealDigest, engine.GenerateKeys(SealParameterSet.Aggregation1).Error!.Kind);
        Assert.Empty(stages);
        Assert.False(Directory.Exists(Cache));
    }

    [Fact]
    public void A_missing_module_is_named_with_the_remedy()
    {
        using var engine = new WasmSealEngine(new WasmSealOptions { WasmPath = Path.Combine(_directory, "none.wasm"), CacheDirectory = Cache });
        var error = engine.GenerateKeys(SealParameterSet.Aggregation1).Error!;
        Assert.Equal(PrivacyErrors.SealMissing, error.Kind);
        Assert.Contains("npm ci --ignore-scripts", error.Kind.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Compiling_happens_once_and_leaves_a_private_file()
    {
        Assert.Equal([SealPreparation.Compiling, SealPreparation.Compiled], Use());
        var file = Assert.Single(Directory.GetFiles(Cache)); // no temporary file stays behind
        Assert.Equal(SealModuleFile.CompiledName(), Path.GetFileName(file));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Cache));
        }

        Assert.Equal([SealPreparation.Loading], Use());

        File.WriteAllText(file, "not a compiled module");
        Assert.Equal([SealPreparation.Loading, SealPreparation.Compiling, SealPreparation.Compiled], Use());
    }

    [Fact]
    public void A_cache_that_others_can_enter_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are a Unix matter");
        Directory.CreateDirectory(Cache);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Cache, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupWrite);
        using var engine = new WasmSealEngine(new WasmSealOptions { CacheDirectory = Cache });
        Assert.Equal(PrivacyErrors.CacheNotPrivate, engine.GenerateKeys(SealParameterSet.Aggregation1).Error!.Kind);
    }

    private string Cache => Path.Combine(_directory, "cache");

    private List<SealPreparation> Use()
    {
        var stages = new List<SealPreparation>();
        using var engine = new WasmSealEngine(new WasmSealOptions { CacheDirectory = Cache, Progress = new Recorder(stages) });
        Assert.True(engine.GenerateKeys(SealParameterSet.Aggregation1).IsOk);
        return stages;
    }

    private sealed class Recorder(List<SealPreparation> stages) : IProgress<SealPreparation>
    {
        public void Report(SealPreparation value) => stages.Add(value);
    }
}
