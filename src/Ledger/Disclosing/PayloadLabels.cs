using DataSpace.Ledger.Receipts;

namespace DataSpace.Ledger.Disclosing;

/// <summary>Labels that every payload of a kind has: what an asker can miss in an answer. Labels of maps (<c>units/…</c>, <c>limits/…</c>) vary and are not here.</summary>
internal static class PayloadLabels
{
    private static readonly Dictionary<EntryKind, string[]> Labels = new()
    {
        [EntryKind.Grant] =
        [
            "actor", "role", "participant", "spaceId", "serviceParty", "caseId", "contractId", "contractVersion", "policyDecisionId", "policyVersion", "planHash", "jobHash", "jobId",
            "step", "useId", "nonce", "datasetId", "datasetVersion", "purpose", "pricePerUseMinor", "currency", "pricePlanHash",
        ],
        [EntryKind.Report] = ["grantHash", "imageDigest", "outputDigest", "outcome", "exact/cpuMs", "exact/rowsScanned", "exact/wallMs"],
        [EntryKind.Receipt] = ["grantHash", "reportHash", "resultDigest", "jobHash", "consumer", "consumerKeyId", "consumerSignature", "providerKeyId", "providerSignature"],
        [EntryKind.JobDispatched] = ["jobHash", "jobId", "roster", "deadlineMs"],
        [EntryKind.Denied] = ["jobHash", "step", "code", "contractId"],
        [EntryKind.BudgetRegranted] = ["budgetId", "contractId", "oldLimit", "newLimit", "reason", "actor"],
        [EntryKind.Suspended] = ["targetKind", "target", "code", "ruleId", "ruleSetVersion", "regulator"],
        [EntryKind.Resumed] = ["targetKind", "target", "ruleId", "ruleSetVersion", "regulator"],
        [EntryKind.RegulatorAct] = ["act", "targetKind", "target", "ruleSetVersion", "caseId", "documentHash", "regulator"],
        [EntryKind.DutyDone] = ["dutyId", "phase", "contractId", "useId", "proofHash"],
        [EntryKind.DutyBreached] = ["dutyId", "phase", "contractId", "useId", "deadlineMs", "reason"],
        [EntryKind.ListingChecked] = ["datasetId", "gradeDeclared", "gradeFound", "findings", "outcome"],
        [EntryKind.Degraded] = ["reason", "contractId", "useId", "regulator", "ruleSetVersion", "stampTimeMs"],
        [EntryKind.PeriodClosed] = ["contractId", "period", "provider", "consumer", "size", "rootHash", "planHash", "statementHash", "amountMinor", "currency"],
        [EntryKind.Adjustment] = ["contractId", "period", "forPeriod", "amountMinor", "currency", "statementHash", "reason"],
        [EntryKind.Dispute] = ["contractId", "grantHash", "openedBy", "reason"],
        [EntryKind.DisputeResolved] = ["contractId", "grantHash", "outcome", "by", "reason"],
        [EntryKind.LogContinued] = ["oldOrigin", "newOrigin", "knownSize", "knownRoot", "keptSize", "reason"],
        [EntryKind.Equivocation] = ["origin", "proofHash", "firstSize", "secondSize"],
        [EntryKind.OneSided] = ["jobHash", "useId", "grantHash", "reportHash", "contractId", "silent", "reason", "deadlineMs"],
        [EntryKind.Unreported] = ["jobHash", "jobId", "participant", "deadlineMs"],
        [EntryKind.RefusalKept] = ["jobHash", "jobId", "participant", "code", "statement"],
        [EntryKind.Erased] = ["index", "entryHash", "part", "ground", "by"],
        [EntryKind.DisclosureGiven] = ["caseId", "asker", "from", "to", "disclosed", "refused", "requestHash", "answerHash"],
    };

    public static bool Has(EntryKind kind, string label) => Labels.TryGetValue(kind, out var labels) && labels.Contains(label, StringComparer.Ordinal);

    /// <summary>For the test that holds this table to the payloads.</summary>
    public static IReadOnlyList<string> Of(EntryKind kind) => Labels[kind];
}
