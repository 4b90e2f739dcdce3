using System.Security.Cryptography;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace DataSpace.Ledger.Tests;

/// <summary>A ledger in its own temporary directory with a fixed key and clock.</summary>
internal sealed class LedgerFixture : IDisposable
{
    public const string Origin = "provider.example/ledger";
    public static readonly string JobHash = Digest("job");

    public LedgerFixture(string? directory = null)
    {
        Directory = directory ?? System.IO.Directory.CreateTempSubdirectory("ledger-test-").FullName;
        Options = new LedgerOptions { Directory = Directory, Origin = Origin };
    }

    public string Directory { get; }

    public Ed25519Signer Signer { get; } = new(SHA256.HashData("test key"u8));

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.FromUnixTimeSeconds(1_790_000_000));

    public LedgerOptions Options { get; set; }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public Result<AuditLedger> TryOpen() => AuditLedger.Open(Options, Signer, Clock);

    public AuditLedger Open()
    {
        var opened = TryOpen();
        Assert.True(opened.IsOk, opened.Error?.ToString());
        return opened.Value;
    }

    public static EntryDraft Denied(string step = "s") =>
        new(new DeniedPayload { JobHash = JobHash, Step = step, Code = "DS-POL-001", ContractId = "contract-1" }, "contract-1");

    public static GrantPayload Grant(string step, string contract = "contract-1") => new()
    {
        Actor = "actor-7f",
        Role = "analyst",
        Participant = "did:web:analyst.example",
        SpaceId = "space-1",
        ServiceParty = "did:web:operator.example",
        CaseId = "case-9",
        ContractId = contract,
        ContractVersion = "1",
        PolicyDecisionId = "decision-1",
        PolicyVersion = "policy-3",
        PlanHash = Digest("plan"),
        JobHash = JobHash,
        JobId = "job-1",
        Step = step,
        UseId = GrantPayload.ComputeUseId(JobHash, contract, step),
        Nonce = "nonce-1",
        DatasetId = "dataset-1",
        DatasetVersion = "v1",
        Purpose = "research",
        Limits = new Dictionary<string, long> { ["minGroupSize"] = 3, ["budget/uses"] = 1 },
        PricePerUseMinor = 200,
        Currency = "CNY",
        PricePlanHash = Digest("price plan"),
    };

    public static ReportPayload Report(GrantHandle grant, ReadOnlySpan<byte> output) => new()
    {
        GrantHash = Convert.ToHexStringLower(grant.GrantHash.Span),
        Units = new Dictionary<string, long> { ["uses"] = 1, ["resultCells"] = 60, ["bytesOut"] = output.Length },
        ImageDigest = "sha256:" + Digest("image"),
        OutputDigest = Convert.ToHexStringLower(SHA256.HashData(output)),
        Outcome = "released",
        CpuMs = 12,
        RowsScanned = 220,
        WallMs = 30,
    };

    public static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));

    public VerifyReport Verify(string? witness = null) => LedgerVerifier.Verify(Directory, new VerifyOptions { WitnessCheckpoint = witness });

    public void AssertVerifies(string? witness = null)
    {
        var report = Verify(witness);
        Assert.True(report.Ok, string.Join("\n", report.Problems));
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
