using System.Runtime.CompilerServices;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>
/// Integers modulo T, the product of two or three primes (about 2^80 or 2^120), as residues: what the plain moduli of encrypted slots hold together. A signed integer x is its residue; values stay far below T,
/// so that two uniform shares of x add up to x + T over the integers but for a chance of |x|/T.
/// </summary>
internal sealed class ShareRing
{
    /// <summary>Most moduli: their product stays below 2^120, so that a sum of two elements fits.</summary>
    public const int MostModuli = 3;

    private readonly UInt128[] _products; // of the moduli before
    private readonly ulong[] _inverses; // of that product, modulo this modulus

    public ShareRing(params ulong[] moduli)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(moduli.Distinct().Count(), moduli.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(moduli.Length, MostModuli);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(moduli.Max(), 1UL << 40);
        (Moduli, Modulus, _products, _inverses) = (moduli, 1, new UInt128[moduli.Length], new ulong[moduli.Length]);
        for (var i = 0; i < moduli.Length; i++)
        {
            (_products[i], _inverses[i]) = (Modulus, Power((ulong)(Modulus % moduli[i]), moduli[i] - 2, moduli[i]));
            Modulus *= moduli[i];
        }
    }

    /// <summary>Primes below 2^40.</summary>
    public ulong[] Moduli { get; }

    /// <summary>T.</summary>
    public UInt128 Modulus { get; }

    /// <summary>The one integer in 0..T-1 with these residues (Garner).</summary>
    public UInt128 Join(params ReadOnlySpan<ulong> residues)
    {
        UInt128 joined = residues[0];
        for (var i = 1; i < residues.Length; i++)
        {
            var modulus = Moduli[i];
            // Division of 128 bits is slow, and with two moduli not needed.
            var known = i == 1 ? residues[0] % modulus : (ulong)(joined % modulus);
            joined += _products[i] * (ulong)(Math.BigMul((residues[i] + modulus - known) % modulus, _inverses[i]) % modulus);
        }

        return joined;
    }

    /// <summary>Nearest representative to zero.</summary>
    public Int128 Centre(UInt128 value) => value > Modulus / 2 ? (Int128)value - (Int128)Modulus : (Int128)value;

    /// <summary>A signed integer modulo one of the moduli.</summary>
    public static ulong Reduce(Int128 value, ulong modulus)
    {
        var rest = (long)(value % (long)modulus);
        return rest < 0 ? (ulong)(rest + (long)modulus) : (ulong)rest;
    }

    /// <summary>As above, for what fits a word: division of 128 bits is slow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Reduce(long value, ulong modulus)
    {
        var rest = value % (long)modulus;
        return (ulong)(rest + ((rest >> 63) & (long)modulus));
    }

    /// <summary>As above, of every value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong[] Reduce(long[] values, ulong modulus)
    {
        var residues = new ulong[values.Length];
        for (var i = 0; i < residues.Length; i++)
            residues[i] = Reduce(values[i], modulus);
        return residues;
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
