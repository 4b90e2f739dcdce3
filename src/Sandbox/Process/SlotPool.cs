using System.Collections.Concurrent;

namespace DataSpace.Sandbox.Process;

/// <summary>A uid per concurrent run, so that two runs cannot touch each other. Thread-safe.</summary>
internal sealed class SlotPool : IDisposable
{
    private readonly SemaphoreSlim _free;
    private readonly ConcurrentQueue<int> _uids;

    public SlotPool(int slots, int uidBase)
    {
        _free = new SemaphoreSlim(slots);
        _uids = new ConcurrentQueue<int>(Enumerable.Range(uidBase, slots));
    }

    public async Task<int> TakeAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        return _uids.TryDequeue(out var uid) ? uid : throw new InvalidOperationException("slot without uid");
    }

    public void Return(int uid)
    {
        _uids.Enqueue(uid);
        _free.Release();
    }

    public void Dispose() => _free.Dispose();
}
