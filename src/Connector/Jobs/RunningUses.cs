using System.Collections.Concurrent;
using DataSpace.Kernel.Results;

namespace DataSpace.Connector.Jobs;

/// <summary>
/// Which uses this process is working on: one worker per use, which can be told to stop. Thread-safe, in memory; across processes the ledger's lock decides.
/// </summary>
internal sealed class RunningUses
{
    private readonly ConcurrentDictionary<string, UseTurn> _running = new(StringComparer.Ordinal);

    /// <summary>A turn to dispose when done, or null when somebody else works on this use.</summary>
    public UseTurn? TryEnter(string jobHash)
    {
        var turn = new UseTurn(() => _running.TryRemove(jobHash, out _));
        if (_running.TryAdd(jobHash, turn))
            return turn;
        turn.Abandon();
        return null;
    }

    /// <summary>Stops the work on a use, if there is any: the sandbox is killed, nothing is committed any more.</summary>
    public void Stop(string jobHash, DsError why)
    {
        if (_running.TryGetValue(jobHash, out var turn))
            turn.Stop(why);
    }
}

/// <summary>One worker's turn at a use.</summary>
internal sealed class UseTurn(Action leave) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private DsError? _why;

    /// <summary>Why the use has to stop, or null.</summary>
    public DsError? Stopped => Volatile.Read(ref _why);

    /// <summary>Cancelled when it has to.</summary>
    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        leave();
        _stop.Dispose();
    }

    internal void Abandon() => _stop.Dispose();

    internal void Stop(DsError why)
    {
        Interlocked.CompareExchange(ref _why, why, null);
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended in this very moment; what it committed is judged again before it leaves.
        }
    }
}
