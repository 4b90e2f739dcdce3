using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>A clock that a test advances, and that tells what is being waited for: time that passes only then does not run ahead of a slow machine.</summary>
public sealed class WaitedClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    /// <summary>Lengths of the waits that began, oldest first.</summary>
    public ConcurrentQueue<TimeSpan> Waits { get; } = [];

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        Waits.Enqueue(dueTime);
        return timer;
    }
}
