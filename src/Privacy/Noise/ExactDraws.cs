using System.Buffers.Binary;
using System.Numerics;

namespace DataSpace.Privacy.Noise;

/// <summary>
/// Exact random events from uniform bits, in integers alone. Every probability below is met exactly, not up to rounding: floating-point noise has holes
/// that give values away (Mironov, "On significance of the least significant bits for differential privacy", CCS 2012).
/// </summary>
internal sealed class ExactDraws(INoiseSource source)
{
    private readonly byte[] _word = new byte[16];

    /// <summary>A fair coin.</summary>
    public bool Coin()
    {
        source.Fill(_word.AsSpan(0, 1));
        return (_word[0] & 1) != 0;
    }

    /// <summary>Uniform in 0..bound−1 by rejection: fewer than two tries on average.</summary>
    public UInt128 Below(UInt128 bound)
    {
        if (bound <= 1)
            return bound == 1 ? UInt128.Zero : throw new ArgumentOutOfRangeException(nameof(bound));
        var bits = 128 - (int)UInt128.LeadingZeroCount(bound - 1);
        var bytes = (bits + 7) / 8;
        var mask = UInt128.MaxValue >> (128 - bits);
        while (true)
        {
            Array.Clear(_word);
            source.Fill(_word.AsSpan(0, bytes));
            var value = BinaryPrimitives.ReadUInt128LittleEndian(_word) & mask;
            if (value < bound)
                return value;
        }
    }

    /// <summary>Uniform in 0..bound−1 for any size.</summary>
    public BigInteger Below(BigInteger bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        if (bound.IsOne)
            return BigInteger.Zero;
        var bits = (int)(bound - 1).GetBitLength();
        var bytes = new byte[(bits + 7) / 8];
        while (true)
        {
            source.Fill(bytes);
            bytes[^1] &= (byte)(0xFF >> ((8 * bytes.Length) - bits));
            var value = new BigInteger(bytes, isUnsigned: true);
            if (value < bound)
                return value;
        }
    }

    /// <summary>True with probability <c>numerator/denominator</c> ≤ 1.</summary>
    public bool Bernoulli(UInt128 numerator, UInt128 denominator) => Below(denominator) < numerator;

    /// <summary>
    /// True with probability <c>exp(−numerator/denominator)</c> (Canonne, Kamath, Steinke, "The discrete Gaussian for differential privacy", NeurIPS 2020,
    /// Algorithm 1; von Neumann's comparison method). Expected constant work for any argument.
    /// </summary>
    public bool BernoulliExp(UInt128 numerator, UInt128 denominator)
    {
        for (; numerator > denominator; numerator -= denominator)
        {
            if (!Decays(1, 1, 1))
                return false;
        }
        return Decays(numerator, denominator, 1);
    }

    /// <summary>As above, for any size.</summary>
    public bool BernoulliExp(BigInteger numerator, BigInteger denominator)
    {
        for (; numerator > denominator; numerator -= denominator)
        {
            if (!Decays(1, 1, 1))
                return false;
        }
        var k = 1;
        while (Below(denominator) < numerator && Below((UInt128)k) == 0)
            k++;
        return (k & 1) == 1;
    }

    /// <summary>
    /// True with probability 2/e = 1 − 1/3 + 1/12 − 1/60 + …: the same alternating series, of which the first two terms of 2·exp(−1) cancel.
    /// </summary>
    public bool TwoOverE() => !Decays(1, 1, 2);

    /// <summary>
    /// Poisson with mean <c>1/divisor</c>, divisor ≥ 2: n heads before the first tail have weight 2^−(n+1); kept with probability (2/divisor)^n / n!.
    /// </summary>
    public int PoissonFraction(int divisor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(divisor, 2);
        while (true)
        {
            var n = 0;
            while (Coin())
                n++;
            var kept = true;
            for (var k = 1; kept && k <= n; k++)
                kept = Bernoulli(2, (UInt128)divisor * (UInt128)k);
            if (kept)
                return n;
        }
    }

    /// <summary>
    /// Runs k upwards from <paramref name="from"/> while events of probability γ/k happen, γ = numerator/denominator ≤ 1; true when it ends on an odd k.
    /// </summary>
    private bool Decays(UInt128 numerator, UInt128 denominator, int from)
    {
        // From 2 the first factor is 1/3: k counts the terms 2/k! of the series.
        var k = from;
        var divisor = from == 1 ? 1 : from + 1;
        while (Bernoulli(numerator, denominator) && Below((UInt128)divisor) == 0)
        {
            k++;
            divisor++;
        }
        return (k & 1) == 1;
    }
}
