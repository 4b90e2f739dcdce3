using System.Formats.Cbor;
using System.Security.Cryptography;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Ledger.Disclosing;

/// <summary>
/// An answer: for every index of the request exactly one disclosure or one signed refusal, all proven under one checkpoint, together with the proof that the log records
/// this very answer. Form: <c>contracts/schemas/disclosure.cddl</c>.
/// </summary>
public static class DisclosureAnswer
{
    /// <summary>Longest answer, in bytes.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    private const int Version = 1;

    internal static byte[] EncodeBody(DisclosureRequest request, IReadOnlyList<DisclosureItem> items)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(3);
        writer.WriteInt32(Version);
        writer.WriteByteString(request.Encode());
        writer.WriteStartArray(items.Count);
        foreach (var item in items)
            item.Write(writer);
        writer.WriteEndArray();
        writer.WriteEndArray();
        return writer.Encode();
    }

    internal static byte[] Encode(byte[] body, IReadOnlyList<IReadOnlyList<ReadOnlyMemory<byte>>> proofs, EntryProof given)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(3);
        writer.WriteByteString(body);
        writer.WriteStartArray(proofs.Count);
        foreach (var proof in proofs)
        {
            writer.WriteStartArray(proof.Count);
            foreach (var hash in proof)
                writer.WriteByteString(hash.Span);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
        writer.WriteByteString(given.Encode());
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>
    /// Verifies an answer against the request that was sent: complete, each entry in the log under its signed checkpoint, each shown field as it was committed to, each
    /// refusal signed, and the answer recorded in the log. Believes nothing of the answer.
    /// </summary>
    /// <param name="bytes">The answer.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="owner">Key of the log's owner: signs entries and refusals.</param>
    /// <param name="vkey">Verifier key of the log.</param>
    public static Result<VerifiedDisclosure> Verify(ReadOnlyMemory<byte> bytes, DisclosureRequest request, PublicKey owner, string vkey)
    {
        if (request.Check() is { } malformed)
            return malformed;
        if (!VerifierKey.ParseLog(vkey).TryGet(out var log, out var error))
            return error;
        if (log.Name != request.Origin)
            return LedgerErrors.DisclosureInvalid.Of("the key is of another log than the one asked");
        if (bytes.Length > MaxBytes || Decode(bytes) is not var (body, items, asked, proofs, given))
            return LedgerErrors.DisclosureInvalid.Of("malformed");
        if (!asked.AsSpan().SequenceEqual(request.Encode()))
            return LedgerErrors.DisclosureInvalid.Of("it answers another request");
        if (items.Count != request.To - request.From || proofs.Count != items.Count)
            return LedgerErrors.DisclosureInvalid.Of($"{items.Count} answers for {request.To - request.From} entries");
        if (!VerifyGiven(given, request, body, items, owner, vkey).TryGet(out var recorded, out error))
            return error;
        var answers = new List<DisclosedIndex>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i].Index != request.From + i)
                return LedgerErrors.DisclosureInvalid.Of($"entry {request.From + i} is left out");
            if (!new TlogProof(items[i].Index, proofs[i], given.Proof.CheckpointNote).Verify(items[i].LeafHash.Span, log).TryGet(out _, out error))
                return LedgerErrors.DisclosureInvalid.Of($"entry {items[i].Index}: {error.Detail}");
            if (!Judge(items[i], request, owner).TryGet(out var answer, out error))
                return error;
            answers.Add(answer);
        }
        return new VerifiedDisclosure(request, answers, recorded.Index, recorded.Checkpoint);
    }

    private static Result<VerifiedEntry> VerifyGiven(EntryProof given, DisclosureRequest request, byte[] body, IReadOnlyList<DisclosureItem> items, PublicKey owner, string vkey)
    {
        if (!given.Verify(owner, vkey, EntryKind.DisclosureGiven).TryGet(out var recorded, out var error))
            return LedgerErrors.DisclosureInvalid.Of($"not recorded in the log: {error}");
        var refused = items.Count(item => item.Entry is null);
        return DisclosureGivenPayload.FromFields(recorded.Fields).TryGet(out var said, out _)
            && said == DisclosureGivenPayload.Of(request, body, items.Count - refused, refused)
            ? recorded
            : LedgerErrors.DisclosureInvalid.Of("the log records another answer");
    }

    private static Result<DisclosedIndex> Judge(DisclosureItem item, DisclosureRequest request, PublicKey owner)
    {
        var at = $"entry {item.Index}";
        if (item.Entry is not { } bytes)
        {
            return item.Code.Length > 0 && item.IsSignedBy(owner, request)
                ? new DisclosedIndex(item.Index, null, 0, [], 0, item.Code, IsRefused: true)
                : LedgerErrors.DisclosureInvalid.Of($"{at}: a refusal that its owner did not sign");
        }
        if (!LedgerEntry.Decode(bytes).TryGet(out var entry, out _) || !entry.IsSignedBy(owner))
            return LedgerErrors.DisclosureInvalid.Of($"{at}: not an entry of the log's owner");
        if (!PayloadLeaf.Root(item.Leaves).AsSpan().SequenceEqual(entry.PayloadRoot.Span))
            return LedgerErrors.DisclosureInvalid.Of($"{at}: its fields are not those that it committed to");
        var shown = PayloadLeaf.Shown(item.Leaves).ToList();
        var hidden = item.Leaves.Count - shown.Count;
        // Who hides what was asked for must say why.
        if (item.Code.Length == 0 && (request.Fields is null ? hidden > 0 : request.Fields.Any(f => PayloadLabels.Has(entry.Kind, f) && !shown.Exists(s => s.Label == f))))
            return LedgerErrors.DisclosureInvalid.Of($"{at}: fields are hidden without a reason");
        return new DisclosedIndex(item.Index, entry.Kind, entry.TimeMs, shown, hidden, item.Code, IsRefused: false);
    }

    private static (byte[] Body, IReadOnlyList<DisclosureItem> Items, byte[] Request, IReadOnlyList<IReadOnlyList<ReadOnlyMemory<byte>>> Proofs, EntryProof Given)? Decode(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var reader = new CborReader(bytes, CborConformanceMode.Canonical);
            if (reader.ReadStartArray() != 3)
                return null;
            var body = reader.ReadByteString();
            var proofs = new List<IReadOnlyList<ReadOnlyMemory<byte>>>();
            for (var left = Count(reader); left > 0; left--)
            {
                var hashes = new List<ReadOnlyMemory<byte>>();
                for (var more = Count(reader); more > 0; more--)
                    hashes.Add(reader.ReadByteString());
                reader.ReadEndArray();
                proofs.Add(hashes);
            }
            reader.ReadEndArray();
            var given = EntryProof.Decode(reader.ReadByteString());
            reader.ReadEndArray();
            if (reader.BytesRemaining != 0 || !given.IsOk)
                return null;
            reader = new CborReader(body, CborConformanceMode.Canonical);
            if (reader.ReadStartArray() != 3 || reader.ReadInt32() != Version)
                return null;
            var request = reader.ReadByteString();
            var items = new List<DisclosureItem>();
            for (var left = Count(reader); left > 0; left--)
                items.Add(DisclosureItem.Read(reader));
            reader.ReadEndArray();
            reader.ReadEndArray();
            return reader.BytesRemaining == 0 ? (body, items, request, proofs, given.Value) : null;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException)
        {
            return null;
        }
    }

    private static int Count(CborReader reader)
        => reader.ReadStartArray() is >= 0 and <= DisclosureRequest.MaxEntries and var count ? count : throw new CborContentException("too many");
}

/// <summary>What a verified answer says of one index.</summary>
/// <param name="Index">Index.</param>
/// <param name="Kind">Kind of the entry; null when refused.</param>
/// <param name="TimeMs">Its time.</param>
/// <param name="Fields">The shown fields.</param>
/// <param name="HiddenFields">Fields that are hidden.</param>
/// <param name="Code">Why it is refused or fields are hidden; empty when everything asked for is shown.</param>
/// <param name="IsRefused">A refusal.</param>
public sealed record DisclosedIndex(long Index, EntryKind? Kind, long TimeMs, IReadOnlyList<PayloadField> Fields, int HiddenFields, string Code, bool IsRefused);

/// <summary>A verified answer.</summary>
/// <param name="Request">The request.</param>
/// <param name="Answers">One for every index, in order.</param>
/// <param name="RecordedAt">Index of the DisclosureGiven entry.</param>
/// <param name="Checkpoint">The checkpoint under which all is proven.</param>
public sealed record VerifiedDisclosure(DisclosureRequest Request, IReadOnlyList<DisclosedIndex> Answers, long RecordedAt, Checkpoint Checkpoint);
