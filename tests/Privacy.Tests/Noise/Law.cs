using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Privacy.Noise;

namespace DataSpace.Privacy.Tests.Noise;

/// <summary>Draws with a fixed key and holds them against a law. Floating point judges here; it never samples.</summary>
internal static class Law
{
    public static ExactDraws Draws(string seed) => new(Source(seed));

    public static KeyedNoiseSource Source(string seed) => new(SHA256.HashData(Encoding.UTF8.GetBytes(seed)));

    public static NoiseScale Scale(long t, long s) => NoiseScale.Create(t, s)!.Value;

    /// <summary>
    /// Chi-square of <paramref name="samples"/> values against <paramref name="pmf"/>: every integer with at least 20 expected is a bin of its own, all
    /// others share one. The limit is passed by a correct sampler with a probability of about 10^−9.
    /// </summary>
    public static void AssertFollows(Func<BigInteger> sample, Func<int, double> pmf, int samples = 200_000, int reach = 2_000)
    {
        var bins = Enumerable.Range(-reach, (2 * reach) + 1).Where(x => pmf(x) * samples >= 20).ToList();
        var counts = bins.ToDictionary(x => x, _ => 0);
        var rest = 0;
        for (var i = 0; i < samples; i++)
        {
            var value = sample();
            if (BigInteger.Abs(value) <= reach && counts.ContainsKey((int)value))
                counts[(int)value]++;
            else
                rest++;
        }
        var left = 1 - bins.Sum(pmf);
        var statistic = bins.Sum(x => Squared(counts[x] - (samples * pmf(x))) / (samples * pmf(x)));
        var degrees = bins.Count - 1;
        if (left * samples >= 5)
        {
            statistic += Squared(rest - (samples * left)) / (samples * left);
            degrees++;
        }
        Assert.True(degrees > 0, "the law has one value only");
        Assert.InRange(statistic, 0, Aggregation.Statistics.Limit(degrees));
    }

    /// <summary>The share of true events within six standard deviations of <paramref name="probability"/>.</summary>
    public static void AssertHappens(Func<bool> happens, double probability, int trials = 400_000)
    {
        var seen = Enumerable.Range(0, trials).Count(_ => happens());
        var spread = Math.Sqrt(trials * probability * (1 - probability));
        Assert.InRange(seen, (trials * probability) - (6 * spread), (trials * probability) + (6 * spread));
    }

    public static double Laplace(double scale, int x)
    {
        var p = Math.Exp(-1 / scale);
        return (1 - p) / (1 + p) * Math.Pow(p, Math.Abs(x));
    }

    /// <summary>Negative binomial of order <paramref name="order"/>, probability p of going on.</summary>
    public static double Polya(double order, double scale, int x)
    {
        if (x < 0)
            return 0;
        var p = Math.Exp(-1 / scale);
        var probability = Math.Pow(1 - p, order);
        for (var k = 1; k <= x; k++)
            probability *= (k - 1 + order) / k * p;
        return probability;
    }

    private static double Squared(double value) => value * value;
}
