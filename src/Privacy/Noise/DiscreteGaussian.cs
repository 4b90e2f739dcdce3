using System.Numerics;

namespace DataSpace.Privacy.Noise;

/// <summary>
/// Discrete Gaussian <c>P(x) ∝ exp(−x²/2σ²)</c> over all integers, σ² rational: gives ½(Δ/σ)²-concentrated differential privacy (Canonne, Kamath, Steinke
/// 2020, Theorem 4; sampler: Algorithm 3, rejection from discrete Laplace of scale ⌊σ⌋+1).
/// </summary>
internal static class DiscreteGaussian
{
    /// <summary>Most bits of the two parts of σ².</summary>
    public const int MostBits = 160;

    /// <summary>A sample with variance parameter <c>numerator/denominator</c>.</summary>
    public static BigInteger Sample(ExactDraws draws, BigInteger numerator, BigInteger denominator)
    {
        if (numerator.Sign <= 0 || denominator.Sign <= 0 || numerator.GetBitLength() > MostBits || denominator.GetBitLength() > MostBits)
            throw new ArgumentOutOfRangeException(nameof(numerator));
        var t = Aggregation.MeasureResult.FloorSquareRoot(numerator / denominator) + 1;
        var scale = NoiseScale.Create(t, 1) ?? throw new ArgumentOutOfRangeException(nameof(numerator));
        // (|y| − σ²/t)² / 2σ² with σ² = a/b is (|y|·b·t − a)² / (2·a·b·t²).
        var divisor = 2 * numerator * denominator * t * t;
        while (true)
        {
            BigInteger y = DiscreteLaplace.Sample(draws, scale);
            var distance = (BigInteger.Abs(y) * denominator * t) - numerator;
            if (draws.BernoulliExp(distance * distance, divisor))
                return y;
        }
    }
}
