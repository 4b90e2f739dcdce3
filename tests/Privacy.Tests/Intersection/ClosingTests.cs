using System.Text;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;

namespace DataSpace.Privacy.Tests.Intersection;

/// <summary>How a run ends: what both parties say to everybody, and what the receiver tells somebody else.</summary>
public sealed class ClosingTests
{
    [Fact]
    public void Both_parties_close_the_same_conversation_and_each_run_another()
    {
        var seen = new HashSet<string>();
        for (var run = 0; run < 3; run++)
        {
            using var parties = new TwoParties(TwoParties.Keys(0, 20), TwoParties.Keys(10, 20), TwoParties.NewTerms(IntersectionMode.Cardinality));
            Assert.Same(ConversationErrors.Incomplete, parties.Receiver.Close().Error!.Kind);
            Assert.Null(parties.Converse());
            var (receiver, sender) = (parties.Receiver.Close().Value.Payload.ToArray(), parties.Sender.Close().Value.Payload.ToArray());
            Assert.Equal(receiver, sender);
            Assert.Equal(IntersectionParty.ClosingBytes, receiver.Length);
            Assert.True(seen.Add(Convert.ToHexString(receiver)));
        }
    }

    [Theory]
    [InlineData(20, 5, 20)]
    [InlineData(23, 5, 20)]
    [InlineData(24, 5, 20)]
    [InlineData(5, 5, 5)]
    [InlineData(7, 2, 6)]
    public void The_number_is_told_in_steps_of_the_minimum(int common, int minimum, int told)
    {
        using var parties = new TwoParties(TwoParties.Keys(0, 40), TwoParties.Keys(40 - common, 60), TwoParties.NewTerms(IntersectionMode.Cardinality, minimum));
        Assert.Null(parties.Converse());
        Assert.Equal($"{{\"count\":{told}}}", Encoding.ASCII.GetString(parties.Receiver.Tell().Value.Payload.Span));
    }

    [Fact]
    public void Below_the_minimum_nothing_is_told()
    {
        using var parties = new TwoParties(TwoParties.Keys(0, 40), TwoParties.Keys(36, 60), TwoParties.NewTerms(IntersectionMode.Cardinality, 5));
        Assert.Null(parties.Converse());
        Assert.Same(IntersectionErrors.TooFewInCommon, parties.Receiver.Tell().Error!.Kind);
        // Closing does not tell it either: it looks as always.
        Assert.Equal(parties.Sender.Close().Value.Payload.ToArray(), parties.Receiver.Close().Value.Payload.ToArray());
    }

    [Fact]
    public void Which_rows_are_common_is_known_to_the_receiver_where_that_was_agreed()
    {
        foreach (var mode in (IntersectionMode[])[IntersectionMode.Ids, IntersectionMode.Cardinality])
        {
            using var parties = new TwoParties(TwoParties.Keys(0, 10), TwoParties.Keys(7, 20), TwoParties.NewTerms(mode, 2));
            Assert.Null(parties.Converse());
            Assert.Null(parties.Receiver.ToldRows);
            Assert.Equal("{\"count\":2}", Encoding.ASCII.GetString(parties.Receiver.Tell().Value.Payload.Span));
            Assert.Equal(mode == IntersectionMode.Ids ? [7, 8, 9] : null, parties.Receiver.ToldRows);
        }
    }

    [Fact]
    public void What_a_party_says_stays_within_what_is_set_aside_for_it()
    {
        using var parties = new TwoParties(TwoParties.Keys(0, 5000), TwoParties.Keys(100, 9000), TwoParties.NewTerms(IntersectionMode.Cardinality));
        Assert.Null(parties.Converse());
        foreach (var (fromReceiver, most) in ((bool, long)[])[(true, parties.Receiver.MostBytesSaid(9000)), (false, parties.Sender.MostBytesSaid(5000))])
            Assert.InRange(parties.Said.Where(s => s.FromReceiver == fromReceiver).Sum(s => (long)s.Message.Length), 1, most);
    }
}
