namespace DataSpace.Ledger.Merkle;

/// <summary>
/// A growing tree as the roots of its complete subtrees, largest first: what a reader keeps who stops at some size and goes on later.
/// At most 64 hashes. Its root at a later size equals a checkpoint's only if everything added before and since is what that log holds.
/// </summary>
public sealed class Frontier
{
    private readonly List<byte[]> _peaks = [];

    /// <summary>Leaves so far.</summary>
    public long Size { get; private set; }

    /// <summary>The state as bytes: the hashes one behind the other.</summary>
    public byte[] Save() => [.. _peaks.SelectMany(peak => peak)];

    /// <summary>Continues from a saved state; null when its length does not fit the size.</summary>
    public static Frontier? Load(long size, ReadOnlySpan<byte> saved)
    {
        if (size < 0 || saved.Length != long.PopCount(size) * MerkleHash.SizeBytes)
            return null;
        var frontier = new Frontier { Size = size };
        for (var at = 0; at < saved.Length; at += MerkleHash.SizeBytes)
            frontier._peaks.Add(saved.Slice(at, MerkleHash.SizeBytes).ToArray());
        return frontier;
    }

    /// <summary>Adds a leaf.</summary>
    public void Add(byte[] leafHash)
    {
        var hash = leafHash;
        for (var size = Size; (size & 1) == 1; size >>= 1)
        {
            hash = MerkleHash.Node(_peaks[^1], hash);
            _peaks.RemoveAt(_peaks.Count - 1);
        }
        _peaks.Add(hash);
        Size++;
    }

    /// <summary>Root of the tree.</summary>
    public byte[] Root()
    {
        if (_peaks.Count == 0)
            return MerkleHash.Empty.ToArray();
        var root = _peaks[^1];
        for (var i = _peaks.Count - 2; i >= 0; i--)
            root = MerkleHash.Node(_peaks[i], root);
        return [.. root];
    }
}
