using DataSpace.Privacy.Intersection;

namespace DataSpace.Privacy.Tests.Intersection;

/// <summary>The result is that of a plain join, whatever the sets look like.</summary>
public sealed class RightAnswerTests
{
    public static TheoryData<int, int, int, int> Shapes()
    {
        // receiver's rows, sender's rows, common keys, copies of each row
        TheoryData<int, int, int, int> shapes =
        [
            (0, 0, 0, 1), (0, 5, 0, 1), (5, 0, 0, 1), (1, 1, 1, 1), (1, 1, 0, 1), (7, 9, 9, 3), (8, 8, 8, 1), (4096, 1, 1, 1), (4097, 4096, 2000, 1), (100, 6000, 40, 2),
        ];
        var random = new Random(20);
        for (var i = 0; i < 10; i++)
            shapes.Add(random.Next(1, 300), random.Next(1, 300), random.Next(0, 200), random.Next(1, 4));
        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Equal_to_a_plain_join(int receiverRows, int senderRows, int common, int copies)
    {
        var random = new Random(receiverRows + senderRows);
        common = Math.Min(common, Math.Min(receiverRows, senderRows));
        var (receiver, sender) = (Rows(0, receiverRows, copies, random), Rows(receiverRows - common, senderRows, copies, random));
        var shared = sender.ToHashSet(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var expected = Enumerable.Range(0, receiver.Length).Where(i => shared.Contains(receiver[i]) && seen.Add(receiver[i])).ToList();

        using var ids = new TwoParties(receiver, sender);
        var result = ids.Result();
        Assert.Equal(expected, result.Rows);
        Assert.Equal(expected.Count, result.Count);

        using var cardinality = new TwoParties(receiver, sender, TwoParties.NewTerms(IntersectionMode.Cardinality));
        result = cardinality.Result();
        Assert.Equal(expected.Count, result.Count);
        Assert.Null(result.Rows);
    }

    [Fact]
    public void Rows_without_a_key_and_duplicates_are_counted_and_left_out()
    {
        var set = ItemSet.Read(TwoParties.Rule, [["a"], [null], ["b"], ["a"], [""], ["a"]], 6).Value;
        Assert.Equal((2, 6, 2, 2), (set.Count, set.RowsRead, set.RowsWithoutKey, set.Duplicates));
        Assert.Same(IntersectionErrors.SetTooLarge, ItemSet.Read(TwoParties.Rule, [["a"], ["a"]], 1).Error!.Kind);
    }

    [Fact]
    public void Two_runs_over_the_same_sets_have_no_point_and_no_tag_in_common()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var run = 0; run < 2; run++)
        {
            using var parties = new TwoParties(TwoParties.Keys(0, 100), TwoParties.Keys(50, 100));
            Assert.Equal(50, parties.Result().Count);
            foreach (var (_, message) in parties.Said)
            {
                var payload = IntersectionMessage.Payload(message).ToArray();
                foreach (var part in payload.Chunk(TwoParties.StepOf(message) == IntersectionStep.Tags ? 12 : 32))
                    Assert.True(seen.Add(Convert.ToHexString(part)), "something came twice");
            }
        }
    }

    [Fact]
    public void Where_only_the_number_is_agreed_a_curious_receiver_does_not_learn_which()
    {
        using var parties = new TwoParties(TwoParties.Keys(0, 512), TwoParties.Keys(0, 256), TwoParties.NewTerms(IntersectionMode.Cardinality));
        Assert.Equal(256, parties.Result().Count);

        // 128 of the 256 rows by chance, with a deviation of 8.
        var guessed = parties.Receiver.MatchedRows();
        Assert.Equal(256, guessed.Count);
        Assert.InRange(guessed.Count(row => row < 256), 64, 192);

        using var ids = new TwoParties(TwoParties.Keys(0, 512), TwoParties.Keys(0, 256));
        Assert.Equal(256, ids.Result().Rows!.Count(row => row < 256));
    }

    [Fact]
    public void The_sender_shows_its_items_in_another_order_each_time()
    {
        // Positions of the one common item among the sender's 64; equal in 20 runs with probability 2^-114.
        var places = new HashSet<int>();
        for (var run = 0; run < 20; run++)
        {
            var order = TwoParties.Set(TwoParties.Keys(0, 64));
            places.Add(Enumerable.Range(0, 64).Single(place => order.RowOf(place) == 17));
        }

        Assert.True(places.Count > 1);
    }

    [Fact]
    public void A_commitment_binds_the_set_and_not_the_order_of_its_rows()
    {
        var opening = new byte[32];
        Assert.Equal(TwoParties.Set(["a", "b", "b"]).Commit(opening), TwoParties.Set(["b", "a"]).Commit(opening));
        Assert.NotEqual(TwoParties.Set(["a", "b"]).Commit(opening), TwoParties.Set(["a", "c"]).Commit(opening));
        using var parties = new TwoParties(["a", "b"], ["b"]);
        Assert.Equal(1, parties.Result().Count);
        Assert.Equal(TwoParties.Set(["a", "b"]).Commit(parties.Receiver.Opening.Span), parties.Sender.PeerCommitment.ToArray());
        Assert.Equal(TwoParties.Set(["b"]).Commit(parties.Sender.Opening.Span), parties.Receiver.PeerCommitment.ToArray());
    }

    private static string[] Rows(int from, int count, int copies, Random random)
    {
        var rows = TwoParties.Keys(from, count).SelectMany(key => Enumerable.Repeat(key, copies)).ToArray();
        random.Shuffle(rows);
        return rows;
    }
}
