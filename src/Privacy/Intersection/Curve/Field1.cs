namespace DataSpace.Privacy.Intersection.Curve;

/// <summary>One element at a time in five unsigned limbs of radix 2^51, on any processor. Reduced limbs are below 2^51 + 2^13.</summary>
internal struct Field1 : IFieldLanes<Field1>
{
    private const ulong Mask = (1UL << 51) - 1;

    private ulong _l0, _l1, _l2, _l3, _l4;

    /// <inheritdoc />
    public static int Lanes => 1;

    /// <inheritdoc />
    public static void Load(ReadOnlySpan<byte> elements, out Field1 result)
    {
        Span<double> limbs = stackalloc double[LimbCodec.Limbs];
        LimbCodec.Decode(elements, limbs, 1);
        // p makes the signed limbs positive.
        result._l0 = (ulong)((long)limbs[0] + (long)(Mask - 18));
        result._l1 = (ulong)((long)limbs[1] + (long)Mask);
        result._l2 = (ulong)((long)limbs[2] + (long)Mask);
        result._l3 = (ulong)((long)limbs[3] + (long)Mask);
        result._l4 = (ulong)((long)limbs[4] + (long)Mask);
        Carry(ref result);
    }

    /// <inheritdoc />
    public static void Store(in Field1 element, Span<byte> elements)
        => LimbCodec.Encode((long)element._l0, (long)element._l1, (long)element._l2, (long)element._l3, (long)element._l4, elements);

    /// <inheritdoc />
    public static void Constant(long value, out Field1 result)
    {
        result._l0 = (ulong)((long)(Mask - 18) + value);
        (result._l1, result._l2, result._l3, result._l4) = (Mask, Mask, Mask, Mask);
        Carry(ref result);
    }

    /// <inheritdoc />
    public static void Add(in Field1 a, in Field1 b, out Field1 result)
    {
        result._l0 = a._l0 + b._l0;
        result._l1 = a._l1 + b._l1;
        result._l2 = a._l2 + b._l2;
        result._l3 = a._l3 + b._l3;
        result._l4 = a._l4 + b._l4;
    }

    /// <inheritdoc />
    public static void Subtract(in Field1 a, in Field1 b, out Field1 result)
    {
        // + 4p, so that no limb becomes negative even when b is a sum.
        result._l0 = a._l0 + (4 * (Mask - 18)) - b._l0;
        result._l1 = a._l1 + (4 * Mask) - b._l1;
        result._l2 = a._l2 + (4 * Mask) - b._l2;
        result._l3 = a._l3 + (4 * Mask) - b._l3;
        result._l4 = a._l4 + (4 * Mask) - b._l4;
    }

    /// <inheritdoc />
    public static void Multiply(in Field1 a, in Field1 b, out Field1 result)
    {
        var (b1, b2, b3, b4) = (b._l1 * 19, b._l2 * 19, b._l3 * 19, b._l4 * 19);
        var t0 = Math.BigMul(a._l0, b._l0) + Math.BigMul(a._l1, b4) + Math.BigMul(a._l2, b3) + Math.BigMul(a._l3, b2) + Math.BigMul(a._l4, b1);
        var t1 = Math.BigMul(a._l0, b._l1) + Math.BigMul(a._l1, b._l0) + Math.BigMul(a._l2, b4) + Math.BigMul(a._l3, b3) + Math.BigMul(a._l4, b2);
        var t2 = Math.BigMul(a._l0, b._l2) + Math.BigMul(a._l1, b._l1) + Math.BigMul(a._l2, b._l0) + Math.BigMul(a._l3, b4) + Math.BigMul(a._l4, b3);
        var t3 = Math.BigMul(a._l0, b._l3) + Math.BigMul(a._l1, b._l2) + Math.BigMul(a._l2, b._l1) + Math.BigMul(a._l3, b._l0) + Math.BigMul(a._l4, b4);
        var t4 = Math.BigMul(a._l0, b._l4) + Math.BigMul(a._l1, b._l3) + Math.BigMul(a._l2, b._l2) + Math.BigMul(a._l3, b._l1) + Math.BigMul(a._l4, b._l0);
        Reduce(t0, t1, t2, t3, t4, out result);
    }

