using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DataSpace.Privacy.Intersection.Curve;

/// <summary>
/// Eight elements in AVX-512 registers: five signed limbs of radix 2^51 in doubles. A product of two limbs has up to 102 bits and is split exactly by two fused
/// multiply-adds: adding 1.5·2^103 rounds it to a multiple of 2^51, whose integer then stands in the low bits of the sum; the rest, computed without
/// error, is added to 1.5·2^52 and stands in the low bits of that. Both are added up as integers, with the constants' own bits taken off again.
/// <para><b>Bounds.</b> Reduced limbs are at most 2^50 + 2^14; a product of (sum of two) × (reduced) is below 2^102. Above it the split is silently wrong.</para>
/// </summary>
internal struct Field8 : IFieldLanes<Field8>
{
    private const long HighBits = 0x4668_0000_0000_0000; // 1.5·2^103
    private const long LowBits = 0x4338_0000_0000_0000; // 1.5·2^52
    private const int LimbBits = 51;
    private const int Compiled = (int)(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining);

    private Vector512<double> _l0, _l1, _l2, _l3, _l4;

    /// <summary>True when this processor has the instructions.</summary>
    public static bool IsSupported => Vector512.IsHardwareAccelerated;

    /// <inheritdoc />
    public static int Lanes => 8;

    /// <inheritdoc />
    public static void Load(ReadOnlySpan<byte> elements, out Field8 result)
    {
        Span<double> limbs = stackalloc double[LimbCodec.Limbs * 8];
        LimbCodec.Decode(elements, limbs, 8);
        result._l0 = Vector512.Create<double>(limbs);
        result._l1 = Vector512.Create<double>(limbs[8..]);
        result._l2 = Vector512.Create<double>(limbs[16..]);
        result._l3 = Vector512.Create<double>(limbs[24..]);
        result._l4 = Vector512.Create<double>(limbs[32..]);
    }

    /// <inheritdoc />
    public static void Store(in Field8 element, Span<byte> elements)
    {
        Span<double> limbs = stackalloc double[LimbCodec.Limbs * 8];
        element._l0.CopyTo(limbs);
        element._l1.CopyTo(limbs[8..]);
        element._l2.CopyTo(limbs[16..]);
        element._l3.CopyTo(limbs[24..]);
        element._l4.CopyTo(limbs[32..]);
        LimbCodec.Encode(limbs, elements, 8);
    }

    /// <inheritdoc />
    public static void Constant(long value, out Field8 result)
    {
        result = default;
        result._l0 = Vector512.Create((double)value);
    }

    /// <inheritdoc />
    public static void Add(in Field8 a, in Field8 b, out Field8 result)
    {
        result._l0 = a._l0 + b._l0;
        result._l1 = a._l1 + b._l1;
        result._l2 = a._l2 + b._l2;
        result._l3 = a._l3 + b._l3;
        result._l4 = a._l4 + b._l4;
    }

    /// <inheritdoc />
    public static void Subtract(in Field8 a, in Field8 b, out Field8 result)
    {
        result._l0 = a._l0 - b._l0;
        result._l1 = a._l1 - b._l1;
        result._l2 = a._l2 - b._l2;
        result._l3 = a._l3 - b._l3;
        result._l4 = a._l4 - b._l4;
    }

    /// <inheritdoc />
    public static void Multiply(in Field8 a, in Field8 b, out Field8 result)
    {
        Product(a, b, out var product);
        Reduce(product, out result);
    }

    /// <inheritdoc />
    public static void Square(in Field8 a, out Field8 result)
    {
        SquareProduct(a, out var product);
        Reduce(product, out result);
    }

