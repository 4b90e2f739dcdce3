using System.Text;
using DataSpace.Ledger.Tests.Fsck;
using DataSpace.Ledger.Tiles;
using DataSpace.Ledger.Witnessing;
using Xunit;

namespace DataSpace.Ledger.Tests.Witnessing;

/// <summary>A copy shows only what its log signed, whatever the log serves.</summary>
public sealed class LogMirrorTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mirror-test-").FullName;
    private readonly FakeLog _log = new("log.example", 700);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_copy_follows_its_log_over_tile_edges_and_has_the_tiles_of_its_own_entries()
    {
        var mirror = new LogMirror(_directory, _log.Key);
        foreach (var size in (int[])[3, 255, 256, 257, 600, 700])
        {
            Assert.True((await mirror.FollowAsync(_log.At(size), Serve(_log), Cancel)).Value);
            Assert.True(mirror.Shown!.SameTree(_log.At(size)));
            var nodes = new TileNodes(new DirectoryTiles(_directory), size);
            Assert.Equal(_log.Root(size), DataSpace.Ledger.Merkle.ProofBuilder.Root(size, nodes));
            Assert.NotNull(mirror.Resolve("checkpoint"));
            Assert.Null(mirror.Resolve($"tile/entries/{(size / 256):D3}.p/{size % 256 + 1}"));
            Assert.Null(mirror.Resolve("progress"));
        }
        Assert.True((await mirror.FollowAsync(_log.At(257), Serve(_log), Cancel)).Value); // an older one changes nothing
        Assert.Equal(700, mirror.Shown!.Size);
        Assert.True(Assert.Single(await ForeignVerifier.VerifyAsync(["--opaque"], [_directory])).Ok);
    }

    [Fact]
    public async Task Other_entries_than_were_signed_are_not_shown_and_the_copy_recovers()
    {
        var mirror = new LogMirror(_directory, _log.Key);
        Assert.True((await mirror.FollowAsync(_log.At(300), Serve(_log), Cancel)).Value);
        var changed = Serve(new FakeLog("log.example", 700, firstEntry: "other"));
        Assert.Equal("DS-WIT-006", (await new LogMirror(_directory + "/fresh", _log.Key).FollowAsync(_log.At(300), changed, Cancel)).Error!.Code);
        // An entry that was taken before, changed in a bundle that grows.
        Assert.Equal("DS-WIT-006", (await mirror.FollowAsync(_log.At(400), Serve(_log, at: 290), Cancel)).Error!.Code);
        // A new entry, changed.
        Assert.Equal("DS-WIT-006", (await mirror.FollowAsync(_log.At(600), Serve(_log, at: 550), Cancel)).Error!.Code);
        Assert.Equal("DS-WIT-015", (await mirror.FollowAsync(_log.At(600), (_, _) => Task.FromResult<byte[]?>(null), Cancel)).Error!.Code);
        Assert.Equal(300, mirror.Shown!.Size);
        Assert.True((await mirror.FollowAsync(_log.At(600), Serve(_log), Cancel)).Value);
        Assert.Equal(_log.Root(600), DataSpace.Ledger.Merkle.ProofBuilder.Root(600, new TileNodes(new DirectoryTiles(_directory), 600)));
    }

    [Fact]
    public async Task A_log_far_ahead_is_taken_in_rounds_and_shown_when_it_is_whole()
    {
        const int Size = LogMirror.MaxBundles * 256 + 300;
        var log = new FakeLog("log.example", Size);
        var mirror = new LogMirror(_directory, log.Key);
        var target = log.At(Size);
        var fetched = 0;
        Task<byte[]?> CountedAsync(TilePath path, CancellationToken c)
        {
            fetched++;
            return Serve(log)(path, c);
        }
        Assert.False((await mirror.FollowAsync(target, CountedAsync, Cancel)).Value);
        Assert.Equal(LogMirror.MaxBundles, fetched);
        Assert.Null(mirror.Shown);
        Assert.Null(mirror.Resolve("tile/entries/000"));
        Assert.True((await new LogMirror(_directory, log.Key).FollowAsync(target, CountedAsync, Cancel)).Value);
        Assert.Equal(LogMirror.MaxBundles + 2, fetched);
        Assert.True(mirror.Shown!.SameTree(target));
    }

    private static Func<TilePath, CancellationToken, Task<byte[]?>> Serve(FakeLog log, int at = -1) => (path, _) =>
    {
        Assert.True(path.IsEntries);
        var first = path.Number * 256;
        return Task.FromResult<byte[]?>(EntryBundle.Encode([.. Enumerable.Range(0, path.Width)
            .Select(i => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(first + i == at ? "changed" : log.EntryAt((int)first + i)))]));
    };
}
