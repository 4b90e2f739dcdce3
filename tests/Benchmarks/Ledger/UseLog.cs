using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Benchmarks.Ledger;

/// <summary>Logs with payloads in the vault: Grant, Report and Receipt per use, as our own ledger writes them.</summary>
internal static class UseLog
{
    private const int Callers = 512;
    private static readonly Ed25519Signer Provider = Ed25519Signer.Generate();
    private static readonly Ed25519Signer Consumer = Ed25519Signer.Generate();

    /// <summary>Writes three entries per use.</summary>
    public static async Task WriteAsync(string directory, int uses)
    {
        var options = new LedgerOptions { Directory = directory, Origin = "benchmark.example/metering" };
        await using var ledger = AuditLedger.Open(options, Provider, TimeProvider.System).Value;
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < uses; i = Interlocked.Increment(ref next))
                await UseAsync(ledger, i);
        })));
    }

    private static async Task UseAsync(AuditLedger ledger, int number)
    {
        var job = Hex("job " + number.ToString(CultureInfo.InvariantCulture));
        var grant = new GrantPayload
        {
            Actor = "analyst",
            Role = "analyst",
            Participant = "did:web:consumer.example",
            SpaceId = "space",
            ServiceParty = "did:web:coordinator.example",
            CaseId = "-",
            ContractId = "urn:uuid:11111111-2222-3333-4444-555555555555",
            ContractVersion = "1",
            PolicyDecisionId = "decision",
            PolicyVersion = "1",
            PlanHash = job,
            JobHash = job,
            JobId = "job",
            Step = "contribute",
            UseId = GrantPayload.ComputeUseId(job, "urn:uuid:11111111-2222-3333-4444-555555555555", "contribute"),
            Nonce = "nonce",
            DatasetId = "dataset",
            DatasetVersion = job,
            Purpose = "statistics",
            Limits = new Dictionary<string, long> { ["minGroupSize"] = 3, ["epsilonMicro"] = 1000 },
            PricePerUseMinor = 200,
            Currency = "CNY",
            PricePlanHash = job,
        };
        var granted = (await ledger.GrantAsync(grant, [], CancellationToken.None)).Value;
        var report = new ReportPayload
        {
            GrantHash = granted.Entry.LeafHashHex,
            Units = new Dictionary<string, long> { ["uses"] = 1, ["resultCells"] = 60, ["bytesOut"] = 1000, ["rowsScanned"] = 1024 },
            ImageDigest = "engine",
            OutputDigest = Convert.ToHexStringLower(SHA256.HashData([])),
            Outcome = "released",
            CpuMs = 5,
            RowsScanned = 1000,
            WallMs = 9,
        };
        var reported = (await ledger.ReportAsync(granted.Handle, report, ReadOnlyMemory<byte>.Empty, CancellationToken.None)).Value;
        var receipt = ReceiptPayload.SignAsConsumer(granted.Entry.LeafHashHex, reported.LeafHashHex, job, job, grant.Participant, Consumer).Countersign(Consumer.PublicKey, Provider).Value;
        _ = (await ledger.AppendAsync(new EntryDraft(receipt, grant.ContractId), CancellationToken.None)).Value;
    }

    private static string Hex(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
