using DataSpace.Hosting.Transport;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Tiles;

namespace DataSpace.Hosting.Witnessing;

/// <summary>
/// Proofs out of somebody else's tiles, fetched one by one. What comes is not believed: a proof made of it is verified against a signed checkpoint by whoever asked.
/// </summary>
internal sealed class RemoteTiles(INodeTransport transport, Peer peer, string prefix) : ITileSource
{
    private const int MaxTiles = 64;
    private readonly Dictionary<TilePath, byte[]> _tiles = [];

    /// <summary>The root that these tiles have at <paramref name="smaller"/>, and the proof from there to <paramref name="larger"/>; null when a tile is missing.</summary>
    public async Task<(byte[] Root, IReadOnlyList<ReadOnlyMemory<byte>> Proof)?> ConsistencyAsync(long smaller, long larger, CancellationToken cancellation)
    {
        // A first pass finds out which tiles are needed; its hashes mean nothing.
        var needed = new Needed();
        var dry = new TileNodes(needed, larger);
        _ = ProofBuilder.Root(smaller, dry);
        _ = ProofBuilder.Consistency(smaller, larger, dry);
        if (needed.Paths.Count > MaxTiles)
            return null;
        foreach (var path in needed.Paths)
        {
            if (await FetchAsync(path, cancellation) is not { } tile)
                return null;
            _tiles[path] = tile;
        }
        var nodes = new TileNodes(this, larger);
        return (ProofBuilder.Root(smaller, nodes), ProofBuilder.Consistency(smaller, larger, nodes));
    }

    /// <inheritdoc />
    public ReadOnlyMemory<byte> Tile(TilePath path) => _tiles[path];

    private async Task<byte[]?> FetchAsync(TilePath path, CancellationToken cancellation)
    {
        foreach (var wanted in path.IsFull ? [path] : (TilePath[])[path, path.Full])
        {
            var got = await transport.SendAsync(peer, HttpMethod.Get, $"{prefix}/{wanted}", default, cancellation);
            if (!got.TryGet(out var answer, out _))
                return null;
            if (answer.IsSuccess && answer.Body.Length >= path.Width * MerkleHash.SizeBytes && answer.Body.Length <= TilePath.FullWidth * MerkleHash.SizeBytes)
                return answer.Body[..(path.Width * MerkleHash.SizeBytes)].ToArray();
        }
        return null;
    }

    private sealed class Needed : ITileSource
    {
        public HashSet<TilePath> Paths { get; } = [];

        public ReadOnlyMemory<byte> Tile(TilePath path)
        {
            Paths.Add(path);
            return new byte[path.Width * MerkleHash.SizeBytes];
        }
    }
}
