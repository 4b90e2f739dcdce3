using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Witnessing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace DataSpace.Ledger.Tests.Witnessing;

/// <summary>Two histories are found, proven and kept; nothing less than a proof accuses anybody.</summary>
public sealed class CheckpointBookTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("book-test-").FullName;
    private readonly WitnessStore _store;
    private readonly CheckpointBook _book;
    private readonly FakeLog _truth = new("log.example", 20);
    private readonly FakeLog _fork = new("log.example", 20, firstEntry: "other");

    public CheckpointBookTests()
    {
        _store = WitnessStore.Open(_directory);
        _book = new CheckpointBook(_store, new FakeTimeProvider());
    }

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Two_roots_of_one_size_are_a_proof_that_outlives_a_restart()
    {
        Assert.Equal(Sighting.Kept, _book.Observe(_truth.At(7), _truth.Key));
        Assert.Equal(Sighting.Known, _book.Observe(_truth.At(7), _truth.Key));
        Assert.Null(_book.Problem("log.example"));
        Assert.Equal(Sighting.Forked, _book.Observe(_fork.At(7), _truth.Key));
        Assert.Equal("DS-WIT-007", _book.Problem("log.example")!.Code);
        using var again = WitnessStore.Open(_directory);
        var kept = Assert.Single(new CheckpointBook(again, new FakeTimeProvider()).Forks);
        var proof = EquivocationProof.Parse(System.Text.Encoding.UTF8.GetBytes(kept.Proof)).Value;
        Assert.True(proof.Verify(_truth.Key).IsOk);
        Assert.Equal("DS-WIT-010", proof.Verify(new FakeLog("another.example", 1).Key).Error!.Code);
    }

    [Theory]
    [InlineData(5, 12)]
    [InlineData(8, 12)] // a whole subtree: the proof leaves its root out
    [InlineData(12, 5)]
    public void A_longer_history_that_does_not_contain_the_shorter_one_is_proven_by_its_own_tiles(int first, int second)
    {
        _book.Observe(_truth.At(first), _truth.Key);
        Assert.Equal(Sighting.NeedsProof, _book.Observe(_fork.At(second), _truth.Key));
        Assert.Null(_book.Problem("log.example"));
        var (small, large) = (Math.Min(first, second), Math.Max(first, second));
        var tiles = first < second ? _fork : _truth;
        Assert.Equal(Sighting.Forked, _book.Settle(_fork.At(second), _truth.Key, tiles.Root(small), tiles.Proof(small, large)));
        var proof = EquivocationProof.Parse(System.Text.Encoding.UTF8.GetBytes(_book.Forks[0].Proof)).Value;
        Assert.True(proof.Verify(_truth.Key).IsOk);
        // Somebody else believes it without asking the log.
        using var other = new TemporaryStore();
        Assert.True(new CheckpointBook(other.Store, new FakeTimeProvider()).Accept(proof, _truth.Key).Value);
    }

    [Fact]
    public void A_history_that_grows_is_followed_and_tiles_that_fit_nothing_prove_nothing()
    {
        _book.Observe(_truth.At(5), _truth.Key);
        Assert.Equal(Sighting.NeedsProof, _book.Observe(_truth.At(12), _truth.Key));
        // The other history's tiles do not lead to this root: neither kept nor accused.
        Assert.Null(_book.Settle(_truth.At(12), _truth.Key, _fork.Root(5), _fork.Proof(5, 12)));
        Assert.Equal(5, _book.Newest("log.example")!.Size);
        Assert.Equal(Sighting.Kept, _book.Settle(_truth.At(12), _truth.Key, _truth.Root(5), _truth.Proof(5, 12)));
        Assert.Equal(12, _book.Newest("log.example")!.Size);
        Assert.Equal(Sighting.Known, _book.Observe(_truth.At(5), _truth.Key));
        Assert.Empty(_book.Forks);
    }

    [Fact]
    public void Forged_evidence_accuses_nobody()
    {
        var stranger = Ed25519Signer.Generate();
        var vkey = _truth.Key.ToString();
        var root = Convert.ToBase64String(_truth.Root(5));
        foreach (var proof in (EquivocationProof[])
        [
            new(vkey, _truth.At(7).Note, _truth.At(7).Note),
            new(vkey, _truth.At(7).Note, Checkpoint.Sign("log.example", 7, _fork.Root(7), stranger).Note),
            new(vkey, _truth.At(5).Note, _truth.At(12).Note),
            new(vkey, _truth.At(5).Note, _truth.At(12).Note, root, Lines(_truth.Proof(5, 12))), // the truth is no contradiction
            new(vkey, _truth.At(5).Note, _truth.At(12).Note, Convert.ToBase64String(_fork.Root(5)), Lines(_fork.Proof(5, 12))),
            new(VerifierKey.ForLog("log.example", stranger.PublicKey).ToString(), _truth.At(7).Note, _fork.At(7).Note),
        ])
            Assert.Equal("DS-WIT-010", _book.Accept(proof, _truth.Key).Error!.Code);
        Assert.Empty(_book.Forks);
        Assert.False(EquivocationProof.Parse("{}"u8).IsOk);
        Assert.False(EquivocationProof.Parse("nonsense"u8).IsOk);

        static string[] Lines(IReadOnlyList<ReadOnlyMemory<byte>> proof) => [.. proof.Select(h => Convert.ToBase64String(h.Span))];
    }

    private sealed class TemporaryStore : IDisposable
    {
        private readonly string _directory = Directory.CreateTempSubdirectory("book-test-").FullName;

        public TemporaryStore() => Store = WitnessStore.Open(_directory);

        public WitnessStore Store { get; }

        public void Dispose()
        {
            Store.Dispose();
            Directory.Delete(_directory, recursive: true);
        }
    }
}
