namespace DataSpace.Privacy.Seal;

/// <summary>What the engine is doing before its first operation.</summary>
public enum SealPreparation
{
    /// <summary>A compiled module is being loaded (15-110 ms).</summary>
    Loading,

    /// <summary>First start on this machine: compiling takes 3-11 s.</summary>
    Compiling,

    /// <summary>Compiled and stored.</summary>
    Compiled,
}

/// <summary>Options of <see cref="WasmSealEngine"/>.</summary>
public sealed record WasmSealOptions
{
    /// <summary>Default of <see cref="LargestHeapBytes"/>.</summary>
    public const long DefaultLargestHeapBytes = 256L << 20;

    /// <value>Path of <c>seal_throws.wasm</c>; null looks beside the executable, then in the nearest <c>node_modules</c> above it.</value>
    public string? WasmPath { get; init; }

    /// <value>Directory of compiled modules. Created with mode 0700; refused when it exists and others have any right on it.</value>
    public required string CacheDirectory { get; init; }

    /// <value>Called around loading and compiling, on the calling thread of the first operation.</value>
    public IProgress<SealPreparation>? Progress { get; init; }

    /// <value>A store whose heap has grown beyond this is replaced after the operation (WebAssembly heaps never shrink).</value>
    public long LargestHeapBytes { get; init; } = DefaultLargestHeapBytes;

    /// <value>Operations of one role at once, each in a store with a heap of its own (about 40 MB while in use); two, or one on a machine with one processor.</value>
    public int ParallelStores { get; init; } = Math.Min(2, Environment.ProcessorCount);
}
