namespace DataSpace.Ledger.Receipts;

/// <summary>
/// The metering part of payloads: what a bill is computed from, without personal data. It stays when the content of an entry is erased, until its statutory retention ends.
/// </summary>
public static class MeteringFields
{
    /// <summary>Fields of a Grant that are content.</summary>
    internal static readonly IReadOnlyList<string> GrantContent =
    [
        "actor", "role", "spaceId", "caseId", "policyDecisionId", "policyVersion", "jobId", "step", "nonce", "datasetId", "datasetVersion", "purpose",
    ];

    /// <summary>Fields of a Report that are content.</summary>
    internal static readonly IReadOnlyList<string> ReportContent = ["imageDigest", "outputDigest"];

    /// <summary>Fields of the end of a dispute that are content.</summary>
    internal static readonly IReadOnlyList<string> ResolutionContent = ["reason"];

    private static readonly HashSet<string> GrantContentSet = new(GrantContent, StringComparer.Ordinal);

    /// <summary>Whether entries of a kind have a metering part.</summary>
    public static bool Has(EntryKind kind) => kind is EntryKind.Grant or EntryKind.Report or EntryKind.Receipt
        or EntryKind.PeriodClosed or EntryKind.Adjustment or EntryKind.Dispute or EntryKind.DisputeResolved or EntryKind.OneSided;

    /// <summary>Whether a field belongs to it.</summary>
    public static bool Contains(EntryKind kind, string label) => kind switch
    {
        EntryKind.Grant => !GrantContentSet.Contains(label),
        EntryKind.Report => !ReportContent.Contains(label, StringComparer.Ordinal),
        EntryKind.DisputeResolved => !ResolutionContent.Contains(label, StringComparer.Ordinal),
        _ => Has(kind),
    };
}
