using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Disclosing;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using Xunit;

namespace DataSpace.Cli.Tests;

/// <summary>A real ledger on disk with a few complete uses: grant, report and receipt each.</summary>
internal sealed class SmallLedger : IDisposable
{
    public const string Consumer = "did:web:consumer.example";
    private static readonly string JobHash = Digest("job");
    private readonly TempFolder _folder = new();

    private SmallLedger()
    {
    }

    public string Directory => _folder.Path;

    public Ed25519Signer Provider { get; } = new(SHA256.HashData("provider"u8));

    public Ed25519Signer ConsumerKey { get; } = new(SHA256.HashData("consumer"u8));

    public string Vkey { get; private set; } = "";

    /// <summary>Makes a ledger with this many uses and closes it.</summary>
    public static async Task<SmallLedger> CreateAsync(int uses)
    {
        var ledger = new SmallLedger();
        await ledger.AppendAsync(0, uses);
        return ledger;
    }

    /// <summary>Opens it again and appends more uses.</summary>
    public async Task AppendAsync(int first, int uses)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var ledger = Open();
        Vkey = ledger.VerifierKey;
        Assert.True(ledger.DefineBudget("uses", 100, "contract-1").IsOk);
        for (var i = first; i < first + uses; i++)
        {
            var granted = (await ledger.GrantAsync(Grant($"step-{i}"), [new BudgetDebit("uses", 1)], cancel)).Value;
            var output = Encoding.ASCII.GetBytes($"output {i}");
            var report = (await ledger.ReportAsync(granted.Handle, Report(granted.Handle, output), output, cancel)).Value;
            var receipt = ReceiptPayload.SignAsConsumer(granted.Entry.LeafHashHex, report.LeafHashHex, Digest("result"), JobHash, Consumer, ConsumerKey)
                .Countersign(ConsumerKey.PublicKey, Provider).Value;
            Assert.True((await ledger.AppendAsync(new EntryDraft(receipt, "contract-1"), cancel)).IsOk);
        }
        await ledger.WaitPublishedAsync(ledger.Latest.Size, cancel);
    }

    /// <summary>Opens it again and erases the content of an entry.</summary>
    public async Task EraseAsync(long index)
    {
        await using var ledger = Open();
        Assert.True((await ledger.EraseAsync(new ErasureRequest(index, ErasedPayload.Content, "PIPL 47", "officer-2"), TestContext.Current.CancellationToken)).IsOk);
    }

    /// <summary>An answer about a range, as an asker keeps it.</summary>
    public async Task<string> DiscloseAsync(string caseId, long from, long to)
    {
        await using var ledger = Open();
        var request = new DisclosureRequest(ledger.Origin, caseId, "did:web:auditor.example", from, to, null, Digest("nonce"));
        var answer = (await ledger.DiscloseAsync(request, new DisclosureCapability(caseId, 0, null, AllFields: true), TestContext.Current.CancellationToken)).Value;
        return JsonSerializer.Serialize(new { request, vkey = ledger.VerifierKey, answer = Convert.ToBase64String(answer) }, JsonSerializerOptions.Web);
    }

    /// <summary>Opens it again with ML-DSA-44 and SM2 keys: its checkpoint is published anew, with their lines.</summary>
    public ValueTask CountersignAsync() => Open([MlDsa44Signer.Generate(), Sm2Signer.Generate()]).DisposeAsync();

    private AuditLedger Open(params IReadOnlyList<ISigner> countersigners)
        => AuditLedger.Open(new LedgerOptions { Directory = Directory, Origin = "provider.example/log/1", Countersigners = countersigners }, Provider, TimeProvider.System).Value;

    /// <summary>The newest entry bundle on disk.</summary>
    public string NewestBundle() => System.IO.Directory.EnumerateFiles(Path.Combine(Directory, "tile", "entries"), "*", SearchOption.AllDirectories)
        .OrderByDescending(f => new FileInfo(f).Length).First();

    public void Dispose() => _folder.Dispose();

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static GrantPayload Grant(string step) => new()
    {
        Actor = "actor-1",
        Role = "analyst",
        Participant = Consumer,
        SpaceId = "space-1",
        ServiceParty = "did:web:operator.example",
        CaseId = "case-1",
        ContractId = "contract-1",
        ContractVersion = "1",
        PolicyDecisionId = "decision-1",
        PolicyVersion = "policy-1",
        PlanHash = Digest("plan"),
        JobHash = JobHash,
        JobId = "job-1",
        Step = step,
        UseId = GrantPayload.ComputeUseId(JobHash, "contract-1", step),
        Nonce = "nonce-1",
        DatasetId = "dataset-1",
        DatasetVersion = "v1",
        Purpose = "research",
        Limits = new Dictionary<string, long> { ["minGroupSize"] = 3 },
        PricePerUseMinor = 200,
        Currency = "CNY",
        PricePlanHash = Digest("price"),
    };

    private static ReportPayload Report(GrantHandle grant, byte[] output) => new()
    {
        GrantHash = Convert.ToHexStringLower(grant.GrantHash.Span),
        Units = new Dictionary<string, long> { ["uses"] = 1, ["resultCells"] = 60, ["bytesOut"] = output.Length },
        ImageDigest = "sha256:" + Digest("image"),
        OutputDigest = Convert.ToHexStringLower(SHA256.HashData(output)),
        Outcome = "released",
        CpuMs = 1,
        RowsScanned = 1,
        WallMs = 1,
    };
}
