using DataSpace.Kernel.Results;
using Wasmtime;

namespace DataSpace.Privacy.Seal.Wasm;

/// <summary>
/// The stores of one role: as many operations at once as there are stores, one thread in each. The store that was used last is taken first, so that one caller after
/// another needs one instance and one context. Thread-safe.
/// </summary>
internal sealed class SealStorePool : IDisposable
{
    private readonly object _gate = new();
    private readonly SealStore[] _stores;
    private readonly Stack<SealStore> _idle;

    public SealStorePool(int size, Func<Result<(Engine Engine, Module Module)>> load, FillRandom fillRandom, long largestHeapBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        _stores = [.. Enumerable.Range(0, size).Select(_ => new SealStore(load, fillRandom, largestHeapBytes))];
        _idle = new Stack<SealStore>(_stores);
    }

    /// <summary>Instances created so far, of all stores; tests use it to see that an instance survived.</summary>
    public int InstancesCreated => _stores.Sum(store => store.InstancesCreated);

    /// <summary>Runs an operation in a free store; waits for one when all are in use.</summary>
    public Result<T> Run<T>(Func<SealInstance, T> operation)
    {
        var store = Take();
        try
        {
            return store.Run(operation);
        }
        finally
        {
            lock (_gate)
            {
                _idle.Push(store);
                Monitor.Pulse(_gate);
            }
        }
    }

    /// <summary>Gives all memory back; waits for operations that run.</summary>
    public void Trim() => Array.ForEach(_stores, store => store.Trim());

    public void Dispose() => Array.ForEach(_stores, store => store.Dispose());

    private SealStore Take()
    {
        lock (_gate)
        {
            SealStore? store;
            while (!_idle.TryPop(out store))
                Monitor.Wait(_gate);
            return store;
        }
    }
}
