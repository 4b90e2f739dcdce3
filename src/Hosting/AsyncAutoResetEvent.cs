using System.Threading.Channels;

namespace DataSpace.Hosting;

/// <summary>Wakes a loop from elsewhere. However often it was set since the last wait, and by however many at once, it ends one wait: a semaphore of one fails whoever sets it a moment after another.</summary>
public sealed class AsyncAutoResetEvent
{
    private readonly Channel<bool> _set = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>There may be something to do.</summary>
    public void Set() => _set.Writer.TryWrite(true);

    /// <summary>True when it was set, false after <paramref name="atMost"/>.</summary>
    /// <exception cref="OperationCanceledException">The node stops.</exception>
    public async Task<bool> WaitAsync(TimeSpan atMost, TimeProvider clock, CancellationToken stopping)
    {
        using var timeout = new CancellationTokenSource(atMost, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        try
        {
            return await _set.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return false;
        }
    }
}
