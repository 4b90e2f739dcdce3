using System.Runtime.CompilerServices;
using DataSpace.Privacy.Aggregation;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>
/// One party's shares of a vector modulo T, as two vectors of residues. Sums, public multiples and truncation happen here without the other party; products do not. Immutable.
/// </summary>
internal sealed class ShareVector
{
    private readonly ulong[][] _residues;

    public ShareVector(ShareRing ring, ulong[] first, ulong[] second)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(first.Length, second.Length);
        (Ring, _residues) = (ring, [first, second]);
    }

    public ShareRing Ring { get; }

    public int Length => _residues[0].Length;

    /// <summary>Residues modulo t₁ (0) or t₂ (1).</summary>
    public ulong[] Residues(int which) => _residues[which];

    /// <summary>Share <paramref name="index"/> as an integer in 0..T-1.</summary>
    public UInt128 this[int index] => Ring.Join(_residues[0][index], _residues[1][index]);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ShareVector Of(ShareRing ring, int length, Func<int, Int128> value)
    {
        var (first, second) = (new ulong[length], new ulong[length]);
        for (var i = 0; i < length; i++)
        {
            var number = value(i);
            (first[i], second[i]) = (ShareRing.Reduce(number, ring.Moduli[0]), ShareRing.Reduce(number, ring.Moduli[1]));
        }

        return new ShareVector(ring, first, second);
    }

    /// <summary>Uniform modulo T, from a stream.</summary>
    public static ShareVector Uniform(ShareRing ring, int length, MaskStream stream)
    {
        var (first, second) = (new ulong[length], new ulong[length]);
        stream.Fill(first, ring.Moduli[0]);
        stream.Fill(second, ring.Moduli[1]);
        return new ShareVector(ring, first, second);
    }

    public ShareVector Plus(ShareVector other) => Zip(other, static (a, b, t) => a + b >= t ? a + b - t : a + b);

    public ShareVector Minus(ShareVector other) => Zip(other, static (a, b, t) => a >= b ? a - b : a + t - b);

    public ShareVector Negated() => Map(static (a, t) => a == 0 ? 0 : t - a);

    /// <summary>A public multiple. Zero is refused: it would turn uniform shares into (0, 0), of which no truncation and no lift is right.</summary>
    public ShareVector Times(long factor)
    {
        ArgumentOutOfRangeException.ThrowIfZero(factor);
        return Map((a, t) => (ulong)(Math.BigMul(a, ShareRing.Reduce(factor, t)) % t));
    }

    public ShareVector Part(int start, int length) => new(Ring, _residues[0][start..(start + length)], _residues[1][start..(start + length)]);

    public ShareVector Then(ShareVector other) => new(Ring, [.. _residues[0], .. other._residues[0]], [.. _residues[1], .. other._residues[1]]);

    /// <summary>Sum of all elements, as a vector of one.</summary>
    public ShareVector Sum() => new(Ring, [SumOf(0)], [SumOf(1)]);

    /// <summary>
    /// Local division by 2^bits: the first party shifts its share, the second the complement of its own. The shares then add up to the quotient, rounded either way, unless the lift fails
    /// (chance |x|/T for uniform shares).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ShareVector Truncated(int bits, bool isFirst)
    {
        var (first, second) = (new ulong[Length], new ulong[Length]);
        var (t1, t2) = (Ring.Moduli[0], Ring.Moduli[1]);
        for (var i = 0; i < Length; i++)
        {
            var quotient = isFirst ? this[i] >> bits : Ring.Modulus - ((Ring.Modulus - this[i]) >> bits);
            (first[i], second[i]) = ((ulong)(quotient % t1), (ulong)(quotient % t2));
        }

        return new ShareVector(Ring, first, second);
    }

    /// <summary>
    /// Local change of modulus to any P: what the first party returns plus what the second returns is x modulo P, unless the lift fails. All in integers; floating point comes after.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ulong[] Lifted(ulong modulus, bool isFirst)
    {
        var lifted = new ulong[Length];
        var turn = isFirst ? 0 : modulus - (ulong)(Ring.Modulus % modulus);
        for (var i = 0; i < Length; i++)
            lifted[i] = ((ulong)(this[i] % modulus) + turn) % modulus;
        return lifted;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ulong SumOf(int which)
    {
        UInt128 sum = 0;
        foreach (var residue in _residues[which])
            sum += residue;
        return (ulong)(sum % Ring.Moduli[which]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ShareVector Zip(ShareVector other, Func<ulong, ulong, ulong, ulong> operation)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(other.Length, Length);
        return new ShareVector(Ring, One(0), One(1));

        ulong[] One(int which)
        {
            var (left, right, result) = (_residues[which], other._residues[which], new ulong[Length]);
            for (var i = 0; i < result.Length; i++)
                result[i] = operation(left[i], right[i], Ring.Moduli[which]);
            return result;
        }
    }

    private ShareVector Map(Func<ulong, ulong, ulong> operation)
        => new(Ring, Array.ConvertAll(_residues[0], a => operation(a, Ring.Moduli[0])), Array.ConvertAll(_residues[1], a => operation(a, Ring.Moduli[1])));
}
