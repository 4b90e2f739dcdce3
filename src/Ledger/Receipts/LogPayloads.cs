using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Receipts;

/// <summary>The statement of a participant that it goes on under a new log. Always entry 0 of that log.</summary>
public sealed record LogContinuedPayload : IEntryPayload
{
    /// <summary>Origin of the log that ended.</summary>
    public required string OldOrigin { get; init; }

    /// <summary>Origin of the log that begins here.</summary>
    public required string NewOrigin { get; init; }

    /// <summary>Size of the last checkpoint of the old log that anybody is known to hold.</summary>
    public required long KnownSize { get; init; }

    /// <summary>Its root, lower-case hex of 32 bytes.</summary>
    public required string KnownRoot { get; init; }

    /// <summary>Entries of the old log that this node still has: the rest was lost.</summary>
    public required long KeptSize { get; init; }

    /// <summary>Why, in the owner's words.</summary>
    public required string Reason { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.LogContinued;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Id("oldOrigin", OldOrigin).Id("newOrigin", NewOrigin).Count("knownSize", KnownSize).Digest("knownRoot", KnownRoot)
        .Count("keptSize", KeptSize).Id("reason", Reason).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<LogContinuedPayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new LogContinuedPayload
        {
            OldOrigin = reader.Id("oldOrigin"),
            NewOrigin = reader.Id("newOrigin"),
            KnownSize = reader.Count("knownSize"),
            KnownRoot = reader.Digest("knownRoot"),
            KeptSize = reader.Count("keptSize"),
            Reason = reader.Id("reason"),
        });
    }
}

/// <summary>Another participant's log has shown two histories.</summary>
public sealed record EquivocationPayload : IEntryPayload
{
    /// <summary>Origin of that log.</summary>
    public required string Origin { get; init; }

    /// <summary>SHA-256 over the proof's JSON, lower-case hex.</summary>
    public required string ProofHash { get; init; }

    /// <summary>Size of the smaller checkpoint.</summary>
    public required long FirstSize { get; init; }

    /// <summary>Size of the other one.</summary>
    public required long SecondSize { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.Equivocation;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Id("origin", Origin).Digest("proofHash", ProofHash).Count("firstSize", FirstSize).Count("secondSize", SecondSize).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<EquivocationPayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new EquivocationPayload
        {
            Origin = reader.Id("origin"),
            ProofHash = reader.Digest("proofHash"),
            FirstSize = reader.Count("firstSize"),
            SecondSize = reader.Count("secondSize"),
        });
    }
}

/// <summary>A receipt that the other side did not complete in time. The use goes to disputes; it is not billed.</summary>
public sealed record OneSidedPayload : IEntryPayload
{
    /// <summary>The consumer is silent.</summary>
    public const string NoReceipt = "noReceipt";

    /// <summary>The provider is silent.</summary>
    public const string NoCountersignature = "noCountersignature";

    /// <summary>Hash of the signed job, lower-case hex of 32 bytes.</summary>
    public required string JobHash { get; init; }

    /// <summary>Use id.</summary>
    public required string UseId { get; init; }

    /// <summary>Leaf hash of the Grant, lower-case hex.</summary>
    public required string GrantHash { get; init; }

    /// <summary>Leaf hash of the Report, lower-case hex.</summary>
    public required string ReportHash { get; init; }

    /// <summary>Contract.</summary>
    public required string ContractId { get; init; }

    /// <summary>The participant that did not answer.</summary>
    public required string Silent { get; init; }

    /// <summary><see cref="NoReceipt"/> or <see cref="NoCountersignature"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>Until when it was waited for; milliseconds since 1970.</summary>
    public required long DeadlineMs { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.OneSided;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Digest("jobHash", JobHash).Id("useId", UseId).Digest("grantHash", GrantHash).Digest("reportHash", ReportHash)
        .Id("contractId", ContractId).Id("silent", Silent).Word("reason", Reason).Count("deadlineMs", DeadlineMs).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<OneSidedPayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new OneSidedPayload
        {
            JobHash = reader.Digest("jobHash"),
            UseId = reader.Id("useId"),
            GrantHash = reader.Digest("grantHash"),
            ReportHash = reader.Digest("reportHash"),
            ContractId = reader.Id("contractId"),
            Silent = reader.Id("silent"),
            Reason = reader.Word("reason"),
            DeadlineMs = reader.Count("deadlineMs"),
        });
    }
}

/// <summary>A coordinator's finding: a dispatched job about which an owner's log says nothing by the deadline.</summary>
public sealed record UnreportedPayload : IEntryPayload
{
    /// <summary>Hash of the signed job, lower-case hex of 32 bytes.</summary>
    public required string JobHash { get; init; }

    /// <summary>Job id.</summary>
    public required string JobId { get; init; }

    /// <summary>The owner that was sent the job.</summary>
    public required string Participant { get; init; }

    /// <summary>Deadline of the dispatch; milliseconds since 1970.</summary>
    public required long DeadlineMs { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.Unreported;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Digest("jobHash", JobHash).Id("jobId", JobId).Id("participant", Participant).Count("deadlineMs", DeadlineMs).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<UnreportedPayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new UnreportedPayload
        {
            JobHash = reader.Digest("jobHash"),
            JobId = reader.Id("jobId"),
            Participant = reader.Id("participant"),
            DeadlineMs = reader.Count("deadlineMs"),
        });
    }
}

/// <summary>A coordinator's evidence: an owner whose log says nothing about a dispatched job has signed that it refuses it, and is not silent.</summary>
public sealed record RefusalKeptPayload : IEntryPayload
{
    /// <summary>Hash of the signed job, lower-case hex of 32 bytes.</summary>
    public required string JobHash { get; init; }

    /// <summary>Job id.</summary>
    public required string JobId { get; init; }

    /// <summary>The owner that refuses.</summary>
    public required string Participant { get; init; }

    /// <summary>Stable error code of the refusal.</summary>
    public required string Code { get; init; }

    /// <summary>The owner's statement as it signed it (JWS, typ <c>dataspace-refusal+jws</c>); it names job, owner and code.</summary>
    public required string Statement { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.RefusalKept;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Digest("jobHash", JobHash).Id("jobId", JobId).Id("participant", Participant).Word("code", Code).Text("statement", Statement).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<RefusalKeptPayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new RefusalKeptPayload
        {
            JobHash = reader.Digest("jobHash"),
            JobId = reader.Id("jobId"),
            Participant = reader.Id("participant"),
            Code = reader.Word("code"),
            Statement = reader.Text("statement"),
        });
    }
}
