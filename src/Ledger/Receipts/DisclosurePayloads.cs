using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Disclosing;

namespace DataSpace.Ledger.Receipts;

/// <summary>An auditor or regulator was answered, be it with refusals. Made before the answer leaves.</summary>
public sealed record DisclosureGivenPayload : IEntryPayload
{
    /// <summary>Case, as the asker numbers it.</summary>
    public required string CaseId { get; init; }

    /// <summary>Participant id of the asker.</summary>
    public required string Asker { get; init; }

    /// <summary>First entry.</summary>
    public required long From { get; init; }

    /// <summary>Entry after the last one.</summary>
    public required long To { get; init; }

    /// <summary>Entries of which fields were shown.</summary>
    public required long Disclosed { get; init; }

    /// <summary>Entries that were refused.</summary>
    public required long Refused { get; init; }

    /// <summary>SHA-256 of the request, lower-case hex.</summary>
    public required string RequestHash { get; init; }

    /// <summary>SHA-256 of the answer's body, lower-case hex.</summary>
    public required string AnswerHash { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.DisclosureGiven;

    internal static DisclosureGivenPayload Of(DisclosureRequest request, ReadOnlySpan<byte> body, int disclosed, int refused) => new()
    {
        CaseId = request.CaseId,
        Asker = request.Asker,
        From = request.From,
        To = request.To,
        Disclosed = disclosed,
        Refused = refused,
        RequestHash = request.Hash(),
        AnswerHash = Convert.ToHexStringLower(SHA256.HashData(body)),
    };

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Id("caseId", CaseId).Id("asker", Asker).Count("from", From).Count("to", To).Count("disclosed", Disclosed).Count("refused", Refused)
        .Digest("requestHash", RequestHash).Digest("answerHash", AnswerHash).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<DisclosureGivenPayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new DisclosureGivenPayload
        {
            CaseId = reader.Id("caseId"),
            Asker = reader.Id("asker"),
            From = reader.Count("from"),
            To = reader.Count("to"),
            Disclosed = reader.Count("disclosed"),
            Refused = reader.Count("refused"),
            RequestHash = reader.Digest("requestHash"),
            AnswerHash = reader.Digest("answerHash"),
        });
    }
}
