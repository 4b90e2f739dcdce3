using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Many;
using DataSpace.Privacy.Lookup;
using DataSpace.Privacy.Regression.Horizontal;
using DataSpace.Privacy.Tests.Aggregation;
using DataSpace.Privacy.Tests.Intersection;
using DataSpace.Privacy.Tests.Intersection.Many;
using DataSpace.Privacy.Tests.Lookup;
using DataSpace.Privacy.Tests.Regression.Horizontal;
using DataSpace.Privacy.Tests.Seal;

namespace DataSpace.Privacy.Tests.Conversations;

/// <summary>Which messages of an owner are a result, and wait for its Report: all from which the peer learns what it asked for, and none that the peer still has to answer.</summary>
public sealed class ResultsWaitTests(SealFixture seal)
{
    private const int StepAt = 5;

    [Fact]
    public void Of_a_look_up_the_answers_wait()
    {
        using var parties = new LookupParties(["user-1"], questions: 3);
        var said = Talk(parties.Owner, parties.Client.Next, parties.Client.Receive, parties.Owner);
        Assert.All(said, s => Assert.Equal(s.Step == (byte)LookupStep.Answer, s.Waits));
        Assert.Equal(3, said.Count(s => s.Waits));
    }

    [Theory]
    [InlineData(IntersectionMode.Ids)]
    [InlineData(IntersectionMode.Cardinality)]
    public void Of_an_intersection_the_senders_points_wait(IntersectionMode mode)
    {
        using var parties = new TwoParties(TwoParties.Keys(0, 5000), TwoParties.Keys(10, 5000), TwoParties.NewTerms(mode));
        var said = Talk(parties.Sender, () => Bytes(parties.Receiver.Next()), parties.Receiver.Receive, parties.Sender);
        Assert.All(said, s => Assert.Equal(s.Step == (byte)IntersectionStep.Own, s.Waits));
        Assert.Equal(2, said.Count(s => s.Waits));
        Assert.Null(parties.Sender.BreakOff());
        Assert.False(parties.Receiver.SaysResult);
    }

    [Fact]
    public void Of_a_sum_nothing_waits_and_with_the_points_there_is_something_to_report()
    {
        using var parties = new TwoParties(TwoParties.Keys(0, 50), [.. TwoParties.Keys(10, 50).Select(k => (k, (long?)1))], TwoParties.NewSumTerms(), seal.Engine);
        var told = new List<bool>();
        var said = Talk(parties.Sender, () => Bytes(parties.Receiver.Next()), m =>
        {
            told.Add(parties.Sender.BreakOff() is not null);
            return parties.Receiver.Receive(m);
        }, parties.Sender);
        Assert.DoesNotContain(said, s => s.Waits);
        Assert.Equal(said.Select(s => s.Step >= (byte)IntersectionStep.Own), told);
    }

    [Fact]
    public void Of_an_intersection_of_many_every_partys_table_waits()
    {
        using var parties = new ManyParties([TwoParties.Keys(0, 100), TwoParties.Keys(10, 100), TwoParties.Keys(20, 100)]);
        for (var i = 0; i < 2; i++)
        {
            var leader = parties.Leader.With(i);
            var said = Talk(parties.Others[i], () => Bytes(leader.Next()), leader.Receive, parties.Others[i]);
            Assert.All(said, s => Assert.Equal(s.Step == (byte)ManyStep.Table, s.Waits));
            Assert.Contains(said, s => s.Waits);
        }
    }

    [Fact]
    public void Of_a_horizontal_model_the_last_sums_wait_and_those_before_are_reported_when_it_breaks_off()
    {
        var rows = People.Rows(HorizontalModel.Logistic, 300, 1);
        using var run = new Owners(People.Design(HorizontalModel.Logistic, rounds: 4), [rows, rows]);
        var (waits, reports) = (new List<bool>(), new List<bool>());
        for (var round = 0; round <= 4; round++)
        {
            for (var i = 0; i < 2; i++)
            {
                var (part, leg) = (run.Parts[i], Owners.LegOf(run.Analyst, i));
                if (round > 0)
                    Assert.True(part.Receive(leg.Next().Value!.Value).IsOk);
                if (i == 0)
                    waits.Add(part.SaysResult);
                Assert.True(leg.Receive(part.Next().Value!.Payload).IsOk);
                if (i == 0)
                    reports.Add(part.BreakOff() is not null);
            }
        }
        Assert.Equal([false, false, false, false, true], waits);
        Assert.Equal([false, true, true, true, true], reports);
        run.Parts[0].Dispose();
        Assert.Equal(32, run.Parts[0].BreakOff()!.Payload.Length); // after a run was closed too
    }

    private static Result<ReadOnlyMemory<byte>?> Bytes(Result<ProtocolMessage?> next) => next.TryGet(out var message, out var error) ? message?.Payload : error;

    /// <summary>Talks to the end: the owner's messages, each with whether it was a result when it was due.</summary>
    private static List<(byte Step, bool Waits)> Talk(IConversation owner, Func<Result<ReadOnlyMemory<byte>?>> peerSays, Func<ReadOnlyMemory<byte>, Result<Unit>> peerHears, IConversationPart hears)
    {
        var said = new List<(byte, bool)>();
        while (true)
        {
            var waits = owner.SaysResult;
            if (owner.Next().Value is { } message)
            {
                said.Add((message.Payload.Span[StepAt], waits));
                Assert.True(peerHears(message.Payload).IsOk);
            }
            else if (peerSays().Value is { } answer)
            {
                Assert.False(waits);
                Assert.True(hears.Receive(answer).IsOk);
            }
            else
            {
                return said;
            }
        }
    }
}
