using System.Numerics;
using System.Security.Cryptography;

namespace DataSpace.Ledger.Merkle;

/// <summary>
/// Checks of inclusion and consistency proofs. RFC 9162, "Verifying an Inclusion Proof" (2.1.3.2) and
/// "Verifying Consistency between Two Tree Heads" (2.1.4.2); the same for subtrees as in draft-ietf-plants-merkle-tree-certs, "Subtrees"
/// ("Subtree Inclusion Proofs", "Subtree Consistency Proofs"), which C2SP tlog-cosignature builds on. Never throws on bad input.
/// </summary>
/// <remarks>
/// Conventions beside the loops: every hash that is computed with has 32 bytes, and a consistency proof from size 0 is refused, since it would say
/// nothing (a witness that knows nothing accepts its first checkpoint without a proof).
/// </remarks>
public static class ProofVerifier
{
    /// <summary>More hashes than any tree of 2^63 leaves needs; longer proofs are refused unread.</summary>
    public const int MaxProofHashes = 64 * 2;

    /// <summary>True when <paramref name="leafHash"/> is leaf <paramref name="index"/> of the tree with this size and root.</summary>
    public static bool Inclusion(
        long index, long size, ReadOnlySpan<byte> leafHash, IReadOnlyList<ReadOnlyMemory<byte>> proof, ReadOnlySpan<byte> root)
    {
        if (index < 0 || size < 0 || index >= size || leafHash.Length != MerkleHash.SizeBytes || !WellFormed(proof, root))
            return false;
        var (node, last) = (index, size - 1);
        var hash = leafHash.ToArray();
        foreach (var sibling in proof)
        {
            if (last == 0)
                return false;
            if ((node & 1) == 1 || node == last)
            {
                hash = MerkleHash.Node(sibling.Span, hash);
                SkipMissingLevels(ref node, ref last);
            }
            else
            {
                hash = MerkleHash.Node(hash, sibling.Span);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && CryptographicOperations.FixedTimeEquals(hash, root);
    }

    /// <summary>True when <paramref name="leafHash"/> is leaf <paramref name="index"/> of the tree, in its subtree <c>[start, end)</c> with this root.</summary>
    public static bool SubtreeInclusion(
        long index, long start, long end, ReadOnlySpan<byte> leafHash, IReadOnlyList<ReadOnlyMemory<byte>> proof, ReadOnlySpan<byte> root)
        => IsSubtree(start, end) && index >= start && Inclusion(index - start, end - start, leafHash, proof, root);

    /// <summary>True when the tree of <paramref name="newSize"/> leaves is an extension of the tree of <paramref name="oldSize"/>.</summary>
    public static bool Consistency(
        long oldSize, long newSize, ReadOnlySpan<byte> oldRoot, ReadOnlySpan<byte> newRoot, IReadOnlyList<ReadOnlyMemory<byte>> proof)
        => oldSize > 0 && SubtreeConsistency(0, oldSize, newSize, oldRoot, newRoot, proof);

    /// <summary>
    /// True when the subtree <c>[start, end)</c> with hash <paramref name="subtree"/> is part of the tree with this size and root. An empty subtree is
    /// part of every tree; with start 0 this is consistency of two trees.
    /// </summary>
    public static bool SubtreeConsistency(
        long start, long end, long size, ReadOnlySpan<byte> subtree, ReadOnlySpan<byte> root, IReadOnlyList<ReadOnlyMemory<byte>> proof)
    {
        if (!IsSubtree(start, end) || end > size)
            return false;
        if (start == end)
            return proof.Count == 0 && subtree.SequenceEqual(MerkleHash.Empty.Span);
        if (start == 0 && end == size) // the same tree: nothing to compute
            return proof.Count == 0 && subtree.SequenceEqual(root);
        if (subtree.Length != MerkleHash.SizeBytes || !WellFormed(proof, root))
            return false;
        // Up to the largest node that ends where the subtree ends; if that is the whole subtree, the proof leaves its hash out.
        var (first, node, last) = (start, end - 1, size - 1);
        while (first != node && (node == last || (node & 1) == 1))
            (first, node, last) = (first >> 1, node >> 1, last >> 1);
        var isWhole = first == node;
        if (!isWhole && proof.Count == 0)
            return false;
        var subtreeHash = isWhole ? subtree.ToArray() : proof[0].ToArray();
        var rootHash = subtreeHash;
        for (var i = isWhole ? 0 : 1; i < proof.Count; i++)
        {
            if (last == 0)
                return false;
            var sibling = proof[i].Span;
            if ((node & 1) == 1 || node == last)
            {
                if (first < node)
                    subtreeHash = MerkleHash.Node(sibling, subtreeHash);
                rootHash = MerkleHash.Node(sibling, rootHash);
                while ((node & 1) == 0 && node != 0)
                    (first, node, last) = (first >> 1, node >> 1, last >> 1);
            }
            else
            {
                rootHash = MerkleHash.Node(rootHash, sibling);
            }
            (first, node, last) = (first >> 1, node >> 1, last >> 1);
        }
        return last == 0 && subtree.SequenceEqual(subtreeHash) && root.SequenceEqual(rootHash);
    }

    /// <summary>True for the ranges that are subtrees: the start is a multiple of the smallest power of two that is not less than the length.</summary>
    private static bool IsSubtree(long start, long end)
        => start >= 0 && start <= end && (start == end || (start & (long)(BitOperations.RoundUpToPowerOf2((ulong)(end - start)) - 1)) == 0);

    private static void SkipMissingLevels(ref long node, ref long last)
    {
        while ((node & 1) == 0 && node != 0)
            (node, last) = (node >> 1, last >> 1);
    }

    private static bool WellFormed(IReadOnlyList<ReadOnlyMemory<byte>> proof, ReadOnlySpan<byte> root)
    {
        if (root.Length != MerkleHash.SizeBytes || proof.Count > MaxProofHashes)
            return false;
        foreach (var hash in proof)
        {
            if (hash.Length != MerkleHash.SizeBytes)
                return false;
        }
        return true;
    }
}
