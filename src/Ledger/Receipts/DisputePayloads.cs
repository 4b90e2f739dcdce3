using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Receipts;

/// <summary>A use is disputed: it is not billed while that stands. Either party's log may hold it.</summary>
public sealed record DisputePayload : IEntryPayload
{
    /// <summary>Contract (agreement) id.</summary>
    public required string ContractId { get; init; }

    /// <summary>Leaf hash of the Grant in the provider's log, lower-case hex of 32 bytes.</summary>
    public required string GrantHash { get; init; }

    /// <summary>Participant id of whoever disputes.</summary>
    public required string OpenedBy { get; init; }

    /// <summary>Why, as a stable word.</summary>
    public required string Reason { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.Dispute;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Id("contractId", ContractId).Digest("grantHash", GrantHash).Id("openedBy", OpenedBy).Word("reason", Reason).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<DisputePayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new DisputePayload
        {
            ContractId = reader.Id("contractId"),
            GrantHash = reader.Digest("grantHash"),
            OpenedBy = reader.Id("openedBy"),
            Reason = reader.Word("reason"),
        });
    }
}

/// <summary>A party's word on how a dispute ends. A use is billed again only when both logs say so; one party alone may waive its own claim.</summary>
public sealed record DisputeResolvedPayload : IEntryPayload
{
    /// <summary>Outcome: the use is billed after all.</summary>
    public const string Bill = "bill";

    /// <summary>Outcome: the use is never billed.</summary>
    public const string Waive = "waive";

    /// <summary>Contract (agreement) id.</summary>
    public required string ContractId { get; init; }

    /// <summary>Leaf hash of the Grant in the provider's log, lower-case hex of 32 bytes.</summary>
    public required string GrantHash { get; init; }

    /// <summary><see cref="Bill"/> or <see cref="Waive"/>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Participant id of whoever says so.</summary>
    public required string By { get; init; }

    /// <summary>Why, in that party's words; may be empty.</summary>
    public required string Reason { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.DisputeResolved;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Id("contractId", ContractId).Digest("grantHash", GrantHash).Word("outcome", Outcome).Id("by", By).Id("reason", Reason).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<DisputeResolvedPayload> FromFields(IEnumerable<PayloadField> fields) => Read(new FieldReader(fields));

    /// <summary>Reads the metering part alone, as strictly: what was erased must be absent and reads as empty.</summary>
    public static Result<DisputeResolvedPayload> FromMeteringPart(IEnumerable<PayloadField> fields) => Read(new FieldReader(fields, MeteringFields.ResolutionContent));

    private static Result<DisputeResolvedPayload> Read(FieldReader reader)
    {
        return reader.Finish(new DisputeResolvedPayload
        {
            ContractId = reader.Id("contractId"),
            GrantHash = reader.Digest("grantHash"),
            Outcome = reader.Word("outcome"),
            By = reader.Id("by"),
            Reason = reader.Id("reason"),
        });
    }
}
