using DataSpace.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace DataSpace.Connector.Tests.Duties;

public sealed class AsyncAutoResetEventTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly AsyncAutoResetEvent _wake = new();

    /// <summary>Whoever sets it has just done something that counts; that it is set already must not be what fails it.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Many_may_set_it_at_once_and_end_one_wait()
    {
        for (var round = 0; round < 200; round++)
        {
            Parallel.For(0, 16, _ => _wake.Set());
            Assert.True(await _wake.WaitAsync(TimeSpan.FromSeconds(1), _clock, TestContext.Current.CancellationToken));
        }
        var again = _wake.WaitAsync(TimeSpan.FromSeconds(1), _clock, TestContext.Current.CancellationToken);
        Assert.False(again.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await again);
    }

    [Fact(Timeout = 60_000)]
    public async Task It_ends_a_wait_that_has_begun_and_a_stop_does_too()
    {
        var waits = _wake.WaitAsync(TimeSpan.FromHours(1), _clock, TestContext.Current.CancellationToken);
        _wake.Set();
        Assert.True(await waits);
        using var stop = new CancellationTokenSource();
        waits = _wake.WaitAsync(TimeSpan.FromHours(1), _clock, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);
    }
}
