using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Metering.Tests;

/// <summary>A ledger on disk, written by the ledger's own code, with a clock that the test sets.</summary>
internal sealed class RealLog : IAsyncDisposable
{
    private readonly SettableClock _clock;
    private readonly AuditLedger _ledger;

    private RealLog(AuditLedger ledger, SettableClock clock) => (_ledger, _clock) = (ledger, clock);

    public string Directory => _ledger.Directory;

    public long Size => _ledger.Latest.Size;

    public static CancellationToken Cancel => Xunit.TestContext.Current.CancellationToken;

    public static RealLog Open(string directory, string did, ISigner signer, string month = "2026-03")
    {
        var clock = new SettableClock { Now = MonthOf(month) };
        return new RealLog(AuditLedger.Open(new LedgerOptions { Directory = directory, Origin = did }, signer, clock).Value, clock);
    }

    public static DateTimeOffset MonthOf(string month) => DateTimeOffset.Parse(month + "-10T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture);

    public RealLog At(string month)
    {
        _clock.Now = MonthOf(month);
        return this;
    }

    public async Task<GrantedUse> GrantAsync(GrantPayload grant) => (await _ledger.GrantAsync(grant, [], Cancel)).Value;

    public async Task<AppendedEntry> ReportAsync(GrantedUse granted, IReadOnlyDictionary<string, long>? units = null, string outcome = "released", IReadOnlyDictionary<string, long>? measured = null)
    {
        var output = Encoding.UTF8.GetBytes("ciphertext");
        return (await _ledger.ReportAsync(granted.Handle, new ReportPayload
        {
            GrantHash = granted.Entry.LeafHashHex,
            Units = units ?? new Dictionary<string, long> { ["uses"] = 1, ["resultCells"] = 20, ["bytesOut"] = output.Length },
            ImageDigest = "sha256:engine",
            OutputDigest = Convert.ToHexStringLower(SHA256.HashData(output)),
            Outcome = outcome,
            CpuMs = 3,
            RowsScanned = 80,
            WallMs = 2,
            Measured = measured ?? new Dictionary<string, long>(),
        }, output, Cancel)).Value;
    }

    public async Task<long> AppendAsync(IEntryPayload payload, string contract, ReadOnlyMemory<byte>? eventId = null)
        => (await _ledger.AppendAsync(new EntryDraft(payload, contract) { EventId = eventId }, Cancel)).Value.Index;

    public Task<T> ReadVaultAsync<T>(Func<T> read) => _ledger.ReadVaultAsync(read, Cancel);

    public async Task<string?> TryEraseUntilAsync(long index, string part, CancellationToken cancel)
        => (await _ledger.EraseAsync(new ErasureRequest(index, part, "PIPL 47", "officer-2"), cancel)).Error?.Code;

    public async Task<string?> TryEraseAsync(long index, string part)
        => (await _ledger.EraseAsync(new ErasureRequest(index, part, "PIPL 47", "officer-2"), Cancel)).Error?.Code;

    /// <summary>Erases the content of every entry that has any apart from metering.</summary>
    public async Task<int> EraseContentsAsync()
    {
        var erased = 0;
        for (long index = 0, size = Size; index < size; index++)
            erased += (await _ledger.EraseAsync(new ErasureRequest(index, ErasedPayload.Content, "PIPL 47", "officer-2"), Cancel)).IsOk ? 1 : 0;
        return erased;
    }

    public async Task<string?> RefusedAsync(IEntryPayload payload, string contract, ReadOnlyMemory<byte>? eventId = null)
        => (await _ledger.AppendAsync(new EntryDraft(payload, contract) { EventId = eventId }, Cancel)).Error?.Code;

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    private sealed class SettableClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
