using System.Buffers.Binary;
using System.Security.Cryptography;

namespace DataSpace.Privacy.Intersection.Curve;

/// <summary>
/// hash_to_field of RFC 9380, section 5, for one element modulo 2^255 − 19: expand_message_xmd with SHA-512, 48 bytes, big-endian. Suite
/// <c>curve25519_XMD:SHA-512_ELL2_NU_</c>. Owned by one thread: it has buffers.
/// </summary>
internal sealed class HashToField
{
    /// <summary>Longest message in bytes.</summary>
    public const int MaxMessageBytes = 1024;

    private const int BlockBytes = 128;
    private const int HashBytes = 64;
    private const int WantedBytes = 48;
    private const int MaxTagBytes = 255;

    // b0 = H(Z_pad ‖ msg ‖ 0x0030 ‖ 0x00 ‖ DST_prime), b1 = H(b0 ‖ 0x01 ‖ DST_prime)
    private readonly byte[] _first = new byte[BlockBytes + MaxMessageBytes + 3 + MaxTagBytes + 1];
    private readonly byte[] _second;
    private readonly byte[] _tail;

    /// <param name="domain">The domain separation tag, 1 to 255 bytes.</param>
    public HashToField(ReadOnlySpan<byte> domain)
    {
        ArgumentOutOfRangeException.ThrowIfZero(domain.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(domain.Length, MaxTagBytes);
        _tail = [0, WantedBytes, 0, .. domain, (byte)domain.Length];
        _second = [.. new byte[HashBytes], 1, .. domain, (byte)domain.Length];
    }

    /// <summary>Writes a number below 2^255, little-endian, equal modulo p to the element.</summary>
    public void Hash(ReadOnlySpan<byte> message, Span<byte> element)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(message.Length, MaxMessageBytes);
        message.CopyTo(_first.AsSpan(BlockBytes));
        _tail.CopyTo(_first.AsSpan(BlockBytes + message.Length));
        SHA512.HashData(_first.AsSpan(0, BlockBytes + message.Length + _tail.Length), _second);
        Span<byte> wide = stackalloc byte[HashBytes];
        SHA512.HashData(_second, wide);
        Reduce(wide[..WantedBytes], element);
    }

    /// <summary>384 bits big-endian: the upper 128 are worth 2^256 = 38 each, then what stands above bit 254 is worth 19, twice.</summary>
    private static void Reduce(ReadOnlySpan<byte> wide, Span<byte> element)
    {
        Span<ulong> words = stackalloc ulong[6];
        for (var i = 0; i < words.Length; i++)
            words[i] = BinaryPrimitives.ReadUInt64BigEndian(wide[(WantedBytes - 8 - (8 * i))..]);
        Span<ulong> sum = stackalloc ulong[4];
        var carry = AddScaled(words[4], 38, words[0], 0, out sum[0]);
        carry = AddScaled(words[5], 38, words[1], carry, out sum[1]);
        carry = AddScaled(0, 0, words[2], carry, out sum[2]);
        carry = AddScaled(0, 0, words[3], carry, out sum[3]);
        for (var round = 0; round < 2; round++)
        {
            var above = (carry << 1) | (sum[3] >> 63);
            sum[3] &= long.MaxValue;
            carry = AddScaled(above, 19, sum[0], 0, out sum[0]);
            carry = AddScaled(0, 0, sum[1], carry, out sum[1]);
            carry = AddScaled(0, 0, sum[2], carry, out sum[2]);
            carry = AddScaled(0, 0, sum[3], carry, out sum[3]);
        }

        for (var i = 0; i < sum.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(element[(8 * i)..], sum[i]);
    }

    private static ulong AddScaled(ulong a, ulong factor, ulong b, ulong carry, out ulong low)
    {
        var sum = Math.BigMul(a, factor) + b + carry;
        low = (ulong)sum;
        return (ulong)(sum >> 64);
    }
}
