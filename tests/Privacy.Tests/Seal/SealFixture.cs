using DataSpace.Privacy.Seal;

[assembly: AssemblyFixture(typeof(DataSpace.Privacy.Tests.Seal.SealFixture))]

namespace DataSpace.Privacy.Tests.Seal;

/// <summary>One engine for all tests. The compiled module is kept below the test's build output, so that a second run starts at once.</summary>
public sealed class SealFixture : IDisposable
{
    public static string CacheDirectory { get; } = Path.Combine(AppContext.BaseDirectory, "seal-cache");

    public WasmSealEngine Engine { get; } = NewEngine();

    public static WasmSealEngine NewEngine() => new(new WasmSealOptions { CacheDirectory = CacheDirectory });

    public void Dispose() => Engine.Dispose();
}
