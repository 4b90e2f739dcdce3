namespace DataSpace.Connector.Intersections;

/// <summary>
/// Which subjects are common, between this node's part as owner and its part as analyst: they never leave it, so they are in no message. In memory until the result is kept; lost with the process,
/// and then the job ends with a code. Thread-safe.
/// </summary>
internal sealed class LocalMatches
{
    private const int MaxJobs = 50;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, IReadOnlyList<string?[]>> _rows = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>Keeps the common keys of a job as this node's rows write them. Of more jobs than may run at once, the oldest go: nobody waits for them any more.</summary>
    public void Keep(string jobHash, IReadOnlyList<string?[]> rows)
    {
        lock (_gate)
        {
            _rows[jobHash] = rows;
            _order.Enqueue(jobHash);
            while (_order.Count > MaxJobs)
                _rows.Remove(_order.Dequeue());
        }
    }

    /// <summary>What is kept of a job, or null.</summary>
    public IReadOnlyList<string?[]>? Find(string jobHash)
    {
        lock (_gate)
            return _rows.GetValueOrDefault(jobHash);
    }

    /// <summary>The result is kept elsewhere, or nobody wants it.</summary>
    public void Forget(string jobHash)
    {
        lock (_gate)
            _rows.Remove(jobHash);
    }
}
