using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Tiles;
using DataSpace.Metering.Rating;
using DataSpace.Metering.Settlement;
using Xunit;

namespace DataSpace.Cli.Tests;

/// <summary>A provider and a consumer as directories: node.json and real ledgers with the same receipts, the price plan and the agreement that pins it.</summary>
internal sealed class SmallSettlement : IDisposable
{
    public const string Plan = """{"version":1,"id":"per-use","currency":"CNY","subscriptionMinor":0,"minimumMinor":0,"charges":[{"unit":"uses","free":0,"tiers":[{"rate":{"minor":125,"per":1}}]}]}""";
    private const string ProviderDid = "did:web:provider.example";
    private const string ConsumerDid = "did:web:consumer.example";
    private static readonly Ed25519Signer Provider = new(SHA256.HashData("settled provider"u8));
    private static readonly Ed25519Signer Consumer = new(SHA256.HashData("settled consumer"u8));
    private readonly TempFolder _folder = new();

    public string Root => _folder.Path;

    public string ProviderDirectory => Path.Combine(Root, "provider");

    public string ConsumerDirectory => Path.Combine(Root, "consumer");

    public string PlanFile => Path.Combine(Root, "plan.json");

    public string AgreementFile => Path.Combine(Root, "agreement.json");

    /// <summary>Month in which the uses took place.</summary>
    public static string Month { get; } = TimeProvider.System.GetUtcNow().ToString("yyyy-MM", CultureInfo.InvariantCulture);

    /// <summary>Options of every settle command over the two directories.</summary>
    public string[] Inputs => ["--period", Month, "--consumer", ConsumerDirectory, "--provider", ProviderDirectory, "--plan", PlanFile];

    public static async Task<SmallSettlement> CreateAsync(int uses)
    {
        var made = new SmallSettlement();
        File.WriteAllText(made.PlanFile, Plan);
        File.WriteAllText(made.AgreementFile, Agreement(PricePlan.Read(Encoding.UTF8.GetBytes(Plan)).Value.Hash));
        Card(made.ProviderDirectory, ProviderDid, Provider);
        Card(made.ConsumerDirectory, ConsumerDid, Consumer);
        var hash = Metering.Settlement.AgreementFile.Read(File.ReadAllBytes(made.AgreementFile)).Value.Hash;
        await using var provider = Open(made.ProviderDirectory, ProviderDid, Provider);
        await using var consumer = Open(made.ConsumerDirectory, ConsumerDid, Consumer);
        for (var i = 0; i < uses; i++)
            await UseAsync(provider, consumer, i, hash);
        await provider.WaitPublishedAsync(provider.Latest.Size, TestContext.Current.CancellationToken);
        await consumer.WaitPublishedAsync(consumer.Latest.Size, TestContext.Current.CancellationToken);
        return made;
    }

    /// <summary>An agreement file that pins a plan.</summary>
    public static string Agreement(string planHash) => JsonSerializer.Serialize(new
    {
        agreement = new Dictionary<string, object>
        {
            ["@type"] = "Agreement",
            ["@id"] = "contract-1",
            ["target"] = "dataset-1",
            ["assigner"] = ProviderDid,
            ["assignee"] = ConsumerDid,
            ["timestamp"] = "2026-01-01T00:00:00Z",
            ["permission"] = new[]
            {
                new
                {
                    action = "use",
                    constraint = new object[]
                    {
                        Term("purpose", "eq", "supply-chain-planning"), Term("dateTime", "lt", "2031-01-01T00:00:00Z"), Term("count", "lteq", "20"), Term("dataspace:computation", "eq", "sql"), new { leftOperand = "dataspace:column", @operator = "isAnyOf", rightOperand = new[] { "year", "value" } },
                        Term("dataspace:groupKey", "eq", "year"), Term("dataspace:minimumGroupSize", "gteq", "3"), Term("dataspace:dominancePercent", "lteq", "off"),
                    },
                },
            },
            ["obligation"] = new[]
            {
                new
                {
                    action = "compensate",
                    constraint = new object[]
                    {
                        new { leftOperand = "payAmount", @operator = "eq", rightOperand = "1.25", unit = "CNY" },
                        new { leftOperand = "dataspace:pricePlan", @operator = "eq", rightOperand = planHash },
                    },
                },
            },
        },
        providerKey = Key(Provider),
        consumerKey = Key(Consumer),
    });

