using DataSpace.Ledger.Fsck;

namespace DataSpace.Ledger.Audit;

/// <summary>What a verification of bundles compares with.</summary>
public sealed record AuditOptions
{
    /// <summary>Verifier keys to trust, by the log's name in each. A log without one is checked with the key that the bundle holds: consistency, not identity.</summary>
    public IReadOnlyList<string> Vkeys { get; init; } = [];

    /// <summary>The tlog-policy by which every log must have been cosigned; without it that of each bundle.</summary>
    public Witnessing.WitnessPolicy? Policy { get; init; }

    /// <summary>Checkpoints that the auditor or others hold, of any of the logs.</summary>
    public IReadOnlyList<HeldCheckpoint> Witnesses { get; init; } = [];

    /// <summary>Told how far it is, 0 to 1.</summary>
    public Action<double>? Progress { get; init; }
}

/// <summary>Result for one log.</summary>
/// <param name="Bundle">File name of its bundle.</param>
/// <param name="Log">The bundle's row.</param>
/// <param name="Ledger">Entries, tiles, root, checkpoints of others.</param>
/// <param name="IsKeyGiven">The key was the auditor's own.</param>
/// <param name="CosignedSize">Size that the policy's quorum cosigned; null without a policy, 0 when the quorum is missing.</param>
/// <param name="Cosigners">Witnesses of the policy whose cosignatures verify.</param>
/// <param name="FieldsShown">Disclosed fields that match their entries' commitments.</param>
public sealed record AuditedLogResult(
    string Bundle, AuditedLog Log, VerifyReport Ledger, bool IsKeyGiven, long? CosignedSize, IReadOnlyList<string> Cosigners, long FieldsShown);

/// <summary>Uses as the disclosed grants, reports and receipts tell them.</summary>
/// <param name="Matched">Receipts that are in the logs of both parties, signed by both.</param>
/// <param name="OneSided">Receipts that one of the two logs lacks.</param>
/// <param name="OtherLogAbsent">Receipts whose other party's log is not here, or does not disclose everything.</param>
/// <param name="Unreceipted">Grants without a receipt.</param>
/// <param name="Units">Units of matched uses, by contract and unit.</param>
/// <param name="Listed">The first one-sided receipts and grants without one, each with its place.</param>
public sealed record AuditedUses(
    long Matched, long OneSided, long OtherLogAbsent, long Unreceipted, IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> Units, IReadOnlyList<VerifyProblem> Listed);

/// <summary>Result of a verification of bundles.</summary>
/// <param name="Manifests">Of each bundle.</param>
/// <param name="Logs">Of each log.</param>
/// <param name="Uses">Of all disclosed uses.</param>
/// <param name="Problems">What is wrong beside the logs' own problems: each with the log's name.</param>
public sealed record AuditReport(IReadOnlyList<AuditManifest> Manifests, IReadOnlyList<AuditedLogResult> Logs, AuditedUses Uses, IReadOnlyList<VerifyProblem> Problems)
{
    /// <summary>Nothing is wrong. Uses without a receipt or with one side's alone are listed, and nothing wrong by themselves.</summary>
    public bool Ok => Problems.Count == 0 && Logs.All(log => log.Ledger.Ok);

    /// <summary>Everything that is wrong, with the log's name before the place.</summary>
    public IEnumerable<VerifyProblem> AllProblems
        => Logs.SelectMany(log => log.Ledger.Problems.Select(p => p with { Where = $"{log.Log.Origin} {p.Where}" })).Concat(Problems);
}
