using System.Text;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Sums;
using DataSpace.Privacy.Tests.Seal;

namespace DataSpace.Privacy.Tests.Intersection.Sums;

/// <summary>The sum over the intersection against a plain join, what is told of it, and what of the values counts.</summary>
public sealed class SumTests(SealFixture seal)
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, 30, 0)]
    [InlineData(30, 0, 0)]
    [InlineData(1, 1, 1)]
    [InlineData(1, 1, 0)]
    [InlineData(1, 500, 1)]
    [InlineData(500, 1, 1)]
    [InlineData(40, 60, 0)]
    [InlineData(40, 60, 17)]
    [InlineData(300, 300, 300)]
    [InlineData(4097, 8192, 100)]
    [InlineData(50, 8193, 50)]
    [InlineData(5000, 17_000, 4321)]
    public void Sums_and_numbers_are_those_of_a_plain_join(int receivers, int senders, int common)
    {
        var rows = Rows(receivers - common, senders).ToList();
        using var parties = new TwoParties(TwoParties.Keys(0, receivers), rows, TwoParties.NewSumTerms(), seal.Engine);
        Assert.Null(parties.Converse());
        Assert.Equal(common, parties.Receiver.Finish().Value.Count);
        Assert.Null(parties.Receiver.ToldRows);
        var own = TwoParties.Keys(0, receivers).ToHashSet();
        Assert.Equal(rows.Where(r => own.Contains(r.Key)).Sum(r => r.Value!.Value), parties.Sender.SumUp().Value);
    }

    [Fact]
    public void Sums_beyond_forty_bits_are_exact_with_two_moduli()
    {
        var bounds = new ValueBounds(-5_000_000_000_000_000, 5_000_000_000_000_000);
        var terms = TwoParties.NewSumTerms(bounds);
        Assert.Equal(2, SumPlan.SetsOf(terms).Length);
        foreach (var sign in (long[])[1, -1])
        {
            var rows = TwoParties.Keys(0, 9000).Select((key, i) => (key, (long?)(sign * (bounds.Most - i)))).ToList();
            using var parties = new TwoParties(TwoParties.Keys(10, 8990), rows, terms, seal.Engine);
            Assert.Null(parties.Converse());
            Assert.Equal(rows.Skip(10).Aggregate(Int128.Zero, (sum, row) => sum + row.Item2!.Value), parties.Sender.SumUp().Value);
            foreach (var fromReceiver in (bool[])[true, false])
                Assert.InRange(parties.Said.Where(s => s.FromReceiver == fromReceiver).Sum(s => (long)s.Message.Length), 1, fromReceiver ? parties.Receiver.MostBytesSaid(9000) : parties.Sender.MostBytesSaid(8990));
        }

        Assert.Equal(IntersectionErrors.TermsInvalid, Terms(new ValueBounds(0, long.MaxValue)).Error?.Kind);
        Assert.Equal(IntersectionErrors.TermsInvalid, Terms(new ValueBounds(5, 4)).Error?.Kind);
        Assert.Equal(IntersectionErrors.TermsInvalid, Terms(new ValueBounds(0, 0)).Error?.Kind);
        DataSpace.Kernel.Results.Result<IntersectionReceiver> Terms(ValueBounds bounds) => IntersectionReceiver.Create(
            new IntersectionRun(DataSpace.Privacy.Tests.Aggregation.Scenario.Grant, TwoParties.NewContext(TwoParties.NewSumTerms(bounds)), TwoParties.ReceiverSigner, TwoParties.SenderSigner.PublicKey), TwoParties.Set([]), seal.Engine);
    }

    [Fact]
    public void A_subject_weighs_what_its_rows_add_up_to_within_the_bounds_and_nothing_without_a_value()
    {
        var bounds = new ValueBounds(-10, 100);
        (string, long?)[] rows = [("a", 60), ("a", 60), ("b", 5), ("b", -1), ("c", -70), ("d", null), ("e", long.MaxValue), ("e", long.MaxValue), ("f", 7), ("f", null)];
        var set = TwoParties.Set(rows, bounds);
        Assert.Equal((5, 10, 2, 3), (set.Count, set.RowsRead, set.RowsWithoutKey, set.Duplicates));
        using var parties = new TwoParties(["a", "b", "c", "d", "e", "f"], rows, TwoParties.NewSumTerms(bounds), seal.Engine);
        Assert.Null(parties.Converse());
        Assert.Equal(5, parties.Receiver.Finish().Value.Count);
        Assert.Equal(100 + 4 - 10 + 100 + 7, parties.Sender.SumUp().Value);
    }

    [Theory]
    [InlineData(1, "20000")]
    [InlineData(-1, "-25000")]
    public void What_is_told_are_multiples_of_what_the_minimum_can_weigh(long sign, string told)
    {
        // 37 common subjects of 600 each: 22,200; the minimum is 5, the largest value 1,000.
        using var parties = new TwoParties(TwoParties.Keys(0, 37), TwoParties.Keys(0, 90).Select(key => (key, (long?)(600 * sign))), TwoParties.NewSumTerms(minimum: 5), seal.Engine);
        Assert.Null(parties.Converse());
        Assert.Equal("{\"count\":35}", Encoding.ASCII.GetString(parties.Receiver.Tell().Value.Payload.Span));
        Assert.Equal($"{{\"sum\":\"{told}\"}}", Encoding.ASCII.GetString(parties.Sender.TellSum().Value.Payload.Span));
        Assert.Equal(ConversationErrors.RunClosed, parties.Sender.TellSum().Error?.Kind);
    }

    [Fact]
    public void Below_the_minimum_nothing_is_added_up_and_nobody_is_told()
    {
        using var parties = new TwoParties(TwoParties.Keys(0, 20), TwoParties.Keys(16, 30).Select(key => (key, (long?)900)), TwoParties.NewSumTerms(minimum: 5), seal.Engine);
        Assert.Null(parties.Converse());
        Assert.Equal(IntersectionErrors.TooFewInCommon, parties.Receiver.Tell().Error?.Kind);
        Assert.Equal(0, parties.Sender.SumUp().Value);
    }

    [Fact]
    public void Both_close_the_same_conversation_and_lengths_do_not_tell_what_is_common()
    {
        var lengths = new List<string>();
        foreach (var common in (int[])[0, 30])
        {
            using var parties = new TwoParties(TwoParties.Keys(0, 30), Rows(30 - common, 100), TwoParties.NewSumTerms(), seal.Engine);
            Assert.Null(parties.Converse());
            Assert.Equal(parties.Receiver.Close().Value.Payload.ToArray(), parties.Sender.Close().Value.Payload.ToArray());
            Assert.False(parties.Receiver.EndsByHearing);
            Assert.True(parties.Sender.EndsByHearing);
            lengths.Add(string.Join(',', parties.Said.Select(s => s.Message.Length)));
        }

        Assert.Single(lengths.Distinct());
    }

    internal static IEnumerable<(string Key, long? Value)> Rows(int from, int count) => TwoParties.Keys(from, count).Select((key, i) => (key, (long?)((i * 7919 % 2001) - 1000)));
}
