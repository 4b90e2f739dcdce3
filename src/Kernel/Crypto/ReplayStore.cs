namespace DataSpace.Kernel.Crypto;

/// <summary>
/// Remembers which message ids were used. Implementations are safe for concurrent use; a store shared by several processes must decide atomically.
/// Durability: entries must outlive a restart, or the host must refuse requests for one token lifetime after starting.
/// </summary>
public interface IReplayStore
{
    /// <summary>
    /// True exactly once for each (issuer, id) until <paramref name="expiry"/>; false when it was consumed before, and false when the store
    /// cannot remember it (full), for a message that cannot be remembered could be replayed.
    /// </summary>
    ValueTask<bool> TryConsumeAsync(string issuer, string tokenId, DateTimeOffset expiry, CancellationToken cancellationToken = default);
}

/// <summary>Replay store in memory, bounded in total and per issuer so that one noisy member cannot lock out the others.</summary>
/// <remarks>State is guarded by one lock; expired entries leave in order of expiry.</remarks>
public sealed class InMemoryReplayStore : IReplayStore
{
    /// <summary>Default cap over all issuers.</summary>
    public const int DefaultMaxEntries = 200_000;

    /// <summary>Default cap per issuer.</summary>
    public const int DefaultMaxEntriesPerIssuer = 20_000;

    private readonly Lock _gate = new();
    private readonly HashSet<(string Issuer, string TokenId)> _seen = [];
    private readonly Dictionary<string, int> _perIssuer = new(StringComparer.Ordinal);
    private readonly PriorityQueue<(string Issuer, string TokenId), long> _byExpiry = new();
    private readonly TimeProvider _time;
    private readonly int _maxEntries;
    private readonly int _maxEntriesPerIssuer;
    private long _forgottenUpToTicks;

    /// <summary>An empty store with the given caps.</summary>
    public InMemoryReplayStore(TimeProvider time, int maxEntries = DefaultMaxEntries, int maxEntriesPerIssuer = DefaultMaxEntriesPerIssuer)
        => (_time, _maxEntries, _maxEntriesPerIssuer) = (time, maxEntries, maxEntriesPerIssuer);

    /// <summary>Number of ids remembered now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _seen.Count;
        }
    }

    /// <inheritdoc />
    public ValueTask<bool> TryConsumeAsync(string issuer, string tokenId, DateTimeOffset expiry, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            Forget(_time.GetUtcNow());
            var held = _perIssuer.GetValueOrDefault(issuer);
            // A clock that steps back must not revive an id that was already forgotten.
            if (expiry.UtcTicks <= _forgottenUpToTicks)
                return ValueTask.FromResult(false);
            if (_seen.Count >= _maxEntries || held >= _maxEntriesPerIssuer || !_seen.Add((issuer, tokenId)))
                return ValueTask.FromResult(false);
            _perIssuer[issuer] = held + 1;
            _byExpiry.Enqueue((issuer, tokenId), expiry.UtcTicks);
            return ValueTask.FromResult(true);
        }
    }

    private void Forget(DateTimeOffset now)
    {
        while (_byExpiry.TryPeek(out var oldest, out var expiryTicks) && expiryTicks < now.UtcTicks)
        {
            _byExpiry.Dequeue();
            _forgottenUpToTicks = expiryTicks;
            _seen.Remove(oldest);
            if (--_perIssuer[oldest.Issuer] == 0)
                _perIssuer.Remove(oldest.Issuer);
        }
    }
}
