namespace DataSpace.Connector.Uses;

/// <summary>
/// Epsilon that jobs were promised in round 0 and have not been charged yet. In memory: nothing is spent here, and a restart forgets promises as it forgets mask keys. Without them
/// two jobs of one consumer that together exceed a budget could each be granted by one owner and refused by another, and both owners' epsilon would be gone for nothing.
/// Thread-safe.
/// </summary>
internal sealed class EpsilonHolds(TimeProvider clock)
{
    /// <summary>A job whose roster did not come by then is over.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(3);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Hold> _holds = new(StringComparer.Ordinal);

    /// <summary>Promises <paramref name="amount"/> to a job when it and everything promised to other queries fit into <paramref name="left"/>. Equal queries are charged once and share one promise.</summary>
    /// <param name="jobHash">Job.</param>
    /// <param name="query">Names the query at this owner.</param>
    /// <param name="budgetId">Counter.</param>
    /// <param name="amount">Micro-epsilon.</param>
    /// <param name="left">What the counter has left.</param>
    public bool TryHold(string jobHash, string query, string budgetId, long amount, long left)
    {
        lock (_lock)
        {
            if (amount > left - HeldByOthers(query, budgetId))
                return false;
            _holds[jobHash] = new Hold(query, budgetId, amount, clock.GetUtcNow() + Life);
            return true;
        }
    }

    /// <summary>Micro-epsilon promised to other queries.</summary>
    public long Held(string query, string budgetId)
    {
        lock (_lock)
            return HeldByOthers(query, budgetId);
    }

    /// <summary>The job was charged, or refused.</summary>
    public void Release(string jobHash)
    {
        lock (_lock)
            _holds.Remove(jobHash);
    }

    private long HeldByOthers(string query, string budgetId)
    {
        var now = clock.GetUtcNow();
        foreach (var old in _holds.Where(h => h.Value.Until <= now).Select(h => h.Key).ToList())
            _holds.Remove(old);
        return _holds.Values.Where(h => h.BudgetId == budgetId && h.Query != query).DistinctBy(h => h.Query).Sum(h => h.Amount);
    }

    private sealed record Hold(string Query, string BudgetId, long Amount, DateTimeOffset Until);
}
