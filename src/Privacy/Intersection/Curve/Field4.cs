using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DataSpace.Privacy.Intersection.Curve;

/// <summary>
/// Four elements in AVX2 registers: five signed limbs of radix 2^51 in doubles. A product of two limbs has up to 102 bits and is split exactly by two fused
/// multiply-adds: adding 1.5·2^103 rounds it to a multiple of 2^51, whose integer then stands in the low bits of the sum; the rest, computed without
/// error, is added to 1.5·2^52 and stands in the low bits of that. Both are added up as integers, with the constants' own bits taken off again.
/// <para><b>Bounds.</b> Reduced limbs are at most 2^50 + 2^14; a product of (sum of two) × (reduced) is below 2^102. Above it the split is silently wrong.</para>
/// </summary>
internal struct Field4 : IFieldLanes<Field4>
{
    private const long HighBits = 0x4668_0000_0000_0000; // 1.5·2^103
    private const long LowBits = 0x4338_0000_0000_0000; // 1.5·2^52
    private const int LimbBits = 51;
    private const int Compiled = (int)(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining);

    private Vector256<double> _l0, _l1, _l2, _l3, _l4;

    /// <summary>True when this processor has the instructions.</summary>
    public static bool IsSupported => Vector256.IsHardwareAccelerated && Fma.IsSupported;

    /// <inheritdoc />
    public static int Lanes => 4;

    /// <inheritdoc />
    public static void Load(ReadOnlySpan<byte> elements, out Field4 result)
    {
        Span<double> limbs = stackalloc double[LimbCodec.Limbs * 4];
        LimbCodec.Decode(elements, limbs, 4);
        result._l0 = Vector256.Create<double>(limbs);
        result._l1 = Vector256.Create<double>(limbs[4..]);
        result._l2 = Vector256.Create<double>(limbs[8..]);
        result._l3 = Vector256.Create<double>(limbs[12..]);
        result._l4 = Vector256.Create<double>(limbs[16..]);
    }

    /// <inheritdoc />
    public static void Store(in Field4 element, Span<byte> elements)
    {
        Span<double> limbs = stackalloc double[LimbCodec.Limbs * 4];
        element._l0.CopyTo(limbs);
        element._l1.CopyTo(limbs[4..]);
        element._l2.CopyTo(limbs[8..]);
        element._l3.CopyTo(limbs[12..]);
        element._l4.CopyTo(limbs[16..]);
        LimbCodec.Encode(limbs, elements, 4);
    }

    /// <inheritdoc />
    public static void Constant(long value, out Field4 result)
    {
        result = default;
        result._l0 = Vector256.Create((double)value);
    }

    /// <inheritdoc />
    public static void Add(in Field4 a, in Field4 b, out Field4 result)
    {
        result._l0 = a._l0 + b._l0;
        result._l1 = a._l1 + b._l1;
        result._l2 = a._l2 + b._l2;
        result._l3 = a._l3 + b._l3;
        result._l4 = a._l4 + b._l4;
    }

    /// <inheritdoc />
    public static void Subtract(in Field4 a, in Field4 b, out Field4 result)
    {
        result._l0 = a._l0 - b._l0;
        result._l1 = a._l1 - b._l1;
        result._l2 = a._l2 - b._l2;
        result._l3 = a._l3 - b._l3;
        result._l4 = a._l4 - b._l4;
    }

    /// <inheritdoc />
    public static void Multiply(in Field4 a, in Field4 b, out Field4 result)
    {
        Product(a, b, out var product);
        Reduce(product, out result);
    }

    /// <inheritdoc />
    public static void Square(in Field4 a, out Field4 result)
    {
        SquareProduct(a, out var product);
        Reduce(product, out result);
    }

