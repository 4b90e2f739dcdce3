using System.Runtime;
using System.Runtime.InteropServices;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Seal;

namespace DataSpace.Connector.Jobs;

/// <summary>
/// Gives memory back some seconds after the last homomorphic operation: the WebAssembly heaps, which never shrink by themselves, and what the job's
/// buffers left on the managed heap. The next operation starts a fresh instance of the module that stays loaded. A minute later once more: by then the
/// runtime's pools of arrays count as unused and let go of theirs. The managed heap is the whole process's: where several nodes share one, the last that rests collects it. Thread-safe.
/// </summary>
internal sealed class IdleSealEngine : ISealEngine
{
    /// <summary>Quiet time after which memory is given back.</summary>
    public static readonly TimeSpan IdleAfter = TimeSpan.FromSeconds(4);

    /// <summary>Quiet time after which pooled arrays are given back too: the runtime keeps them for a minute after it first saw them unused.</summary>
    public static readonly TimeSpan PoolsAfter = TimeSpan.FromSeconds(75);

    /// <summary>When any engine of this process was last used.</summary>
    private static long _lastUse;

    private readonly ISealEngine _engine;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private readonly ITimer _poolTimer;

    public IdleSealEngine(ISealEngine engine, TimeProvider clock)
    {
        (_engine, _clock) = (engine, clock);
        _timer = clock.CreateTimer(static state => ((IdleSealEngine)state!).Rest(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _poolTimer = clock.CreateTimer(static state => ((IdleSealEngine)state!).TrimPools(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc />
    public Result<SealKeyPair> GenerateKeys(SealParameterSet set) => Then(_engine.GenerateKeys(set));

    /// <inheritdoc />
    public Result<IReadOnlyList<byte[]>> Encrypt(SealParameterSet set, byte[] publicKey, IReadOnlyList<ulong[]> slots)
        => Then(_engine.Encrypt(set, publicKey, slots));

    /// <inheritdoc />
    public Result<IReadOnlyList<byte[]>> EncryptSymmetric(SealParameterSet set, SealKeyPair keys, IReadOnlyList<ulong[]> slots)
        => Then(_engine.EncryptSymmetric(set, keys, slots));

    /// <inheritdoc />
    public Result<IReadOnlyList<ulong[]>> Decrypt(SealParameterSet set, byte[] secretKey, IReadOnlyList<byte[]> ciphertexts, int switchedDown = 0)
        => Then(_engine.Decrypt(set, secretKey, ciphertexts, switchedDown));

    /// <inheritdoc />
    public void Trim()
    {
        _engine.Trim();
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        try
        {
            _ = ReturnFreedMemory(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library than glibc: its allocator keeps no arenas per thread.
        }
    }

    private void Rest()
    {
        if (OthersRest)
            Trim();
        else
            _engine.Trim();
    }

    // The own timers fire after at least this time without use; a little less, since timers and clock round differently.
    private bool OthersRest => _clock.GetElapsedTime(Volatile.Read(ref _lastUse)) > IdleAfter * 0.9;

    // Pools let go of their arrays in a callback after one collection; the next one frees them.
    private void TrimPools()
    {
        if (!OthersRest)
            return;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Trim();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _timer.Dispose();
        _poolTimer.Dispose();
        _engine.Dispose();
    }

    // SQLite and TLS leave freed blocks in one glibc arena per thread, which never shrink by themselves.
    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ReturnFreedMemory(nuint keepBytes);

    // Every operation puts the trimming off.
    private T Then<T>(T result)
    {
        Volatile.Write(ref _lastUse, _clock.GetTimestamp());
        _timer.Change(IdleAfter, Timeout.InfiniteTimeSpan);
        _poolTimer.Change(PoolsAfter, Timeout.InfiniteTimeSpan);
        return result;
    }
}
