using DataSpace.Hosting.Jobs;
using Microsoft.Extensions.Time.Testing;

namespace DataSpace.Connector.Tests.Jobs;

/// <summary>A question about a job waits for news of that job, and for a second at most.</summary>
public sealed class JobNewsTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly JobNews _news = new();

    [Fact(Timeout = 60_000)]
    public async Task News_is_heard_by_all_who_ask_about_the_job_and_by_nobody_else()
    {
        using var first = _news.Listen("a");
        using var second = _news.Listen("a");
        using var other = _news.Listen("b");
        var waits = other.WaitAsync(_clock, TestContext.Current.CancellationToken);
        _news.Tell("a"); // also what was told before anybody waited, but after it was looked at
        await first.WaitAsync(_clock, TestContext.Current.CancellationToken);
        await second.WaitAsync(_clock, TestContext.Current.CancellationToken);
        Assert.False(waits.IsCompleted);
        _news.Tell("b");
        await waits;
    }

    [Fact(Timeout = 60_000)]
    public async Task Without_news_it_is_answered_after_the_longest_wait()
    {
        using var listener = _news.Listen("a");
        var waits = listener.WaitAsync(_clock, TestContext.Current.CancellationToken);
        _clock.Advance(JobNews.Longest - TimeSpan.FromMilliseconds(1));
        Assert.False(waits.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await waits;
    }

    [Fact(Timeout = 60_000)]
    public async Task A_node_that_stops_and_a_caller_that_hangs_up_end_it()
    {
        using var listener = _news.Listen("a");
        using var stops = new CancellationTokenSource();
        var waits = listener.WaitAsync(_clock, TestContext.Current.CancellationToken, stops.Token);
        Assert.False(waits.IsCompleted);
        await stops.CancelAsync();
        await waits;
    }

    [Fact]
    public void Nothing_is_kept_of_questions_that_were_answered()
    {
        for (var i = 0; i < 3; i++)
        {
            using var one = _news.Listen("a");
            using var two = _news.Listen("a");
            Assert.Equal(1, _news.Jobs);
        }
        Assert.Equal(0, _news.Jobs);
        _news.Tell("a");
        Assert.Equal(0, _news.Jobs);
    }
}
