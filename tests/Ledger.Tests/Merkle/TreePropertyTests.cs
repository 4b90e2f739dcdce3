using System.Buffers.Binary;
using CsCheck;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Tiles;
using Xunit;

namespace DataSpace.Ledger.Tests.Merkle;

public sealed class TreePropertyTests
{
    private static readonly byte[][] Leaves = Enumerable.Range(0, 70_000).Select(i =>
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, i);
        return MerkleHash.Leaf(bytes);
    }).ToArray();

    // The definition of RFC 6962 section 2.1, as slow as it is written there.
    private static byte[] Naive(ReadOnlySpan<byte[]> leaves)
    {
        if (leaves.Length == 1)
            return leaves[0];
        var split = 1;
        while (split * 2 < leaves.Length)
            split *= 2;
        return MerkleHash.Node(Naive(leaves[..split]), Naive(leaves[split..]));
    }

    [Fact]
    public void Edge_and_tiles_give_the_root_of_the_definition_at_every_size_to_600_and_around_the_second_level()
    {
        var sizes = Enumerable.Range(1, 600).Concat([65_534, 65_535, 65_536, 65_537, 70_000]).ToHashSet();
        var edge = new RightEdge();
        var tiles = new MemoryTiles(edge);
        for (var size = 1; size <= Leaves.Length; size++)
        {
            edge.Add(Leaves[size - 1], tiles.Put);
            if (!sizes.Contains(size))
                continue;
            var expected = Naive(Leaves.AsSpan(0, size));
            Assert.Equal(expected, edge.Root());
            Assert.Equal(expected, ProofBuilder.Root(size, new TileNodes(tiles, size)));
            Assert.Equal(expected, RightEdge.Load(size, tiles).Root());
        }
    }

    [Fact]
    public void Proofs_verify_and_a_changed_proof_does_not()
    {
        var edge = new RightEdge();
        var tiles = new MemoryTiles(edge);
        foreach (var leaf in Leaves.AsSpan(0, 5_000))
            edge.Add(leaf, tiles.Put);
        var sizes = Gen.Int[1, 5_000];
        Gen.Select(sizes, sizes, Gen.Int[0, int.MaxValue]).Sample((a, b, at) =>
        {
            var (oldSize, size) = (Math.Min(a, b), Math.Max(a, b));
            var index = at % size;
            var root = ProofBuilder.Root(size, new TileNodes(tiles, size));
            var oldRoot = ProofBuilder.Root(oldSize, new TileNodes(tiles, oldSize));
            var inclusion = ProofBuilder.Inclusion(index, size, new TileNodes(tiles, size));
            var consistency = ProofBuilder.Consistency(oldSize, size, new TileNodes(tiles, size));
            Assert.True(ProofVerifier.Inclusion(index, size, Leaves[index], inclusion, root));
            Assert.True(ProofVerifier.Consistency(oldSize, size, oldRoot, root, consistency));
            foreach (var forged in Forgeries(inclusion, at))
                Assert.False(ProofVerifier.Inclusion(index, size, Leaves[index], forged, root));
            foreach (var forged in Forgeries(consistency, at))
                Assert.False(ProofVerifier.Consistency(oldSize, size, oldRoot, root, forged));
            if (size > 1)
                Assert.False(ProofVerifier.Inclusion((index + 1) % size, size, Leaves[index], inclusion, root));
        }, iter: 300);
    }

    private static IEnumerable<List<ReadOnlyMemory<byte>>> Forgeries(IReadOnlyList<ReadOnlyMemory<byte>> proof, int at)
    {
        yield return [.. proof, Leaves[0]];
        if (proof.Count == 0)
            yield break;
        yield return [.. proof.Skip(1)];
        var changed = proof.Select(hash => hash.ToArray()).ToList();
        changed[at % changed.Count][at % 32] ^= 1;
        yield return changed.Select(hash => (ReadOnlyMemory<byte>)hash).ToList();
    }

    private sealed class MemoryTiles(RightEdge edge) : ITileSource
    {
        private readonly Dictionary<(int, long), byte[]> _full = [];

        public void Put(TilePath path, ReadOnlyMemory<byte> hashes) => _full[(path.Level, path.Number)] = hashes.ToArray();

        public ReadOnlyMemory<byte> Tile(TilePath path)
            => (_full.TryGetValue((path.Level, path.Number), out var full) ? full : edge.Partial(path.Level)!.Value.Hashes)[..(path.Width * 32)];
    }
}
