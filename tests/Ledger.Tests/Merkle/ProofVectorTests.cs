using System.Text.Json;
using DataSpace.Ledger.Merkle;
using Xunit;

namespace DataSpace.Ledger.Tests.Merkle;

public sealed class ProofVectorTests
{
    [Fact]
    public void Roots_of_RFC_6962_over_up_to_eight_leaves()
    {
        var vector = Vectors.Tlog.GetProperty("rfc6962_roots");
        var leaves = vector.GetProperty("leaf_inputs_hex").EnumerateArray()
            .Select(hex => MerkleHash.Leaf(Convert.FromHexString(hex.GetString()!))).ToList();
        var roots = vector.GetProperty("root_by_size_hex").EnumerateArray().Select(hex => hex.GetString()).ToList();
        Assert.Equal(9, roots.Count);
        for (var size = 0; size <= 8; size++)
            Assert.Equal(roots[size], Convert.ToHexStringLower(MerkleHash.Root(leaves[..size])));
    }

    [Fact]
    public void All_98_inclusion_vectors()
    {
        var rows = Vectors.Json("tlog/inclusion.json").EnumerateArray().ToList();
        Assert.Equal(98, rows.Count);
        foreach (var row in rows)
        {
            var accepted = ProofVerifier.Inclusion(
                Number(row, "leafIdx"), Number(row, "treeSize"), Bytes(row, "leafHash"), Proof(row), Bytes(row, "root"));
            Assert.True(accepted != row.GetProperty("wantErr").GetBoolean(), row.GetProperty("name").GetString());
        }
    }

    [Fact]
    public void All_98_consistency_vectors()
    {
        var rows = Vectors.Json("tlog/consistency.json").EnumerateArray().ToList();
        Assert.Equal(98, rows.Count);
        foreach (var row in rows)
        {
            var accepted = ProofVerifier.Consistency(
                Number(row, "size1"), Number(row, "size2"), Bytes(row, "root1"), Bytes(row, "root2"), Proof(row));
            Assert.True(accepted != row.GetProperty("wantErr").GetBoolean(), row.GetProperty("name").GetString());
        }
    }

    [Fact]
    public void All_204_subtree_inclusion_vectors()
    {
        var rows = Vectors.Json("tlog/subtree-inclusion.json").EnumerateArray().ToList();
        Assert.Equal(204, rows.Count);
        foreach (var row in rows)
        {
            var accepted = ProofVerifier.SubtreeInclusion(
                Number(row, "leafIdx"), Number(row, "start"), Number(row, "end"), Bytes(row, "leafHash"), Proof(row), Bytes(row, "root"));
            Assert.True(accepted != row.GetProperty("wantErr").GetBoolean(), row.GetProperty("name").GetString());
        }
    }

    [Fact]
    public void All_118_subtree_consistency_vectors()
    {
        var rows = Vectors.Json("tlog/subtree-consistency.json").EnumerateArray().ToList();
        Assert.Equal(118, rows.Count);
        foreach (var row in rows)
        {
            var accepted = ProofVerifier.SubtreeConsistency(
                Number(row, "start"), Number(row, "end"), Number(row, "size"), Bytes(row, "root1"), Bytes(row, "root2"), Proof(row));
            Assert.True(accepted != row.GetProperty("wantErr").GetBoolean(), row.GetProperty("name").GetString());
        }
    }

    // The vectors use unsigned 64-bit numbers; one that does not fit is no index of ours.
    private static long Number(JsonElement row, string name)
        => row.GetProperty(name).TryGetInt64(out var value) ? value : -1;

    private static byte[] Bytes(JsonElement row, string name) => row.GetProperty(name).GetString() is { } text ? Convert.FromBase64String(text) : [];

    private static List<ReadOnlyMemory<byte>> Proof(JsonElement row)
        => row.GetProperty("proof").ValueKind == JsonValueKind.Null
            ? []
            : row.GetProperty("proof").EnumerateArray()
                .Select(hash => (ReadOnlyMemory<byte>)(hash.GetString() is { } text ? Convert.FromBase64String(text) : [])).ToList();
}
