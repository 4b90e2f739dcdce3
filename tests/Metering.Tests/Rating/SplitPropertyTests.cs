using System.Numerics;
using CsCheck;
using DataSpace.Metering.Rating;
using Xunit;

namespace DataSpace.Metering.Tests.Rating;

/// <summary>Splits lose nothing and favour nobody; Shapley values have the properties that define them.</summary>
public sealed class SplitPropertyTests
{
    private static readonly Gen<long[]> Weights = Gen.Long[0, 1_000_000].Array[1, 12].Where(w => w.Any(x => x > 0));

    /// <summary>A game: the worth of every coalition of n players, nobody worth nothing.</summary>
    private static readonly Gen<(int Players, long[] Worths)> Games = Gen.Int[1, 5].SelectMany(n => Gen.Long[0, 1_000_000].Array[1 << n].Select(w => (n, (long[])[0, .. w.Skip(1)])));

    [Fact]
    public void Parts_sum_to_the_amount_and_stay_within_one_unit_of_the_exact_share()
        => Gen.Select(Gen.Long[-(1L << 53), 1L << 53], Weights).Sample((amount, weights) =>
        {
            var parts = Of(amount, weights);
            var total = weights.Aggregate(BigInteger.Zero, (sum, w) => sum + w);
            return parts.Sum() == amount && parts.Zip(weights).All(p => BigInteger.Abs(p.First * total - (BigInteger)amount * p.Second) < total);
        });

    [Fact]
    public void A_negative_amount_is_split_as_its_opposite()
        => Gen.Select(Gen.Long[0, 1L << 53], Weights).Sample((amount, weights) => Of(-amount, weights).SequenceEqual(Of(amount, weights).Select(p => -p)));

    [Fact]
    public void Left_over_units_go_to_the_largest_remainders_equal_ones_in_order()
    {
        Assert.Equal([34, 33, 33], Of(100, 1, 1, 1));
        Assert.Equal([1, 1, 0], Of(2, 1, 1, 1));
        Assert.Equal([0, 0, 1], Of(1, 1, 1, 2));
        Assert.Equal([0, 5], Of(5, 0, 7));
        Assert.Equal("DS-SET-006", Split.Of(5, [0, 0]).Error!.Code);
        Assert.Equal("DS-SET-006", Split.Of(5, [1, -1]).Error!.Code);
        Assert.Equal("DS-SET-006", Split.Of(long.MinValue, [1]).Error!.Code);
    }

    [Fact]
    public void Values_sum_to_what_all_are_worth() // efficiency
        => Games.Sample(game => Values(game.Players, game.Worths).Aggregate(Fraction.Zero, (a, b) => a + b) == (Fraction)game.Worths[^1]);

    [Fact]
    public void Who_adds_the_same_to_everybody_gets_the_same() // symmetry
        => Games.Where(g => g.Players >= 2).Sample(game =>
        {
            // Makes players 0 and 1 interchangeable.
            var worths = game.Worths.ToArray();
            for (var coalition = 0; coalition < worths.Length; coalition++)
            {
                if ((coalition & 3) == 1)
                    worths[coalition ^ 3] = worths[coalition];
            }
            var values = Values(game.Players, worths);
            return values[0] == values[1];
        });

    [Fact]
    public void Who_adds_nothing_gets_nothing() // null player
        => Games.Sample(game =>
        {
            var worths = game.Worths.Select((_, coalition) => game.Worths[coalition & ~1]).ToArray();
            return Values(game.Players, worths)[0] == Fraction.Zero;
        });

    [Fact]
    public void Two_games_played_together_give_the_sum_of_both() // additivity
        => Gen.Select(Gen.Long[0, 1000].Array[8], Gen.Long[0, 1000].Array[8]).Sample((a, b) =>
            Values(3, [.. a.Zip(b, (x, y) => x + y)]).SequenceEqual(Values(3, a).Zip(Values(3, b), (x, y) => x + y)));

    [Fact]
    public void The_textbook_game_of_the_gloves()
    {
        // One left glove, two right ones: a pair is worth 1.
        var values = Values(3, [0, 0, 0, 1, 0, 1, 0, 1]);
        Assert.Equal([new Fraction(2, 3), new Fraction(1, 6), new Fraction(1, 6)], values);
        Assert.Equal("DS-SET-009", Shapley.Of(9, _ => 0L).Error!.Code);
        Assert.Equal("DS-SET-009", Shapley.Of(0, _ => 0L).Error!.Code);
        Assert.Equal(8, Shapley.Of(8, coalition => (long)BitOperations.PopCount((uint)coalition)).Value.Count(v => v == (Fraction)1L));
    }

    private static IReadOnlyList<long> Of(long amount, params long[] weights) => Split.Of(amount, [.. weights.Select(w => (Fraction)w)]).Value;

    private static IReadOnlyList<Fraction> Values(int players, long[] worths) => Shapley.Of(players, coalition => worths[coalition]).Value;
}
