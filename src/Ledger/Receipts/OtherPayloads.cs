using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Receipts;

/// <summary>A coordinator's record, made before a job leaves for its roster: silence of a provider becomes visible.</summary>
public sealed record JobDispatchedPayload : IEntryPayload
{
    /// <summary>Hash of the signed job, lower-case hex of 32 bytes.</summary>
    public required string JobHash { get; init; }

    /// <summary>Job id.</summary>
    public required string JobId { get; init; }

    /// <summary>Participant ids the job goes to.</summary>
    public required IReadOnlyList<string> Roster { get; init; }

    /// <summary>Until when a Grant or a Denied entry must exist; milliseconds since 1970.</summary>
    public required long DeadlineMs { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.JobDispatched;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Digest("jobHash", JobHash).Text("jobId", JobId).TextList("roster", Roster).Number("deadlineMs", DeadlineMs).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<JobDispatchedPayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new JobDispatchedPayload
        {
            JobHash = reader.Digest("jobHash"),
            JobId = reader.Text("jobId"),
            Roster = reader.TextList("roster"),
            DeadlineMs = reader.Number("deadlineMs"),
        });
    }
}

/// <summary>A refused use.</summary>
public sealed record DeniedPayload : IEntryPayload
{
    /// <summary>Hash of the signed job, lower-case hex of 32 bytes.</summary>
    public required string JobHash { get; init; }

    /// <summary>Step of the job.</summary>
    public required string Step { get; init; }

    /// <summary>Stable error code of the refusal.</summary>
    public required string Code { get; init; }

    /// <summary>Contract under which the use was asked for.</summary>
    public required string ContractId { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.Denied;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Digest("jobHash", JobHash).Text("step", Step).Text("code", Code).Text("contractId", ContractId).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<DeniedPayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new DeniedPayload
        {
            JobHash = reader.Digest("jobHash"),
            Step = reader.Text("step"),
            Code = reader.Text("code"),
            ContractId = reader.Text("contractId"),
        });
    }
}

/// <summary>The owner raised a budget's limit. What was spent stays spent.</summary>
public sealed record BudgetRegrantedPayload : IEntryPayload
{
    /// <summary>Budget id.</summary>
    public required string BudgetId { get; init; }

    /// <summary>Contract the budget belongs to.</summary>
    public required string ContractId { get; init; }

    /// <summary>Limit before.</summary>
    public required long OldLimit { get; init; }

    /// <summary>Limit from now on.</summary>
    public required long NewLimit { get; init; }

    /// <summary>Why, in the owner's words.</summary>
    public required string Reason { get; init; }

    /// <summary>Pseudonym of the person who decided.</summary>
    public required string Actor { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.BudgetRegranted;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Text("budgetId", BudgetId).Text("contractId", ContractId).Number("oldLimit", OldLimit).Number("newLimit", NewLimit)
        .Text("reason", Reason).Text("actor", Actor).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<BudgetRegrantedPayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new BudgetRegrantedPayload
        {
            BudgetId = reader.Text("budgetId"),
            ContractId = reader.Text("contractId"),
            OldLimit = reader.Number("oldLimit"),
            NewLimit = reader.Number("newLimit"),
            Reason = reader.Text("reason"),
            Actor = reader.Text("actor"),
        });
    }
}
