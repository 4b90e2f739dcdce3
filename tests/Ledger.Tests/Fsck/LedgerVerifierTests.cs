using DataSpace.Ledger.Faults;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DataSpace.Ledger.Tests.Fsck;

public sealed class LedgerVerifierTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_flipped_byte_of_every_published_file_is_found()
    {
        using var fixture = new LedgerFixture();
        await using (var ledger = fixture.Open())
        {
            for (var i = 0; i < 3; i++)
            {
                var entry = (await ledger.AppendAsync(LedgerFixture.Denied($"{i}"), Cancel)).Value;
                await ledger.WaitPublishedAsync(entry.Index + 1, Cancel); // leaves a partial tile and bundle of each width
            }
        }
        using var copy = new LedgerFixture();
        foreach (var name in new[] { "checkpoint", "vkey" })
            File.Copy(Path.Combine(fixture.Directory, name), Path.Combine(copy.Directory, name));
        Directory.CreateDirectory(Path.Combine(copy.Directory, "tile"));
        Recovery.Copy(Path.Combine(fixture.Directory, "tile"), Path.Combine(copy.Directory, "tile"));
        copy.AssertVerifies();
        var files = Directory.GetFiles(copy.Directory, "*", SearchOption.AllDirectories);
        Assert.Equal(2 + 3 + 3, files.Length);
        foreach (var file in files)
        {
            var original = await File.ReadAllBytesAsync(file, Cancel);
            for (var at = 0; at < original.Length; at++)
            {
                var flipped = (byte[])original.Clone();
                flipped[at] ^= (byte)(1 << (at % 8));
                await File.WriteAllBytesAsync(file, flipped, Cancel);
                Assert.False(copy.Verify().Ok, $"{Path.GetFileName(file)} byte {at}");
            }
            await File.WriteAllBytesAsync(file, original, Cancel);
        }
        copy.AssertVerifies();
    }

    [Fact]
    public async Task A_log_that_grows_while_it_is_verified_has_no_problem()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        await ledger.AppendAsync(LedgerFixture.Denied("first"), Cancel);
        await ledger.WaitPublishedAsync(1, Cancel);
        var writing = Task.Run(async () =>
        {
            // Beyond a tile's edge, where partial tiles are removed.
            for (var i = 0; i < 300; i++)
            {
                Assert.True((await ledger.AppendAsync(LedgerFixture.Denied($"{i}"), Cancel)).IsOk);
                await Task.Delay(1, Cancel);
            }
        }, Cancel);
        var rounds = 0;
        for (; !writing.IsCompleted || rounds == 0; rounds++)
        {
            var report = fixture.Verify();
            Assert.True(report.Ok, $"round {rounds}, {report.Size} entries: {string.Join("; ", report.Problems)}");
        }
        await writing;
    }

    [Fact]
    public async Task A_flipped_byte_is_named_by_entry_and_by_tile()
    {
        using var fixture = await FilledAsync(600);
        Flip(fixture, "tile/entries/001", 256 * 300 / 2);
        var problem = fixture.Verify().Problems[0].Where;
        Assert.StartsWith("entry ", problem, StringComparison.Ordinal);
        Assert.InRange(int.Parse(problem["entry ".Length..], System.Globalization.CultureInfo.InvariantCulture), 256, 511);
        Flip(fixture, "tile/entries/001", 256 * 300 / 2);
        Flip(fixture, "tile/0/001", 32 * 7);
        Assert.Equal("entry 263: does not hash to its leaf in tile/0/001", Assert.Single(fixture.Verify().Problems).ToString());
        Flip(fixture, "tile/0/001", 32 * 7);
        Flip(fixture, "tile/1/000.p/2", 40);
        Assert.Equal("tile/1/000.p/2: hash 1 is not that of tile 1 below", Assert.Single(fixture.Verify().Problems).ToString());
    }

    [Fact]
    public async Task Publication_repairs_what_rotted()
    {
        using var fixture = await FilledAsync(300);
        Flip(fixture, "tile/0/000", 5);
        File.Delete(Path.Combine(fixture.Directory, "tile/entries/000"));
        Assert.False(fixture.Verify().Ok);
        await using var ledger = fixture.Open();
        Assert.Equal(2, ledger.RepairPublished());
        fixture.AssertVerifies();
    }

    [Fact]
    public async Task A_log_that_was_rolled_back_or_forked_is_found_only_with_a_witness_checkpoint()
    {
        using var fixture = new LedgerFixture();
        string early, late;
        using var older = new LedgerFixture();
        await using (var ledger = fixture.Open())
        {
            early = (await ledger.AppendAsync(LedgerFixture.Denied("a"), Cancel)).Value.Checkpoint.Note;
        }
        Recovery.Copy(fixture.Directory, older.Directory);
        await using (var ledger = fixture.Open())
            late = (await ledger.AppendAsync(LedgerFixture.Denied("b"), Cancel)).Value.Checkpoint.Note;
        older.AssertVerifies();
        older.AssertVerifies(early);
        Assert.Contains("rolled back", Assert.Single(older.Verify(late).Problems).What, StringComparison.Ordinal);
        await using (var ledger = older.Open())
            await ledger.AppendAsync(LedgerFixture.Denied("another b"), Cancel);
        Assert.Contains("forked", Assert.Single(older.Verify(late).Problems).What, StringComparison.Ordinal);
        older.AssertVerifies(early);
        fixture.AssertVerifies(late);
    }

    [Fact]
    public async Task A_log_under_another_key_than_expected_is_refused()
    {
        using var fixture = await FilledAsync(2);
        var other = VerifierKey.ForLog(LedgerFixture.Origin, Kernel.Crypto.Ed25519Signer.Generate().PublicKey).ToString();
        Assert.False(LedgerVerifier.Verify(fixture.Directory, new VerifyOptions { ExpectedVkey = other }).Ok);
        File.WriteAllText(Path.Combine(fixture.Directory, "vkey"), other + "\n");
        Assert.False(fixture.Verify().Ok);
    }

    [Fact]
    public async Task A_forged_an_absent_and_an_undecryptable_payload_and_a_stray_file_are_found()
    {
        using var fixture = await FilledAsync(3);
        var report = fixture.Verify();
        Assert.Equal((3, 0), (report.PayloadsChecked, report.PayloadsAbsent));
        Assert.Equal(3, report.Counts[EntryKind.Denied]);
        Vault(fixture, "UPDATE payload SET sealed = (SELECT sealed FROM payload WHERE idx=0) WHERE idx=1");
        Keys(fixture, "UPDATE key SET key = (SELECT key FROM key WHERE idx=0) WHERE idx=1");
        Assert.Equal("entry 1", Assert.Single(fixture.Verify().Problems).Where);
        Vault(fixture, "DELETE FROM payload WHERE idx=1");
        Assert.Equal(("entry 1", 1), (Assert.Single(fixture.Verify().Problems).Where, fixture.Verify().PayloadsAbsent));
        Keys(fixture, "DELETE FROM key WHERE idx=2");
        Assert.Contains("no key", fixture.Verify().Problems[1].What, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(fixture.Directory, "tile/0/extra"), "x");
        Assert.Equal("tile/0/extra", fixture.Verify().Problems[2].Where);
        // Without the vault there is nothing to open; without its keys the vault is not whole.
        File.Delete(Path.Combine(fixture.Directory, "keys.db"));
        Assert.Equal("keys.db", fixture.Verify().Problems[0].Where);
        File.Delete(Path.Combine(fixture.Directory, "vault.db"));
        Assert.Equal(("tile/0/extra", 3), (Assert.Single(fixture.Verify().Problems).Where, fixture.Verify().PayloadsAbsent));
    }

    [Fact]
    public void An_empty_directory_does_not_verify()
    {
        using var fixture = new LedgerFixture();
        Assert.False(fixture.Verify().Ok);
    }

    private static async Task<LedgerFixture> FilledAsync(int count)
    {
        var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => ledger.AppendAsync(LedgerFixture.Denied($"{i}"), Cancel)));
        return fixture;
    }

    private static void Flip(LedgerFixture fixture, string name, int at)
    {
        var file = Path.Combine(fixture.Directory, name);
        var bytes = File.ReadAllBytes(file);
        bytes[at] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    private static void Vault(LedgerFixture fixture, string sql) => Change(fixture, "vault.db", sql);

    private static void Keys(LedgerFixture fixture, string sql) => Change(fixture, "keys.db", sql);

    private static void Change(LedgerFixture fixture, string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(fixture.Directory, file)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this test.
        command.CommandText = sql;
#pragma warning restore CA2100
        Assert.Equal(1, command.ExecuteNonQuery());
    }
}
