using System.Text;
using DataSpace.Hosting.Regulation;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.Connector.Tests.Regulation;

/// <summary>What relays can make of a bundle, and what it leaves of the list at a node: nothing.</summary>
public class RegulationRegisterTests
{
    [Fact]
    public async Task Garbage_oversize_and_half_truths_of_a_relay_change_nothing()
    {
        await using var node = new RegulatedWorld();
        node.Publish();
        var old = node.Next(RegulatedWorld.Rule("R-1", new RuleMatch(GradeAtLeast: 6)));
        Assert.True(node.Register.Accept(old.ToJson(), "x").Value);
        node.World.Clock.Advance(TimeSpan.FromSeconds(1));
        var good = node.Next(RegulatedWorld.Rule("R-1", new RuleMatch(GradeAtLeast: 6)), RegulatedWorld.Rule("R-2", new RuleMatch(GradeAtLeast: 5)));
        var before = node.Register.Marks;
        string? Refusal(byte[] json) => node.Register.Accept(json, "did:web:relay.example").Error?.Code;
        Assert.Equal("DS-NEG-002", Refusal(new byte[RegulationBundle.MaxBytes + 1]));
        foreach (var garbage in (string[])["", "null", "[]", "{", "{\"ruleSet\":1}", new string('[', 5_000), Encoding.UTF8.GetString(good.ToJson())[..^20]])
            Assert.Equal("DS-NEG-001", Refusal(Encoding.UTF8.GetBytes(garbage)));
        Assert.NotNull(Refusal((good with { RuleSet = old.RuleSet }).ToJson())); // a rule withheld
        Assert.NotNull(Refusal((good with { Orders = old.Orders }).ToJson())); // a freeze withheld: the stamp names newer orders
        Assert.NotNull(Refusal((good with { Stamp = old.Stamp }).ToJson()));
        Assert.NotNull(Refusal((old with { Stamp = good.Stamp }).ToJson()));
        Assert.NotNull(Refusal((good with { Approvals = good.Approvals.Take(1).ToList() }).ToJson()));
        Assert.NotNull(Refusal((good with { Approvals = [.. Enumerable.Repeat(good.Approvals[0], 40)] }).ToJson()));
        Assert.Equal(before, node.Register.Marks);
        Assert.True(node.Register.Accept(good.ToJson(), "did:web:relay.example").Value);
        Assert.NotEqual(before, node.Register.Marks);
        Assert.Equal("DS-NEG-010", Refusal(old.ToJson())); // and back again it does not go
    }

    [Fact]
    public async Task A_clock_that_is_behind_shows_in_the_status()
    {
        await using var node = new RegulatedWorld();
        var stamped = node.Next();
        node.World.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.True(node.Register.Accept(stamped.ToJson(), "x").Value);
        Assert.Equal(20_000, node.Register.All.Single().ClockMs);
        node.World.Clock.Advance(TimeSpan.FromSeconds(30));
        var next = node.Next();
        Assert.True(node.Register.Accept(next.ToJson(), "x").Value);
        Assert.Equal(0, node.Register.All.Single().ClockMs);
    }

    [Fact]
    public async Task New_rules_that_were_not_carried_out_before_the_next_stamp_are_carried_out_with_it()
    {
        await using var node = new RegulatedWorld();
        node.Publish();
        var queue = new RegulationQueue();
        var listener = new FailsOnce(queue, node.Register.All.Single().State!);
        using var watch = new RegulationWatch(node.Register, queue, [listener], TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<RegulationWatch>.Instance);
        queue.Tell(new RegulationChange(listener.State, Content: true, DateTimeOffset.UnixEpoch, "x"));
        await watch.StartAsync(TestContext.Current.CancellationToken);
        await listener.Done.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await watch.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal([true, true, false], listener.Told);

        // A crowd of stamps behind new rules pushes them out of the queue, and stands for them.
        queue.Tell(new RegulationChange(listener.State, Content: true, DateTimeOffset.UnixEpoch, "x"));
        for (var i = 0; i < 64; i++)
            queue.Tell(new RegulationChange(listener.State, Content: false, DateTimeOffset.UnixEpoch, "x"));
        Assert.False(queue.Reader.TryPeek(out var first) && first.Content);
        Assert.True(queue.TakeDropped(RegulatedWorld.Regulator));
        Assert.False(queue.TakeDropped(RegulatedWorld.Regulator));
    }

    /// <summary>Fails the first time, when two stamps have arrived behind it.</summary>
    private sealed class FailsOnce(RegulationQueue queue, RegulationState state) : IRegulationListener
    {
        public RegulationState State => state;

        public List<bool> Told { get; } = [];

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task OnChangedAsync(RegulationChange change, CancellationToken cancellation)
        {
            Told.Add(change.Content);
            if (Told.Count == 1)
            {
                queue.Tell(new RegulationChange(state, Content: false, DateTimeOffset.UnixEpoch, "x"));
                queue.Tell(new RegulationChange(state, Content: false, DateTimeOffset.UnixEpoch, "x"));
                throw new InvalidOperationException("the store was busy");
            }
            if (Told.Count == 3)
                Done.TrySetResult();
            return Task.CompletedTask;
        }
    }
}
