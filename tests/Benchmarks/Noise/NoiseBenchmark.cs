using System.Security.Cryptography;
using DataSpace.Privacy.Noise;

namespace DataSpace.Benchmarks.Noise;

/// <summary>
/// Exact samplers beside one plain draw of the platform's generator. The largest joint statistic asks for about 135,000 numbers (4,096 groups, 16 measures with
/// squares), so 100,000 per second adds about a second to it.
/// </summary>
internal static class NoiseBenchmark
{
    private const double Target = 100_000;

    /// <summary>Runs and prints one line per sampler.</summary>
    public static void Run(TextWriter output)
    {
        var plain = new byte[16];
        var reference = Measure(200_000, () => RandomNumberGenerator.Fill(plain));
        Report.Line(output, $"{"RandomNumberGenerator, 16 bytes",-44} {reference,12:N0}/s");
        using var source = new KeyedNoiseSource(RandomNumberGenerator.GetBytes(KeyedNoiseSource.KeyBytes));
        var draws = new ExactDraws(source);
        var scale = NoiseScale.Create(2_000_000_000_000, 33_333)!.Value;
        var wide = NoiseScale.Create(System.Numerics.BigInteger.Pow(10, 30), 33_333)!.Value;
        Sampler(output, "discrete Laplace, scale 6e7", reference, () => DiscreteLaplace.Sample(draws, scale));
        Sampler(output, "discrete Laplace, scale 3e25", reference, () => DiscreteLaplace.Sample(draws, wide));
        Sampler(output, "Pólya share of 2, scale 6e7", reference, () => PolyaShare.Sample(draws, scale, 2));
        Sampler(output, "Pólya share of 8, scale 6e7", reference, () => PolyaShare.Sample(draws, scale, 8));
        Sampler(output, "discrete Gaussian, sigma 6e7", reference, () => DiscreteGaussian.Sample(draws, 3_600_000_000_000_000, 1));
        Report.AtLeast(output, "Pólya shares of 2", Measure(50_000, () => PolyaShare.Sample(draws, scale, 2)), Target, "/s");
    }

    private static void Sampler(TextWriter output, string name, double reference, Action sample)
    {
        var rate = Measure(50_000, sample);
        Report.Line(output, $"{name,-44} {rate,12:N0}/s   {reference / rate,6:F1} plain draws each");
    }

    private static double Measure(int times, Action action)
    {
        for (var i = 0; i < times / 10; i++)
            action();
        var start = ThreadClock.Microseconds();
        for (var i = 0; i < times; i++)
            action();
        return times / ((ThreadClock.Microseconds() - start) / 1e6);
    }
}
