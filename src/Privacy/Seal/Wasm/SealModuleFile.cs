using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Results;
using Wasmtime;
using Arm = System.Runtime.Intrinsics.Arm;
using X86 = System.Runtime.Intrinsics.X86;

namespace DataSpace.Privacy.Seal.Wasm;

/// <summary>
/// Finds SEAL's WebAssembly, verifies its digest, and turns it into machine code once per machine. The compiled file is trusted code: it lives in
/// a directory that only the owner can enter, and its name binds it to the source digest, the Wasmtime version and the processor's features.
/// </summary>
internal static class SealModuleFile
{
    /// <summary>SHA-256 of <c>dist/seal_throws.wasm</c> in node-seal 7.0.0 (Microsoft SEAL 4.1.2).</summary>
    public const string ExpectedSha256 = "b30d3776265a56373a2001d2cd48baa8d72ddd571e04ddfaefd4c231271170e4";

    private const string FileName = "seal_throws.wasm";
    private const string PackagePath = "node_modules/node-seal/dist/" + FileName;
    private const int LongestSearchLevels = 16;
    private const long LargestWasmBytes = 8 << 20;

    /// <summary>The option's path; else beside the executable; else in the nearest <c>node_modules</c> above it.</summary>
    public static Result<string> Locate(string? optionPath)
    {
        if (optionPath is not null)
            return File.Exists(optionPath) ? optionPath : PrivacyErrors.SealMissing.Of();
        var beside = Path.Combine(AppContext.BaseDirectory, FileName);
        if (File.Exists(beside))
            return beside;
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        for (var level = 0; directory is not null && level < LongestSearchLevels; level++, directory = directory.Parent)
        {
            var candidate = Path.Combine(directory.FullName, PackagePath);
            if (File.Exists(candidate))
                return candidate;
        }

        return PrivacyErrors.SealMissing.Of();
    }

    /// <summary>Reads the file once and compares its digest; the bytes returned are the bytes that were verified.</summary>
    public static Result<byte[]> ReadVerified(string path)
    {
        if (new FileInfo(path).Length > LargestWasmBytes)
            return PrivacyErrors.SealDigest.Of();
        var bytes = File.ReadAllBytes(path);
        return Convert.ToHexStringLower(SHA256.HashData(bytes)) == ExpectedSha256 ? bytes : PrivacyErrors.SealDigest.Of();
    }

    /// <summary>Loads the compiled module, compiling and storing it first when this machine has none.</summary>
    public static Result<Module> Load(Engine engine, WasmSealOptions options)
    {
        if (!Locate(options.WasmPath).TryGet(out var path, out var missing))
            return missing;
        if (!ReadVerified(path).TryGet(out var wasm, out var wrong))
            return wrong;
        if (!PrivateDirectory(options.CacheDirectory).TryGet(out var directory, out var open))
            return open;

        var compiled = Path.Combine(directory, CompiledName());
        if (File.Exists(compiled))
        {
            try
            {
                options.Progress?.Report(SealPreparation.Loading);
                return Module.DeserializeFile(engine, "seal", compiled);
            }
            catch (WasmtimeException)
            {
                File.Delete(compiled); // another processor or a torn file: compile again
            }
        }

        options.Progress?.Report(SealPreparation.Compiling);
        var module = Module.FromBytes(engine, "seal", wasm);
        Store(compiled, module.Serialize());
        options.Progress?.Report(SealPreparation.Compiled);
        return module;
    }

    /// <summary>File name of the compiled module on this machine.</summary>
    public static string CompiledName()
    {
        var key = $"{ExpectedSha256}|{typeof(Engine).Assembly.GetName().Version}|{RuntimeInformation.RuntimeIdentifier}|{ProcessorFeatures()}";
        return $"seal-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32]}.cwasm";
    }

    private static string ProcessorFeatures() => string.Join(
        ',',
        RuntimeInformation.ProcessArchitecture,
        X86.Sse42.IsSupported,
        X86.Popcnt.IsSupported,
        X86.Avx.IsSupported,
        X86.Avx2.IsSupported,
        X86.Bmi1.IsSupported,
        X86.Bmi2.IsSupported,
        X86.Lzcnt.IsSupported,
        X86.Fma.IsSupported,
        X86.Avx512F.IsSupported,
        X86.Avx512DQ.IsSupported,
        X86.Avx512BW.IsSupported,
        X86.Avx512F.VL.IsSupported,
        X86.Avx512Vbmi.IsSupported,
        Arm.AdvSimd.IsSupported,
        Arm.Aes.IsSupported);

    private static Result<string> PrivateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path); // the profile's own access list applies
            return path;
        }

        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(path, owner);
        // A directory that others could write to may already hold their code: refuse, do not repair.
        return (File.GetUnixFileMode(path) & ~owner) == 0 ? path : PrivacyErrors.CacheNotPrivate.Of();
    }

    private static void Store(string target, byte[] content)
    {
        var temporary = target + "." + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)) + ".tmp";
        try
        {
            var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
            if (!OperatingSystem.IsWindows())
                create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var stream = new FileStream(temporary, create))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
