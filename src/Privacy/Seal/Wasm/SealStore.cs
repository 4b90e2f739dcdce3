using DataSpace.Kernel.Results;
using Wasmtime;

namespace DataSpace.Privacy.Seal.Wasm;

/// <summary>
/// One store for one role, created at first use. Its lock is the rule "one thread per store". After a trap the instance is thrown away;
/// after a C++ exception it lives on; above the heap limit it is replaced.
/// </summary>
internal sealed class SealStore(Func<Result<(Engine Engine, Module Module)>> load, FillRandom fillRandom, long largestHeapBytes) : IDisposable
{
    private readonly Lock _gate = new();
    private SealInstance? _instance;
    private bool _disposed;

    /// <summary>Instances created so far; tests use it to see that an instance survived.</summary>
    public int InstancesCreated { get; private set; }

    public Result<T> Run<T>(Func<SealInstance, T> operation)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_instance is null)
            {
                if (!load().TryGet(out var code, out var error))
                    return error;
                _instance = new SealInstance(code.Engine, code.Module, fillRandom);
                InstancesCreated++;
            }

            try
            {
                return operation(_instance);
            }
            catch (SealRefusedException)
            {
                return PrivacyErrors.SealRefused.Of();
            }
            catch (WasmtimeException)
            {
                return PrivacyErrors.SealTrapped.Of(); // includes a random generator that failed
            }
            finally
            {
                if (_instance.IsBroken || _instance.HeapBytes > largestHeapBytes)
                    Drop();
            }
        }
    }

    public void Trim()
    {
        lock (_gate)
            Drop();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Drop();
        }
    }

    private void Drop()
    {
        _instance?.Dispose();
        _instance = null;
    }
}
