using DataSpace.Ledger.Merkle;

namespace DataSpace.Ledger.Tiles;

/// <summary>Reads tiles of hashes. Implementations: the database within one transaction, a directory of files.</summary>
public interface ITileSource
{
    /// <summary>The first <see cref="TilePath.Width"/> hashes of a tile, exactly <c>32·Width</c> bytes; throws <see cref="InvalidDataException"/> when absent or short.</summary>
    ReadOnlyMemory<byte> Tile(TilePath path);
}

/// <summary>Nodes of the tree of <paramref name="size"/> leaves, computed from tiles. Keeps what it read, so use one for one proof.</summary>
public sealed class TileNodes(ITileSource source, long size) : INodeReader
{
    private readonly Dictionary<TilePath, ReadOnlyMemory<byte>> _read = [];

    /// <inheritdoc />
    public byte[] Node(int level, long index)
    {
        var (tileLevel, height) = (level / 8, level % 8);
        var first = index << height;
        var number = first / TilePath.FullWidth;
        var hashesAtLevel = size >> (8 * tileLevel);
        var path = new TilePath(tileLevel, number, (int)Math.Min(TilePath.FullWidth, hashesAtLevel - number * TilePath.FullWidth));
        if (!_read.TryGetValue(path, out var tile))
            _read[path] = tile = source.Tile(path);
        return Fold(tile.Span.Slice((int)(first % TilePath.FullWidth) * MerkleHash.SizeBytes, MerkleHash.SizeBytes << height));
    }

    /// <summary>Root over a power of two of neighbouring hashes.</summary>
    internal static byte[] Fold(ReadOnlySpan<byte> hashes)
    {
        if (hashes.Length == MerkleHash.SizeBytes)
            return hashes.ToArray();
        var work = hashes.ToArray();
        for (var length = work.Length; length > MerkleHash.SizeBytes; length /= 2)
        {
            for (var at = 0; at < length; at += 2 * MerkleHash.SizeBytes)
            {
                var pair = work.AsSpan(at, 2 * MerkleHash.SizeBytes);
                MerkleHash.Node(pair[..MerkleHash.SizeBytes], pair[MerkleHash.SizeBytes..], work.AsSpan(at / 2, MerkleHash.SizeBytes));
            }
        }
        return work[..MerkleHash.SizeBytes];
    }
}

/// <summary>Tiles in a directory of files. A partial tile that has been cleaned away is read from the full one.</summary>
public sealed class DirectoryTiles(string directory) : ITileSource
{
    /// <inheritdoc />
    public ReadOnlyMemory<byte> Tile(TilePath path)
    {
        var bytes = Read(path) ?? (path.IsFull ? null : Read(path.Full));
        return bytes is not null && bytes.Length >= path.Width * MerkleHash.SizeBytes
            ? bytes.AsMemory(0, path.Width * MerkleHash.SizeBytes)
            : throw new InvalidDataException($"{path} is absent or short.");
    }

    private byte[]? Read(TilePath path)
    {
        var file = new FileInfo(Path.Combine(directory, path.ToString()));
        if (!file.Exists)
            return null;
        return file.Length <= TilePath.FullWidth * MerkleHash.SizeBytes
            ? File.ReadAllBytes(file.FullName)
            : throw new InvalidDataException($"{path} is too long.");
    }
}
