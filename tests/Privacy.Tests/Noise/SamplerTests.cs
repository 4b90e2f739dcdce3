using System.Globalization;
using System.Numerics;
using DataSpace.Privacy.Noise;

namespace DataSpace.Privacy.Tests.Noise;

public class SamplerTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(1, 1)]
    [InlineData(7, 2)]
    [InlineData(40, 1)]
    public void Discrete_laplace_follows_its_law(long t, long s)
    {
        var (draws, scale) = (Law.Draws($"laplace {t}/{s}"), Law.Scale(t, s));
        Law.AssertFollows(() => DiscreteLaplace.Sample(draws, scale), x => Law.Laplace((double)t / s, x));
    }

    [Theory]
    [InlineData(2, 1, 3)]
    [InlineData(2, 5, 1)]
    [InlineData(3, 7, 2)]
    [InlineData(5, 40, 1)]
    [InlineData(64, 12, 1)]
    public void A_polya_half_follows_its_law(int parties, long t, long s)
    {
        var (draws, scale) = (Law.Draws($"polya {parties} {t}/{s}"), Law.Scale(t, s));
        Law.AssertFollows(() => PolyaShare.OneSided(draws, scale, parties), x => Law.Polya(1.0 / parties, (double)t / s, x));
    }

    [Theory]
    [InlineData(2, 3, 2)]
    [InlineData(3, 20, 1)]
    [InlineData(7, 10, 1)]
    public void Shares_of_all_honest_parties_are_discrete_laplace(int parties, long t, long s)
    {
        var (draws, scale) = (Law.Draws($"shares {parties}"), Law.Scale(t, s));
        Law.AssertFollows(
            () => Enumerable.Range(0, parties).Aggregate(BigInteger.Zero, (sum, _) => sum + PolyaShare.Sample(draws, scale, parties)),
            x => Law.Laplace((double)t / s, x), samples: 100_000);
    }

    [Fact]
    public void One_share_too_few_is_not_discrete_laplace()
    {
        var (draws, scale) = (Law.Draws("missing"), Law.Scale(20, 1));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Law.AssertFollows(
            () => (BigInteger)PolyaShare.Sample(draws, scale, 3) + PolyaShare.Sample(draws, scale, 3), x => Law.Laplace(20, x), samples: 100_000));
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(9, 1)]
    [InlineData(200, 3)]
    public void Discrete_gaussian_follows_its_law(int numerator, int denominator)
    {
        var draws = Law.Draws($"gauss {numerator}/{denominator}");
        var variance = (double)numerator / denominator;
        var total = Enumerable.Range(-400, 801).Sum(x => Math.Exp(-x * x / (2 * variance)));
        Law.AssertFollows(() => DiscreteGaussian.Sample(draws, numerator, denominator), x => Math.Exp(-x * (double)x / (2 * variance)) / total, samples: 60_000, reach: 400);
    }

    /// <summary>Large scales cannot be held against every integer; sign, mean and second moment can.</summary>
    [Theory]
    [InlineData(1, "1000000000000", "7")]
    [InlineData(4, "1000000000000", "7")]
    [InlineData(4, "12345678901234567890123456789", "1")]
    public void Large_scales_keep_symmetry_and_variance(int parties, string t, string s)
    {
        const int samples = 10_000;
        var scale = NoiseScale.Create(BigInteger.Parse(t, CultureInfo.InvariantCulture), BigInteger.Parse(s, CultureInfo.InvariantCulture))!.Value;
        var draws = Law.Draws($"large {parties} {t}");
        var b = (double)BigInteger.Parse(t, CultureInfo.InvariantCulture) / double.Parse(s, CultureInfo.InvariantCulture);
        var values = Enumerable.Range(0, samples).Select(_ => Enumerable.Range(0, parties).Sum(_ => (double)PolyaShare.Sample(draws, scale, parties) / b)).ToList();
        Assert.InRange(values.Count(v => v > 0), (samples / 2) - 200, (samples / 2) + 200);
        Assert.InRange(values.Average(), -0.05, 0.05);
        Assert.InRange(values.Average(v => v * v), 1.85, 2.15); // variance of Laplace: 2b²; its square's spread is √20/√n
        Assert.InRange(values.Count(v => Math.Abs(v) > 1) / (double)samples, Math.Exp(-1) - 0.015, Math.Exp(-1) + 0.015);
    }

    [Fact]
    public void The_gaussian_of_a_large_variance_keeps_its_variance()
    {
        var draws = Law.Draws("large gauss");
        var sigma = BigInteger.Pow(10, 15);
        var values = Enumerable.Range(0, 10_000).Select(_ => (double)DiscreteGaussian.Sample(draws, sigma * sigma, 1) / 1e15).ToList();
        Assert.InRange(values.Average(), -0.06, 0.06);
        Assert.InRange(values.Average(v => v * v), 0.92, 1.08);
    }

    [Fact]
    public void Samples_stay_in_the_range_that_the_overflow_check_counts()
    {
        var (draws, scale) = (Law.Draws("range"), Law.Scale(1000, 3));
        Assert.All(Enumerable.Range(0, 50_000), _ => Assert.True(BigInteger.Abs(PolyaShare.Sample(draws, scale, 2)) <= scale.Range));
        Assert.Equal(15_000, scale.Range);
    }

    [Fact]
    public void Scales_beyond_the_limits_are_not_made()
    {
        Assert.Null(NoiseScale.Create(0, 1));
        Assert.Null(NoiseScale.Create(1, 0));
        Assert.Null(NoiseScale.Create(-1, 1));
        Assert.Null(NoiseScale.Create(BigInteger.One << NoiseScale.MostBitsOfT, 1));
        Assert.Null(NoiseScale.Create(3, (BigInteger.One << NoiseScale.MostBitsOfS) + 1));
        Assert.Equal(Law.Scale(2, 3), NoiseScale.Create(40_000, 60_000));
        var widest = NoiseScale.Create((BigInteger.One << NoiseScale.MostBitsOfT) - 1, 1)!.Value;
        var finest = NoiseScale.Create(1, (BigInteger.One << NoiseScale.MostBitsOfS) - 1)!.Value;
        var draws = Law.Draws("limits");
        for (var i = 0; i < 200; i++)
        {
            _ = PolyaShare.Sample(draws, widest, 2);
            _ = DiscreteLaplace.Sample(draws, widest);
            Assert.Equal(0, PolyaShare.Sample(draws, finest, 2));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => PolyaShare.OneSided(draws, finest, PolyaShare.MostParties + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => DiscreteGaussian.Sample(draws, BigInteger.One << DiscreteGaussian.MostBits, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => DiscreteGaussian.Sample(draws, 0, 1));
    }

    /// <summary>Noise of a canonically equal query is found again from its key: a change of any sampler would give a second noise for one figure.</summary>
    [Fact]
    public void Samples_of_a_key_never_change()
    {
        var draws = Law.Draws("golden");
        var (wide, narrow) = (Law.Scale(123_456_789, 1000), Law.Scale(7, 2));
        var laplace = Enumerable.Range(0, 6).Select(_ => (long)DiscreteLaplace.Sample(draws, wide)).ToList();
        var polya = Enumerable.Range(0, 6).Select(_ => (long)PolyaShare.Sample(draws, wide, 3)).ToList();
        var small = Enumerable.Range(0, 6).Select(_ => (long)DiscreteLaplace.Sample(draws, narrow)).ToList();
        Assert.Equal([1885, 277067, -335237, -133802, -8217, -290], laplace);
        Assert.Equal([2616, 20, -77213, 5349, 4177, -9552], polya);
        Assert.Equal([15, 4, -1, 6, -9, 22], small);
    }
}
