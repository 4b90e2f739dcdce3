using System.Numerics;

namespace DataSpace.Privacy.Noise;

/// <summary>
/// Scale <c>b = t/s</c> of a discrete Laplace law, <c>P(x) ∝ exp(−|x|·s/t)</c>, in units of the fixed-point integer it is added to. Always in lowest terms
/// and inside the limits, so that no sampler can overflow.
/// </summary>
internal readonly record struct NoiseScale
{
    /// <summary>Most bits of <see cref="T"/>: products of a sampler stay below 2^128.</summary>
    public const int MostBitsOfT = 104;

    /// <summary>Most bits of <see cref="S"/>.</summary>
    public const int MostBitsOfS = 62;

    /// <summary>P(a share exceeds <see cref="Range"/>) is below <c>2·exp(−45) &lt; 2^−63</c>.</summary>
    public const int RangeInScales = 45;

    private NoiseScale(UInt128 t, UInt128 s) => (T, S) = (t, s);

    public UInt128 T { get; }

    public UInt128 S { get; }

    /// <summary><c>⌈45·t/s⌉</c>: the magnitude that a share keeps but for a probability below 2^−63, see <see cref="PolyaShare"/>.</summary>
    public BigInteger Range => ((RangeInScales * (BigInteger)T) + S - 1) / S;

    /// <summary>Null when a part is not positive or beyond the limits.</summary>
    public static NoiseScale? Create(BigInteger t, BigInteger s)
    {
        if (t.Sign <= 0 || s.Sign <= 0)
            return null;
        var common = BigInteger.GreatestCommonDivisor(t, s);
        (t, s) = (t / common, s / common);
        return t.GetBitLength() > MostBitsOfT || s.GetBitLength() > MostBitsOfS ? null : new NoiseScale((UInt128)t, (UInt128)s);
    }
}
