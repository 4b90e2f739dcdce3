using System.Security.Cryptography;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Disclosing;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Tests.Receipts;
using DataSpace.Ledger.Tests.Vault;
using Xunit;

namespace DataSpace.Ledger.Tests.Disclosing;

/// <summary>An answer leaves nothing out, shows nothing but what was committed to, and stands in the log; whatever a node changes in it is found.</summary>
public sealed class DisclosureTests
{
    private const string Case = "case-2026-7";
    private const string Asker = "did:web:regulator.example";
    private static readonly DisclosureCapability Everything = new(Case, 0, null, AllFields: true);
    private static CancellationToken Cancel => LedgerFixture.Cancel;

    [Fact]
    public async Task Every_index_is_answered_once_and_the_read_is_an_entry()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = await FilledAsync(fixture, 6);
        var request = Request(1, 5);
        var answer = (await ledger.DiscloseAsync(request, Everything, Cancel)).Value;
        var verified = DisclosureAnswer.Verify(answer, request, ledger.PublicKey, ledger.VerifierKey).Value;
        Assert.Equal([1L, 2, 3, 4], verified.Answers.Select(a => a.Index));
        Assert.All(verified.Answers, a => Assert.True(a is { IsRefused: false, HiddenFields: 0, Code: "" }));
        Assert.Equal(7, ledger.Latest.Size);
        var said = DisclosureGivenPayload.FromFields(ledger.Read(6, 7).Single().PayloadFields).Value;
        Assert.Equal((Case, Asker, 1L, 5L, 4L, 0L, 6L), (said.CaseId, said.Asker, said.From, said.To, said.Disclosed, said.Refused, verified.RecordedAt));
        Assert.Equal("DS-LED-039", (await ledger.EraseAsync(ErasureTests.Request(6), Cancel)).Error!.Code);
    }

    [Fact]
    public async Task Named_fields_alone_are_shown_and_hiding_one_needs_a_reason()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = await FilledAsync(fixture, 2);
        Assert.True((await ledger.GrantAsync(LedgerFixture.Grant("sum"), [], Cancel)).IsOk);
        var request = Request(1, 3, "purpose", "contractId");
        var verified = await AskAsync(ledger, request, Everything);
        Assert.Equal(["contractId"], verified.Answers[0].Fields.Select(f => f.Label));
        Assert.Equal(["contractId", "purpose"], verified.Answers[1].Fields.Select(f => f.Label));
        // The capability shows metering alone: the purpose is hidden, and the answer says why.
        verified = await AskAsync(ledger, request, Everything with { AllFields = false });
        Assert.Equal(["", "contractId"], verified.Answers.Select(a => string.Join(',', a.Fields.Select(f => f.Label))));
        Assert.Equal("DS-LED-043", verified.Answers[1].Code);
    }

    [Fact]
    public async Task Without_entitlement_everything_is_refused_signed_and_recorded()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = await FilledAsync(fixture, 4);
        foreach (var capability in new[] { null, Everything with { CaseId = "another case" }, Everything with { From = 4 }, Everything with { To = 1 } })
        {
            var size = ledger.Latest.Size;
            var verified = await AskAsync(ledger, Request(1, 4), capability);
            Assert.All(verified.Answers, a => Assert.True(a is { IsRefused: true, Code: "DS-LED-043", Fields.Count: 0 }));
            var said = DisclosureGivenPayload.FromFields(ledger.Read(size, size + 1).Single().PayloadFields).Value;
            Assert.Equal((0L, 3L), (said.Disclosed, said.Refused));
        }
    }

    [Fact]
    public async Task What_was_erased_is_refused_as_erased_or_shown_as_far_as_it_is_left()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = await FilledAsync(fixture, 1);
        Assert.True((await ledger.GrantAsync(LedgerFixture.Grant("sum"), [], Cancel)).IsOk);
        Assert.True((await ledger.EraseAsync(ErasureTests.Request(0), Cancel)).IsOk);
        Assert.True((await ledger.EraseAsync(ErasureTests.Request(1), Cancel)).IsOk);
        var verified = await AskAsync(ledger, Request(0, 2), Everything);
        Assert.True(verified.Answers[0] is { IsRefused: true, Code: "DS-LED-037" });
        Assert.True(verified.Answers[1] is { IsRefused: false, Code: "DS-LED-037", HiddenFields: 12 });
        Assert.Contains(verified.Answers[1].Fields, f => f.Label == "pricePerUseMinor");
    }

    [Fact]
    public async Task Ranges_have_limits()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = await FilledAsync(fixture, 2);
        Assert.Equal("DS-LED-041", await RefusedAsync(Request(0, DisclosureRequest.MaxEntries + 1)));
        Assert.Equal("DS-LED-041", await RefusedAsync(Request(1, 1)));
        Assert.Equal("DS-LED-041", await RefusedAsync(Request(-1, 1)));
        Assert.Equal("DS-LED-024", await RefusedAsync(Request(1, 3)));
        Assert.Equal("DS-LED-005", await RefusedAsync(Request(0, 1) with { Origin = "another.example/log" }));
        Assert.Equal("DS-LED-019", await RefusedAsync(Request(0, 1) with { Nonce = "1" }));
        Assert.Equal("DS-LED-019", await RefusedAsync(Request(0, 1, "code", "code")));
        Assert.Equal(2, ledger.Latest.Size);

        async Task<string?> RefusedAsync(DisclosureRequest request) => (await ledger.DiscloseAsync(request, Everything, Cancel)).Error?.Code;
    }

    public static TheoryData<string> Attacks =>
    [
        "index left out", "index twice", "indices exchanged", "field altered", "field altered with its hash", "field hidden without a reason", "named field hidden without a reason",
        "refusal without signature", "refusal for another index", "refusal by a stranger", "another entry", "another request", "another range", "another asker", "not recorded", "recorded another answer",
    ];

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task An_answer_that_its_owner_tampered_with_is_refused(string attack)
    {
        using var fixture = new LedgerFixture();
        await using var ledger = await FilledAsync(fixture, 6);
        var named = attack.StartsWith("named", StringComparison.Ordinal);
        var request = named ? Request(1, 5, "code") : Request(1, 5);
        // The node itself forges, with its own key, and records what it forged.
        var records = ledger.Read(1, 5).ToList();
        var items = records.Select(r => DisclosureItem.Shown(r.Index, r.Bytes, r.Leaves!.Select(l => l.Show(request.Asks)).ToList(), "")).ToList();
        Assert.True((await ForgeAsync(ledger, fixture, request, items)).IsOk); // as it should be
        var stranger = Ed25519Signer.Generate();
        switch (attack)
        {
            case "index left out":
                items.RemoveAt(2);
                break;
            case "index twice":
                items[2] = items[1];
                break;
            case "indices exchanged":
                (items[1], items[2]) = (items[2], items[1]);
                break;
            case "field altered":
                items[1] = WithLeaf(items[1], 0, l => l with { Field = l.Field! with { Value = new byte[] { 0x61, 0x78 } } });
                break;
            case "field altered with its hash":
                items[1] = WithLeaf(items[1], 0, l => new PayloadLeaf(l.Field! with { Value = new byte[] { 0x61, 0x78 } }, (l.Field! with { Value = new byte[] { 0x61, 0x78 } }).LeafHash()));
                break;
            case "field hidden without a reason":
                items[1] = WithLeaf(items[1], 2, l => l with { Field = null });
                break;
            case "named field hidden without a reason":
                items[1] = WithLeaf(items[1], 2, l => l with { Field = null });
                break;
            case "refusal without signature":
                items[1] = DisclosureItem.Refused(request, 2, records[1].Bytes, "DS-LED-043", fixture.Signer) with { Signature = new byte[64] };
                break;
            case "refusal for another index":
                items[1] = DisclosureItem.Refused(request, 3, records[1].Bytes, "DS-LED-043", fixture.Signer) with { Index = 2 };
                break;
            case "refusal by a stranger":
                items[1] = DisclosureItem.Refused(request, 2, records[1].Bytes, "DS-LED-043", stranger);
                break;
            case "another entry":
                items[1] = DisclosureItem.Shown(2, records[2].Bytes, items[2].Leaves, "");
                break;
            default:
                break;
        }
        var told = attack switch
        {
            "another request" => request with { Nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) },
            "another range" => request with { From = 0, To = 4 },
            "another asker" => request with { Asker = "did:web:else.example" },
            _ => request,
        };
        var error = attack switch
        {
            "not recorded" => (await ForgeAsync(ledger, fixture, request, items, record: request, kind: EntryKind.Denied)).Error,
            "recorded another answer" => (await ForgeAsync(ledger, fixture, request, items, record: request with { To = 4 })).Error,
            _ => DisclosureAnswer.Verify(await ForgedAsync(ledger, told, items, told), request, ledger.PublicKey, ledger.VerifierKey).Error,
        };
        Assert.Equal("DS-LED-042", error?.Code);
    }

    [Fact]
    public async Task No_cut_or_flipped_byte_of_an_answer_passes()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = await FilledAsync(fixture, 3);
        var request = Request(0, 2);
        var answer = (await ledger.DiscloseAsync(request, Everything with { From = 1 }, Cancel)).Value;
        Assert.True(DisclosureAnswer.Verify(answer, request, ledger.PublicKey, ledger.VerifierKey).IsOk);
        for (var at = 0; at < answer.Length; at += 3)
        {
            var changed = (byte[])answer.Clone();
            changed[at] ^= 1;
            Assert.False(DisclosureAnswer.Verify(changed, request, ledger.PublicKey, ledger.VerifierKey).IsOk, $"byte {at}");
            Assert.False(DisclosureAnswer.Verify(answer.AsMemory(..at), request, ledger.PublicKey, ledger.VerifierKey).IsOk);
        }
        var stranger = Ed25519Signer.Generate().PublicKey;
        Assert.False(DisclosureAnswer.Verify(answer, request, stranger, ledger.VerifierKey).IsOk);
        Assert.False(DisclosureAnswer.Verify(answer, request, ledger.PublicKey, Ledger.Notes.VerifierKey.ForLog(LedgerFixture.Origin, stranger).ToString()).IsOk);
    }

    [Fact]
    public void The_table_of_labels_is_that_of_the_payloads()
    {
        foreach (var payload in EntryVectorTests.Payloads)
            Assert.Equal(payload.ToFields().Select(f => f.Label).Where(l => !l.StartsWith("limits/", StringComparison.Ordinal) && !l.StartsWith("units/", StringComparison.Ordinal)), PayloadLabels.Of(payload.Kind));
    }

    private static DisclosureRequest Request(long from, long to, params string[] fields)
        => new(LedgerFixture.Origin, Case, Asker, from, to, fields.Length == 0 ? null : fields, Convert.ToHexStringLower(SHA256.HashData("nonce"u8)));

    private static async Task<VerifiedDisclosure> AskAsync(AuditLedger ledger, DisclosureRequest request, DisclosureCapability? capability)
        => DisclosureAnswer.Verify((await ledger.DiscloseAsync(request, capability, Cancel)).Value, request, ledger.PublicKey, ledger.VerifierKey).Value;

    private static async Task<AuditLedger> FilledAsync(LedgerFixture fixture, int count)
    {
        var ledger = fixture.Open();
        for (var i = 0; i < count; i++)
            Assert.True((await ledger.AppendAsync(LedgerFixture.Denied($"step {i}"), Cancel)).IsOk);
        return ledger;
    }

    private static DisclosureItem WithLeaf(DisclosureItem item, int at, Func<PayloadLeaf, PayloadLeaf> change)
        => item with { Leaves = item.Leaves.Select((leaf, i) => i == at ? change(leaf) : leaf).ToList() };

    private static async Task<Kernel.Results.Result<VerifiedDisclosure>> ForgeAsync(
        AuditLedger ledger, LedgerFixture fixture, DisclosureRequest request, List<DisclosureItem> items, DisclosureRequest? record = null, EntryKind kind = EntryKind.DisclosureGiven)
    {
        _ = fixture;
        return DisclosureAnswer.Verify(await ForgedAsync(ledger, request, items, record ?? request, kind), request, ledger.PublicKey, ledger.VerifierKey);
    }

    private static async Task<byte[]> ForgedAsync(AuditLedger ledger, DisclosureRequest request, List<DisclosureItem> items, DisclosureRequest record, EntryKind kind = EntryKind.DisclosureGiven)
    {
        var body = DisclosureAnswer.EncodeBody(request, items);
        var refused = items.Count(i => i.Entry is null);
        var draft = kind == EntryKind.DisclosureGiven
            ? new EntryDraft(DisclosureGivenPayload.Of(record, body, items.Count - refused, refused), ledger.Origin)
            : LedgerFixture.Denied();
        var recorded = (await ledger.AppendAsync(draft, Cancel)).Value;
        var proofs = items.Select(i => ledger.Prove(i.Index).Hashes).ToList();
        return DisclosureAnswer.Encode(body, proofs, ledger.ProveEntry(recorded.Index).Value);
    }
}
