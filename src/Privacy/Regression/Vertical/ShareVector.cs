using System.Runtime.CompilerServices;
using DataSpace.Privacy.Aggregation;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>
/// One party's shares of a vector modulo T, as a vector of residues per modulus. Sums, public multiples and truncation happen here without the other party; products do not. Immutable.
/// </summary>
internal sealed class ShareVector
{
    private readonly ulong[][] _residues;

    private ShareVector(ShareRing ring, ulong[][] residues) => (Ring, _residues) = (ring, residues);

    public ShareRing Ring { get; }

    public int Length => _residues[0].Length;

    /// <summary>Residues modulo the modulus of that number.</summary>
    public ulong[] Residues(int which) => _residues[which];

    /// <summary>Share <paramref name="index"/> as an integer in 0..T-1.</summary>
    public UInt128 this[int index]
    {
        get
        {
            Span<ulong> residues = stackalloc ulong[_residues.Length];
            for (var which = 0; which < residues.Length; which++)
                residues[which] = _residues[which][index];
            return Ring.Join(residues);
        }
    }

    /// <summary>From vectors of residues, one per modulus and equally long.</summary>
    public static ShareVector FromResidues(ShareRing ring, Func<int, ulong[]> residues)
    {
        var all = Enumerable.Range(0, ring.Moduli.Length).Select(residues).ToArray();
        if (all.Any(one => one.Length != all[0].Length))
            throw new ArgumentException("residues of other lengths", nameof(residues));
        return new ShareVector(ring, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ShareVector Of(ShareRing ring, int length, Func<int, Int128> value)
    {
        var residues = Empty(ring, length);
        for (var i = 0; i < length; i++)
        {
            var number = value(i);
            for (var which = 0; which < residues.Length; which++)
                residues[which][i] = ShareRing.Reduce(number, ring.Moduli[which]);
        }

        return new ShareVector(ring, residues);
    }

    /// <summary>Uniform modulo T, from a stream.</summary>
    public static ShareVector Uniform(ShareRing ring, int length, MaskStream stream)
    {
        var residues = Empty(ring, length);
        for (var which = 0; which < residues.Length; which++)
            stream.Fill(residues[which], ring.Moduli[which]);
        return new ShareVector(ring, residues);
    }

    public ShareVector Plus(ShareVector other) => Zip(other, static (a, b, t) => a + b >= t ? a + b - t : a + b);

    public ShareVector Minus(ShareVector other) => Zip(other, static (a, b, t) => a >= b ? a - b : a + t - b);

    /// <summary>Products of this party's own shares, element by element: a part of the product that is shared.</summary>
    public ShareVector OwnProduct(ShareVector other) => Zip(other, static (a, b, t) => (ulong)(Math.BigMul(a, b) % t));

    public ShareVector Negated() => Map(static (a, t) => a == 0 ? 0 : t - a);

    /// <summary>A public multiple. Zero is refused: it would turn uniform shares into (0, 0), of which no truncation and no lift is right.</summary>
    public ShareVector Times(long factor)
    {
        ArgumentOutOfRangeException.ThrowIfZero(factor);
        return Map((a, t) => (ulong)(Math.BigMul(a, ShareRing.Reduce(factor, t)) % t));
    }

    public ShareVector Part(int start, int length) => FromResidues(Ring, which => _residues[which][start..(start + length)]);

    public ShareVector Then(ShareVector other) => FromResidues(Ring, which => [.. _residues[which], .. other._residues[which]]);

    /// <summary>Elements in another order.</summary>
    public ShareVector Ordered(int length, Func<int, int> from)
        => FromResidues(Ring, which => [.. Enumerable.Range(0, length).Select(i => _residues[which][from(i)])]);

    /// <summary>Sum of all elements, as a vector of one.</summary>
    public ShareVector Sum() => FromResidues(Ring, which => [SumOf(which)]);

    /// <summary>
    /// Local division by 2^bits: the first party shifts its share, the second the complement of its own. The shares then add up to the quotient, rounded either way, unless the lift fails
    /// (chance |x|/T for uniform shares).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ShareVector Truncated(int bits, bool isFirst)
    {
        var residues = Empty(Ring, Length);
        for (var i = 0; i < Length; i++)
        {
            var quotient = isFirst ? this[i] >> bits : Ring.Modulus - ((Ring.Modulus - this[i]) >> bits);
            for (var which = 0; which < residues.Length; which++)
                residues[which][i] = (ulong)(quotient % Ring.Moduli[which]);
        }

        return new ShareVector(Ring, residues);
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
        return FromResidues(Ring, which =>
        {
            var (left, right, result, modulus) = (_residues[which], other._residues[which], new ulong[Length], Ring.Moduli[which]);
            for (var i = 0; i < result.Length; i++)
                result[i] = operation(left[i], right[i], modulus);
            return result;
        });
    }

    private ShareVector Map(Func<ulong, ulong, ulong> operation)
        => FromResidues(Ring, which => Array.ConvertAll(_residues[which], a => operation(a, Ring.Moduli[which])));

    private static ulong[][] Empty(ShareRing ring, int length) => [.. ring.Moduli.Select(_ => new ulong[length])];
}
