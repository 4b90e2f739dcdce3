using System.Runtime.CompilerServices;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>
/// Integers modulo T = t₁·t₂, about 2^80, as pairs of residues: what two plain moduli of encrypted slots hold together. A signed integer x is its residue; values stay far below T,
/// so that two uniform shares of x add up to x + T over the integers but for a chance of |x|/T.
/// </summary>
internal sealed class ShareRing
{
    private readonly ulong _inverse; // of t₁ modulo t₂

    public ShareRing(ulong first, ulong second)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(first, second);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Max(first, second), 1UL << 40);
        (Moduli, Modulus) = ([first, second], (UInt128)first * second);
        _inverse = Power(first % second, second - 2, second);
    }

    /// <summary>t₁ and t₂, primes below 2^40.</summary>
    public ulong[] Moduli { get; }

    /// <summary>T.</summary>
    public UInt128 Modulus { get; }

    /// <summary>The one integer in 0..T-1 with these residues.</summary>
    public UInt128 Join(ulong first, ulong second)
    {
        var (t1, t2) = (Moduli[0], Moduli[1]);
        var difference = (second + t2 - (first % t2)) % t2;
        return first + ((UInt128)t1 * (ulong)(Math.BigMul(difference, _inverse) % t2));
    }

    /// <summary>Nearest representative to zero.</summary>
    public Int128 Centre(UInt128 value) => value > Modulus / 2 ? (Int128)value - (Int128)Modulus : (Int128)value;

    /// <summary>A signed integer modulo one of the moduli.</summary>
    public static ulong Reduce(Int128 value, ulong modulus)
    {
        var rest = (long)(value % (long)modulus);
        return rest < 0 ? (ulong)(rest + (long)modulus) : (ulong)rest;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Power(ulong value, ulong exponent, ulong modulus)
    {
        UInt128 result = 1, square = value;
        for (; exponent > 0; exponent >>= 1, square = square * square % modulus)
            result = (exponent & 1) == 1 ? result * square % modulus : result;
        return (ulong)result;
    }
}
