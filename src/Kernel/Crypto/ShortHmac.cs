using System.Security.Cryptography;

namespace DataSpace.Kernel.Crypto;

/// <summary>HMAC-SHA256 (RFC 2104) of one short message as the two hashes that it is: the platform's HMAC costs three times as much for so little.</summary>
internal static class ShortHmac
{
    /// <summary>Longest message, in bytes.</summary>
    public const int MaxMessageBytes = 128;

    private const int BlockBytes = 64;
    private const int HashBytes = 32;

    /// <summary>The code of <paramref name="message"/> under a key of at most 64 bytes.</summary>
    public static void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> code)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, BlockBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(message.Length, MaxMessageBytes);
        Span<byte> inner = stackalloc byte[BlockBytes + MaxMessageBytes], outer = stackalloc byte[BlockBytes + HashBytes];
        inner.Clear();
        key.CopyTo(inner);
        for (var i = 0; i < BlockBytes; i++)
            (outer[i], inner[i]) = ((byte)(inner[i] ^ 0x5c), (byte)(inner[i] ^ 0x36));
        message.CopyTo(inner[BlockBytes..]);
        SHA256.HashData(inner[..(BlockBytes + message.Length)], outer[BlockBytes..]);
        SHA256.HashData(outer, code);
        CryptographicOperations.ZeroMemory(inner);
        CryptographicOperations.ZeroMemory(outer);
    }
}