    /// <inheritdoc />
    [MethodImpl(Compiled)]
    public static void MultiplySmallAdd(in Field8 a, int factor, in Field8 addend, out Field8 result)
    {
        var f = Vector512.Create((double)factor);
        // The addend enters as one more low part: 1.5·2^52 + limb.
        var shift = Vector512.Create(LowBits).AsDouble();
        var t0 = Bias(lows: 2, highs: 0) + (addend._l0 + shift).AsInt64();
        var t1 = Bias(lows: 2, highs: 1) + (addend._l1 + shift).AsInt64();
        var t2 = Bias(lows: 2, highs: 1) + (addend._l2 + shift).AsInt64();
        var t3 = Bias(lows: 2, highs: 1) + (addend._l3 + shift).AsInt64();
        var t4 = Bias(lows: 2, highs: 1) + (addend._l4 + shift).AsInt64();
        var t5 = Bias(lows: 0, highs: 1);
        AddProduct(a._l0, f, ref t0, ref t1);
        AddProduct(a._l1, f, ref t1, ref t2);
        AddProduct(a._l2, f, ref t2, ref t3);
        AddProduct(a._l3, f, ref t3, ref t4);
        AddProduct(a._l4, f, ref t4, ref t5);
        Carry(t0 + Times19(t5), t1, t2, t3, t4, out result);
    }

    /// <inheritdoc />
    public static void SumAndDifference(in Field8 a, in Field8 b, in Field8 c, in Field8 d, out Field8 sum, out Field8 difference)
    {
        Product(a, b, out var first);
        Product(c, d, out var second);
        Reduce(first, second, out sum, out difference);
    }

    /// <inheritdoc />
    public static void SquareSumAndDifference(in Field8 s, in Field8 c, in Field8 d, out Field8 sum, out Field8 difference)
    {
        SquareProduct(s, out var first);
        Product(c, d, out var second);
        Reduce(first, second, out sum, out difference);
    }

    /// <inheritdoc />
    [MethodImpl(Compiled)]
    public static void Swap(ref Field8 a, ref Field8 b, long bit)
    {
        var mask = Vector512.Create(-bit).AsDouble();
        SwapLimb(ref a._l0, ref b._l0, mask);
        SwapLimb(ref a._l1, ref b._l1, mask);
        SwapLimb(ref a._l2, ref b._l2, mask);
        SwapLimb(ref a._l3, ref b._l3, mask);
        SwapLimb(ref a._l4, ref b._l4, mask);
    }

    /// <inheritdoc />
    /// <remarks>A reduced ±1 has one representation only: the value lies within (−p, p), and its lowest limb leaves no choice for the others.</remarks>
    public static void Select(in Field8 sign, in Field8 whenMinusOne, in Field8 whenOne, out Field8 result)
    {
        var mask = Vector512.Equals(sign._l0, Vector512.Create(-1.0));
        result._l0 = Vector512.ConditionalSelect(mask, whenMinusOne._l0, whenOne._l0);
        result._l1 = Vector512.ConditionalSelect(mask, whenMinusOne._l1, whenOne._l1);
        result._l2 = Vector512.ConditionalSelect(mask, whenMinusOne._l2, whenOne._l2);
        result._l3 = Vector512.ConditionalSelect(mask, whenMinusOne._l3, whenOne._l3);
        result._l4 = Vector512.ConditionalSelect(mask, whenMinusOne._l4, whenOne._l4);
    }

    /// <inheritdoc />
    /// <remarks>A reduced 0 is five limbs of 0, for the same reason as in <see cref="Select"/>.</remarks>
    public static void ReplaceZeroDenominator(ref Field8 numerator, ref Field8 denominator)
    {
        var zero = Vector512<double>.Zero;
        var isZero = Vector512.Equals(denominator._l0, zero) & Vector512.Equals(denominator._l1, zero) & Vector512.Equals(denominator._l2, zero)
            & Vector512.Equals(denominator._l3, zero) & Vector512.Equals(denominator._l4, zero);
        denominator._l0 = Vector512.ConditionalSelect(isZero, Vector512.Create(1.0), denominator._l0);
        numerator._l0 = Vector512.AndNot(numerator._l0, isZero);
        numerator._l1 = Vector512.AndNot(numerator._l1, isZero);
        numerator._l2 = Vector512.AndNot(numerator._l2, isZero);
        numerator._l3 = Vector512.AndNot(numerator._l3, isZero);
        numerator._l4 = Vector512.AndNot(numerator._l4, isZero);
    }

