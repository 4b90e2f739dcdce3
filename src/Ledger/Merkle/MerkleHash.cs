using System.Security.Cryptography;

namespace DataSpace.Ledger.Merkle;

/// <summary>
/// Hashing of the log's tree with SHA-256. RFC 6962, "Merkle Hash Trees" (section 2.1); RFC 9162 keeps the same tree.
/// </summary>
public static class MerkleHash
{
    /// <summary>Length of every hash, in bytes.</summary>
    public const int SizeBytes = 32;

    private static readonly byte[] EmptyHash = SHA256.HashData([]);

    /// <summary>Root of the tree without leaves.</summary>
    public static ReadOnlyMemory<byte> Empty => EmptyHash;

    /// <summary>Hash of a leaf: SHA-256 over a zero byte and the entry.</summary>
    public static byte[] Leaf(ReadOnlySpan<byte> entry)
    {
        const int StackLimitBytes = 2048;
        var buffer = entry.Length < StackLimitBytes ? stackalloc byte[entry.Length + 1] : new byte[entry.Length + 1];
        buffer[0] = 0;
        entry.CopyTo(buffer[1..]);
        return SHA256.HashData(buffer);
    }

    /// <summary>Hash of an inner node: SHA-256 over a one byte and both children.</summary>
    public static byte[] Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> buffer = stackalloc byte[1 + 2 * SizeBytes];
        buffer[0] = 1;
        left.CopyTo(buffer[1..]);
        right.CopyTo(buffer[(1 + SizeBytes)..]);
        return SHA256.HashData(buffer);
    }

    /// <summary>Root over leaf hashes held in memory, for small trees such as the fields of one payload.</summary>
    public static byte[] Root(IReadOnlyList<byte[]> leafHashes)
    {
        if (leafHashes.Count == 0)
            return [.. EmptyHash];
        var level = leafHashes.ToList();
        // Pairing neighbours and lifting an odd last node gives the same tree as splitting at the largest power of two.
        while (level.Count > 1)
        {
            var above = new List<byte[]>((level.Count + 1) / 2);
            for (var i = 0; i + 1 < level.Count; i += 2)
                above.Add(Node(level[i], level[i + 1]));
            if (level.Count % 2 == 1)
                above.Add(level[^1]);
            level = above;
        }
        return level[0];
    }
}
