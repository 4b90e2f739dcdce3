using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace DataSpace.Kernel.Crypto.Edwards;

/// <summary>
/// A number modulo p = 2^255 − 19 in five limbs of radix 2^51. Products have limbs below 2^52; sums and differences of two products may be multiplied again, but not
/// added up further. Time depends on nothing but the operation, yet this is for public numbers: nothing here is secret.
/// </summary>
internal readonly struct FieldElement(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4)
{
    private const ulong Mask = (1UL << 51) - 1;

    private readonly ulong _l0 = l0, _l1 = l1, _l2 = l2, _l3 = l3, _l4 = l4;

    public static FieldElement One => new(1, 0, 0, 0, 0);

    public bool IsZero
    {
        get
        {
            Span<byte> bytes = stackalloc byte[32];
            Store(bytes);
            return bytes.IndexOfAnyExcept((byte)0) < 0;
        }
    }

    /// <summary>The lowest bit of the number in [0, p): RFC 8032's sign.</summary>
    public bool IsOdd
    {
        get
        {
            Span<byte> bytes = stackalloc byte[32];
            Store(bytes);
            return (bytes[0] & 1) == 1;
        }
    }

    /// <summary>From 32 bytes, little-endian; the highest bit is ignored.</summary>
    public static FieldElement Load(ReadOnlySpan<byte> bytes)
    {
        var (a, b, c, d) = (BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));
        return new FieldElement(a & Mask, (a >> 51 | b << 13) & Mask, (b >> 38 | c << 26) & Mask, (c >> 25 | d << 39) & Mask, d >> 12 & Mask);
    }

    /// <summary>The one number in [0, p), 32 bytes, little-endian.</summary>
    public void Store(Span<byte> bytes)
    {
        var (a, b, c, d, e) = (_l0, _l1, _l2, _l3, _l4);
        for (var round = 0; round < 2; round++)
        {
            (b, a) = (b + (a >> 51), a & Mask);
            (c, b) = (c + (b >> 51), b & Mask);
            (d, c) = (d + (c >> 51), c & Mask);
            (e, d) = (e + (d >> 51), d & Mask);
            (a, e) = (a + 19 * (e >> 51), e & Mask);
        }
        // Below 2^255 + 19 now: one more than p when adding 19 carries out at the top.
        var over = (a + 19) >> 51;
        over = (b + over) >> 51;
        over = (c + over) >> 51;
        over = (d + over) >> 51;
        over = (e + over) >> 51;
        a += 19 * over;
        (b, a) = (b + (a >> 51), a & Mask);
        (c, b) = (c + (b >> 51), b & Mask);
        (d, c) = (d + (c >> 51), c & Mask);
        (e, d) = ((e + (d >> 51)) & Mask, d & Mask);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, a | b << 51);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], b >> 13 | c << 38);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], c >> 26 | d << 25);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], d >> 39 | e << 12);
    }

    public static FieldElement operator +(in FieldElement a, in FieldElement b)
        => new(a._l0 + b._l0, a._l1 + b._l1, a._l2 + b._l2, a._l3 + b._l3, a._l4 + b._l4);

    // + 4p, so that no limb becomes negative even where b is a sum.
    public static FieldElement operator -(in FieldElement a, in FieldElement b)
        => new(a._l0 + 4 * (Mask - 18) - b._l0, a._l1 + 4 * Mask - b._l1, a._l2 + 4 * Mask - b._l2, a._l3 + 4 * Mask - b._l3, a._l4 + 4 * Mask - b._l4);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static FieldElement operator *(in FieldElement a, in FieldElement b)
    {
        var (b1, b2, b3, b4) = (b._l1 * 19, b._l2 * 19, b._l3 * 19, b._l4 * 19);
        var t0 = Math.BigMul(a._l0, b._l0) + Math.BigMul(a._l1, b4) + Math.BigMul(a._l2, b3) + Math.BigMul(a._l3, b2) + Math.BigMul(a._l4, b1);
        var t1 = Math.BigMul(a._l0, b._l1) + Math.BigMul(a._l1, b._l0) + Math.BigMul(a._l2, b4) + Math.BigMul(a._l3, b3) + Math.BigMul(a._l4, b2);
        var t2 = Math.BigMul(a._l0, b._l2) + Math.BigMul(a._l1, b._l1) + Math.BigMul(a._l2, b._l0) + Math.BigMul(a._l3, b4) + Math.BigMul(a._l4, b3);
        var t3 = Math.BigMul(a._l0, b._l3) + Math.BigMul(a._l1, b._l2) + Math.BigMul(a._l2, b._l1) + Math.BigMul(a._l3, b._l0) + Math.BigMul(a._l4, b4);
        var t4 = Math.BigMul(a._l0, b._l4) + Math.BigMul(a._l1, b._l3) + Math.BigMul(a._l2, b._l2) + Math.BigMul(a._l3, b._l1) + Math.BigMul(a._l4, b._l0);
        t1 += (ulong)(t0 >> 51);
        t2 += (ulong)(t1 >> 51);
        t3 += (ulong)(t2 >> 51);
        t4 += (ulong)(t3 >> 51);
        var l0 = ((ulong)t0 & Mask) + 19 * (ulong)(t4 >> 51);
        return new FieldElement(l0 & Mask, ((ulong)t1 & Mask) + (l0 >> 51), (ulong)t2 & Mask, (ulong)t3 & Mask, (ulong)t4 & Mask);
    }

    /// <summary>The inverse; 0 for 0.</summary>
    public FieldElement Invert() => Squared(TwoTo250Less1(out var eleven), 5) * eleven;

    /// <summary>This to the power (p − 5) / 8 = 2^252 − 3, of which RFC 8032's square root is made.</summary>
    public FieldElement PowerForRoot() => Squared(TwoTo250Less1(out _), 2) * this;

    // This to the power 2^250 − 1, by way of its 11th.
    private FieldElement TwoTo250Less1(out FieldElement eleven)
    {
        var two = this * this;
        var nine = Squared(two, 2) * this;
        eleven = nine * two;
        var five = eleven * eleven * nine; // 2^5 − 1
        var ten = Squared(five, 5) * five;
        var twenty = Squared(ten, 10) * ten;
        var fifty = Squared(Squared(twenty, 20) * twenty, 10) * ten;
        var hundred = Squared(fifty, 50) * fifty;
        return Squared(Squared(hundred, 100) * hundred, 50) * fifty;
    }

    private static FieldElement Squared(FieldElement a, int times)
    {
        for (; times > 0; times--)
            a *= a;
        return a;
    }
}
