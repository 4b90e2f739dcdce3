using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Receipts;
using Xunit;

namespace DataSpace.Ledger.Tests.Receipts;

/// <summary>Golden bytes of every entry kind: what is in a log today must be readable, and the same, for ever.</summary>
public sealed class EntryVectorTests
{
    private const string Name = "ledger/entries.json";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly Ed25519Signer Provider = new(SHA256.HashData("vector provider key"u8));
    private static readonly Ed25519Signer Consumer = new(SHA256.HashData("vector consumer key"u8));

    internal static readonly IReadOnlyList<IEntryPayload> Payloads =
    [
        LedgerFixture.Grant("sum"),
        new ReportPayload
        {
            GrantHash = LedgerFixture.Digest("grant"),
            Units = new Dictionary<string, long> { ["uses"] = 1, ["resultCells"] = 60, ["bytesOut"] = 4096 },
            ImageDigest = "sha256:" + LedgerFixture.Digest("image"),
            OutputDigest = LedgerFixture.Digest("output"),
            Outcome = "released",
            CpuMs = 12,
            RowsScanned = 220,
            WallMs = 30,
        },
        ReceiptPayload.SignAsConsumer(LedgerFixture.Digest("grant"), LedgerFixture.Digest("report"), LedgerFixture.Digest("result"),
            LedgerFixture.JobHash, "did:web:analyst.example", Consumer).Countersign(Consumer.PublicKey, Provider).Value,
        new JobDispatchedPayload { JobHash = LedgerFixture.JobHash, JobId = "job-1", Roster = ["did:web:a.example", "did:web:b.example"], DeadlineMs = 1_790_000_060_000 },
        (DeniedPayload)LedgerFixture.Denied().Payload,
        new BudgetRegrantedPayload { BudgetId = "uses", ContractId = "contract-1", OldLimit = 10, NewLimit = 20, Reason = "renewed", Actor = "owner-1" },
    ];

    [Fact]
    public void Every_kind_has_a_vector_and_gives_the_same_bytes()
    {
        Assert.Equal(Enum.GetValues<EntryKind>(), Payloads.Select(payload => payload.Kind).Order());
        var actual = new JsonArray([.. Payloads.Select(Vector)]).ToJsonString(Indented) + "\n";
        var file = Vectors.Path(Name);
        var expected = File.Exists(file) ? File.ReadAllText(file) : "";
        Assert.True(expected == actual, actual);
    }

    [Fact]
    public void Every_vector_is_read_back_and_its_signature_verifies()
    {
        foreach (var vector in Vectors.Json(Name).EnumerateArray())
        {
            var bytes = Convert.FromHexString(vector.GetProperty("entry").GetString()!);
            var entry = LedgerEntry.Decode(bytes).Value;
            Assert.Equal(bytes, entry.Encode());
            Assert.True(entry.IsSignedBy(Provider.PublicKey));
            Assert.False(entry.IsSignedBy(Consumer.PublicKey));
            Assert.True(bytes.Length <= LedgerEntry.MaxBytes);
            var fields = vector.GetProperty("fields").EnumerateArray()
                .Select(f => new PayloadField(f.GetProperty("label").GetString()!, Convert.FromHexString(f.GetProperty("value").GetString()!)));
            Assert.Equal(Payloads.Single(p => p.Kind == entry.Kind).ToFields().Select(f => f.Label), ReadBack(entry.Kind, fields).ToFields().Select(f => f.Label));
        }
    }

    [Fact]
    public void No_changed_byte_of_an_entry_passes()
    {
        var bytes = Convert.FromHexString(Vectors.Json(Name)[0].GetProperty("entry").GetString()!);
        for (var at = 0; at < bytes.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var changed = (byte[])bytes.Clone();
                changed[at] ^= (byte)(1 << bit);
                Assert.False(LedgerEntry.Decode(changed).TryGet(out var entry, out _) && entry.IsSignedBy(Provider.PublicKey), $"byte {at} bit {bit}");
            }
        }
        Assert.Equal("DS-LED-027", LedgerEntry.Decode(bytes.AsMemory(..^1)).Error!.Code);
        Assert.Equal("DS-LED-027", LedgerEntry.Decode((byte[])[.. bytes, 0]).Error!.Code);
        Assert.Equal("DS-LED-018", LedgerEntry.Decode(new byte[LedgerEntry.MaxBytes + 1]).Error!.Code);
    }

    [Fact]
    public void A_payload_with_an_unknown_a_missing_or_a_mistyped_field_is_refused()
    {
        var fields = LedgerFixture.Denied().Payload.ToFields();
        Assert.True(DeniedPayload.FromFields(fields).IsOk);
        Assert.Equal("DS-LED-019", DeniedPayload.FromFields(fields.Skip(1)).Error!.Code);
        Assert.Equal("DS-LED-019", DeniedPayload.FromFields([.. fields, new PayloadField("more", new byte[] { 0 })]).Error!.Code);
        Assert.Equal("DS-LED-019", DeniedPayload.FromFields([.. fields, fields[0]]).Error!.Code);
        Assert.Equal("DS-LED-019", DeniedPayload.FromFields([.. fields.Skip(1), fields[0] with { Value = new byte[] { 0 } }]).Error!.Code);
    }

    private static IEntryPayload ReadBack(EntryKind kind, IEnumerable<PayloadField> fields) => kind switch
    {
        EntryKind.Grant => GrantPayload.FromFields(fields).Value,
        EntryKind.Report => ReportPayload.FromFields(fields).Value,
        EntryKind.Receipt => ReceiptPayload.FromFields(fields).Value,
        EntryKind.JobDispatched => JobDispatchedPayload.FromFields(fields).Value,
        EntryKind.Denied => DeniedPayload.FromFields(fields).Value,
        EntryKind.BudgetRegranted => BudgetRegrantedPayload.FromFields(fields).Value,
        _ => throw new InvalidOperationException(),
    };

    private static JsonObject Vector(IEntryPayload payload)
    {
        var payloadKey = SHA256.HashData(Encoding.ASCII.GetBytes("vector payload key " + payload.Kind));
        var fields = payload.ToFields();
        var root = SealedPayload.Create(fields, payloadKey).Root;
        var bytes = new LedgerEntry
        {
            Kind = payload.Kind,
            EventId = SHA256.HashData(Encoding.ASCII.GetBytes("vector event id " + payload.Kind)).AsMemory(..16),
            AgreementTag = SHA256.HashData("vector agreement tag"u8),
            PayloadRoot = root,
            SignerKeyIds = [Provider.PublicKey.KeyId],
            TimeMs = 1_790_000_000_123,
        }.SignAndEncode(Provider);
        return new JsonObject
        {
            ["kind"] = payload.Kind.ToString(),
            ["publicKey"] = Convert.ToHexStringLower(Provider.PublicKey.Raw.Span),
            ["payloadKey"] = Convert.ToHexStringLower(payloadKey),
            ["fields"] = new JsonArray([.. fields.Select(f => new JsonObject { ["label"] = f.Label, ["value"] = Convert.ToHexStringLower(f.Value.Span) })]),
            ["payloadRoot"] = Convert.ToHexStringLower(root),
            ["entry"] = Convert.ToHexStringLower(bytes),
            ["leafHash"] = Convert.ToHexStringLower(MerkleHash.Leaf(bytes)),
        };
    }
}
