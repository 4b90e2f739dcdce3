using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Identity;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Metering.Meters;

namespace DataSpace.Metering.Tests;

/// <summary>Builds signed records as a ledger would return them, in memory: real entries, real commitments, real signatures.</summary>
internal sealed class FakeLog
{
    public const string Consumer = "did:web:chain-leader.example";
    public const long March2026Ms = 1_772_841_600_000; // 2026-03-07T00:00:00Z
    public static readonly Ed25519Signer Provider = Signer(1);
    public static readonly Ed25519Signer ConsumerKey = Signer(2);
    public static readonly Ed25519Signer Stranger = Signer(3);
    private readonly Dictionary<long, GrantPayload> _grants = [];

    public static MeterKeys Keys { get; } = new(
        KeySet.Single(Provider.PublicKey, DateTimeOffset.UnixEpoch), new Dictionary<string, KeySet> { [Consumer] = KeySet.Single(ConsumerKey.PublicKey, DateTimeOffset.UnixEpoch) });

    public List<LedgerRecord> Records { get; } = [];

    public static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    public static GrantPayload NewGrant(string job, string contract = "contract-1", long price = 200, string currency = "CNY") => new()
    {
        Actor = "actor-7",
        Role = "analyst",
        Participant = Consumer,
        SpaceId = "space",
        ServiceParty = "did:web:coordinator.example",
        CaseId = "case",
        ContractId = contract,
        ContractVersion = "1",
        PolicyDecisionId = "decision",
        PolicyVersion = "p1",
        PlanHash = Digest("plan"),
        JobHash = Digest(job),
        JobId = job,
        Step = "contribute",
        UseId = GrantPayload.ComputeUseId(Digest(job), contract, "contribute"),
        Nonce = "nonce",
        DatasetId = "investments",
        DatasetVersion = "v1",
        Purpose = "supply-chain-planning",
        Limits = new Dictionary<string, long> { ["minGroupSize"] = 3 },
        PricePerUseMinor = price,
        Currency = currency,
        PricePlanHash = Digest("price plan of " + contract),
    };

    /// <summary>Grant, Report and Receipt of one use.</summary>
    public FakeLog Use(string job, string contract = "contract-1", long price = 200, long timeMs = March2026Ms)
        => Grant(NewGrant(job, contract, price), timeMs).Report(timeMs: timeMs).Receipt(timeMs: timeMs);

    public FakeLog Grant(GrantPayload grant, long timeMs = March2026Ms)
    {
        _grants[Records.Count] = grant;
        return Append(grant, timeMs);
    }

    /// <summary>Report for the last Grant.</summary>
    public FakeLog Report(string outcome = "released", long uses = 1, long cells = 60, long bytes = 1000, long timeMs = March2026Ms)
        => Append(
            new ReportPayload
            {
                GrantHash = Hash(LastGrant()),
                Units = new Dictionary<string, long> { ["uses"] = uses, ["resultCells"] = cells, ["bytesOut"] = bytes },
                ImageDigest = "sha256:engine",
                OutputDigest = Digest("output"),
                Outcome = outcome,
                CpuMs = 5,
                RowsScanned = 80,
                WallMs = 9,
            },
            timeMs);

    /// <summary>Receipt for the last Grant and the last record, which is its Report.</summary>
    public FakeLog Receipt(
        ISigner? consumer = null, ISigner? countersigner = null, string? job = null, string? reportHash = null, string who = Consumer, long timeMs = March2026Ms)
    {
        var grantIndex = LastGrant();
        var signer = consumer ?? ConsumerKey;
        var half = ReceiptPayload.SignAsConsumer(
            Hash(grantIndex), reportHash ?? Hash(Records.Count - 1), Digest("result"), job ?? _grants[grantIndex].JobHash, who, signer);
        return Append(half.Countersign(signer.PublicKey, countersigner ?? Provider).Value, timeMs);
    }

    public FakeLog Append(IEntryPayload payload, long timeMs = March2026Ms, ISigner? signer = null)
    {
        var fields = payload.ToFields().Select(field => new OpenedField(field.Label, RandomNumberGenerator.GetBytes(32), field.Value)).ToList();
        var by = signer ?? Provider;
        var entry = new LedgerEntry
        {
            Kind = payload.Kind,
            EventId = RandomNumberGenerator.GetBytes(16),
            AgreementTag = RandomNumberGenerator.GetBytes(32),
            PayloadRoot = MerkleHash.Root([.. fields.Select(field => field.LeafHash())]),
            SignerKeyIds = [by.PublicKey.KeyId],
            TimeMs = timeMs,
        };
        var bytes = entry.SignAndEncode(by);
        Records.Add(new LedgerRecord(Records.Count, bytes, MerkleHash.Leaf(bytes), LedgerEntry.Decode(bytes).Value, fields));
        return this;
    }

    public string Hash(int index) => Convert.ToHexStringLower(Records[index].LeafHash.Span);

    private int LastGrant() => (int)_grants.Keys.Max();

    private static Ed25519Signer Signer(byte seed)
        => new(SHA256.HashData(Encoding.ASCII.GetBytes(seed.ToString(CultureInfo.InvariantCulture))));
}
