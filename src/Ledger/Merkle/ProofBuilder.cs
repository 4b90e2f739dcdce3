using System.Numerics;

namespace DataSpace.Ledger.Merkle;

/// <summary>Gives hashes of complete subtrees. Reads only; who implements it says what it reads.</summary>
public interface INodeReader
{
    /// <summary>Hash over the leaves <c>[index·2^level, (index+1)·2^level)</c>, all of which must exist.</summary>
    byte[] Node(int level, long index);
}

/// <summary>
/// Makes roots and proofs out of complete subtrees. RFC 9162, "Generating an Inclusion Proof" (2.1.3.1) and
/// "Generating a Consistency Proof" (2.1.4.1).
/// </summary>
public static class ProofBuilder
{
    /// <summary>Root of the first <paramref name="size"/> leaves.</summary>
    public static byte[] Root(long size, INodeReader nodes)
        => size == 0 ? MerkleHash.Empty.ToArray() : Range(0, size, nodes);

    /// <summary>Siblings from the leaf upward; empty for a tree of one leaf.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Inclusion(long index, long size, INodeReader nodes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var proof = new List<ReadOnlyMemory<byte>>();
        AddPath(index, 0, size, nodes, proof);
        return proof;
    }

    /// <summary>Proof that the tree of <paramref name="newSize"/> extends that of <paramref name="oldSize"/> (at least 1).</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Consistency(long oldSize, long newSize, INodeReader nodes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, newSize);
        var proof = new List<ReadOnlyMemory<byte>>();
        AddSubproof(oldSize, 0, newSize, oldRootKnown: true, nodes, proof);
        return proof;
    }

    private static void AddPath(long index, long first, long end, INodeReader nodes, List<ReadOnlyMemory<byte>> proof)
    {
        if (end - first == 1)
            return;
        var middle = first + SplitPoint(end - first);
        if (index < middle)
        {
            AddPath(index, first, middle, nodes, proof);
            proof.Add(Range(middle, end, nodes));
        }
        else
        {
            AddPath(index, middle, end, nodes, proof);
            proof.Add(Range(first, middle, nodes));
        }
    }

    private static void AddSubproof(
        long oldEnd, long first, long end, bool oldRootKnown, INodeReader nodes, List<ReadOnlyMemory<byte>> proof)
    {
        if (oldEnd == end)
        {
            if (!oldRootKnown)
                proof.Add(Range(first, end, nodes));
            return;
        }
        var middle = first + SplitPoint(end - first);
        if (oldEnd <= middle)
        {
            AddSubproof(oldEnd, first, middle, oldRootKnown, nodes, proof);
            proof.Add(Range(middle, end, nodes));
        }
        else
        {
            AddSubproof(oldEnd, middle, end, oldRootKnown: false, nodes, proof);
            proof.Add(Range(first, middle, nodes));
        }
    }

    private static byte[] Range(long first, long end, INodeReader nodes)
    {
        var count = end - first;
        if (BitOperations.IsPow2(count))
        {
            var level = BitOperations.TrailingZeroCount(count);
            return nodes.Node(level, first >> level);
        }
        var middle = first + SplitPoint(count);
        return MerkleHash.Node(Range(first, middle, nodes), Range(middle, end, nodes));
    }

    // Largest power of two below count.
    private static long SplitPoint(long count) => 1L << BitOperations.Log2((ulong)(count - 1));
}
