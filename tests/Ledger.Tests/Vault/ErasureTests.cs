using System.Security.Cryptography;
using System.Text;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Tests.Fsck;
using DataSpace.Ledger.Vault;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DataSpace.Ledger.Tests.Vault;

/// <summary>Content that was erased is nowhere, whatever crashed meanwhile; every proof stays, and nobody can pass off a loss as an erasure.</summary>
public sealed class ErasureTests
{
    private const string Ground = "PIPL 47";
    private static CancellationToken Cancel => LedgerFixture.Cancel;

    [Fact]
    public async Task An_erased_payload_is_in_no_file_and_the_log_stays_whole()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        var entries = await FillAsync(ledger, 300);
        var before = ledger.Prove(7);
        var (key, sealedBytes) = (KeyOf(fixture, 7), SealedOf(fixture, 7));
        Assert.Equal(["keys.db"], (await FilesWithAsync(ledger, key)).Select(name => name.Replace("-wal", "", StringComparison.Ordinal)).Distinct());

        var erased = (await ledger.EraseAsync(Request(7), Cancel)).Value;
        Assert.Equal(300, erased.Index);
        Assert.Empty(await FilesWithAsync(ledger, key));
        Assert.Empty(await FilesWithAsync(ledger, sealedBytes));
        Assert.Equal("DS-LED-037", ledger.ProveEntry(7).Error!.Code);
        Assert.True(ledger.Read(7, 8).Single() is { IsErased: true, Fields: null });
        var said = ErasedPayload.FromFields(ledger.Read(300, 301).Single().PayloadFields).Value;
        Assert.Equal((7, ErasedPayload.Content, Ground, "officer-2", entries[7].LeafHashHex), (said.Index, said.Part, said.Ground, said.By, said.EntryHash));

