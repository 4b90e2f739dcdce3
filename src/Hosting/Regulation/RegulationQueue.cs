using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataSpace.Hosting.Regulation;

/// <summary>
/// Changes on their way to those who act on them, in order. In memory: what was accepted is on disk, and a restart tells it again. A crowd of changes keeps
/// the newest; every listener looks at everything that is in force, not at what changed.
/// </summary>
public sealed class RegulationQueue
{
    private const int MaxWaiting = 64;
    private readonly ConcurrentDictionary<string, bool> _dropped = new(StringComparer.Ordinal);
    private readonly Channel<RegulationChange> _channel;

    public RegulationQueue()
        => _channel = Channel.CreateBounded<RegulationChange>(
            new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            lost => _dropped[lost.State.Pin.Did] = lost.Content || _dropped.GetValueOrDefault(lost.State.Pin.Did));

    internal ChannelReader<RegulationChange> Reader => _channel.Reader;

    internal void Tell(RegulationChange change) => _channel.Writer.TryWrite(change);

    /// <summary>True once after new content of this regulator was dropped for something newer.</summary>
    internal bool TakeDropped(string regulator) => _dropped.TryRemove(regulator, out var content) && content;
}

/// <summary>
/// Takes changes to the listeners. A listener that fails is tried again until it succeeded or something newer arrived; content that it did not carry out then counts as news of
/// whatever comes next of that regulator, even if that is a stamp alone.
/// </summary>
internal sealed partial class RegulationWatch(
    RegulationRegister register, RegulationQueue queue, IEnumerable<IRegulationListener> listeners, TimeProvider clock, ILogger<RegulationWatch> log) : BackgroundService
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var unfinished = new HashSet<(IRegulationListener, string Regulator)>();
        register.Announce();
        await foreach (var next in queue.Reader.ReadAllAsync(stoppingToken))
        {
            var regulator = next.State.Pin.Did;
            var change = next with { Content = queue.TakeDropped(regulator) || next.Content };
            if (change.Content)
                LogAccepted(log, change.State.Pin.Did, change.State.RuleSet.Version, change.State.Orders.Sequence, change.From);
            foreach (var listener in listeners)
            {
                var told = change with { Content = unfinished.Remove((listener, regulator)) || change.Content };
                bool done;
                while (!(done = await TellAsync(listener, told, stoppingToken)) && queue.Reader.Count == 0)
                    await Task.Delay(RetryInterval, clock, stoppingToken);
                if (!done && told.Content)
                    unfinished.Add((listener, regulator));
            }
        }
    }

    private async Task<bool> TellAsync(IRegulationListener listener, RegulationChange change, CancellationToken cancellation)
    {
        try
        {
            await listener.OnChangedAsync(change, cancellation);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(log, e);
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Rules of {Regulator} in force: version {Version}, orders {Sequence}, carried by {From}")]
    private static partial void LogAccepted(ILogger logger, string regulator, int version, long sequence, string from);

    [LoggerMessage(2, LogLevel.Error, "A change of rules could not be carried out yet")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
