using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Tiles;
using Xunit;

namespace DataSpace.Ledger.Tests.Tiles;

public sealed class GoldenLogTests
{
    private static readonly string Log = Vectors.Path("tlog/golden-log");

    [Fact]
    public void Every_checkpoint_tile_and_bundle_of_a_foreign_log_verifies()
    {
        var vector = Vectors.Tlog.GetProperty("golden_log_directory");
        var key = VerifierKey.Parse(vector.GetProperty("vkey").GetString()!).Value;
        var leaves = vector.GetProperty("entries").EnumerateArray()
            .Select(entry => MerkleHash.Leaf(System.Text.Encoding.UTF8.GetBytes(entry.GetString()!))).ToList();
        var tiles = new DirectoryTiles(Log);
        Checkpoint? last = null;
        for (var size = 0; size <= 15; size++)
        {
            var checkpoint = Checkpoint.Open(File.ReadAllText(Path.Combine(Log, $"checkpoint.{size}")), key).Value;
            Assert.Equal(size, checkpoint.Size);
            Assert.Equal(MerkleHash.Root(leaves[..size]), checkpoint.RootHash.ToArray());
            if (size == 0)
                continue;
            Assert.Equal(checkpoint.RootHash.ToArray(), ProofBuilder.Root(size, new TileNodes(tiles, size)));
            var bundle = File.ReadAllBytes(Path.Combine(Log, new TilePath(TilePath.EntriesLevel, 0, size).ToString()));
            Assert.Equal(leaves[..size], EntryBundle.Decode(bundle)!.Select(entry => MerkleHash.Leaf(entry.Span)));
            Assert.Equal(bundle, EntryBundle.Encode(EntryBundle.Decode(bundle)!));
            if (last is not null)
            {
                var proof = ProofBuilder.Consistency(last.Size, size, new TileNodes(tiles, size));
                Assert.True(ProofVerifier.Consistency(last.Size, size, last.RootHash.Span, checkpoint.RootHash.Span, proof));
            }
            last = checkpoint;
        }
    }

    [Fact]
    public void A_written_proof_is_read_back_and_verifies_under_the_foreign_key()
    {
        var key = VerifierKey.Parse(Vectors.Tlog.GetProperty("golden_log_directory").GetProperty("vkey").GetString()!).Value;
        var note = File.ReadAllText(Path.Combine(Log, "checkpoint"));
        var hashes = ProofBuilder.Inclusion(9, 15, new TileNodes(new DirectoryTiles(Log), 15));
        var text = new TlogProof(9, hashes, note, new byte[] { 7 }).Format();
        Assert.StartsWith("c2sp.org/tlog-proof@v1\nextra Bw==\nindex 9\n", text, StringComparison.Ordinal);
        var proof = TlogProof.Parse(text).Value;
        Assert.Equal(text, proof.Format());
        Assert.True(proof.Verify(MerkleHash.Leaf("ten"u8), key).IsOk);
        Assert.Equal("DS-LED-030", proof.Verify(MerkleHash.Leaf("nine"u8), key).Error!.Code);
        Assert.Equal("DS-LED-030", (proof with { Index = 8 }).Verify(MerkleHash.Leaf("ten"u8), key).Error!.Code);
        var forged = proof with { CheckpointNote = note.Replace("\n15\n", "\n16\n", StringComparison.Ordinal) };
        Assert.Equal("DS-LED-026", forged.Verify(MerkleHash.Leaf("ten"u8), key).Error!.Code);
    }

    [Fact]
    public void Paths_follow_the_specification()
    {
        Assert.Equal("tile/0/x001/x234/067", new TilePath(0, 1_234_067, 256).ToString());
        Assert.Equal("tile/entries/x001/x234/067.p/8", new TilePath(TilePath.EntriesLevel, 1_234_067, 8).ToString());
        foreach (var path in new[] { "tile/0/x001/x234/067", "tile/entries/000.p/8", "tile/7/999.p/255" })
            Assert.Equal(path, TilePath.TryParse(path).ToString());
        foreach (var path in new[] { "tile/0/x000/001", "tile/0/1", "tile/8/000", "tile/0/000.p/256", "tile/0/000.p/0", "tile/00/000", "tile/0/../000", "tile/entries", "ledger.db", "tile/0/000.p/08" })
            Assert.Null(TilePath.TryParse(path));
    }

    [Fact]
    public void A_tree_of_70000_and_one_of_256_have_the_tiles_of_the_specification()
    {
        var tiles = TilePath.Between(0, 70_000).Where(path => !path.IsEntries).ToLookup(path => (path.Level, path.IsFull));
        Assert.Equal(273, tiles[(0, true)].Count());
        Assert.Equal(112, Assert.Single(tiles[(0, false)]).Width);
        Assert.Single(tiles[(1, true)]);
        Assert.Equal(17, Assert.Single(tiles[(1, false)]).Width);
        Assert.Equal(1, Assert.Single(tiles[(2, false)]).Width);
        Assert.Equal(["tile/entries/000", "tile/0/000", "tile/1/000.p/1"], TilePath.Between(0, 256).Select(path => path.ToString()));
    }

    [Fact]
    public void Only_the_log_itself_is_public()
    {
        Assert.NotNull(PublicFiles.TryResolve("/l", "checkpoint"));
        Assert.NotNull(PublicFiles.TryResolve("/l", "tile/entries/000.p/3"));
        foreach (var path in new[] { "vault.db", "keys.db", "keys.db-wal", "ledger.db", "ledger.db-wal", "tile/../vault.db", "/checkpoint", "", "tile/0/000.tmp" })
            Assert.Null(PublicFiles.TryResolve("/l", path));
    }

    [Fact]
    public void A_bundle_that_is_cut_short_or_too_full_is_refused()
    {
        Assert.Null(EntryBundle.Decode(new byte[] { 0 }));
        Assert.Null(EntryBundle.Decode(new byte[] { 0, 2, 1 }));
        Assert.Null(EntryBundle.Decode(new byte[257 * 2]));
        Assert.Equal(256, EntryBundle.Decode(new byte[256 * 2])!.Count);
    }
}
