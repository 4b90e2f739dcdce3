using System.Security.Cryptography;

namespace DataSpace.Ledger.Merkle;

/// <summary>
/// Checks of inclusion and consistency proofs. RFC 9162, "Verifying an Inclusion Proof" (2.1.3.2) and
/// "Verifying Consistency between Two Tree Heads" (2.1.4.2). Never throws on bad input.
/// </summary>
/// <remarks>
/// Two conventions beside the loops of the RFC: every hash and root has 32 bytes, and a consistency proof from size 0
/// is refused, since it would say nothing (a witness that knows nothing accepts its first checkpoint without a proof).
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

    /// <summary>True when the tree of <paramref name="newSize"/> leaves is an extension of the tree of <paramref name="oldSize"/>.</summary>
    public static bool Consistency(
        long oldSize, long newSize, ReadOnlySpan<byte> oldRoot, ReadOnlySpan<byte> newRoot, IReadOnlyList<ReadOnlyMemory<byte>> proof)
    {
        if (oldSize <= 0 || newSize < oldSize || oldRoot.Length != MerkleHash.SizeBytes || !WellFormed(proof, newRoot))
            return false;
        if (oldSize == newSize)
            return proof.Count == 0 && oldRoot.SequenceEqual(newRoot);
        if (proof.Count == 0)
            return false;
        // A complete old tree is a node of the new tree, so the proof leaves its root out.
        var oldIsComplete = (oldSize & (oldSize - 1)) == 0;
        var oldHash = oldIsComplete ? oldRoot.ToArray() : proof[0].ToArray();
        var newHash = oldHash;
        var (node, last) = (oldSize - 1, newSize - 1);
        while ((node & 1) == 1)
            (node, last) = (node >> 1, last >> 1);
        for (var i = oldIsComplete ? 0 : 1; i < proof.Count; i++)
        {
            if (last == 0)
                return false;
            var sibling = proof[i].Span;
            if ((node & 1) == 1 || node == last)
            {
                oldHash = MerkleHash.Node(sibling, oldHash);
                newHash = MerkleHash.Node(sibling, newHash);
                SkipMissingLevels(ref node, ref last);
            }
            else
            {
                newHash = MerkleHash.Node(newHash, sibling);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && oldRoot.SequenceEqual(oldHash) && newRoot.SequenceEqual(newHash);
    }

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
