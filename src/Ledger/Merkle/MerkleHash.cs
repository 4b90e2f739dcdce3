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
        var leaf = new byte[SizeBytes];
        Leaf(entry, leaf);
        return leaf;
    }

    /// <summary>The same into 32 bytes of the caller's.</summary>
    internal static void Leaf(ReadOnlySpan<byte> entry, Span<byte> leaf)
    {
        const int StackLimitBytes = 2048;
        var buffer = entry.Length < StackLimitBytes ? stackalloc byte[entry.Length + 1] : new byte[entry.Length + 1];
        buffer[0] = 0;
        entry.CopyTo(buffer[1..]);
        SHA256.HashData(buffer, leaf);
    }

    /// <summary>Hash of an inner node: SHA-256 over a one byte and both children.</summary>
    public static byte[] Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var node = new byte[SizeBytes];
        Node(left, right, node);
        return node;
    }

    /// <summary>Root over leaf hashes held in memory, for small trees such as the fields of one payload.</summary>
    public static byte[] Root(IReadOnlyList<byte[]> leafHashes)
    {
        var level = new byte[leafHashes.Count * SizeBytes];
        for (var i = 0; i < leafHashes.Count; i++)
            leafHashes[i].CopyTo(level, i * SizeBytes);
        return Root(level);
    }

    /// <summary>The same over hashes that lie one behind the other; overwrites them.</summary>
    internal static byte[] Root(Span<byte> level)
    {
        if (level.IsEmpty)
            return [.. EmptyHash];
        // Pairing neighbours and lifting an odd last node gives the same tree as splitting at the largest power of two.
        while (level.Length > SizeBytes)
        {
            var (count, above) = (level.Length / SizeBytes, 0);
            for (var i = 0; i + 1 < count; i += 2)
                Node(At(level, i), At(level, i + 1), At(level, above++));
            if (count % 2 == 1)
                At(level, count - 1).CopyTo(At(level, above++));
            level = level[..(above * SizeBytes)];
        }
        return level.ToArray();
    }

    private static Span<byte> At(Span<byte> level, int index) => level.Slice(index * SizeBytes, SizeBytes);

    // Copies before it writes: the result may lie where a child was.
    internal static void Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> node)
    {
        Span<byte> buffer = stackalloc byte[1 + 2 * SizeBytes];
        buffer[0] = 1;
        left.CopyTo(buffer[1..]);
        right.CopyTo(buffer[(1 + SizeBytes)..]);
        SHA256.HashData(buffer, node);
    }
}
