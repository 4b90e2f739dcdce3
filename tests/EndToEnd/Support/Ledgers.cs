using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.EndToEnd.Support;

/// <summary>Reads nodes' ledgers from their published files, as an auditor with the owner's vault does.</summary>
internal static class Ledgers
{
    private static readonly TimeSpan PublishLimit = TimeSpan.FromSeconds(10);

    /// <summary>All published entries.</summary>
    public static IReadOnlyList<LedgerRecord> Read(Party party)
        => OfflineLog.Read(party.LedgerDirectory, Vkey(party)).Value.Records;

    /// <summary>Reads once the ledger shows what the test waits for; publication follows the commit.</summary>
    public static async Task<IReadOnlyList<LedgerRecord>> ReadWhenAsync(Party party, Func<IReadOnlyList<LedgerRecord>, bool> condition)
    {
        IReadOnlyList<LedgerRecord> records = [];
        await Eventually.TrueAsync(() =>
        {
            records = Read(party);
            return Task.FromResult(condition(records));
        }, PublishLimit, () => $"{party.Name}: {records.Count} entries: {string.Join(' ', records.Select(r => r.Entry.Kind))}");
        return records;
    }

    /// <summary>Everything that is durable at this moment: entries are published a moment later.</summary>
    public static async Task<IReadOnlyList<LedgerRecord>> ReadNowAsync(Party party)
    {
        var size = await SizeAsync(party);
        return await ReadWhenAsync(party, r => r.Count >= size);
    }

    public static VerifyReport Verify(Party party)
        => LedgerVerifier.Verify(party.LedgerDirectory, new VerifyOptions { ExpectedVkey = Vkey(party) });

    /// <summary>Fails with every problem that the verifier names.</summary>
    public static void AssertSound(Party party)
    {
        var report = Verify(party);
        Assert.True(report.Ok, $"{party.Name}: {string.Join("; ", report.Problems)}");
    }

    public static string Vkey(Party party) => party.Card["ledgerVkey"]!.GetValue<string>();

    public static IEnumerable<(LedgerRecord Record, GrantPayload Payload)> Grants(this IEnumerable<LedgerRecord> records)
        => records.Where(r => r.Entry.Kind == EntryKind.Grant).Select(r => (r, GrantPayload.FromFields(r.PayloadFields).Value));

    public static IEnumerable<(LedgerRecord Record, ReportPayload Payload)> Reports(this IEnumerable<LedgerRecord> records)
        => records.Where(r => r.Entry.Kind == EntryKind.Report).Select(r => (r, ReportPayload.FromFields(r.PayloadFields).Value));

    /// <summary>Reports of the uses of one job.</summary>
    public static IEnumerable<(LedgerRecord Record, ReportPayload Payload)> ReportsOf(this IReadOnlyList<LedgerRecord> records, string jobHash)
    {
        var grants = records.Grants().Where(g => g.Payload.JobHash == jobHash).Select(g => g.Record.LeafHash.Hex()).ToHashSet();
        return records.Reports().Where(r => grants.Contains(r.Payload.GrantHash));
    }

    public static IEnumerable<(LedgerRecord Record, ReceiptPayload Payload)> Receipts(this IEnumerable<LedgerRecord> records)
        => records.Where(r => r.Entry.Kind == EntryKind.Receipt).Select(r => (r, ReceiptPayload.FromFields(r.PayloadFields).Value));

    /// <summary>Size of the log as the node itself tells it now, published or not.</summary>
    public static async Task<long> SizeAsync(Party party) => (await party.ReadAsync("/admin/status"))["ledger"]!["size"]!.GetValue<long>();

    public static string Hex(this ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);
}