    /// <inheritdoc />
    [MethodImpl(Compiled)]
    public static void MultiplySmallAdd(in Field4 a, int factor, in Field4 addend, out Field4 result)
    {
        var f = Vector256.Create((double)factor);
        // The addend enters as one more low part: 1.5·2^52 + limb.
        var shift = Vector256.Create(LowBits).AsDouble();
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
    public static void SumAndDifference(in Field4 a, in Field4 b, in Field4 c, in Field4 d, out Field4 sum, out Field4 difference)
    {
        Product(a, b, out var first);
        Product(c, d, out var second);
        Reduce(first, second, out sum, out difference);
    }

    /// <inheritdoc />
    public static void SquareSumAndDifference(in Field4 s, in Field4 c, in Field4 d, out Field4 sum, out Field4 difference)
    {
        SquareProduct(s, out var first);
        Product(c, d, out var second);
        Reduce(first, second, out sum, out difference);
    }

    /// <inheritdoc />
    [MethodImpl(Compiled)]
    public static void Swap(ref Field4 a, ref Field4 b, long bit)
    {
        var mask = Vector256.Create(-bit).AsDouble();
        SwapLimb(ref a._l0, ref b._l0, mask);
        SwapLimb(ref a._l1, ref b._l1, mask);
        SwapLimb(ref a._l2, ref b._l2, mask);
        SwapLimb(ref a._l3, ref b._l3, mask);
        SwapLimb(ref a._l4, ref b._l4, mask);
    }

    /// <inheritdoc />
    /// <remarks>A reduced ±1 has one representation only: the value lies within (−p, p), and its lowest limb leaves no choice for the others.</remarks>
    public static void Select(in Field4 sign, in Field4 whenMinusOne, in Field4 whenOne, out Field4 result)
    {
        var mask = Vector256.Equals(sign._l0, Vector256.Create(-1.0));
        result._l0 = Vector256.ConditionalSelect(mask, whenMinusOne._l0, whenOne._l0);
        result._l1 = Vector256.ConditionalSelect(mask, whenMinusOne._l1, whenOne._l1);
        result._l2 = Vector256.ConditionalSelect(mask, whenMinusOne._l2, whenOne._l2);
        result._l3 = Vector256.ConditionalSelect(mask, whenMinusOne._l3, whenOne._l3);
        result._l4 = Vector256.ConditionalSelect(mask, whenMinusOne._l4, whenOne._l4);
    }

    /// <inheritdoc />
    /// <remarks>A reduced 0 is five limbs of 0, for the same reason as in <see cref="Select"/>.</remarks>
    public static void ReplaceZeroDenominator(ref Field4 numerator, ref Field4 denominator)
    {
        var zero = Vector256<double>.Zero;
        var isZero = Vector256.Equals(denominator._l0, zero) & Vector256.Equals(denominator._l1, zero) & Vector256.Equals(denominator._l2, zero)
            & Vector256.Equals(denominator._l3, zero) & Vector256.Equals(denominator._l4, zero);
        denominator._l0 = Vector256.ConditionalSelect(isZero, Vector256.Create(1.0), denominator._l0);
        numerator._l0 = Vector256.AndNot(numerator._l0, isZero);
        numerator._l1 = Vector256.AndNot(numerator._l1, isZero);
        numerator._l2 = Vector256.AndNot(numerator._l2, isZero);
        numerator._l3 = Vector256.AndNot(numerator._l3, isZero);
        numerator._l4 = Vector256.AndNot(numerator._l4, isZero);
    }

    [MethodImpl(Compiled)]
    private static void Product(in Field4 a, in Field4 b, out Wide result)
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
    private static void SquareProduct(in Field4 a, out Wide result)
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
    private static void Reduce(in Wide t, out Field4 result) => Carry(t.T0, t.T1, t.T2, t.T3, t.T4, out result);

    [MethodImpl(Compiled)]
    private static void Reduce(in Wide a, in Wide b, out Field4 sum, out Field4 difference)
    {
        Carry(a.T0 + b.T0, a.T1 + b.T1, a.T2 + b.T2, a.T3 + b.T3, a.T4 + b.T4, out sum);
        Carry(a.T0 - b.T0, a.T1 - b.T1, a.T2 - b.T2, a.T3 - b.T3, a.T4 - b.T4, out difference);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(
        Vector256<double> a, in Field4 b, ref Vector256<long> t0, ref Vector256<long> t1, ref Vector256<long> t2, ref Vector256<long> t3, ref Vector256<long> t4, ref Vector256<long> t5)
    {
        AddProduct(a, b._l0, ref t0, ref t1);
        AddProduct(a, b._l1, ref t1, ref t2);
        AddProduct(a, b._l2, ref t2, ref t3);
        AddProduct(a, b._l3, ref t3, ref t4);
        AddProduct(a, b._l4, ref t4, ref t5);
    }

    /// <summary>low += ab mod 2^51 (between ±2^50), high += the rest / 2^51; both with the bits of their constants.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProduct(Vector256<double> a, Vector256<double> b, ref Vector256<long> low, ref Vector256<long> high)
    {
        var rounded = Vector256.FusedMultiplyAdd(a, b, Vector256.Create(HighBits).AsDouble());
        // 1.5·2^103 + 1.5·2^52, minus the rounded product.
        var remainder = Vector256.Create(HighBits + 3).AsDouble() - rounded;
        high += rounded.AsInt64();
        low += Vector256.FusedMultiplyAdd(a, b, remainder).AsInt64();
    }

    /// <summary>What takes the constants' bits off a column that adds up so many low and high parts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> Bias(int lows, int highs) => Vector256.Create(unchecked(-((lows * LowBits) + (highs * HighBits))));

    /// <summary>One parallel carry: columns below 2^62 become limbs of at most 2^50 + 2^14.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Carry(
        Vector256<long> t0, Vector256<long> t1, Vector256<long> t2, Vector256<long> t3, Vector256<long> t4, out Field4 result)
    {
        var half = Vector256.Create(1L << (LimbBits - 1));
        (t0, t1, t2, t3, t4) = (t0 + half, t1 + half, t2 + half, t3 + half, t4 + half);
        result._l0 = Limb(t0, Times19(Quotient(t4)));
        result._l1 = Limb(t1, Quotient(t0));
        result._l2 = Limb(t2, Quotient(t1));
        result._l3 = Limb(t3, Quotient(t2));
        result._l4 = Limb(t4, Quotient(t3));
    }

    /// <summary>(column mod 2^51) − 2^50 + carry, as a double: a positive integer below 2^52 in the low bits of 2^52, and that taken off again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Limb(Vector256<long> column, Vector256<long> carry)
    {
        var low = column & Vector256.Create((1L << LimbBits) - 1);
        var bits = low + (carry + Vector256.Create(0x4330_0000_0000_0000 + (1L << 50)));
        return bits.AsDouble() - Vector256.Create((double)((1L << 52) + (1L << 51)));
    }

    /// <summary>column / 2^51, rounded down.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> Quotient(Vector256<long> column)
    {
        // AVX2 has no arithmetic shift of 64 bits: make the column positive, shift, take it off again.
        return ((column + Vector256.Create(1L << 62)) >>> LimbBits) - Vector256.Create(1L << (62 - LimbBits));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> Times19(Vector256<long> x) => x + (x << 1) + (x << 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SwapLimb(ref Vector256<double> a, ref Vector256<double> b, Vector256<double> mask)
    {
        var difference = (a ^ b) & mask;
        a ^= difference;
        b ^= difference;
    }

    /// <summary>Five integer columns of a product, columns 5 to 9 folded in by 2^255 = 19; each below 2^58.</summary>
    private readonly struct Wide(Vector256<long> t0, Vector256<long> t1, Vector256<long> t2, Vector256<long> t3, Vector256<long> t4)
    {
        public readonly Vector256<long> T0 = t0, T1 = t1, T2 = t2, T3 = t3, T4 = t4;
    }
}