        // Again is the same entry; a neighbour is untouched; the proof from before still verifies.
        Assert.Equal(300, (await ledger.EraseAsync(Request(7), Cancel)).Value.Index);
        Assert.Equal(301, ledger.Latest.Size);
        Assert.True(ledger.ProveEntry(8).IsOk);
        Assert.True(before.Verify(entries[7].LeafHash.ToArray(), VerifierKey.Parse(ledger.VerifierKey).Value).IsOk);
        await ledger.WaitPublishedAsync(301, Cancel);
        var report = fixture.Verify();
        Assert.True(report.Ok, string.Join('\n', report.Problems));
        Assert.Equal((300, 0, 1), (report.PayloadsChecked, report.PayloadsAbsent, report.PayloadsErased));
        Assert.Equal(new ErasedEntry(7, ErasedPayload.Content, 300, Ground), Assert.Single(report.Erased));
        await ForeignVerifier.CheckAsync(fixture.Directory);
    }

    [Fact]
    public async Task The_metering_part_of_a_use_stays_when_its_content_goes()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        var grant = LedgerFixture.Grant("sum");
        var granted = (await ledger.GrantAsync(grant, [], Cancel)).Value;
        var key = KeyOf(fixture, 0);
        var salts = ledger.Read(0, 1).Single().Fields!.Where(f => !MeteringFields.Contains(EntryKind.Grant, f.Label)).Select(f => f.Salt.ToArray()).ToList();
        Assert.True((await ledger.EraseAsync(Request(0), Cancel)).IsOk);

        foreach (var bytes in salts.Append(key))
            Assert.Empty(await FilesWithAsync(ledger, bytes));
        var left = ledger.Read(0, 1).Single();
        Assert.DoesNotContain(left.Fields!, f => f.Label is "actor" or "purpose" or "datasetId");
        Assert.Equal("DS-LED-019", GrantPayload.FromFields(left.PayloadFields).Error!.Code);
        var metering = GrantPayload.FromMeteringPart(left.PayloadFields).Value;
        Assert.Equal((grant.ContractId, grant.PricePerUseMinor, grant.PlanHash, ""), (metering.ContractId, metering.PricePerUseMinor, metering.PlanHash, metering.Actor));
        Assert.Equal("DS-LED-019", GrantPayload.FromMeteringPart(grant.ToFields()).Error!.Code);
        Assert.Equal("DS-LED-019", GrantPayload.FromMeteringPart(left.PayloadFields.Where(f => f.Label != "pricePerUseMinor")).Error!.Code);

        // A third party still verifies what is left against the commitment, and a changed field does not pass.
        var proof = EntryProof.Decode(ledger.ProveEntry(0).Value.Encode()).Value;
        Assert.Equal(granted.Entry.LeafHash.ToArray(), proof.Verify(ledger.PublicKey, ledger.VerifierKey, EntryKind.Grant).Value.LeafHash.ToArray());
        await ledger.WaitPublishedAsync(2, Cancel);
        fixture.AssertVerifies();
    }

    [Fact]
    public async Task Metering_fields_are_not_erased_before_their_retention_ends()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        Assert.True((await ledger.GrantAsync(LedgerFixture.Grant("sum"), [], Cancel)).IsOk);
        Assert.Equal("DS-LED-038", (await ledger.EraseAsync(Request(0, ErasedPayload.All), Cancel)).Error!.Code);
        fixture.Clock.Advance(TimeSpan.FromDays(LedgerOptions.DefaultMeteringRetentionDays - 1));
        Assert.True((await ledger.EraseAsync(Request(0), Cancel)).IsOk);
        Assert.Equal("DS-LED-038", (await ledger.EraseAsync(Request(0, ErasedPayload.All), Cancel)).Error!.Code);
        Assert.NotNull(ledger.Read(0, 1).Single().Fields);
        fixture.Clock.Advance(TimeSpan.FromDays(2));
        var key = KeyOf(fixture, 0);
        Assert.True((await ledger.EraseAsync(Request(0, ErasedPayload.All), Cancel)).IsOk);
        Assert.Empty(await FilesWithAsync(ledger, key));
        Assert.Null(ledger.Read(0, 1).Single().Fields);
        await ledger.WaitPublishedAsync(3, Cancel);
        fixture.AssertVerifies();
        Assert.Equal(ErasedPayload.All, Assert.Single(fixture.Verify().Erased).Part);
    }

    [Fact]
    public async Task What_has_nothing_to_erase_or_speaks_for_the_log_itself_is_refused()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        var receipt = EntryPayloads<ReceiptPayload>();
        Assert.True((await ledger.AppendAsync(new EntryDraft(receipt, "c"), Cancel)).IsOk);
        Assert.True((await ledger.AppendAsync(LedgerFixture.Denied(), Cancel)).IsOk);
        Assert.Equal("DS-LED-039", (await ledger.EraseAsync(Request(0), Cancel)).Error!.Code);
        Assert.True((await ledger.EraseAsync(Request(1), Cancel)).IsOk);
        Assert.Equal("DS-LED-039", (await ledger.EraseAsync(Request(2), Cancel)).Error!.Code);
        Assert.Equal("DS-LED-024", (await ledger.EraseAsync(Request(3), Cancel)).Error!.Code);
        Assert.Equal("DS-LED-019", (await ledger.EraseAsync(Request(0, "some"), Cancel)).Error!.Code);
        Assert.Equal("DS-LED-019", (await ledger.EraseAsync(Request(0) with { Ground = "" }, Cancel)).Error!.Code);
        Assert.Equal(3, ledger.Latest.Size);
    }

    public static TheoryData<string, bool> Crashes
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var point in new[] { FaultPoint.AfterErasureDecided, FaultPoint.AfterRestSealed, FaultPoint.AfterKeyErased, FaultPoint.AfterContentErased, FaultPoint.BeforeErasedEntry, FaultPoint.AfterErasedEntry })
            {
                data.Add(point.ToString(), true);
                if (point != FaultPoint.AfterRestSealed)
                    data.Add(point.ToString(), false);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Crashes))]
    public async Task An_erasure_that_a_crash_interrupted_is_completed_at_the_next_start(string point, bool withMetering)
    {
        using var fixture = new LedgerFixture();
        var crash = Enum.Parse<FaultPoint>(point);
        fixture.Options = fixture.Options with { Fault = at => Throw(at == crash) };
        byte[] key;
        await using (var ledger = fixture.Open())
        {
            if (withMetering)
                Assert.True((await ledger.GrantAsync(LedgerFixture.Grant("sum"), [], Cancel)).IsOk);
            else
                Assert.True((await ledger.AppendAsync(LedgerFixture.Denied(), Cancel)).IsOk);
            key = KeyOf(fixture, 0);
            Assert.Equal("DS-LED-032", (await ledger.EraseAsync(Request(0), Cancel)).Error!.Code);
            Assert.NotNull(ledger.Refusal);
        }
        fixture.Options = fixture.Options with { Fault = null };
        for (var start = 0; start < 2; start++)
        {
            await using var again = fixture.Open();
            Assert.Empty(await FilesWithAsync(again, key));
            Assert.Equal(2, again.Latest.Size);
            Assert.True(again.Read(0, 1).Single().IsErased);
            Assert.Equal(withMetering, again.Read(0, 1).Single().Fields is not null);
            Assert.Equal(1, (await again.EraseAsync(Request(0), Cancel)).Value.Index);
            await again.WaitPublishedAsync(2, Cancel);
            fixture.AssertVerifies();
            Assert.Equal(1, fixture.Verify().PayloadsErased);
        }
    }

    [Fact]
    public async Task A_reader_that_holds_old_pages_delays_the_erasure_until_the_next_start()
    {
        using var fixture = new LedgerFixture();
        byte[] key;
        await using (var ledger = fixture.Open())
        {
            await FillAsync(ledger, 3);
            key = KeyOf(fixture, 1);
            await using (var reader = Connect(fixture, "keys.db"))
            {
                await using var held = reader.BeginTransaction(deferred: true);
                await using var read = reader.CreateCommand();
                read.CommandText = "SELECT count(*) FROM key";
                await read.ExecuteScalarAsync(Cancel);
                Assert.Equal("DS-LED-040", (await ledger.EraseAsync(Request(1), Cancel)).Error!.Code);
            }
            Assert.Equal(3, ledger.Latest.Size); // not said before it is so
            Assert.Null(ledger.Refusal);
        }
        await using var again = fixture.Open();
        Assert.Equal(4, again.Latest.Size);
        Assert.Empty(await FilesWithAsync(again, key));
        await again.WaitPublishedAsync(4, Cancel);
        fixture.AssertVerifies();
    }

    [Theory]
    [InlineData("vault.db", "UPDATE payload SET sealed=NULL WHERE idx=1", "no entry says that it was erased")]
    [InlineData("vault.db", "DELETE FROM payload WHERE idx=1", "no entry says that it was erased")]
    [InlineData("vault.db", "UPDATE payload SET sealed=NULL WHERE idx=1; INSERT INTO erasure SELECT 1, part, x'00', ground, actor, entry FROM erasure WHERE idx=0", "no entry says that it was erased")]
    [InlineData("vault.db", "UPDATE payload SET sealed=NULL WHERE idx=1; INSERT INTO erasure SELECT 1, part, x'00', ground, actor, 2 FROM erasure WHERE idx=0", "no entry says that it was erased")]
    [InlineData("vault.db", "UPDATE payload SET sealed=NULL WHERE idx=1; INSERT INTO erasure SELECT 1, part, x'00', ground, actor, NULL FROM erasure WHERE idx=0", "no entry says that it was erased")]
    [InlineData("vault.db", "UPDATE erasure SET entry=NULL WHERE idx=0", "no entry says that it was erased")]
    [InlineData("vault.db", "UPDATE payload SET sealed=NULL, rest=NULL WHERE idx=2", "no entry says that it was erased")]
    [InlineData("keys.db", "UPDATE key SET key=(SELECT key FROM key WHERE idx=1) WHERE idx=0", "its key is still in the key store")]
    public async Task A_loss_passed_off_as_an_erasure_is_found(string file, string attack, string problem)
    {
        using var fixture = new LedgerFixture();
        await using (var ledger = fixture.Open())
        {
            await FillAsync(ledger, 2);
            Assert.True((await ledger.GrantAsync(LedgerFixture.Grant("sum"), [], Cancel)).IsOk);
            Assert.True((await ledger.EraseAsync(Request(0), Cancel)).IsOk);
            Assert.True((await ledger.EraseAsync(Request(2), Cancel)).IsOk); // its metering part stays
        }
        fixture.AssertVerifies();
        await using (var store = Connect(fixture, file))
        {
            await using var change = store.CreateCommand();
#pragma warning disable CA2100 // Constants of this test.
            change.CommandText = attack;
#pragma warning restore CA2100
            Assert.True(await change.ExecuteNonQueryAsync(Cancel) > 0);
        }
        Assert.Contains(problem, Assert.Single(fixture.Verify().Problems).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_store_from_an_older_backup_is_not_opened()
    {
        using var fixture = new LedgerFixture();
        await using (var ledger = fixture.Open())
            await FillAsync(ledger, 2);
        var old = await File.ReadAllBytesAsync(Path.Combine(fixture.Directory, KeyStore.FileName), Cancel);
        await using (var ledger = fixture.Open())
            await FillAsync(ledger, 2);
        await File.WriteAllBytesAsync(Path.Combine(fixture.Directory, KeyStore.FileName), old, Cancel);
        Assert.Equal("DS-LED-016", fixture.TryOpen().Error!.Code);
        File.Delete(Path.Combine(fixture.Directory, KeyStore.FileName));
        Assert.Equal("DS-LED-016", fixture.TryOpen().Error!.Code);
    }

    [Fact]
    public void The_key_of_what_stays_opens_nothing_of_what_was()
    {
        var fields = LedgerFixture.Grant("sum").ToFields();
        var payload = SealedPayload.Create(fields);
        var rest = SealedPayload.RestKey(payload.Key);
        Assert.False(SealedPayload.Open(rest, payload.Ciphertext, payload.Root).IsOk);
        Assert.False(SealedPayload.Decrypt(rest, payload.Ciphertext, payload.Root).IsOk);
        var leaves = SealedPayload.Open(payload.Key, payload.Ciphertext, payload.Root).Value
            .Select(f => new PayloadLeaf(f.Label == "actor" ? null : f, f.LeafHash())).ToList();
        var kept = SealedPayload.SealRest(rest, leaves, payload.Root);
        Assert.Equal(-1, kept.AsSpan().IndexOf(Encoding.ASCII.GetBytes("analyst.example")));
        Assert.True(SealedPayload.OpenRest(rest, kept, payload.Root).IsOk);
        Assert.False(SealedPayload.OpenRest(payload.Key, kept, payload.Root).IsOk);
        Assert.False(SealedPayload.OpenRest(rest, kept, RandomNumberGenerator.GetBytes(32)).IsOk);
        kept[^1] ^= 1;
        Assert.False(SealedPayload.OpenRest(rest, kept, payload.Root).IsOk);
    }

    internal static ErasureRequest Request(long index, string part = ErasedPayload.Content) => new(index, part, Ground, "officer-2");

    private static T EntryPayloads<T>() => Receipts.EntryVectorTests.Payloads.OfType<T>().First();

    private static async Task<AppendedEntry[]> FillAsync(AuditLedger ledger, int count)
    {
        var entries = new List<AppendedEntry>();
        for (var i = 0; i < count; i++)
            entries.Add((await ledger.AppendAsync(LedgerFixture.Denied($"step {i}"), Cancel)).Value);
        return [.. entries];
    }

    private static SqliteConnection Connect(LedgerFixture fixture, string file)
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(fixture.Directory, file)};Pooling=False");
        connection.Open();
        return connection;
    }

    private static byte[] KeyOf(LedgerFixture fixture, long index) => Blob(fixture, "keys.db", $"SELECT key FROM key WHERE idx={index}");

    private static byte[] SealedOf(LedgerFixture fixture, long index) => Blob(fixture, "vault.db", $"SELECT sealed FROM payload WHERE idx={index}");

    private static byte[] Blob(LedgerFixture fixture, string file, string sql)
    {
        using var connection = Connect(fixture, file);
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this test.
        command.CommandText = sql;
#pragma warning restore CA2100
        return (byte[])command.ExecuteScalar()!;
    }

    // Every file of the node's ledger, also those that are open, by the middle of the secret too: a page may hold a part of it.
    private static async Task<List<string>> FilesWithAsync(AuditLedger ledger, byte[] secret)
    {
        await ledger.WaitPublishedAsync(ledger.Latest.Size, Cancel);
        var middle = secret.AsSpan(secret.Length / 4, secret.Length / 2).ToArray();
        var found = new List<string>();
        foreach (var file in Directory.EnumerateFiles(ledger.Directory, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes, Cancel);
            if (bytes.AsSpan().IndexOf(middle) >= 0)
                found.Add(Path.GetFileName(file));
        }
        return found;
    }

    private static void Throw(bool here)
    {
        if (here)
            throw new IOException("injected");
    }
}
