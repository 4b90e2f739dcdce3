using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Many;

namespace DataSpace.Privacy.Tests.Intersection.Many;

/// <summary>The result is that of a plain join over all parties, whatever the sets look like.</summary>
public sealed class ManyAnswerTests
{
    public static TheoryData<int, int, int> Shapes()
    {
        // parties, size of the common part, seed of the rest
        TheoryData<int, int, int> shapes = [(3, 0, 1), (3, 1, 0), (4, 1, 0), (5, 3, 0), (3, 0, 0), (4, 64, 0), (8, 20, 5)];
        for (var i = 0; i < 13; i++)
            shapes.Add(3 + (i % 3), 7 * i, i + 10);
        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Equal_to_a_plain_join(int parties, int common, int seed)
    {
        // Seed 0: the sets are the common part alone. Otherwise some of 40 further keys each, some rows twice.
        var random = new Random((parties * 1000) + (common * 10) + seed);
        var sets = Enumerable.Range(0, parties).Select(_ =>
        {
            var keys = TwoParties.Keys(0, common).ToList();
            if (seed != 0)
            {
                keys.AddRange(TwoParties.Keys(1000, 40).Where(_ => random.Next(4) > 0));
                keys.AddRange(keys.Take(random.Next(5)).ToList());
            }
            var rows = keys.ToArray();
            random.Shuffle(rows);
            return rows;
        }).ToArray();
        var inAll = sets.Skip(1).Aggregate(sets[0].ToHashSet(StringComparer.Ordinal), (all, set) => [.. all.Intersect(set, StringComparer.Ordinal)]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var expected = Enumerable.Range(0, sets[0].Length).Where(i => inAll.Contains(sets[0][i]) && seen.Add(sets[0][i])).ToList();

        using var ids = new ManyParties(sets);
        var result = ids.Result();
        Assert.Equal(expected, result.Rows);
        Assert.Equal(expected.Count, result.Count);

        using var number = new ManyParties(sets, IntersectionMode.Cardinality);
        result = number.Result();
        Assert.Equal(expected.Count, result.Count);
        Assert.Null(result.Rows);
    }

    [Fact]
    public void Sets_of_several_messages()
    {
        using var parties = new ManyParties([TwoParties.Keys(0, 4100), TwoParties.Keys(4000, 6000), TwoParties.Keys(3990, 5)], most: 6000);
        Assert.Empty(parties.Result().Rows!);
        using var more = new ManyParties([TwoParties.Keys(0, 4100), TwoParties.Keys(4000, 6000), TwoParties.Keys(4090, 9)], IntersectionMode.Cardinality);
        Assert.Equal(9, more.Result().Count);
        // Blinded and evaluated twice each, and 7,864 entries of the larger table in two.
        Assert.Equal(2, more.Said.Count(s => s is { Other: 0, FromLeader: false } && ManyParties.StepOf(s.Message) == ManyStep.Table));
    }

    [Fact]
    public void The_number_is_told_in_multiples_of_the_minimum_and_not_below_it()
    {
        IEnumerable<string>[] sets = [TwoParties.Keys(0, 30), TwoParties.Keys(0, 17), TwoParties.Keys(0, 20)];
        using var parties = new ManyParties(sets, IntersectionMode.Cardinality, minimum: 5);
        Assert.Null(parties.Converse());
        Assert.Equal("{\"count\":15}", System.Text.Encoding.ASCII.GetString(parties.Leader.Tell().Value.Payload.Span));
        Assert.Null(parties.Leader.ToldRows);
        using var few = new ManyParties([sets[0], TwoParties.Keys(0, 17), TwoParties.Keys(13, 17)], minimum: 5);
        Assert.Null(few.Converse());
        Assert.Same(IntersectionErrors.TooFewInCommon, few.Leader.Tell().Error!.Kind);
    }

    [Fact]
    public void Closings_are_of_one_run_and_say_so_only_then()
    {
        using var parties = new ManyParties([TwoParties.Keys(0, 10), TwoParties.Keys(0, 9), TwoParties.Keys(1, 9), TwoParties.Keys(2, 9)]);
        Assert.Same(ConversationErrors.Incomplete, parties.Leader.Close().Error!.Kind);
        Assert.Null(parties.Converse());
        var leader = parties.Leader.Close().Value.Payload;
        var others = parties.Others.Select(o => o.Close().Value.Payload).ToList();
        for (var i = 0; i < others.Count; i++)
            Assert.Equal(others[i].ToArray(), parties.Leader.With(i).Close().Value.Payload.ToArray());
        Assert.True(ManyClosing.AreOfOneRun(leader, others));
        Assert.False(ManyClosing.AreOfOneRun(leader, [others[1], others[0], others[2]]));
        Assert.False(ManyClosing.AreOfOneRun(leader, others[..2]));
        for (var at = 0; at < leader.Length; at++)
        {
            var bent = leader.ToArray();
            bent[at] ^= 1;
            Assert.False(ManyClosing.AreOfOneRun(bent, others));
        }

        Assert.Equal(TwoParties.Set(TwoParties.Keys(0, 10)).Commit(parties.Leader.Opening.Span), leader[..32].ToArray());
    }
}
