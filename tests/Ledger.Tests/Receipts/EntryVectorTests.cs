using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using Xunit;

namespace DataSpace.Ledger.Tests.Receipts;

/// <summary>Golden bytes of every entry kind: what is in a log today must be readable, and the same, for ever.</summary>
public sealed class EntryVectorTests
{
    private const string Name = "ledger/entries.json";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly Ed25519Signer Provider = new(SHA256.HashData("vector provider key"u8));
    private const string Regulator = "did:web:regulator.example";
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
        new SuspendedPayload { TargetKind = "dataset", Target = "dataset-1", Code = "DS-NEG-041", RuleId = "rule-7", RuleSetVersion = 3, Regulator = Regulator },
        new ResumedPayload { TargetKind = "dataset", Target = "dataset-1", RuleId = "rule-7", RuleSetVersion = 4, Regulator = Regulator },
        new RegulatorActPayload
        {
            Act = "freeze", TargetKind = "participant", Target = "did:web:a.example", RuleSetVersion = 3, CaseId = "case-9",
            DocumentHash = LedgerFixture.Digest("freezes"), Regulator = Regulator,
        },
        new DutyDonePayload { DutyId = "duty-1", Phase = "after", ContractId = "contract-1", UseId = LedgerFixture.Digest("use"), ProofHash = LedgerFixture.Digest("proof") },
        new DutyBreachedPayload
        {
            DutyId = "duty-1", Phase = "after", ContractId = "contract-1", UseId = "", DeadlineMs = 1_790_000_060_000, Reason = "overdue",
        },
        new ListingCheckedPayload { DatasetId = "dataset-1", GradeDeclared = "1", GradeFound = "3", Findings = ["phone: phone", "name: personName"], Outcome = "refused" },
        new DegradedPayload
        {
            Reason = "stampStale", ContractId = "contract-1", UseId = LedgerFixture.Digest("use"), Regulator = Regulator, RuleSetVersion = 3,
            StampTimeMs = 1_790_000_000_000,
        },
        new PeriodClosedPayload
        {
            ContractId = "contract-1", Period = "2026-09", Provider = "did:web:supplier.example", Consumer = "did:web:analyst.example", Size = 4711,
            RootHash = LedgerFixture.Digest("root"), PlanHash = LedgerFixture.Digest("plan"), StatementHash = LedgerFixture.Digest("statement"),
            AmountMinor = 12_345, Currency = "CNY",
        },
        new AdjustmentPayload
        {
            ContractId = "contract-1", Period = "2026-10", ForPeriod = "2026-09", AmountMinor = -200, Currency = "CNY",
            StatementHash = LedgerFixture.Digest("statement"), Reason = "waived",
        },
        new DisputePayload { ContractId = "contract-1", GrantHash = LedgerFixture.Digest("grant"), OpenedBy = "did:web:analyst.example", Reason = "resultUnusable" },
        new DisputeResolvedPayload
        {
            ContractId = "contract-1", GrantHash = LedgerFixture.Digest("grant"), Outcome = DisputeResolvedPayload.Waive, By = "did:web:supplier.example", Reason = "case 9",
        },
        new LogContinuedPayload
        {
            OldOrigin = "did:web:a.example/log/1", NewOrigin = "did:web:a.example/log/2", KnownSize = 40, KnownRoot = LedgerFixture.Digest("root"), KeptSize = 31, Reason = "restored",
        },
        new EquivocationPayload { Origin = "did:web:a.example/log/1", ProofHash = LedgerFixture.Digest("proof"), FirstSize = 7, SecondSize = 9 },
        new OneSidedPayload
        {
            JobHash = LedgerFixture.JobHash, UseId = LedgerFixture.Digest("use"), GrantHash = LedgerFixture.Digest("grant"), ReportHash = LedgerFixture.Digest("report"),
            ContractId = "contract-1", Silent = "did:web:analyst.example", Reason = "noReceipt", DeadlineMs = 1_790_000_060_000,
        },
        new UnreportedPayload { JobHash = LedgerFixture.JobHash, JobId = "job-1", Participant = "did:web:a.example", DeadlineMs = 1_790_000_060_000 },
        new ErasedPayload { Index = 17, EntryHash = LedgerFixture.Digest("entry"), Part = ErasedPayload.Content, Ground = "PIPL 47", By = "officer-2" },
        new DisclosureGivenPayload
        {
            CaseId = "case-9", Asker = Regulator, From = 3, To = 9, Disclosed = 4, Refused = 2, RequestHash = LedgerFixture.Digest("request"), AnswerHash = LedgerFixture.Digest("answer"),
        },
        new RefusalKeptPayload { JobHash = LedgerFixture.JobHash, JobId = "job-1", Participant = "did:web:a.example", Code = "DS-CON-014", Statement = "header.payload.signature" },
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
            Assert.Equal(Spelled(Payloads.Single(p => p.Kind == entry.Kind)), Spelled(ReadBack(entry.Kind, fields)));
        }
    }

    [Fact]
    public void Exact_measurements_stand_behind_the_fields_that_reports_always_had()
    {
        var plain = (ReportPayload)Payloads.Single(p => p.Kind == EntryKind.Report);
        var measured = plain with { Measured = new Dictionary<string, long> { ["subjects"] = 12, ["fuel"] = 7 } };
        Assert.Equal([.. Spelled(plain), "exact/more/fuel=07", "exact/more/subjects=0c"], Spelled(measured));
        Assert.Equal(Spelled(measured), Spelled(ReportPayload.FromFields(measured.ToFields()).Value));
        Assert.All(measured.ToFields().Skip(plain.ToFields().Count), f => Assert.StartsWith(ReportPayload.OwnerOnlyPrefix, f.Label, StringComparison.Ordinal));
        Assert.Equal("DS-LED-019", ReportPayload.FromFields([.. plain.ToFields(), new PayloadField("exact/other", new byte[] { 0 })]).Error!.Code);
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

    public static TheoryData<string> OutOfBounds => ["long id", "empty word", "word with a space", "negative count", "long finding", "many findings"];

    [Theory]
    [MemberData(nameof(OutOfBounds))]
    public async Task A_field_out_of_bounds_is_neither_written_nor_read(string what)
    {
        var duty = (DutyDonePayload)Payloads.Single(p => p.Kind == EntryKind.DutyDone);
        var listing = (ListingCheckedPayload)Payloads.Single(p => p.Kind == EntryKind.ListingChecked);
        var act = (RegulatorActPayload)Payloads.Single(p => p.Kind == EntryKind.RegulatorAct);
        var overlong = new string('x', 513);
        (IEntryPayload Good, IEntryPayload Bad, PayloadField Forged) given = what switch
        {
            "long id" => (duty, duty with { DutyId = overlong }, Field("dutyId", w => w.WriteTextString(overlong))),
            "empty word" => (duty, duty with { Phase = "" }, Field("phase", w => w.WriteTextString(""))),
            "word with a space" => (act, act with { Act = "a b" }, Field("act", w => w.WriteTextString("a b"))),
            "negative count" => (act, act with { RuleSetVersion = -1 }, Field("ruleSetVersion", w => w.WriteInt64(-1))),
            "long finding" => (listing, listing with { Findings = [overlong] }, Field("findings", w => List(w, [overlong]))),
            _ => (listing, listing with { Findings = Many() }, Field("findings", w => List(w, Many()))),
        };
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        Assert.Equal("DS-LED-019", (await ledger.AppendAsync(new EntryDraft(given.Bad, "c"), LedgerFixture.Cancel)).Error!.Code);
        Assert.True((await ledger.AppendAsync(new EntryDraft(given.Good, "c"), LedgerFixture.Cancel)).IsOk);
        var fields = given.Good.ToFields().Select(f => f.Label == given.Forged.Label ? given.Forged : f);
        Assert.Throws<InvalidOperationException>(() => ReadBack(given.Good.Kind, fields));

        static string[] Many() => [.. Enumerable.Repeat("x", 257)];

        static PayloadField Field(string label, Action<CborWriter> write)
        {
            var writer = new CborWriter(CborConformanceMode.Canonical);
            write(writer);
            return new PayloadField(label, writer.Encode());
        }

        static void List(CborWriter writer, string[] values)
        {
            writer.WriteStartArray(values.Length);
            foreach (var value in values)
                writer.WriteTextString(value);
            writer.WriteEndArray();
        }
    }

    private static IEnumerable<string> Spelled(IEntryPayload payload)
        => payload.ToFields().Select(f => f.Label + "=" + Convert.ToHexStringLower(f.Value.Span));

    private static IEntryPayload ReadBack(EntryKind kind, IEnumerable<PayloadField> fields) => kind switch
    {
        EntryKind.Grant => GrantPayload.FromFields(fields).Value,
        EntryKind.Report => ReportPayload.FromFields(fields).Value,
        EntryKind.Receipt => ReceiptPayload.FromFields(fields).Value,
        EntryKind.JobDispatched => JobDispatchedPayload.FromFields(fields).Value,
        EntryKind.Denied => DeniedPayload.FromFields(fields).Value,
        EntryKind.BudgetRegranted => BudgetRegrantedPayload.FromFields(fields).Value,
        EntryKind.Suspended => SuspendedPayload.FromFields(fields).Value,
        EntryKind.Resumed => ResumedPayload.FromFields(fields).Value,
        EntryKind.RegulatorAct => RegulatorActPayload.FromFields(fields).Value,
        EntryKind.DutyDone => DutyDonePayload.FromFields(fields).Value,
        EntryKind.DutyBreached => DutyBreachedPayload.FromFields(fields).Value,
        EntryKind.ListingChecked => ListingCheckedPayload.FromFields(fields).Value,
        EntryKind.Degraded => DegradedPayload.FromFields(fields).Value,
        EntryKind.PeriodClosed => PeriodClosedPayload.FromFields(fields).Value,
        EntryKind.Adjustment => AdjustmentPayload.FromFields(fields).Value,
        EntryKind.Dispute => DisputePayload.FromFields(fields).Value,
        EntryKind.DisputeResolved => DisputeResolvedPayload.FromFields(fields).Value,
        EntryKind.LogContinued => LogContinuedPayload.FromFields(fields).Value,
        EntryKind.Equivocation => EquivocationPayload.FromFields(fields).Value,
        EntryKind.OneSided => OneSidedPayload.FromFields(fields).Value,
        EntryKind.Unreported => UnreportedPayload.FromFields(fields).Value,
        EntryKind.Erased => ErasedPayload.FromFields(fields).Value,
        EntryKind.DisclosureGiven => DisclosureGivenPayload.FromFields(fields).Value,
        EntryKind.RefusalKept => RefusalKeptPayload.FromFields(fields).Value,
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
