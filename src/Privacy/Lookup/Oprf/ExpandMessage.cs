using System.Security.Cryptography;

namespace DataSpace.Privacy.Lookup.Oprf;

/// <summary>expand_message_xmd of RFC 9380, section 5.3.1, with SHA-512 and 64 bytes of output: one block, so that b0 and b1 are all there is.</summary>
internal static class ExpandMessage
{
    public const int OutputBytes = 64;

    /// <summary>Longest message in bytes; what this protocol hashes is shorter.</summary>
    public const int MaxMessageBytes = 1024;

    private const int BlockBytes = 128;

    /// <param name="message">Up to <see cref="MaxMessageBytes"/>.</param>
    /// <param name="domain">The domain separation tag, 1 to 128 bytes.</param>
    /// <param name="output">64 bytes.</param>
    public static void Hash(ReadOnlySpan<byte> message, ReadOnlySpan<byte> domain, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(message.Length, MaxMessageBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(domain.Length, BlockBytes);
        Span<byte> first = stackalloc byte[BlockBytes + MaxMessageBytes + 3 + BlockBytes + 1];
        first[..BlockBytes].Clear();
        message.CopyTo(first[BlockBytes..]);
        var length = BlockBytes + message.Length;
        first[length++] = 0;
        first[length++] = OutputBytes;
        first[length++] = 0;
        length += Domain(domain, first[length..]);
        Span<byte> second = stackalloc byte[SHA512.HashSizeInBytes + 1 + BlockBytes + 1];
        SHA512.HashData(first[..length], second);
        second[SHA512.HashSizeInBytes] = 1;
        SHA512.HashData(second[..(SHA512.HashSizeInBytes + 1 + Domain(domain, second[(SHA512.HashSizeInBytes + 1)..]))], output);
    }

    private static int Domain(ReadOnlySpan<byte> domain, Span<byte> to)
    {
        domain.CopyTo(to);
        to[domain.Length] = (byte)domain.Length;
        return domain.Length + 1;
    }
}
