namespace DataSpace.Connector.Jobs;

/// <summary>
/// Replies about data leave at multiples of the owner's bucket, whatever became of the work: an answer, a refusal and a failure take equally long, and time tells no more than the bucket's number.
/// Only being stopped from outside, which says nothing about data, ends at once. Thread-safe.
/// </summary>
internal sealed class ReplyBucket(ConnectorConfig config, TimeProvider clock)
{
    /// <summary>Does the work and waits.</summary>
    public async Task<T> PadAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        try
        {
            return await work();
        }
        finally
        {
            var bucket = TimeSpan.FromMilliseconds(config.ReplyBucketMs);
            var elapsed = clock.GetElapsedTime(started);
            // Stopped while it waits: what the work came to is judged by whoever stopped it, and is not lost here.
            await Task.Delay(bucket - TimeSpan.FromTicks(elapsed.Ticks % bucket.Ticks), clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