    [MethodImpl(Compiled)]
    private static void Product(in Field8 a, in Field8 b, out Wide result)
    {
        var (t0, t1, t2) = (Bias(lows: 1, highs: 0), Bias(lows: 2, highs: 1), Bias(lows: 3, highs: 2));
        var (t3, t4, t5) = (Bias(lows: 4, highs: 3), Bias(lows: 5, highs: 4), Bias(lows: 4, highs: 5));
        var (t6, t7, t8, t9) = (Bias(lows: 3, highs: 4), Bias(lows: 2, highs: 3), Bias(lows: 1, highs: 2), Bias(lows: 0, highs: 1));
        AddRow(a._l0, b, ref t0, ref t1, ref t2, ref t3, ref t4, ref t5);
        AddRow(a._l1, b, ref t1, ref t2, ref t3, ref t4, ref t5, ref t6);
        AddRow(a._l2, b, ref t2, ref t3, ref t4, ref t5, ref t6, ref t7);
        AddRow(a._l3, b, ref t3, ref t4, ref t5, ref t6, ref t7, ref t8);
        AddRow(a._l4, b, ref t4, ref t5, ref t6, ref t7, ref t8, ref t9);
        result = new Wide(t0 + Times19(t5), t1 + Times19(t6), t2 + Times19(t7), t3 + Times19(t8), t4 + Times19(t9));
    }

    [MethodImpl(Compiled)]
    private static void SquareProduct(in Field8 a, out Wide result)
    {
        var (a0, a1, a2, a3, a4) = (a._l0, a._l1, a._l2, a._l3, a._l4);
        var (twice0, twice1, twice2, twice3) = (a0 + a0, a1 + a1, a2 + a2, a3 + a3);
        var (t0, t1, t2) = (Bias(lows: 1, highs: 0), Bias(lows: 1, highs: 1), Bias(lows: 2, highs: 1));
        var (t3, t4, t5) = (Bias(lows: 2, highs: 2), Bias(lows: 3, highs: 2), Bias(lows: 2, highs: 3));
        var (t6, t7, t8, t9) = (Bias(lows: 2, highs: 2), Bias(lows: 1, highs: 2), Bias(lows: 1, highs: 1), Bias(lows: 0, highs: 1));
        AddProduct(a0, a0, ref t0, ref t1);
        AddProduct(twice0, a1, ref t1, ref t2);
        AddProduct(twice0, a2, ref t2, ref t3);
        AddProduct(a1, a1, ref t2, ref t3);
        AddProduct(twice0, a3, ref t3, ref t4);
        AddProduct(twice1, a2, ref t3, ref t4);
        AddProduct(twice0, a4, ref t4, ref t5);
        AddProduct(twice1, a3, ref t4, ref t5);
        AddProduct(a2, a2, ref t4, ref t5);
        AddProduct(twice1, a4, ref t5, ref t6);
        AddProduct(twice2, a3, ref t5, ref t6);
        AddProduct(twice2, a4, ref t6, ref t7);
        AddProduct(a3, a3, ref t6, ref t7);
        AddProduct(twice3, a4, ref t7, ref t8);
        AddProduct(a4, a4, ref t8, ref t9);
        result = new Wide(t0 + Times19(t5), t1 + Times19(t6), t2 + Times19(t7), t3 + Times19(t8), t4 + Times19(t9));
    }

    [MethodImpl(Compiled)]
    private static void Reduce(in Wide t, out Field8 result) => Carry(t.T0, t.T1, t.T2, t.T3, t.T4, out result);

