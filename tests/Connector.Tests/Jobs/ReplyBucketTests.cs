using DataSpace.Connector.Jobs;
using DataSpace.Connector.Tests.Uses;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Tests.Jobs;

/// <summary>When a reply leaves tells nothing about the data: an answer, what is withheld because of the data, and a failure.</summary>
public class ReplyBucketTests
{
    [Theory]
    [InlineData("answer")]
    [InlineData("withheld")]
    [InlineData("failure")]
    public async Task Every_outcome_leaves_at_a_multiple_of_the_bucket(string outcome)
    {
        var clock = new WaitedClock(DateTimeOffset.UnixEpoch);
        var bucket = new ReplyBucket(new ConnectorConfig(GateWorld.Provider, new("O", "数"), "space", [], ReplyBucketMs: 1000), clock);
        var padded = bucket.PadAsync(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(1234)); // the work
            return outcome == "failure" ? throw new IOException() : Task.FromResult(outcome == "answer" ? (Result<Unit>)Unit.Value : JobErrors.IntersectionWithheld.Of());
        }, TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromMilliseconds(765));
        Assert.False(padded.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        var limit = TimeSpan.FromSeconds(60);
        if (outcome == "failure")
            await Assert.ThrowsAsync<IOException>(() => padded.WaitAsync(limit, TestContext.Current.CancellationToken));
        else
            Assert.Equal(outcome == "answer", (await padded.WaitAsync(limit, TestContext.Current.CancellationToken)).IsOk);
    }

    /// <summary>And what the work came to is not lost: something of it may have left, and has to be reported.</summary>
    [Fact]
    public async Task Who_is_stopped_from_outside_does_not_wait()
    {
        using var stop = new CancellationTokenSource();
        var bucket = new ReplyBucket(new ConnectorConfig(GateWorld.Provider, new("O", "数"), "space", [], ReplyBucketMs: 1000), new WaitedClock(DateTimeOffset.UnixEpoch));
        Assert.True(await bucket.PadAsync(() =>
        {
            stop.Cancel();
            return Task.FromResult(true);
        }, stop.Token).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
    }
}
