using System.Buffers.Binary;

namespace DataSpace.Kernel.Crypto.Edwards;

/// <summary>Numbers modulo the order of Ed25519's group, L = 2^252 + 27742317777372353535851937790883648493 (RFC 8032, section 5.1). For public numbers.</summary>
internal static class OrderScalar
{
    public const int Bytes = 32;

    private const ulong Low = 0x5812631a5cf5d3ed;  // L = 2^252 + High·2^64 + Low
    private const ulong High = 0x14def9dea2f79cd6;
    private const ulong Top = 1UL << 60;

    /// <summary>True for a number below L, 32 bytes, little-endian: RFC 8032 takes no other.</summary>
    public static bool IsReduced(ReadOnlySpan<byte> scalar)
    {
        var (w0, w1, w2, w3) = (Word(scalar, 0), Word(scalar, 1), Word(scalar, 2), Word(scalar, 3));
        return w3 < Top || w3 == Top && w2 == 0 && (w1 < High || w1 == High && w0 < Low);
    }

    /// <summary>A number of 64 bytes modulo L, both little-endian.</summary>
    public static void Reduce(ReadOnlySpan<byte> wide, Span<byte> reduced)
    {
        ulong w0 = 0, w1 = 0, w2 = 0, w3 = 0;
        // From the top down, 32 bits at a time: r becomes 2^32·r + next, less the multiple of L that its bits from 252 up say, plus L where that was one too many.
        for (var at = wide.Length - sizeof(uint); at >= 0; at -= sizeof(uint))
        {
            var quotient = w3 >> 28;
            w3 = (w3 << 32 | w2 >> 32) & (Top - 1);
            w2 = w2 << 32 | w1 >> 32;
            w1 = w1 << 32 | w0 >> 32;
            w0 = w0 << 32 | BinaryPrimitives.ReadUInt32LittleEndian(wide[at..]);
            var (low, high) = ((UInt128)quotient * Low, (UInt128)quotient * High);
            high += (ulong)(low >> 64);
            var difference = (UInt128)w0 - (ulong)low;
            w0 = (ulong)difference;
            difference = (UInt128)w1 - (ulong)high - (ulong)(difference >> 64 & 1);
            w1 = (ulong)difference;
            difference = (UInt128)w2 - (ulong)(high >> 64) - (ulong)(difference >> 64 & 1);
            w2 = (ulong)difference;
            difference = (UInt128)w3 - (ulong)(difference >> 64 & 1);
            w3 = (ulong)difference;
            if ((difference >> 64 & 1) == 0)
                continue;
            var sum = (UInt128)w0 + Low;
            w0 = (ulong)sum;
            sum = (UInt128)w1 + High + (sum >> 64);
            w1 = (ulong)sum;
            sum = (UInt128)w2 + (sum >> 64);
            w2 = (ulong)sum;
            w3 += Top + (ulong)(sum >> 64);
        }
        BinaryPrimitives.WriteUInt64LittleEndian(reduced, w0);
        BinaryPrimitives.WriteUInt64LittleEndian(reduced[8..], w1);
        BinaryPrimitives.WriteUInt64LittleEndian(reduced[16..], w2);
        BinaryPrimitives.WriteUInt64LittleEndian(reduced[24..], w3);
    }

    /// <summary>The same number in 32 digits of radix 256, each from −128 to 128: lowest first.</summary>
    public static void Digits(ReadOnlySpan<byte> scalar, Span<short> digits)
    {
        var carry = 0;
        for (var i = 0; i < Bytes; i++)
        {
            var digit = scalar[i] + carry;
            carry = digit > 128 && i < Bytes - 1 ? 1 : 0;
            digits[i] = (short)(digit - (carry << 8));
        }
    }

    private static ulong Word(ReadOnlySpan<byte> scalar, int index) => BinaryPrimitives.ReadUInt64LittleEndian(scalar[(8 * index)..]);
}
