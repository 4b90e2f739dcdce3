using System.Diagnostics;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Faults;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Tests.Fsck;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DataSpace.Ledger.Tests.Sequencing;

public sealed class RefusalTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_opens_on_one_store_another_key_and_another_origin_are_refused()
    {
        using var fixture = new LedgerFixture();
        await using (var ledger = fixture.Open())
            Assert.Equal("DS-LED-002", fixture.TryOpen().Error!.Code);
        Assert.Equal("DS-LED-004", AuditLedger.Open(fixture.Options, Ed25519Signer.Generate(), fixture.Clock).Error!.Code);
        Assert.Equal("DS-LED-005", AuditLedger.Open(fixture.Options with { Origin = "other.example" }, fixture.Signer, fixture.Clock).Error!.Code);
        Assert.Equal("DS-LED-019", AuditLedger.Open(fixture.Options with { Origin = "no spaces" }, fixture.Signer, fixture.Clock).Error!.Code);
        await using var again = fixture.Open();
    }

    [Fact]
    public async Task A_clock_that_went_back_refuses_after_a_minute_and_never_lowers_the_time()
    {
        using var fixture = new LedgerFixture();
        var past = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(fixture.Clock.GetUtcNow() - TimeSpan.FromSeconds(59));
        await using (var ledger = fixture.Open())
            await ledger.AppendAsync(LedgerFixture.Denied("a"), Cancel);
        await using (var ledger = AuditLedger.Open(fixture.Options, fixture.Signer, past).Value)
        {
            Assert.True((await ledger.AppendAsync(LedgerFixture.Denied("b"), Cancel)).IsOk);
            var times = ledger.Read(0, 2).Select(record => record.Entry.TimeMs).ToList();
            Assert.Equal(times[0], times[1]);
        }
        past = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(fixture.Clock.GetUtcNow() - TimeSpan.FromSeconds(61));
        await using (var ledger = AuditLedger.Open(fixture.Options, fixture.Signer, past).Value)
            Assert.Equal("DS-LED-015", (await ledger.AppendAsync(LedgerFixture.Denied("c"), Cancel)).Error!.Code);
        fixture.AssertVerifies();
    }

    [Fact]
    public async Task A_restored_backup_refuses_for_good_once_a_later_checkpoint_is_shown()
    {
        using var fixture = new LedgerFixture();
        using var backup = new LedgerFixture();
        await using (var ledger = fixture.Open())
            await ledger.AppendAsync(LedgerFixture.Denied("a"), Cancel);
        Recovery.Copy(fixture.Directory, backup.Directory);
        string later;
        await using (var ledger = fixture.Open())
            later = (await ledger.AppendAsync(LedgerFixture.Denied("b"), Cancel)).Value.Checkpoint.Note;

        await using (var ledger = backup.Open())
        {
            // A note that we never signed is no reason to stop: anybody could send one.
            var forged = Checkpoint.Sign(LedgerFixture.Origin, 99, new byte[32], Ed25519Signer.Generate()).Note;
            Assert.Equal("DS-LED-026", ledger.CheckNotRolledBack(forged).Error!.Code);
            Assert.True(ledger.CheckNotRolledBack(ledger.Latest.Note).IsOk);
            Assert.Null(ledger.Refusal);
            Assert.Equal("DS-LED-016", ledger.CheckNotRolledBack(later).Error!.Code);
            Assert.Equal("DS-LED-016", (await ledger.GrantAsync(LedgerFixture.Grant("x"), [], Cancel)).Error!.Code);
            Assert.Equal("DS-LED-016", ledger.DefineBudget("uses", 1, "c").Error!.Code);
        }
        await using (var ledger = backup.Open())
        {
            Assert.Equal("DS-LED-016", (await ledger.AppendAsync(LedgerFixture.Denied("x"), Cancel)).Error!.Code);
            Assert.Equal(1, ledger.Latest.Size);
        }
    }

    /// <summary>Between a commit and the moment at which its writer says so, the publisher may have told the checkpoint to a peer, and the peer tells it back.</summary>
    [Fact]
    public async Task A_checkpoint_that_comes_back_before_its_writer_went_on_is_no_later_one()
    {
        using var fixture = new LedgerFixture();
        AuditLedger ledger = null!;
        Task<Result<Unit>>? comesBack = null;
        fixture.Options = fixture.Options with
        {
            Fault = point =>
            {
                if (point != FaultPoint.AfterCommit)
                    return;
                using var published = new SqliteConnection($"Data Source={Path.Combine(fixture.Directory, "ledger.db")};Mode=ReadOnly;Pooling=False");
                published.Open();
                using var read = published.CreateCommand();
                read.CommandText = "SELECT note FROM checkpoint WHERE id=1";
                var note = (string)read.ExecuteScalar()!;
                Assert.NotEqual(ledger.Latest.Note, note);
                comesBack = Task.Run(() => ledger.CheckNotRolledBack(note), Cancel);
                comesBack.Wait(TimeSpan.FromMilliseconds(300), Cancel); // it can only be judged when this writer has gone on
            },
        };
        await using (ledger = fixture.Open())
        {
            Assert.True((await ledger.AppendAsync(LedgerFixture.Denied("a"), Cancel)).IsOk);
            Assert.True((await comesBack!).IsOk);
            Assert.Null(ledger.Refusal);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Whoever_waits_for_a_publication_that_will_not_come_is_told()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var fixture = new LedgerFixture();
        using var backup = new LedgerFixture();
        await using (var ledger = fixture.Open())
            await ledger.AppendAsync(LedgerFixture.Denied("a"), cancel);
        Recovery.Copy(fixture.Directory, backup.Directory);
        Task closing;
        string later;
        await using (var ledger = fixture.Open())
        {
            later = (await ledger.AppendAsync(LedgerFixture.Denied("b"), cancel)).Value.Checkpoint.Note;
            await ledger.WaitPublishedAsync(2, cancel);
            closing = ledger.WaitPublishedAsync(3, cancel);
        }
        Assert.Contains("DS-LED-033", (await Assert.ThrowsAsync<InvalidOperationException>(() => closing)).Message, StringComparison.Ordinal);
        await using (var ledger = backup.Open())
        {
            var refusing = ledger.WaitPublishedAsync(2, cancel);
            Assert.False(refusing.IsCompleted);
            Assert.Equal("DS-LED-016", ledger.CheckNotRolledBack(later).Error!.Code);
            Assert.Contains("DS-LED-016", (await Assert.ThrowsAsync<InvalidOperationException>(() => refusing)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_writer_that_failed_gives_the_lock_on_its_store_back()
    {
        using var fixture = new LedgerFixture();
        fixture.Options = fixture.Options with
        {
            Fault = point =>
            {
                if (point == FaultPoint.BeforeCommit)
                    throw new IOException("broken");
            },
        };
        await using var ledger = fixture.Open();
        var waiting = ledger.WaitPublishedAsync(1, Cancel);
        Assert.Equal("DS-LED-032", (await ledger.AppendAsync(LedgerFixture.Denied("a"), Cancel)).Error!.Code);
        await Assert.ThrowsAsync<InvalidOperationException>(() => waiting);
        using var other = new SqliteConnection($"Data Source={Path.Combine(fixture.Directory, "ledger.db")};Pooling=False");
        await other.OpenAsync(Cancel);
        using var begin = other.CreateCommand();
        begin.CommandText = "BEGIN IMMEDIATE";
        begin.CommandTimeout = 1;
        begin.ExecuteNonQuery();
    }

    [Fact]
    public async Task A_writer_that_finds_anothers_entries_stops_even_where_it_would_add_none()
    {
        using var fixture = new LedgerFixture();
        await using var one = fixture.Open();
        File.Delete(Path.Combine(fixture.Directory, "ledger.lock"));
        await using var two = fixture.Open();
        var draft = LedgerFixture.Denied("a") with { EventId = new byte[16] };
        Assert.True((await one.AppendAsync(draft, Cancel)).IsOk);
        Assert.Equal("DS-LED-007", (await two.AppendAsync(draft, Cancel)).Error!.Code); // a retry, as far as the store knows
        Assert.NotNull(two.Refusal);
        Assert.True((await one.AppendAsync(LedgerFixture.Denied("b"), Cancel)).IsOk);
    }

    [Fact]
    public async Task Two_histories_of_one_size_are_named_a_fork()
    {
        using var fixture = new LedgerFixture();
        using var other = new LedgerFixture();
        await using var ledger = fixture.Open();
        await using var fork = other.Open();
        await ledger.AppendAsync(LedgerFixture.Denied("a"), Cancel);
        await ledger.AppendAsync(LedgerFixture.Denied("b"), Cancel);
        var forked = (await fork.AppendAsync(LedgerFixture.Denied("c"), Cancel)).Value.Checkpoint.Note;
        Assert.Equal("DS-LED-017", ledger.CheckNotRolledBack(forked).Error!.Code);
        Assert.Equal("DS-LED-017", (await ledger.AppendAsync(LedgerFixture.Denied("d"), Cancel)).Error!.Code);
    }

    [Fact]
    public async Task An_old_ledger_file_beside_newer_publications_or_a_newer_vault_does_not_open()
    {
        using var fixture = new LedgerFixture();
        var old = Path.Combine(fixture.Directory, "old");
        await using (var ledger = fixture.Open())
            await ledger.AppendAsync(LedgerFixture.Denied("a"), Cancel);
        File.Copy(Path.Combine(fixture.Directory, "ledger.db"), old);
        await using (var ledger = fixture.Open())
        {
            await ledger.AppendAsync(LedgerFixture.Denied("b"), Cancel);
            await ledger.AppendAsync(LedgerFixture.Denied("c"), Cancel);
        }
        File.Copy(old, Path.Combine(fixture.Directory, "ledger.db"), overwrite: true);
        Assert.Equal("DS-LED-016", fixture.TryOpen().Error!.Code);
        File.Delete(Path.Combine(fixture.Directory, "checkpoint"));
        Assert.Equal("DS-LED-016", fixture.TryOpen().Error!.Code); // the vault remembers
    }

    [Fact]
    public async Task A_torn_log_tail_loses_the_last_commit_alone_or_does_not_open_and_an_altered_file_does_not_open()
    {
        using var fixture = new LedgerFixture();
        using var live = new LedgerFixture();
        var (sizes, refused) = (new HashSet<long>(), 0);
        await using (var ledger = fixture.Open())
        {
            for (var i = 0; i < 6; i++)
                await ledger.AppendAsync(LedgerFixture.Denied($"{i}"), Cancel);
            await ledger.WaitPublishedAsync(6, Cancel); // files that are still being written cannot be copied
            Recovery.Copy(fixture.Directory, live.Directory);
        }
        // Nothing was published, hence nothing acknowledged to anybody but a caller: only the vault remembers.
        Directory.Delete(Path.Combine(live.Directory, "tile"), recursive: true);
        File.Delete(Path.Combine(live.Directory, "checkpoint"));
        foreach (var index in Directory.EnumerateFiles(live.Directory, "*-shm"))
            File.Delete(index);
        var log = await File.ReadAllBytesAsync(Path.Combine(live.Directory, "ledger.db-wal"), Cancel);
        using var copies = new ForeignBatch();
        for (var length = log.Length; length > 0; length -= 4_096 - 512)
        {
            using var torn = new LedgerFixture();
            Recovery.Copy(live.Directory, torn.Directory);
            byte[] tail = [.. log.AsSpan(0, length), .. new byte[100]];
            tail[length - 1] ^= 0x55;
            await File.WriteAllBytesAsync(Path.Combine(torn.Directory, "ledger.db-wal"), tail, Cancel);
            if (torn.TryOpen().TryGet(out var ledger, out var error))
                sizes.Add(ledger.Latest.Size);
            else
                Assert.Equal("DS-LED-016", error.Code);
            if (ledger is null)
            {
                refused++;
                continue;
            }
            await ledger.DisposeAsync();
            torn.AssertVerifies();
            copies.Add(torn.Directory, $"{length}");
        }
        await copies.CheckAsync();
        Assert.Equal([5], sizes); // the last byte is always altered, so the sixth commit is never whole
        Assert.True(refused > 5, $"{refused}");

        using (var connection = new SqliteConnection($"Data Source={Path.Combine(fixture.Directory, "ledger.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "DELETE FROM entry WHERE idx = 5";
            command.ExecuteNonQuery();
        }
        Assert.Equal("DS-LED-007", fixture.TryOpen().Error!.Code);
    }

    [Fact]
    public async Task A_full_queue_refuses_instead_of_growing()
    {
        using var fixture = new LedgerFixture();
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        fixture.Options = fixture.Options with
        {
            MaxPending = 2,
            Fault = at =>
            {
                if (at != FaultPoint.BeforeCommit)
                    return;
                entered.Set();
                release.Wait(Cancel);
            },
        };
        await using var ledger = fixture.Open();
        var first = ledger.AppendAsync(LedgerFixture.Denied("a"), Cancel);
        entered.Wait(Cancel);
        var second = ledger.AppendAsync(LedgerFixture.Denied("b"), Cancel);
        var third = ledger.AppendAsync(LedgerFixture.Denied("c"), Cancel);
        Assert.Equal("DS-LED-009", (await ledger.AppendAsync(LedgerFixture.Denied("d"), Cancel)).Error!.Code);
        release.Set();
        Assert.All(await Task.WhenAll(first, second, third), r => Assert.True(r.IsOk));
    }

    [Fact]
    public async Task A_closed_ledger_refuses()
    {
        using var fixture = new LedgerFixture();
        var ledger = fixture.Open();
        await ledger.DisposeAsync();
        Assert.Equal("DS-LED-033", (await ledger.AppendAsync(LedgerFixture.Denied(), Cancel)).Error!.Code);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(nameof(On_a_read_only_mount), "size=16m")]
    [InlineData(nameof(On_a_small_disk), "size=1200k")]
    public async Task Read_only_directory_and_full_disk(string method, string size)
    {
        var cancel = TestContext.Current.CancellationToken;
        if (await ChildProcess.WhyNoNamespacesAsync(cancel) is { } reason)
            Assert.Skip(reason);
        using var fixture = new LedgerFixture();
        using var child = ChildProcess.Start(typeof(RefusalTests), method, fixture.Directory,
            shellPrefix: $"mount -t tmpfs -o {size} tmpfs '{fixture.Directory}'");
        var (text, errors) = (child.StandardOutput.ReadToEndAsync(cancel), child.StandardError.ReadToEndAsync(cancel));
        await child.WaitForExitAsync(cancel);
        Assert.True(child.ExitCode == 0 && (await text).Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0,", StringComparison.Ordinal), await text + await errors);
    }

    [Fact(Skip = ChildProcess.Only, SkipUnless = nameof(ChildProcess.IsChild), SkipType = typeof(ChildProcess))]
    public async Task On_a_read_only_mount()
    {
        var fixture = new LedgerFixture(Environment.GetEnvironmentVariable(ChildProcess.DirectoryVariable));
        await using (var ledger = fixture.Open())
            Assert.True((await ledger.AppendAsync(LedgerFixture.Denied(), Cancel)).IsOk);
        await RemountAsync(fixture.Directory, "ro");
        Assert.Equal("DS-LED-001", fixture.TryOpen().Error?.Code);
        fixture.AssertVerifies(); // reading still works
        await RemountAsync(fixture.Directory, "rw");
        await using var again = fixture.Open();
        Assert.Equal(1, again.Latest.Size);
    }

    [Fact(Skip = ChildProcess.Only, SkipUnless = nameof(ChildProcess.IsChild), SkipType = typeof(ChildProcess))]
    public async Task On_a_small_disk()
    {
        var fixture = new LedgerFixture(Environment.GetEnvironmentVariable(ChildProcess.DirectoryVariable));
        var acknowledged = 0L;
        await using (var ledger = fixture.Open())
        {
            ledger.DefineBudget("uses", 100_000, "contract-1");
            string? code = null;
            for (var i = 0; code is null && i < 20_000; i++)
            {
                var granted = await ledger.GrantAsync(LedgerFixture.Grant($"{i}"), [new("uses", 1)], Cancel);
                code = granted.Error?.Code;
                acknowledged += granted.IsOk ? 1 : 0;
            }
            // Whoever meets the full disk first, commit or publication, the cause is named and nothing more is acknowledged.
            Assert.True(code is "DS-LED-003" || ledger.Refusal!.ToString().Contains("DS-LED-003", StringComparison.Ordinal), $"{code} {ledger.Refusal}");
            Assert.Equal("DS-LED-008", (await ledger.AppendAsync(LedgerFixture.Denied(), Cancel)).Error!.Code);
        }
        Assert.True(acknowledged > 10, $"{acknowledged}");
        var full = fixture.TryOpen();
        if (full.IsOk)
            await full.Value.DisposeAsync();
        else
            Assert.Equal("DS-LED-003", full.Error.Code);
        await RemountAsync(fixture.Directory, "size=64m");
        await using var again = fixture.Open();
        Assert.True(again.Latest.Size >= acknowledged);
        Assert.Equal(again.Latest.Size, again.GetBudget("uses")!.Spent);
        Assert.True((await again.AppendAsync(LedgerFixture.Denied(), Cancel)).IsOk);
        await again.WaitPublishedAsync(again.Latest.Size, Cancel);
        fixture.AssertVerifies();
    }

    private static async Task RemountAsync(string directory, string option)
    {
        using var mount = Process.Start("mount", ["-o", "remount," + option, directory]);
        await mount.WaitForExitAsync(Cancel);
        Assert.Equal(0, mount.ExitCode);
    }
}