    /// <summary>A policy of one witness, and its cosignature over what both parties published when asked.</summary>
    public string WitnessPolicy(bool cosign)
    {
        var witness = new Ed25519Signer(SHA256.HashData("settled witness"u8));
        const string name = "did:web:witness.example";
        foreach (var directory in cosign ? new[] { ProviderDirectory, ConsumerDirectory } : [])
        {
            var note = File.ReadAllText(Path.Combine(directory, "ledger", "checkpoint"));
            File.WriteAllText(Path.Combine(directory, "ledger", PublicFiles.Cosigned), note + SignedNote.Parse(note).Value.Cosign(name, witness, TimeProvider.System.GetUtcNow()));
        }
        return $"witness w {VerifierKey.ForWitness(name, witness.PublicKey)}\nquorum w\n";
    }

    /// <summary>Signatures of both parties beside a statement.</summary>
    public static void Sign(string statementFile, bool both)
    {
        var statement = StatementDocument.Read(File.ReadAllBytes(statementFile)).Value;
        string[] tokens = [StatementSignatures.Sign(statement, Provider), .. both ? [StatementSignatures.Sign(statement, Consumer)] : Array.Empty<string>()];
        File.WriteAllBytes(Path.ChangeExtension(statementFile, ".signatures.json"), CanonicalJson.Of(new StatementSignatures(statement.Hash(), tokens)));
    }

    public void Dispose() => _folder.Dispose();

    private static AuditLedger Open(string directory, string did, Ed25519Signer signer)
        => AuditLedger.Open(new LedgerOptions { Directory = Path.Combine(directory, "ledger"), Origin = did + "/log/1" }, signer, TimeProvider.System).Value;

    private static void Card(string directory, string did, Ed25519Signer signer)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "node.json"), JsonSerializer.Serialize(new
        {
            did,
            name = did,
            role = "connector",
            url = "https://localhost:1/",
            publicKey = Key(signer),
            keyId = signer.PublicKey.KeyId,
            tlsSpki = Key(signer),
            ledgerVkey = VerifierKey.ForLog(did + "/log/1", signer.PublicKey).ToString(),
            pid = 1,
        }));
    }

    private static async Task UseAsync(AuditLedger provider, AuditLedger consumer, int number, string agreementHash)
    {
        var (cancel, job) = (TestContext.Current.CancellationToken, Hex("job " + number.ToString(CultureInfo.InvariantCulture)));
        var granted = (await provider.GrantAsync(new GrantPayload
        {
            Actor = "actor-1",
            Role = "analyst",
            Participant = ConsumerDid,
            SpaceId = "space-1",
            ServiceParty = "did:web:operator.example",
            CaseId = "case-1",
            ContractId = "contract-1",
            ContractVersion = agreementHash,
            PolicyDecisionId = "decision-1",
            PolicyVersion = "1",
            PlanHash = job,
            JobHash = job,
            JobId = "job-1",
            Step = "contribute",
            UseId = GrantPayload.ComputeUseId(job, "contract-1", "contribute"),
            Nonce = "nonce-1",
            DatasetId = "dataset-1",
            DatasetVersion = "v1",
            Purpose = "research",
            Limits = new Dictionary<string, long>(),
            PricePerUseMinor = 125,
            Currency = "CNY",
            PricePlanHash = PricePlan.Read(Encoding.UTF8.GetBytes(Plan)).Value.Hash,
        }, [], cancel)).Value;
        var reported = (await provider.ReportAsync(granted.Handle, new ReportPayload
        {
            GrantHash = granted.Entry.LeafHashHex,
            Units = new Dictionary<string, long> { ["uses"] = 1, ["resultCells"] = 7, ["bytesOut"] = 6 },
            ImageDigest = "engine",
            OutputDigest = Hex("output"),
            Outcome = "released",
            CpuMs = 3,
            RowsScanned = 80,
            WallMs = 4,
        }, Encoding.UTF8.GetBytes("output"), cancel)).Value;
        var receipt = ReceiptPayload.SignAsConsumer(granted.Entry.LeafHashHex, reported.LeafHashHex, Hex("result"), job, ConsumerDid, Consumer).Countersign(Consumer.PublicKey, Provider).Value;
        Assert.True((await provider.AppendAsync(new EntryDraft(receipt, "contract-1"), cancel)).IsOk);
        Assert.True((await consumer.AppendAsync(new EntryDraft(receipt, "contract-1"), cancel)).IsOk);
    }

    private static object Term(string left, string comparison, string right) => new { leftOperand = left, @operator = comparison, rightOperand = right };

    private static string Key(Ed25519Signer signer) => Base64Url.EncodeToString(signer.PublicKey.Raw.Span);

    private static string Hex(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
