using DataSpace.Ledger.Merkle;

namespace DataSpace.Ledger.Tiles;

/// <summary>
/// The unfinished tile of every level of a growing tree: all that is needed to add leaves and to compute the root.
/// At most 8 KiB per level. Not thread-safe; owned by the sequencer's writer or by one verifier run.
/// </summary>
internal sealed class RightEdge
{
    private readonly List<byte[]> _tiles = [];
    private readonly List<int> _widths = [];

    /// <summary>Leaves so far.</summary>
    public long Size { get; private set; }

    /// <summary>Levels that have at least one hash.</summary>
    public int Levels => _tiles.Count;

    /// <summary>Continues a tree of <paramref name="size"/> leaves from its partial tiles.</summary>
    public static RightEdge Load(long size, ITileSource tiles)
    {
        var edge = new RightEdge { Size = size };
        for (var level = 0; level <= TilePath.MaxLevel && size >> (8 * level) > 0; level++)
        {
            var count = size >> (8 * level);
            var width = (int)(count % TilePath.FullWidth);
            edge.EnsureLevel(level);
            edge._widths[level] = width;
            if (width > 0)
                tiles.Tile(new TilePath(level, count / TilePath.FullWidth, width)).CopyTo(edge._tiles[level]);
        }
        return edge;
    }

    /// <summary>Adds a leaf; reports every tile that it completes, lowest level first.</summary>
    public void Add(ReadOnlySpan<byte> leafHash, Action<TilePath, ReadOnlyMemory<byte>> completed)
    {
        Size++;
        Span<byte> hash = stackalloc byte[MerkleHash.SizeBytes];
        leafHash.CopyTo(hash);
        for (var level = 0; ; level++)
        {
            EnsureLevel(level);
            hash.CopyTo(_tiles[level].AsSpan(_widths[level] * MerkleHash.SizeBytes));
            if (++_widths[level] < TilePath.FullWidth)
                return;
            completed(new TilePath(level, (Size >> (8 * level)) / TilePath.FullWidth - 1, TilePath.FullWidth), _tiles[level]);
            TileNodes.Fold(_tiles[level]).CopyTo(hash);
            _widths[level] = 0;
        }
    }

    /// <summary>The partial tile of a level, or null when the level ends at a tile's edge.</summary>
    public (TilePath Path, ReadOnlyMemory<byte> Hashes)? Partial(int level)
    {
        if (level >= Levels || _widths[level] == 0)
            return null;
        var path = new TilePath(level, (Size >> (8 * level)) / TilePath.FullWidth, _widths[level]);
        return (path, _tiles[level].AsMemory(0, _widths[level] * MerkleHash.SizeBytes));
    }

    /// <summary>Root of the tree.</summary>
    public byte[] Root()
    {
        byte[]? root = null;
        // The tree is a row of complete subtrees of falling size; they join from the smallest upward.
        for (var level = 0; level < Levels; level++)
        {
            var end = _widths[level];
            for (var count = 1; count <= end; count <<= 1)
            {
                if ((end & count) == 0)
                    continue;
                end -= count;
                var subtree = TileNodes.Fold(_tiles[level].AsSpan(end * MerkleHash.SizeBytes, count * MerkleHash.SizeBytes));
                root = root is null ? subtree : MerkleHash.Node(subtree, root);
            }
        }
        return root ?? MerkleHash.Empty.ToArray();
    }

    private void EnsureLevel(int level)
    {
        while (_tiles.Count <= level)
        {
            _tiles.Add(new byte[TilePath.FullWidth * MerkleHash.SizeBytes]);
            _widths.Add(0);
        }
    }
}
