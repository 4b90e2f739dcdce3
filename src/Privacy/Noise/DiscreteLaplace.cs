namespace DataSpace.Privacy.Noise;

/// <summary>
/// Discrete Laplace and its one-sided half. Adding the first to an integer of sensitivity Δ gives Δ·s/t-differential privacy (Ghosh, Roughgarden,
/// Sundararajan 2009, the geometric mechanism). Sampler: Canonne, Kamath, Steinke 2020, Algorithm 2.
/// </summary>
internal static class DiscreteLaplace
{
    /// <summary><c>P(x) ∝ exp(−|x|·s/t)</c> over all integers; variance <c>2p/(1−p)²</c>, p = exp(−s/t).</summary>
    public static Int128 Sample(ExactDraws draws, NoiseScale scale)
    {
        while (true)
        {
            var magnitude = (Int128)Geometric(draws, scale);
            var negative = draws.Coin();
            if (negative && magnitude == 0)
                continue; // zero would count twice
            return negative ? -magnitude : magnitude;
        }
    }

    /// <summary><c>P(x) ∝ exp(−x·s/t)</c> over x ≥ 0.</summary>
    public static UInt128 Geometric(ExactDraws draws, NoiseScale scale)
    {
        UInt128 remainder;
        do
            remainder = draws.Below(scale.T);
        while (!draws.BernoulliExp(remainder, scale.T));
        UInt128 quotient = 0;
        while (draws.BernoulliExp((UInt128)1, (UInt128)1))
            quotient++;
        return checked(remainder + (scale.T * quotient)) / scale.S;
    }
}
