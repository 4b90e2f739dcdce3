namespace DataSpace.Hosting.Jobs;

/// <summary>
/// Wakes whoever asked how a job stands and was told "no further": one question that waits for its answer, instead of many. It holds no state of jobs. News that is never told costs
/// the time that was waited for it, nothing else. Thread-safe.
/// </summary>
public sealed class JobNews
{
    /// <summary>A question is answered after this time in any case: clocks, rules and cancellations are looked at again.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<Listener>> _listeners = new(StringComparer.Ordinal);

    /// <summary>How many jobs are asked about now.</summary>
    public int Jobs
    {
        get
        {
            lock (_gate)
                return _listeners.Count;
        }
    }

    /// <summary>To be called before the job is looked at: what changes from then on is heard.</summary>
    public Listener Listen(string jobHash)
    {
        var listener = new Listener(this, jobHash);
        lock (_gate)
        {
            if (!_listeners.TryGetValue(jobHash, out var others))
                _listeners[jobHash] = others = [];
            others.Add(listener);
        }
        return listener;
    }

    /// <summary>Something about the job has changed, and is saved.</summary>
    public void Tell(string jobHash)
    {
        lock (_gate)
        {
            foreach (var listener in _listeners.GetValueOrDefault(jobHash, []))
                listener.Hear();
        }
    }

    private void Forget(Listener listener)
    {
        lock (_gate)
        {
            var left = _listeners[listener.JobHash];
            left.Remove(listener);
            if (left.Count == 0)
                _listeners.Remove(listener.JobHash);
        }
    }

    /// <summary>One question that waits.</summary>
    public sealed class Listener(JobNews news, string jobHash) : IDisposable
    {
        private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal string JobHash => jobHash;

        internal void Hear() => _heard.TrySetResult();

        /// <summary>Returns after news, after <see cref="Longest"/>, and when nobody waits any more or the node stops.</summary>
        public async Task WaitAsync(TimeProvider clock, params CancellationToken[] ends)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ends);
            try
            {
                await _heard.Task.WaitAsync(Longest, clock, either.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is TimeoutException or OperationCanceledException)
            {
                // Asked again, or not at all.
            }
        }

        /// <inheritdoc />
        public void Dispose() => news.Forget(this);
    }
}
