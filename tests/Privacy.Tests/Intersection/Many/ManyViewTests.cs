using DataSpace.Kernel.Crypto;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Many;
using DataSpace.Privacy.Tests.Aggregation;

namespace DataSpace.Privacy.Tests.Intersection.Many;

/// <summary>What a curious leader sees of items that not everybody has: the same as of items that nobody has.</summary>
public sealed class ManyViewTests
{
    private const int Each = 600;

    /// <summary>Which of three other parties have the group of items: nobody, one, two; all.</summary>
    private static readonly bool[][] Groups = [[false, false, false], [true, false, false], [true, true, false], [false, true, true], [true, true, true]];

    [Fact]
    public void An_item_that_all_but_one_have_looks_like_one_that_nobody_has()
    {
        using var parties = Grouped(IntersectionMode.Ids);
        Assert.Null(parties.Converse());
        var values = Enumerable.Range(0, 3).Select(i => ((LeaderConversation)parties.Leader.With(i)).Values).ToList();
        var places = Enumerable.Range(0, Each * Groups.Length).ToLookup(place => parties.Leader.Items.RowOf(place) / Each);
        for (var group = 0; group < Groups.Length; group++)
        {
            // Every single value, and every sum of some of them, is uniform; only all three of the last group add up to zero.
            for (var some = 1; some < 8; some++)
            {
                var seen = places[group].Select(place => Sum(values, some, place)).ToList();
                if (group == 4 && some == 7)
                {
                    Assert.All(seen, sum => Assert.Equal((UInt128)0, sum));
                    continue;
                }

                Assert.DoesNotContain((UInt128)0, seen);
                Assert.Equal(Each, seen.Distinct().Count());
                var counts = new int[256];
                foreach (var b in System.Runtime.InteropServices.MemoryMarshal.AsBytes(seen.ToArray().AsSpan()))
                    counts[b]++;
                Assert.True(KeyValueTableTests.ChiSquare(counts) < 400, $"group {group}, parties {some}"); // 255 degrees of freedom
            }
        }

        Assert.Equal(Enumerable.Range(4 * Each, Each), parties.Leader.Finish().Value.Rows);
    }

    [Fact]
    public void Where_only_the_number_is_agreed_a_curious_leader_does_not_learn_which()
    {
        using var parties = Grouped(IntersectionMode.Cardinality);
        Assert.Null(parties.Converse());
        var guessed = parties.Leader.CommonPlaces().Count(place => parties.Leader.Items.RowOf(place) >= 4 * Each);
        Assert.InRange(guessed, 60, 180); // 120 of 600 by chance, with a deviation below 10
        Assert.Equal(Each, parties.Leader.Finish().Value.Count);
    }

    [Fact]
    public void Shares_of_an_item_add_up_to_zero_over_all_parties_and_over_no_fewer()
    {
        var context = ManyParties.NewContext(4);
        var keys = Enumerable.Range(0, 4).Select(_ => EphemeralKey.Generate()).ToList();
        var publicKeys = keys.Select(k => k.PublicKey).ToList();
        var items = TwoParties.Set(TwoParties.Keys(0, 50)).Chunk(0);
        var shares = new UInt128[4][];
        for (var i = 0; i < 4; i++)
        {
            using var own = ZeroShares.Agree(keys[i], i, publicKeys, context).Value;
            own.AddTo(items, shares[i] = new UInt128[items.Length]);
        }

        for (var some = 1; some < 16; some++)
        {
            for (var item = 0; item < items.Length; item++)
                Assert.Equal(some == 15, Sum(shares, some, item) == 0);
        }

        // A key serves one run of a roster.
        Assert.Same(ManyErrors.RoundKeysInvalid, ZeroShares.Agree(keys[0], 0, publicKeys, context).Error!.Kind);
    }

    [Fact]
    public void Two_runs_over_the_same_sets_have_nothing_in_common()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var run = 0; run < 2; run++)
        {
            using var parties = new ManyParties([TwoParties.Keys(0, 30), TwoParties.Keys(0, 20), TwoParties.Keys(0, 20)]);
            Assert.Equal(20, parties.Result().Count);
            foreach (var (_, _, message) in parties.Said.Where(s => ManyParties.StepOf(s.Message) >= ManyStep.Blinded))
            {
                foreach (var part in message[80..^64].Chunk(16))
                    Assert.True(seen.Add(Convert.ToHexString(part)), "something came twice");
            }
        }
    }

    [Fact]
    public void Sizes_tell_nothing_but_the_sizes_of_sets()
    {
        static IEnumerable<int> Sizes(IEnumerable<string> leader, IEnumerable<string> a, IEnumerable<string> b)
        {
            using var parties = new ManyParties([leader, a, b], IntersectionMode.Cardinality);
            Assert.Null(parties.Converse());
            return [.. parties.Said.Select(s => s.Message.Length)];
        }

        Assert.Equal(Sizes(TwoParties.Keys(0, 50), TwoParties.Keys(0, 40), TwoParties.Keys(0, 30)), Sizes(TwoParties.Keys(0, 50), TwoParties.Keys(900, 40), TwoParties.Keys(500, 30)));
    }

    private static ManyParties Grouped(IntersectionMode mode)
        => new([TwoParties.Keys(0, Each * Groups.Length), .. Enumerable.Range(0, 3).Select(party => Enumerable.Range(0, Groups.Length).Where(g => Groups[g][party]).SelectMany(g => TwoParties.Keys(g * Each, Each)).Concat(TwoParties.Keys(100_000 * (party + 1), 50)))], mode);

    private static UInt128 Sum(IReadOnlyList<UInt128[]> values, int some, int place)
        => Enumerable.Range(0, values.Count).Where(i => (some >> i & 1) == 1).Aggregate((UInt128)0, (sum, i) => sum ^ values[i][place]);
}
