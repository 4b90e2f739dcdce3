using System.Formats.Cbor;
using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Ledger.Disclosing;

/// <summary>What an auditor or regulator asks of a log: every entry of a range, under a case.</summary>
/// <param name="Origin">The log.</param>
/// <param name="CaseId">Case, as the asker numbers it.</param>
/// <param name="Asker">Participant id of the asker.</param>
/// <param name="From">First entry.</param>
/// <param name="To">Entry after the last one.</param>
/// <param name="Fields">Labels of the fields asked for; null: all.</param>
/// <param name="Nonce">32 random bytes, lower-case hex: an answer to another request does not pass.</param>
public sealed record DisclosureRequest(string Origin, string CaseId, string Asker, long From, long To, IReadOnlyList<string>? Fields, string Nonce)
{
    /// <summary>Most entries of one request.</summary>
    public const int MaxEntries = 256;

    /// <summary>Most fields that may be named.</summary>
    public const int MaxFields = 32;

    private const int MaxTextLength = 200;

    /// <summary>Whether a field is asked for.</summary>
    public bool Asks(string label) => Fields is null || Fields.Contains(label, StringComparer.Ordinal);

    /// <summary>The first rule that the request breaks, or null.</summary>
    public DsError? Check()
    {
        if (From < 0 || To <= From || To - From > MaxEntries)
            return LedgerErrors.RangeTooLong.Of($"1 to {MaxEntries} entries");
        if (CaseId is not { Length: > 0 and <= MaxTextLength } || Asker is not { Length: > 0 and <= FieldRules.MaxIdLength } || Origin is not { Length: > 0 and <= FieldRules.MaxIdLength })
            return LedgerErrors.InvalidField.Of("caseId, asker or origin");
        if (Fields is { } fields && (fields.Count is 0 or > MaxFields || fields.Any(f => f is not { Length: > 0 and <= FieldRules.MaxLabelLength }) || fields.Distinct(StringComparer.Ordinal).Count() != fields.Count))
            return LedgerErrors.InvalidField.Of("fields");
        return Nonce is not null && FieldRules.IsDigest(Nonce) ? null : LedgerErrors.InvalidField.Of("nonce");
    }

    /// <summary>Deterministic CBOR array of all members.</summary>
    internal byte[] Encode()
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(7);
        writer.WriteTextString(Origin);
        writer.WriteTextString(CaseId);
        writer.WriteTextString(Asker);
        writer.WriteInt64(From);
        writer.WriteInt64(To);
        if (Fields is null)
            writer.WriteNull();
        else
        {
            writer.WriteStartArray(Fields.Count);
            foreach (var field in Fields)
                writer.WriteTextString(field);
            writer.WriteEndArray();
        }
        writer.WriteByteString(Convert.FromHexString(Nonce));
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>SHA-256 of the encoded request, lower-case hex.</summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(Encode()));
}

/// <summary>What the owner lets an asker see: entries of a range, under one case. Whatever it does not name is refused.</summary>
/// <param name="CaseId">The case.</param>
/// <param name="From">First entry.</param>
/// <param name="To">Entry after the last one; null: no end.</param>
/// <param name="AllFields">Every field; else the metering fields alone, without exact measurements.</param>
public sealed record DisclosureCapability(string CaseId, long From, long? To, bool AllFields)
{
    internal bool Covers(long index) => index >= From && (To is null || index < To);

    internal bool Shows(EntryKind kind, string label)
        => AllFields || MeteringFields.Contains(kind, label) && !label.StartsWith(ReportPayload.OwnerOnlyPrefix, StringComparison.Ordinal);
}
