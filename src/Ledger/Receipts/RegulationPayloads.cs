using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Receipts;

/// <summary>A node stopped something because its regulator's rules or freezes say so. Nothing of it runs or leaves until it is resumed.</summary>
public sealed record SuspendedPayload : IEntryPayload
{
    /// <summary>What kind of thing <c>target</c> names: <c>participant</c>, <c>dataset</c>, <c>contract</c> or <c>job</c>.</summary>
    public required string TargetKind { get; init; }

    /// <summary>Its id.</summary>
    public required string Target { get; init; }

    /// <summary>Stable error code that a use meets while this lasts.</summary>
    public required string Code { get; init; }

    /// <summary>Rule that decided, or the case of the freeze; empty when no rule did, as with a stale stamp.</summary>
    public required string RuleId { get; init; }

    /// <summary>Version of the rule set that was in force; 0 when there was none.</summary>
    public required long RuleSetVersion { get; init; }

    /// <summary>Participant id of the regulator.</summary>
    public required string Regulator { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.Suspended;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Word("targetKind", TargetKind).Id("target", Target).Word("code", Code).Id("ruleId", RuleId)
        .Count("ruleSetVersion", RuleSetVersion).Id("regulator", Regulator).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<SuspendedPayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new SuspendedPayload
        {
            TargetKind = reader.Word("targetKind"),
            Target = reader.Id("target"),
            Code = reader.Word("code"),
            RuleId = reader.Id("ruleId"),
            RuleSetVersion = reader.Count("ruleSetVersion"),
            Regulator = reader.Id("regulator"),
        });
    }
}

/// <summary>What was suspended may go on.</summary>
public sealed record ResumedPayload : IEntryPayload
{
    /// <summary>What kind of thing <c>target</c> names: <c>participant</c>, <c>dataset</c>, <c>contract</c> or <c>job</c>.</summary>
    public required string TargetKind { get; init; }

    /// <summary>Its id.</summary>
    public required string Target { get; init; }

    /// <summary>Rule or case that had stopped it; empty when no rule had.</summary>
    public required string RuleId { get; init; }

    /// <summary>Version of the rule set that was in force; 0 when there was none.</summary>
    public required long RuleSetVersion { get; init; }

    /// <summary>Participant id of the regulator.</summary>
    public required string Regulator { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.Resumed;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Word("targetKind", TargetKind).Id("target", Target).Id("ruleId", RuleId).Count("ruleSetVersion", RuleSetVersion)
        .Id("regulator", Regulator).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<ResumedPayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new ResumedPayload
        {
            TargetKind = reader.Word("targetKind"),
            Target = reader.Id("target"),
            RuleId = reader.Id("ruleId"),
            RuleSetVersion = reader.Count("ruleSetVersion"),
            Regulator = reader.Id("regulator"),
        });
    }
}

/// <summary>A regulator acted. In the regulator's own ledger, so that its acts can be audited like everybody's.</summary>
public sealed record RegulatorActPayload : IEntryPayload
{
    /// <summary>What was done, such as <c>publish</c>, <c>freeze</c>, <c>lift</c> or <c>clear</c>.</summary>
    public required string Act { get; init; }

    /// <summary>What kind of thing <c>target</c> names: <c>participant</c>, <c>dataset</c>, <c>contract</c> or <c>job</c>.</summary>
    public required string TargetKind { get; init; }

    /// <summary>Its id.</summary>
    public required string Target { get; init; }

    /// <summary>Version of the rule set that was in force; 0 when there was none.</summary>
    public required long RuleSetVersion { get; init; }

    /// <summary>Case under which it was done; empty when there is none.</summary>
    public required string CaseId { get; init; }

    /// <summary>SHA-256 of the signed document that says it, lower-case hex of 32 bytes.</summary>
    public required string DocumentHash { get; init; }

    /// <summary>Participant id of the regulator.</summary>
    public required string Regulator { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.RegulatorAct;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Word("act", Act).Word("targetKind", TargetKind).Id("target", Target).Count("ruleSetVersion", RuleSetVersion)
        .Id("caseId", CaseId).Digest("documentHash", DocumentHash).Id("regulator", Regulator).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<RegulatorActPayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new RegulatorActPayload
        {
            Act = reader.Word("act"),
            TargetKind = reader.Word("targetKind"),
            Target = reader.Id("target"),
            RuleSetVersion = reader.Count("ruleSetVersion"),
            CaseId = reader.Id("caseId"),
            DocumentHash = reader.Digest("documentHash"),
            Regulator = reader.Id("regulator"),
        });
    }
}

/// <summary>A use went ahead although the regulator's stamp was stale: its contract allows that for general data, for a day at most.</summary>
public sealed record DegradedPayload : IEntryPayload
{
    /// <summary>Why the node had no fresh stamp, as a stable word.</summary>
    public required string Reason { get; init; }

    /// <summary>Contract of the use.</summary>
    public required string ContractId { get; init; }

    /// <summary>The use.</summary>
    public required string UseId { get; init; }

    /// <summary>Participant id of the regulator.</summary>
    public required string Regulator { get; init; }

    /// <summary>Version of the rule set that was in force; 0 when there was none.</summary>
    public required long RuleSetVersion { get; init; }

    /// <summary>Time of the newest stamp the node had; milliseconds since 1970.</summary>
    public required long StampTimeMs { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.Degraded;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Word("reason", Reason).Id("contractId", ContractId).Id("useId", UseId).Id("regulator", Regulator)
        .Count("ruleSetVersion", RuleSetVersion).Count("stampTimeMs", StampTimeMs).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<DegradedPayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new DegradedPayload
        {
            Reason = reader.Word("reason"),
            ContractId = reader.Id("contractId"),
            UseId = reader.Id("useId"),
            Regulator = reader.Id("regulator"),
            RuleSetVersion = reader.Count("ruleSetVersion"),
            StampTimeMs = reader.Count("stampTimeMs"),
        });
    }
}
