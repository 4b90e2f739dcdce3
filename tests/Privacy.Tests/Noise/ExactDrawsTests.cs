using System.Numerics;

namespace DataSpace.Privacy.Tests.Noise;

public class ExactDrawsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    public void Whole_numbers_are_uniform_whatever_the_bound(int bound)
    {
        var draws = Law.Draws($"below {bound}");
        var (small, large) = (new int[bound], new int[bound]);
        for (var i = 0; i < 400 * bound; i++)
        {
            small[(int)draws.Below((UInt128)bound)]++;
            large[(int)draws.Below((BigInteger)bound)]++;
        }
        if (bound > 1)
        {
            Aggregation.Statistics.AssertUniform(small);
            Aggregation.Statistics.AssertUniform(large);
        }
    }

    [Fact]
    public void Whole_numbers_of_128_bits_fill_their_range()
    {
        var draws = Law.Draws("wide");
        var bound = UInt128.MaxValue - 5;
        var bins = new int[64];
        for (var i = 0; i < 20_000; i++)
            bins[(int)(draws.Below(bound) >> 122)]++;
        Aggregation.Statistics.AssertUniform(bins);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 3)]
    [InlineData(1, 1)]
    [InlineData(5, 2)]
    [InlineData(1, 1_000_000)]
    public void Exponential_events_have_their_probability_in_both_widths(long numerator, long denominator)
    {
        var draws = Law.Draws($"exp {numerator}/{denominator}");
        var expected = Math.Exp(-(double)numerator / denominator);
        Law.AssertHappens(() => draws.BernoulliExp((UInt128)numerator, (UInt128)denominator), expected);
        Law.AssertHappens(() => draws.BernoulliExp((BigInteger)numerator, (BigInteger)denominator), expected);
    }

    [Fact]
    public void Two_over_e_is_met()
    {
        var draws = Law.Draws("2/e");
        Law.AssertHappens(draws.TwoOverE, 2 / Math.E);
    }

    [Fact]
    public void A_hopeless_exponent_ends_at_once()
    {
        var draws = Law.Draws("never");
        Assert.False(draws.BernoulliExp(UInt128.MaxValue >> 8, (UInt128)1));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(64)]
    public void Small_poisson_numbers_follow_their_law(int divisor)
    {
        var draws = Law.Draws($"poisson {divisor}");
        var mean = 1.0 / divisor;
        double Pmf(int n) => n < 0 ? 0 : Math.Exp(-mean) * Math.Pow(mean, n) / Enumerable.Range(1, n).Aggregate(1.0, (a, b) => a * b);
        Law.AssertFollows(() => draws.PoissonFraction(divisor), Pmf, reach: 20);
    }

    [Fact]
    public void An_empty_range_is_refused()
    {
        var draws = Law.Draws("empty");
        Assert.Throws<ArgumentOutOfRangeException>(() => draws.Below((UInt128)0));
        Assert.Throws<ArgumentOutOfRangeException>(() => draws.Below(BigInteger.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => draws.PoissonFraction(1));
    }
}
