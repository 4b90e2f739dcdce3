using System.Threading.Channels;

namespace DataSpace.Hosting;

/// <summary>Wakes a loop from elsewhere. However often it was rung since the last wait, and by however many at once, it ends one wait.</summary>
public sealed class Bell
{
    private readonly Channel<bool> _rung = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>There may be something to do.</summary>
    public void Ring() => _rung.Writer.TryWrite(true);

    /// <summary>True when it was rung, false after <paramref name="atMost"/>.</summary>
    /// <exception cref="OperationCanceledException">The node stops.</exception>
    public async Task<bool> WaitAsync(TimeSpan atMost, TimeProvider clock, CancellationToken stopping)
    {
        using var timeout = new CancellationTokenSource(atMost, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        try
        {
            return await _rung.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return false;
        }
    }
}
