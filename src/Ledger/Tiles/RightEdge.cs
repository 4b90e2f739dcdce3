using DataSpace.Ledger.Merkle;

namespace DataSpace.Ledger.Tiles;

/// <summary>
/// The unfinished tile of every level of a growing tree: all that is needed to add leaves and to compute the root.
/// Beside each tile stand the roots of the complete subtrees it is made of, one per set bit of its width, so that a leaf costs two
/// hashes on average and the root a handful. At most 9 KiB per level. Not thread-safe; owned by the sequencer's writer or by one verifier run.
/// </summary>
internal sealed class RightEdge
{
    private const int PeaksPerLevel = 8;
    private readonly List<byte[]> _tiles = [];
    private readonly List<int> _widths = [];
    private readonly List<byte[][]> _peaks = [];

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
            if (width == 0)
                continue;
            tiles.Tile(new TilePath(level, count / TilePath.FullWidth, width)).CopyTo(edge._tiles[level]);
            edge.FoldPeaks(level);
        }
        return edge;
    }

    /// <summary>Adds a leaf; reports every tile that it completes, lowest level first.</summary>
    public void Add(ReadOnlySpan<byte> leafHash, Action<TilePath, ReadOnlyMemory<byte>> completed)
    {
        Size++;
        Add(0, leafHash.ToArray(), completed);
    }

    /// <summary>Adds the 256 leaves of a full tile, whose root is known, where the tree ends at a tile's edge.</summary>
    public void AddTile(ReadOnlyMemory<byte> leafHashes, byte[] root, Action<TilePath, ReadOnlyMemory<byte>> completed)
    {
        if (Size % TilePath.FullWidth != 0)
            throw new InvalidOperationException("The tree does not end at a tile's edge.");
        EnsureLevel(0);
        Size += TilePath.FullWidth;
        completed(new TilePath(0, Size / TilePath.FullWidth - 1, TilePath.FullWidth), leafHashes);
        Add(1, root, completed);
    }

    private void Add(int level, byte[] hash, Action<TilePath, ReadOnlyMemory<byte>> completed)
    {
        for (; ; level++)
        {
            EnsureLevel(level);
            var width = _widths[level]++;
            hash.CopyTo(_tiles[level].AsSpan(width * MerkleHash.SizeBytes));
            var height = 0;
            for (; (width >> height & 1) == 1; height++)
                hash = MerkleHash.Node(_peaks[level][height], hash);
            if (height < PeaksPerLevel)
            {
                _peaks[level][height] = hash;
                return;
            }
            completed(new TilePath(level, (Size >> (8 * level)) / TilePath.FullWidth - 1, TilePath.FullWidth), _tiles[level]);
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
            for (var height = 0; height < PeaksPerLevel; height++)
            {
                if ((_widths[level] >> height & 1) == 1)
                    root = root is null ? _peaks[level][height] : MerkleHash.Node(_peaks[level][height], root);
            }
        }
        return root?.ToArray() ?? MerkleHash.Empty.ToArray();
    }

    private void EnsureLevel(int level)
    {
        while (_tiles.Count <= level)
        {
            _tiles.Add(new byte[TilePath.FullWidth * MerkleHash.SizeBytes]);
            _widths.Add(0);
            _peaks.Add(new byte[PeaksPerLevel][]);
        }
    }

    private void FoldPeaks(int level)
    {
        var end = _widths[level];
        for (var height = 0; height < PeaksPerLevel; height++)
        {
            if ((_widths[level] >> height & 1) == 0)
                continue;
            end -= 1 << height;
            _peaks[level][height] = TileNodes.Fold(_tiles[level].AsSpan(end * MerkleHash.SizeBytes, MerkleHash.SizeBytes << height));
        }
    }
}