    [MethodImpl(Compiled)]
    private static void Reduce(in Wide a, in Wide b, out Field8 sum, out Field8 difference)
    {
        Carry(a.T0 + b.T0, a.T1 + b.T1, a.T2 + b.T2, a.T3 + b.T3, a.T4 + b.T4, out sum);
        Carry(a.T0 - b.T0, a.T1 - b.T1, a.T2 - b.T2, a.T3 - b.T3, a.T4 - b.T4, out difference);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(
        Vector512<double> a, in Field8 b, ref Vector512<long> t0, ref Vector512<long> t1, ref Vector512<long> t2, ref Vector512<long> t3, ref Vector512<long> t4, ref Vector512<long> t5)
    {
        AddProduct(a, b._l0, ref t0, ref t1);
        AddProduct(a, b._l1, ref t1, ref t2);
        AddProduct(a, b._l2, ref t2, ref t3);
        AddProduct(a, b._l3, ref t3, ref t4);
        AddProduct(a, b._l4, ref t4, ref t5);
    }

    /// <summary>low += ab mod 2^51 (between ±2^50), high += the rest / 2^51; both with the bits of their constants.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProduct(Vector512<double> a, Vector512<double> b, ref Vector512<long> low, ref Vector512<long> high)
    {
        var rounded = Vector512.FusedMultiplyAdd(a, b, Vector512.Create(HighBits).AsDouble());
        // 1.5·2^103 + 1.5·2^52, minus the rounded product.
        var remainder = Vector512.Create(HighBits + 3).AsDouble() - rounded;
        high += rounded.AsInt64();
        low += Vector512.FusedMultiplyAdd(a, b, remainder).AsInt64();
    }

    /// <summary>What takes the constants' bits off a column that adds up so many low and high parts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<long> Bias(int lows, int highs) => Vector512.Create(unchecked(-((lows * LowBits) + (highs * HighBits))));

    /// <summary>One parallel carry: columns below 2^62 become limbs of at most 2^50 + 2^14.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Carry(
        Vector512<long> t0, Vector512<long> t1, Vector512<long> t2, Vector512<long> t3, Vector512<long> t4, out Field8 result)
    {
        var half = Vector512.Create(1L << (LimbBits - 1));
        (t0, t1, t2, t3, t4) = (t0 + half, t1 + half, t2 + half, t3 + half, t4 + half);
        result._l0 = Limb(t0, Times19(Quotient(t4)));
        result._l1 = Limb(t1, Quotient(t0));
        result._l2 = Limb(t2, Quotient(t1));
        result._l3 = Limb(t3, Quotient(t2));
        result._l4 = Limb(t4, Quotient(t3));
    }

    /// <summary>(column mod 2^51) − 2^50 + carry, as a double: a positive integer below 2^52 in the low bits of 2^52, and that taken off again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Limb(Vector512<long> column, Vector512<long> carry)
    {
        var low = column & Vector512.Create((1L << LimbBits) - 1);
        var bits = low + (carry + Vector512.Create(0x4330_0000_0000_0000 + (1L << 50)));
        return bits.AsDouble() - Vector512.Create((double)((1L << 52) + (1L << 51)));
    }

    /// <summary>column / 2^51, rounded down.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<long> Quotient(Vector512<long> column) => column >> LimbBits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<long> Times19(Vector512<long> x) => x + (x << 1) + (x << 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SwapLimb(ref Vector512<double> a, ref Vector512<double> b, Vector512<double> mask)
    {
        var difference = (a ^ b) & mask;
        a ^= difference;
        b ^= difference;
    }

    /// <summary>Five integer columns of a product, columns 5 to 9 folded in by 2^255 = 19; each below 2^58.</summary>
    private readonly struct Wide(Vector512<long> t0, Vector512<long> t1, Vector512<long> t2, Vector512<long> t3, Vector512<long> t4)
    {
        public readonly Vector512<long> T0 = t0, T1 = t1, T2 = t2, T3 = t3, T4 = t4;
    }
}
