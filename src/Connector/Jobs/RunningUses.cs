using System.Collections.Concurrent;

namespace DataSpace.Connector.Jobs;

/// <summary>Which uses this process is working on: one worker per use. Thread-safe, in memory; across processes the ledger's lock decides.</summary>
internal sealed class RunningUses
{
    private readonly ConcurrentDictionary<string, byte> _running = new(StringComparer.Ordinal);

    /// <summary>A turn to dispose when done, or null when somebody else works on this use.</summary>
    public IDisposable? TryEnter(string jobHash) => _running.TryAdd(jobHash, 0) ? new Turn(_running, jobHash) : null;

    private sealed class Turn(ConcurrentDictionary<string, byte> running, string jobHash) : IDisposable
    {
        public void Dispose() => running.TryRemove(jobHash, out _);
    }
}
