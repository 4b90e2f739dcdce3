using System.Numerics;
using System.Runtime.CompilerServices;

namespace DataSpace.Privacy.Seal.Evaluation;

/// <summary>
/// Residues modulo a prime below 2^45 in doubles. A product is taken apart exactly by a fused multiply-add, its quotient estimated and rounded; what comes back lies within
/// ±0.6·n and is exact, because every number in between is an integer below 2^53 times a power of two that the other parts share. No branch depends on a value.
/// </summary>
/// <param name="Value">The prime n.</param>
internal readonly record struct Modulus45(ulong Value)
{
    /// <summary>Above this a sum of transforms could leave the range in which doubles are exact.</summary>
    public const ulong Limit = 1UL << 45;

    /// <summary>n.</summary>
    public double Real => Value;

    /// <summary>1/n, rounded.</summary>
    public double Inverse => 1.0 / Value;

    /// <summary>value·factor modulo n for |value| &lt; 20·n, |factor| at most n; <paramref name="factorOverN"/> is factor/n, rounded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Multiply<T>(T value, T factor, T factorOverN, T n)
        where T : struct, IDoubleLanes<T>
    {
        var quotient = T.Round(value * factorOverN);
        var high = value * factor;
        var low = T.MultiplySubtract(value, factor, high);
        return T.NegativeMultiplyAdd(quotient, n, high) + low;
    }

    /// <summary>left·right modulo n for two reduced values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Product<T>(T left, T right, T n, T inverse)
        where T : struct, IDoubleLanes<T>
    {
        var high = left * right;
        var low = T.MultiplySubtract(left, right, high);
        return T.NegativeMultiplyAdd(T.Round(high * inverse), n, high) + low;
    }

    /// <summary>The same residue within ±0.6·n, for |value| &lt; 2^51.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Reduce<T>(T value, T n, T inverse)
        where T : struct, IDoubleLanes<T>
        => T.NegativeMultiplyAdd(T.Round(value * inverse), n, value);

    /// <summary>The residue from 0 to n−1, for |value| &lt; 2^51.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Canonical<T>(T value, T n, T inverse)
        where T : struct, IDoubleLanes<T>
    {
        var reduced = Reduce(value, n, inverse);
        return reduced + T.WhereNegative(reduced, n);
    }

    /// <summary>a·b mod n, for tables.</summary>
    public ulong Multiply(ulong a, ulong b) => (ulong)((UInt128)a * b % Value);

    /// <summary>a^exponent mod n, for tables.</summary>
    public ulong Power(ulong a, ulong exponent)
    {
        var result = 1UL;
        for (; exponent > 0; exponent >>= 1, a = Multiply(a, a))
        {
            if ((exponent & 1) != 0)
                result = Multiply(result, a);
        }

        return result;
    }

    /// <summary>1/a mod n.</summary>
    public ulong Invert(ulong a) => Power(a % Value, Value - 2);

    /// <summary>The residue nearest to zero, as a double.</summary>
    public double Centred(ulong residue) => residue > Value / 2 ? -(double)(Value - residue) : residue;

    /// <summary>The smallest primitive root of unity of this order, a power of two: the one that SEAL uses.</summary>
    public ulong SmallestRoot(ulong order)
    {
        if (Value >= Limit || (Value - 1) % order != 0 || !BitOperations.IsPow2(order))
            throw new ArgumentOutOfRangeException(nameof(order));
        var root = 0UL;
        for (var candidate = 2UL; root == 0; candidate++)
        {
            var power = Power(candidate, (Value - 1) / order);
            if (Power(power, order / 2) == Value - 1)
                root = power;
        }

        var (smallest, current, square) = (root, root, Multiply(root, root));
        for (var i = 1UL; i < order / 2; i++)
        {
            current = Multiply(current, square);
            smallest = Math.Min(smallest, current);
        }

        return smallest;
    }
}
