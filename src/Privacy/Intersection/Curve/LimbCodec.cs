using System.Buffers.Binary;

namespace DataSpace.Privacy.Intersection.Curve;

/// <summary>Between 32 little-endian bytes and five signed limbs of radix 2^51, held as doubles, limb i of lane l at <c>[i * lanes + l]</c>.</summary>
internal static class LimbCodec
{
    public const int ElementBytes = 32;
    public const int Limbs = 5;

    private const int LimbBits = 51;
    private const long Mask = (1L << LimbBits) - 1;

    /// <summary>
    /// Limbs of magnitude at most 2^50 + 19. Limbs up to 2^51 would do for the value and not for the multiplication, whose products must stay below 2^102.
    /// </summary>
    public static void Decode(ReadOnlySpan<byte> elements, Span<double> limbs, int lanes)
    {
        for (var lane = 0; lane < lanes; lane++)
        {
            var bytes = elements.Slice(lane * ElementBytes, ElementBytes);
            var (w0, w1) = (BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
            var (w2, w3) = (BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));
            var l0 = (long)w0 & Mask;
            var l1 = (long)((w0 >> 51) | (w1 << 13)) & Mask;
            var l2 = (long)((w1 >> 38) | (w2 << 26)) & Mask;
            var l3 = (long)((w2 >> 25) | (w3 << 39)) & Mask;
            var l4 = (long)(w3 >> 12) & Mask;
            Center(ref l0, ref l1, 1);
            Center(ref l1, ref l2, 1);
            Center(ref l2, ref l3, 1);
            Center(ref l3, ref l4, 1);
            Center(ref l4, ref l0, 19);
            limbs[lane] = l0;
            limbs[lanes + lane] = l1;
            limbs[(2 * lanes) + lane] = l2;
            limbs[(3 * lanes) + lane] = l3;
            limbs[(4 * lanes) + lane] = l4;
        }
    }

    /// <summary>The one canonical form, for limbs of magnitude up to 2^51.</summary>
    public static void Encode(ReadOnlySpan<double> limbs, Span<byte> elements, int lanes)
    {
        for (var lane = 0; lane < lanes; lane++)
        {
            Encode(
                (long)limbs[lane], (long)limbs[lanes + lane], (long)limbs[(2 * lanes) + lane], (long)limbs[(3 * lanes) + lane], (long)limbs[(4 * lanes) + lane],
                elements.Slice(lane * ElementBytes, ElementBytes));
        }
    }

    /// <summary>One element; limbs of magnitude up to 2^52.</summary>
    public static void Encode(long l0, long l1, long l2, long l3, long l4, Span<byte> bytes)
    {
        // 4p makes every limb positive.
        (l0, l1, l2, l3, l4) = (l0 + (4 * (Mask - 18)), l1 + (4 * Mask), l2 + (4 * Mask), l3 + (4 * Mask), l4 + (4 * Mask));
        for (var round = 0; round < 2; round++)
        {
            Carry(ref l0, ref l1);
            Carry(ref l1, ref l2);
            Carry(ref l2, ref l3);
            Carry(ref l3, ref l4);
            l0 += 19 * (l4 >> LimbBits);
            l4 &= Mask;
        }

        // Now below 2^255 + 2^51, so p fits at most once; it does when adding 19 carries out of the top.
        var quotient = (l0 + 19) >> LimbBits;
        quotient = (l1 + quotient) >> LimbBits;
        quotient = (l2 + quotient) >> LimbBits;
        quotient = (l3 + quotient) >> LimbBits;
        quotient = (l4 + quotient) >> LimbBits;
        l0 += 19 * quotient;
        Carry(ref l0, ref l1);
        Carry(ref l1, ref l2);
        Carry(ref l2, ref l3);
        Carry(ref l3, ref l4);
        l4 &= Mask;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)l0 | ((ulong)l1 << 51));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], ((ulong)l1 >> 13) | ((ulong)l2 << 38));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], ((ulong)l2 >> 26) | ((ulong)l3 << 25));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], ((ulong)l3 >> 39) | ((ulong)l4 << 12));
    }

    private static void Center(ref long limb, ref long next, long weight)
    {
        var carry = (limb + (1L << (LimbBits - 1))) >> LimbBits;
        limb -= carry << LimbBits;
        next += weight * carry;
    }

    private static void Carry(ref long limb, ref long next)
    {
        next += limb >> LimbBits;
        limb &= Mask;
    }
}