    /// <inheritdoc />
    public static void Square(in Field1 a, out Field1 result) => Multiply(a, a, out result);

    /// <inheritdoc />
    public static void MultiplySmallAdd(in Field1 a, int factor, in Field1 addend, out Field1 result)
    {
        var f = (ulong)factor;
        Reduce(
            Math.BigMul(a._l0, f) + addend._l0, Math.BigMul(a._l1, f) + addend._l1, Math.BigMul(a._l2, f) + addend._l2,
            Math.BigMul(a._l3, f) + addend._l3, Math.BigMul(a._l4, f) + addend._l4, out result);
    }

    /// <inheritdoc />
    public static void SumAndDifference(in Field1 a, in Field1 b, in Field1 c, in Field1 d, out Field1 sum, out Field1 difference)
    {
        Multiply(a, b, out var first);
        Multiply(c, d, out var second);
        Add(first, second, out sum);
        Subtract(first, second, out difference);
        Carry(ref sum);
        Carry(ref difference);
    }

    /// <inheritdoc />
    public static void SquareSumAndDifference(in Field1 s, in Field1 c, in Field1 d, out Field1 sum, out Field1 difference)
        => SumAndDifference(s, s, c, d, out sum, out difference);

    /// <inheritdoc />
    public static void Swap(ref Field1 a, ref Field1 b, long bit)
    {
        var mask = (ulong)-bit;
        SwapLimb(ref a._l0, ref b._l0, mask);
        SwapLimb(ref a._l1, ref b._l1, mask);
        SwapLimb(ref a._l2, ref b._l2, mask);
        SwapLimb(ref a._l3, ref b._l3, mask);
        SwapLimb(ref a._l4, ref b._l4, mask);
    }

    /// <inheritdoc />
    public static void Select(in Field1 sign, in Field1 whenMinusOne, in Field1 whenOne, out Field1 result)
    {
        Span<byte> bytes = stackalloc byte[LimbCodec.ElementBytes];
        Store(sign, bytes);
        // 1 ends in 0x01, −1 = p − 1 in 0xec: bit 2 tells them apart.
        var (minus, plus) = (whenMinusOne, whenOne);
        Swap(ref minus, ref plus, (bytes[0] >> 2) & 1);
        result = plus;
    }

    /// <inheritdoc />
    public static void ReplaceZeroDenominator(ref Field1 numerator, ref Field1 denominator)
    {
        Span<byte> bytes = stackalloc byte[LimbCodec.ElementBytes];
        Store(denominator, bytes);
        var any = 0;
        foreach (var value in bytes)
            any |= value;
        var isZero = ((any - 1) >> 31) & 1;
        Constant(1, out var one);
        Constant(0, out var zero);
        Swap(ref denominator, ref one, isZero);
        Swap(ref numerator, ref zero, isZero);
    }

    private static void Reduce(UInt128 t0, UInt128 t1, UInt128 t2, UInt128 t3, UInt128 t4, out Field1 result)
    {
        t1 += t0 >> 51;
        t2 += t1 >> 51;
        t3 += t2 >> 51;
        t4 += t3 >> 51;
        result._l0 = ((ulong)t0 & Mask) + (19 * (ulong)(t4 >> 51));
        result._l1 = (ulong)t1 & Mask;
        result._l2 = (ulong)t2 & Mask;
        result._l3 = (ulong)t3 & Mask;
        result._l4 = (ulong)t4 & Mask;
        result._l1 += result._l0 >> 51;
        result._l0 &= Mask;
    }

    private static void Carry(ref Field1 x) => Reduce(x._l0, x._l1, x._l2, x._l3, x._l4, out x);

    private static void SwapLimb(ref ulong a, ref ulong b, ulong mask)
    {
        var difference = (a ^ b) & mask;
        a ^= difference;
        b ^= difference;
    }
}
