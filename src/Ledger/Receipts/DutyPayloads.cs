using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Receipts;

/// <summary>A duty of a contract was fulfilled.</summary>
public sealed record DutyDonePayload : IEntryPayload
{
    /// <summary>Duty, as the contract names it.</summary>
    public required string DutyId { get; init; }

    /// <summary>When it is due: <c>before</c>, <c>during</c> or <c>after</c> the use.</summary>
    public required string Phase { get; init; }

    /// <summary>Contract that lays it down.</summary>
    public required string ContractId { get; init; }

    /// <summary>The use it belongs to; empty when it belongs to the whole contract.</summary>
    public required string UseId { get; init; }

    /// <summary>SHA-256 of what proves it, lower-case hex of 32 bytes.</summary>
    public required string ProofHash { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.DutyDone;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Id("dutyId", DutyId).Word("phase", Phase).Id("contractId", ContractId).Id("useId", UseId)
        .Digest("proofHash", ProofHash).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<DutyDonePayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new DutyDonePayload
        {
            DutyId = reader.Id("dutyId"),
            Phase = reader.Word("phase"),
            ContractId = reader.Id("contractId"),
            UseId = reader.Id("useId"),
            ProofHash = reader.Digest("proofHash"),
        });
    }
}

/// <summary>A duty of a contract was not fulfilled in time.</summary>
public sealed record DutyBreachedPayload : IEntryPayload
{
    /// <summary>Duty, as the contract names it.</summary>
    public required string DutyId { get; init; }

    /// <summary>When it was due: <c>before</c>, <c>during</c> or <c>after</c> the use.</summary>
    public required string Phase { get; init; }

    /// <summary>Contract that lays it down.</summary>
    public required string ContractId { get; init; }

    /// <summary>The use it belongs to; empty when it belongs to the whole contract.</summary>
    public required string UseId { get; init; }

    /// <summary>When it ran out; milliseconds since 1970.</summary>
    public required long DeadlineMs { get; init; }

    /// <summary>What was found, as a stable word.</summary>
    public required string Reason { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.DutyBreached;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Id("dutyId", DutyId).Word("phase", Phase).Id("contractId", ContractId).Id("useId", UseId)
        .Count("deadlineMs", DeadlineMs).Word("reason", Reason).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<DutyBreachedPayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new DutyBreachedPayload
        {
            DutyId = reader.Id("dutyId"),
            Phase = reader.Word("phase"),
            ContractId = reader.Id("contractId"),
            UseId = reader.Id("useId"),
            DeadlineMs = reader.Count("deadlineMs"),
            Reason = reader.Word("reason"),
        });
    }
}

/// <summary>A dataset was looked at before it was listed: what its owner declared, what was found in it, what followed.</summary>
public sealed record ListingCheckedPayload : IEntryPayload
{
    /// <summary>Dataset.</summary>
    public required string DatasetId { get; init; }

    /// <summary>Grade its owner declared.</summary>
    public required string GradeDeclared { get; init; }

    /// <summary>Grade that the findings ask for.</summary>
    public required string GradeFound { get; init; }

    /// <summary>What was found, each as a short text that names a column and a class, never a value.</summary>
    public required IReadOnlyList<string> Findings { get; init; }

    /// <summary>What followed, such as <c>listed</c> or <c>refused</c>.</summary>
    public required string Outcome { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.ListingChecked;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Id("datasetId", DatasetId).Word("gradeDeclared", GradeDeclared).Word("gradeFound", GradeFound)
        .IdList("findings", Findings).Word("outcome", Outcome).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<ListingCheckedPayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new ListingCheckedPayload
        {
            DatasetId = reader.Id("datasetId"),
            GradeDeclared = reader.Word("gradeDeclared"),
            GradeFound = reader.Word("gradeFound"),
            Findings = reader.IdList("findings"),
            Outcome = reader.Word("outcome"),
        });
    }
}
