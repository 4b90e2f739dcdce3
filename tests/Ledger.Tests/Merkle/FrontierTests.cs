using System.Security.Cryptography;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Receipts;
using Xunit;

namespace DataSpace.Ledger.Tests.Merkle;

/// <summary>The small state with which a reader goes on where it stopped.</summary>
public sealed class FrontierTests
{
    [Fact]
    public void Its_root_is_the_trees_at_every_size_also_after_saving_and_loading()
    {
        var (frontier, leaves) = (new Frontier(), new List<byte[]>());
        for (var size = 0; size <= 300; size++)
        {
            Assert.Equal(MerkleHash.Root(leaves), frontier.Root());
            frontier = Frontier.Load(size, frontier.Save())!;
            Assert.Equal(size, frontier.Size);
            leaves.Add(SHA256.HashData(BitConverter.GetBytes(size)));
            frontier.Add(leaves[^1]);
        }
        Assert.Null(Frontier.Load(5, new byte[32]));
        Assert.Null(Frontier.Load(-1, []));
    }

    [Fact]
    public void The_head_of_an_entry_is_what_decoding_gives_and_nothing_shorter_has_one()
    {
        foreach (var vector in Vectors.Json("ledger/entries.json").EnumerateArray())
        {
            var bytes = Convert.FromHexString(vector.GetProperty("entry").GetString()!);
            var (entry, head) = (LedgerEntry.Decode(bytes).Value, EntryHead.Read(bytes)!.Value);
            Assert.Equal((entry.Kind, entry.TimeMs), (head.Kind, head.TimeMs));
            Assert.Equal(entry.PayloadRoot.ToArray(), head.PayloadRoot.ToArray());
            for (var length = 0; length < 90; length++)
                Assert.Null(EntryHead.Read(bytes.AsMemory(0, length)));
        }
    }
}
