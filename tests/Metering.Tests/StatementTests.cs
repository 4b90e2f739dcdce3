using System.Globalization;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Metering.Meters;
using DataSpace.Metering.Rating;
using Xunit;

namespace DataSpace.Metering.Tests;

/// <summary>A real ledger on disk, then the recomputation from its files by somebody who has nothing else.</summary>
public sealed class StatementTests : IAsyncLifetime
{
    private const string Contract = "contract-1";
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "ds-metering-" + Kernel.Identity.RandomId.New());
    private readonly StatementRequest _request = new() { ConsumerKeys = new Dictionary<string, IReadOnlyList<PublicKey>> { [FakeLog.Consumer] = [FakeLog.ConsumerKey.PublicKey] } };

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var options = new LedgerOptions { Directory = _directory, Origin = "did:web:supplier-a.example" };
        await using var ledger = AuditLedger.Open(options, FakeLog.Provider, new FixedClock()).Value;
        Assert.True(ledger.DefineBudget("uses", 20, Contract).IsOk);
        for (var i = 0; i < 3; i++)
        {
            var grant = FakeLog.NewGrant("job-" + i.ToString(CultureInfo.InvariantCulture));
            var granted = (await ledger.GrantAsync(grant, [new BudgetDebit("uses", 1)], cancellation)).Value;
            if (i == 2)
                break; // a crash: granted, never reported
            var output = Encoding.UTF8.GetBytes("ciphertext");
            var report = new ReportPayload
            {
                GrantHash = granted.Entry.LeafHashHex,
                Units = new Dictionary<string, long> { ["uses"] = 1, ["resultCells"] = 20, ["bytesOut"] = output.Length },
                ImageDigest = "sha256:engine",
                OutputDigest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(output)),
                Outcome = "released",
                CpuMs = 1,
                RowsScanned = 80,
                WallMs = 2,
            };
            var reported = (await ledger.ReportAsync(granted.Handle, report, output, cancellation)).Value;
            var half = ReceiptPayload.SignAsConsumer(
                granted.Entry.LeafHashHex, reported.LeafHashHex, FakeLog.Digest("result"), grant.JobHash, FakeLog.Consumer, FakeLog.ConsumerKey);
            var receipt = half.Countersign(FakeLog.ConsumerKey.PublicKey, FakeLog.Provider).Value;
            Assert.True((await ledger.AppendAsync(new EntryDraft(receipt, Contract), cancellation)).IsOk);
        }
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void Two_recomputations_give_the_same_bytes_and_the_right_sum()
    {
        var statement = Statement.Recompute(_directory, _request).Value;
        Assert.Equal(("did:web:supplier-a.example", 7L), (statement.Origin, statement.Size));
        Assert.Equal([new MeterReading(Contract, "2026-03", 3, 2, 2, 40, 20)], statement.Readings);
        Assert.Equal([new BillTotal("CNY", 400)], statement.Bill.Totals);
        Assert.Equal(UnbilledReason.NotReported, statement.Bill.Unbilled.Single().Reason);

        var copy = CopyDirectory();
        try
        {
            Assert.Null(statement.Bill.Compare(Statement.Recompute(copy, _request).Value.Bill.ToCanonicalJson()));
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    [Fact]
    public void One_contract_or_one_month_can_be_asked_for()
    {
        Assert.Empty(Statement.Recompute(_directory, _request with { ContractId = "other" }).Value.Bill.Lines);
        Assert.Empty(Statement.Recompute(_directory, _request with { Period = "2026-04" }).Value.Readings);
        Assert.Single(Statement.Recompute(_directory, _request with { Period = "2026-03", ContractId = Contract }).Value.Bill.Lines);
    }

    [Fact]
    public void Without_the_consumers_key_nothing_is_billed()
    {
        var nobody = _request with { ConsumerKeys = new Dictionary<string, IReadOnlyList<PublicKey>>() };
        var bill = Statement.Recompute(_directory, nobody).Value.Bill;
        Assert.Empty(bill.Lines);
        Assert.Equal(2, bill.Unbilled.Count(use => use.Reason == UnbilledReason.ReceiptNotSigned));
    }

    [Fact]
    public void Every_flipped_byte_of_entries_checkpoint_and_key_refuses_the_statement()
    {
        foreach (var name in new[] { "checkpoint", "vkey", Path.Combine("tile", "entries", "000.p", "7") })
        {
            var file = Path.Combine(_directory, name);
            var bytes = File.ReadAllBytes(file);
            for (var i = 0; i < bytes.Length; i += 7)
            {
                var flipped = bytes.ToArray();
                flipped[i] ^= 1;
                File.WriteAllBytes(file, flipped);
                Assert.Equal(MeteringErrors.LedgerUnreadable.Code, Statement.Recompute(_directory, _request).Error?.Code);
            }

            File.WriteAllBytes(file, bytes);
        }

        Assert.True(Statement.Recompute(_directory, _request).IsOk);
    }

    [Fact]
    public void A_forged_payload_in_the_vault_is_refused_and_names_its_entry()
    {
        using (var vault = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(_directory, "vault.db")};Pooling=False"))
        {
            vault.Open();
            using var swap = vault.CreateCommand();
            swap.CommandText = "UPDATE payload SET sealed = (SELECT sealed FROM payload WHERE idx=0) WHERE idx=3";
            Assert.Equal(1, swap.ExecuteNonQuery());
        }

        var error = Statement.Recompute(_directory, _request).Error;
        Assert.Equal(MeteringErrors.LedgerUnreadable.Code, error?.Code);
        Assert.Contains("entry 3", error?.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_of_another_key_or_without_its_vault_gives_no_statement()
    {
        var other = Ledger.Notes.VerifierKey.ForLog("did:web:supplier-a.example", FakeLog.Stranger.PublicKey).ToString();
        Assert.Equal(MeteringErrors.LedgerUnreadable.Code, Statement.Recompute(_directory, _request with { ExpectedVkey = other }).Error?.Code);
        Assert.Equal(MeteringErrors.LedgerUnreadable.Code, Statement.Recompute(Path.Combine(_directory, "nowhere"), _request).Error?.Code);

        foreach (var file in Directory.GetFiles(_directory, "vault.db*"))
            File.Delete(file);
        Assert.Equal(MeteringErrors.PayloadAbsent.Code, Statement.Recompute(_directory, _request).Error?.Code);
    }

    [Fact]
    public async Task A_bill_is_the_same_bytes_after_an_erasure_of_everything_that_may_be_erased()
    {
        var before = Statement.Recompute(_directory, _request).Value;
        var meters = MeterProjector.Run(_directory).Value;
        await using (var log = RealLog.Open(_directory, "did:web:supplier-a.example", FakeLog.Provider))
        {
            Assert.Equal(5, await log.EraseContentsAsync()); // three grants, two reports; receipts are metering alone
            Assert.Equal("DS-LED-038", await log.TryEraseAsync(0, ErasedPayload.All));
        }
        var after = Statement.Recompute(_directory, _request).Value;
        Assert.Equal(before.Bill.ToCanonicalJson(), after.Bill.ToCanonicalJson());
        Assert.Equal(before.Readings, after.Readings);
        Assert.Equal(meters.Sums, MeterProjector.Run(_directory).Value.Sums);
        Assert.True(MeterProjector.Verify(_directory).IsOk);
        Assert.True(Ledger.Fsck.LedgerVerifier.Verify(_directory).Ok);

        // A use whose metering part was to disappear refuses the bill; it does not shrink it.
        await using (var vault = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(_directory, "vault.db")};Pooling=False"))
        {
            await vault.OpenAsync(TestContext.Current.CancellationToken);
            await using var lose = vault.CreateCommand();
            lose.CommandText = "UPDATE payload SET rest=NULL WHERE idx=0";
            Assert.Equal(1, await lose.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }
        Assert.Equal(MeteringErrors.PayloadAbsent.Code, Statement.Recompute(_directory, _request).Error?.Code);
        Assert.False(Ledger.Fsck.LedgerVerifier.Verify(_directory).Ok);
    }

    private string CopyDirectory()
    {
        var copy = _directory + "-copy";
        foreach (var file in Directory.GetFiles(_directory, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(_directory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }

    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(FakeLog.March2026Ms);
    }
}
