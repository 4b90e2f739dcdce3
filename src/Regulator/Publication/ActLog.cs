using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Regulator.Publication;

/// <summary>Every act is in the regulator's own ledger before it has any effect: whoever supervises the supervisor reads it there.</summary>
internal sealed class ActLog(AuditLedger ledger, RegulatorConfig config)
{
    /// <summary>Appends one act.</summary>
    /// <param name="act"><c>publish</c>, <c>freeze</c>, <c>lift</c>, <c>clear</c>, <c>withdraw</c>, <c>approve</c>, <c>prepareKey</c>, <c>register</c> or <c>remove</c>.</param>
    /// <param name="targetKind"><c>ruleSet</c>, <c>participant</c>, <c>dataset</c>, <c>contract</c>, <c>rootKey</c>, <c>stampKey</c> or <c>node</c>.</param>
    /// <param name="target">Its id.</param>
    /// <param name="version">Version of the rule set in force.</param>
    /// <param name="caseId">Case, or empty.</param>
    /// <param name="documentHash">SHA-256 of the document that says it, lower-case hex.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<Result<Unit>> AppendAsync(
        string act, string targetKind, string target, long version, string caseId, string documentHash, CancellationToken cancellation)
    {
        var payload = new RegulatorActPayload
        {
            Act = act,
            TargetKind = targetKind,
            Target = target,
            RuleSetVersion = version,
            CaseId = caseId,
            DocumentHash = documentHash,
            Regulator = config.Did,
        };
        var appended = await ledger.AppendAsync(new EntryDraft(payload, "regulation"), cancellation);
        return appended.IsOk ? Unit.Value : appended.Error;
    }
}
