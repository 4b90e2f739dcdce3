using System.Buffers.Binary;
using System.Security.Cryptography;

namespace DataSpace.Privacy.Intersection.Curve;

/// <summary>
/// Takes a multiplication back. Points are x-coordinates, and scalars are clamped whatever they are; so what is wanted of a clamped b is a clamped c with c·b = ±1 modulo the order l of the large
/// subgroup: c·(b·P) then has the x of P for every P in it. Of t + k·l, the multiple of 8 below 8l, and its counterpart 8l − t − k·l one lies above 4l, and with it between 2^254 and 2^255 except with
/// probability near 2^-127. Constant-time in the scalar: Montgomery multiplication on 64-bit limbs, Fermat's exponent, which everybody knows. Pure.
/// </summary>
internal static class ScalarInverse
{
    private const int Limbs = 4;
    private const ulong NegatedInverse = 0xd2b51da312547e1b; // −l^-1 modulo 2^64

    // l = 2^252 + 27742317777372353535851937790883648493 (RFC 7748, section 4.1), and 2^512 modulo l; least significant limb first.
    private static ReadOnlySpan<ulong> Order => [0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000];

    private static ReadOnlySpan<ulong> RadixSquared => [0xa40611e3449c0f01, 0xd00e1ba768859347, 0xceec73d217f5be65, 0x0399411b7c309a3d];

    /// <summary>Fills <paramref name="inverse"/> from a clamped scalar. False, nearly never, where no clamped scalar takes this one back.</summary>
    public static bool TryInvert(ReadOnlySpan<byte> clamped, Span<byte> inverse)
    {
        Span<ulong> work = stackalloc ulong[Limbs * 3];
        var scalar = work[..Limbs];
        var power = work[Limbs..(2 * Limbs)];
        var candidate = work[(2 * Limbs)..];
        for (var i = 0; i < Limbs; i++)
            scalar[i] = BinaryPrimitives.ReadUInt64LittleEndian(clamped[(8 * i)..]);
        Multiply(scalar, RadixSquared, scalar);
        scalar.CopyTo(power);
        for (var bit = 251; bit >= 0; bit--)
        {
            Multiply(power, power, power);
            if (((ExponentLimb(bit / 64) >> (bit % 64)) & 1) == 1)
                Multiply(power, scalar, power);
        }

        Multiply(power, [1, 0, 0, 0], power);
        Spread(power, candidate);
        for (var i = 0; i < Limbs; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(inverse[(8 * i)..], candidate[i]);
        var fits = candidate[Limbs - 1] >> 62 == 1;
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(work));
        return fits;
    }

    private static ulong ExponentLimb(int limb) => limb == 0 ? Order[0] - 2 : Order[limb];

    /// <summary>t → the multiple of 8 that is t or −t modulo l and lies above 4l. With l = 5 modulo 8, k = 3t modulo 8.</summary>
    private static void Spread(ReadOnlySpan<ulong> t, Span<ulong> result)
    {
        var k = (3 * t[0]) & 7;
        Span<ulong> near = stackalloc ulong[Limbs];
        Span<ulong> far = stackalloc ulong[Limbs];
        UInt128 carry = 0, eightfold = 0;
        ulong borrow = 0;
        for (var i = 0; i < Limbs; i++)
        {
            carry += Math.BigMul(k, Order[i]);
            carry += t[i];
            near[i] = (ulong)carry;
            carry >>= 64;
            eightfold += Math.BigMul(8UL, Order[i]);
            var difference = (UInt128)(ulong)eightfold - near[i] - borrow;
            far[i] = (ulong)difference;
            borrow = (ulong)(difference >> 64) & 1;
            eightfold >>= 64;
        }

        // Both add up to 8l, so the larger is the one above 4l.
        borrow = 0;
        for (var i = 0; i < Limbs; i++)
            borrow = (ulong)(((UInt128)near[i] - far[i] - borrow) >> 64) & 1;
        for (var i = 0; i < Limbs; i++)
            result[i] = near[i] ^ ((near[i] ^ far[i]) & (0 - borrow));
    }

    /// <summary>a·b/2^256 modulo l, for a below 2^256 and b below l.</summary>
    private static void Multiply(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> product)
    {
        Span<ulong> sum = stackalloc ulong[Limbs + 2];
        sum.Clear();
        for (var i = 0; i < Limbs; i++)
        {
            AddScaled(sum, a[i], b);
            AddScaled(sum, sum[0] * NegatedInverse, Order);
            sum[1..].CopyTo(sum);
            sum[Limbs + 1] = 0;
        }

        Span<ulong> reduced = stackalloc ulong[Limbs];
        ulong borrow = 0;
        for (var i = 0; i < Limbs; i++)
        {
            var difference = (UInt128)sum[i] - Order[i] - borrow;
            reduced[i] = (ulong)difference;
            borrow = (ulong)(difference >> 64) & 1;
        }

        var keep = 0 - (borrow & (1 ^ sum[Limbs]));
        for (var i = 0; i < Limbs; i++)
            product[i] = reduced[i] ^ ((reduced[i] ^ sum[i]) & keep);
    }

    private static void AddScaled(Span<ulong> sum, ulong factor, ReadOnlySpan<ulong> number)
    {
        UInt128 carry = 0;
        for (var i = 0; i < Limbs; i++)
        {
            carry += Math.BigMul(factor, number[i]);
            carry += sum[i];
            sum[i] = (ulong)carry;
            carry >>= 64;
        }

        carry += sum[Limbs];
        sum[Limbs] = (ulong)carry;
        sum[Limbs + 1] += (ulong)(carry >> 64);
    }
}
