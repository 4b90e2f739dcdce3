using System.Security.Cryptography;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Tiles;
using Xunit;

namespace DataSpace.Ledger.Tests.Fsck;

/// <summary>Logs so long that keys are prepared and bundles are checked several pages ahead: what is wrong is found as in a short one, and named in order.</summary>
public sealed class LongLogTests : IDisposable
{
    private const string Origin = "provider.example/long";
    private const int Size = 2600; // more than two pages of four bundles, and a bundle that is not full
    private const int Older = 900; // entries before this one are signed by the key before
    private static readonly Ed25519Signer Now = new(SHA256.HashData("now"u8));
    private static readonly Ed25519Signer Before = new(SHA256.HashData("before"u8));
    private readonly LedgerFixture _fixture = new();

    [Fact]
    public void A_long_log_by_two_keys_verifies_and_each_false_signature_is_named()
    {
        var good = Entries();
        Write(good);
        Assert.Empty(Verify().Problems);
        Assert.Equal(Older, Verify(keys: []).ProblemCount); // by a key that was not named

        var bad = Entries();
        foreach (var at in new[] { 3, 899, 1500, 2599 })
            bad[at][^(1 + at % 60)] ^= 1;
        bad[1501] = SignedBy(Ed25519Signer.Generate(), 1501, signerId: Now.PublicKey.KeyId); // somebody else's signature under this log's key id
        bad[1502] = WithScalarPlusOrder(good[1502]);                                         // a second form of a good one
        Write(bad);
        Assert.Equal(new[] { 3, 899, 1500, 1501, 1502, 2599 }.Select(i => $"entry {i}: is not signed by a key of this log"), Verify().Problems.Select(p => p.ToString()));
    }

    [Fact]
    public void Trees_that_others_hold_are_compared_wherever_they_end()
    {
        Write(Entries());
        int[] sizes = [1, 255, 256, 257, 1000, 1024, 2048, 2304, 2599, 2600];
        var held = sizes.Select(size => new HeldCheckpoint($"peer {size}", Checkpoint.Sign(Origin, size, RootOf(size), Now).Note)).ToList();
        var report = Verify(held);
        Assert.Empty(report.Problems);
        Assert.Equal(sizes.Length, report.HeldCompared);
        var forked = sizes.Select(size => new HeldCheckpoint($"peer {size}", Checkpoint.Sign(Origin, size, RandomNumberGenerator.GetBytes(32), Now).Note)).ToList();
        Assert.Equal(sizes.Select(size => $"peer {size}"), Verify(forked).Conflicts.Select(c => c.Holder));
    }

    [Fact]
    public void What_is_missing_or_flipped_is_named_in_order()
    {
        Write(Entries());
        File.Delete(Path.Combine(_fixture.Directory, "tile/entries/001"));
        Flip("tile/entries/005", 1000);
        Flip("tile/0/008", 32 * 9);
        Flip("tile/1/000.p/10", 32 * 7);
        var places = Verify().Problems.Select(p => p.Where).ToList();
        Assert.Equal("entry 256", places[0]);
        Assert.Equal(["entry 2057", "tile/1/000.p/10", "tile/1/000.p/10", "checkpoint"], places[^4..]);
        Assert.NotEmpty(places[1..^4]);
        Assert.All(places[1..^4], place => Assert.InRange(int.Parse(place["entry ".Length..], System.Globalization.CultureInfo.InvariantCulture), 1280, 1535));
    }

    public void Dispose() => _fixture.Dispose();

    private static List<byte[]> Entries() => [.. Enumerable.Range(0, Size).Select(i => SignedBy(i < Older ? Before : Now, i))];

    private static byte[] SignedBy(Ed25519Signer signer, int number, string? signerId = null)
    {
        var id = SHA256.HashData(BitConverter.GetBytes(number));
        var entry = new LedgerEntry
        {
            Kind = EntryKind.Denied,
            EventId = id.AsMemory(0, 16),
            AgreementTag = id,
            PayloadRoot = id,
            SignerKeyIds = [signerId ?? signer.PublicKey.KeyId],
            TimeMs = 1_790_000_000_000 + number,
        };
        return signerId is null ? entry.SignAndEncode(signer) : (entry with { Signatures = [signer.Sign(entry.SignedBytes())] }).Encode();
    }

    // S is the last thing in an entry.
    private static byte[] WithScalarPlusOrder(byte[] entry)
    {
        var second = (byte[])entry.Clone();
        var order = Convert.FromHexString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        var carry = 0;
        for (var i = 0; i < 32; i++)
        {
            carry += second[^(32 - i)] + order[i];
            second[^(32 - i)] = (byte)carry;
            carry >>= 8;
        }
        return second;
    }

    private VerifyReport Verify(IReadOnlyList<HeldCheckpoint>? held = null, IReadOnlyList<PublicKey>? keys = null)
        => LedgerVerifier.Verify(_fixture.Directory, new VerifyOptions { Held = held ?? [], EntryKeys = keys ?? [Before.PublicKey] });

    private void Write(List<byte[]> entries)
    {
        var edge = new RightEdge();
        foreach (var entry in entries)
            edge.Add(MerkleHash.Leaf(entry), (path, hashes) => Put(path.ToString(), hashes.Span));
        for (var level = 0; level < edge.Levels; level++)
        {
            if (edge.Partial(level) is { } partial)
                Put(partial.Path.ToString(), partial.Hashes.Span);
        }
        foreach (var bundle in entries.Select(entry => (ReadOnlyMemory<byte>)entry).Chunk(TilePath.FullWidth).Index())
            Put(new TilePath(TilePath.EntriesLevel, bundle.Index, bundle.Item.Length).ToString(), EntryBundle.Encode(bundle.Item));
        Put("checkpoint", System.Text.Encoding.UTF8.GetBytes(Checkpoint.Sign(Origin, entries.Count, edge.Root(), Now).Note));
        Put("vkey", System.Text.Encoding.UTF8.GetBytes(VerifierKey.ForLog(Origin, Now.PublicKey) + "\n"));
    }

    private byte[] RootOf(int size)
        => MerkleHash.Root([.. Enumerable.Range(0, (size + 255) / 256).SelectMany(n => EntryBundle.Decode(File.ReadAllBytes(Path.Combine(_fixture.Directory,
            new TilePath(TilePath.EntriesLevel, n, Math.Min(256, Size - 256 * n)).ToString())))!).Take(size).Select(entry => MerkleHash.Leaf(entry.Span))]);

    private void Put(string name, ReadOnlySpan<byte> content)
    {
        var file = Path.Combine(_fixture.Directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, content);
    }

    private void Flip(string name, int at)
    {
        var bytes = File.ReadAllBytes(Path.Combine(_fixture.Directory, name));
        bytes[at] ^= 1;
        Put(name, bytes);
    }
}
