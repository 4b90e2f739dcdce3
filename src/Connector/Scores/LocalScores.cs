namespace DataSpace.Connector.Scores;

/// <summary>What the analyst's own part in a job found.</summary>
/// <param name="Rows">Key as this owner writes it, and the answer; null where its own part of the score is off the grid.</param>
/// <param name="CommonRows">Subjects that both owners have.</param>
internal sealed record OwnScores(IReadOnlyList<(string?[] Key, int? Answer)> Rows, int CommonRows);

/// <summary>
/// Scores of the analyst's rows, between this node's part as owner and its part as analyst: they are in no message. In memory until the result is kept; lost with the process, and then the job ends with a code. Thread-safe.
/// </summary>
internal sealed class LocalScores
{
    private const int MaxJobs = 50;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, OwnScores> _scores = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>Keeps the scores of a job. Of more jobs than may run at once, the oldest go: nobody waits for them any more.</summary>
    public void Keep(string jobHash, OwnScores scores)
    {
        lock (_gate)
        {
            _scores[jobHash] = scores;
            _order.Enqueue(jobHash);
            while (_order.Count > MaxJobs)
                _scores.Remove(_order.Dequeue());
        }
    }

    /// <summary>What is kept of a job, or null.</summary>
    public OwnScores? Find(string jobHash)
    {
        lock (_gate)
            return _scores.GetValueOrDefault(jobHash);
    }

    /// <summary>The result is kept elsewhere, or nobody wants it.</summary>
    public void Forget(string jobHash)
    {
        lock (_gate)
            _scores.Remove(jobHash);
    }
}
