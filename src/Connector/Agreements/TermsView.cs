using System.Globalization;
using System.Xml;
using DataSpace.Kernel.Policy;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Connector.Agreements;

/// <summary>Permissions of a contract or offer as catalogue, agreements and plans show them: all of them, each with its own terms.</summary>
internal static class TermsView
{
    /// <param name="policy">The policy.</param>
    /// <param name="spentOf">What a counter has spent, where this node keeps it; null elsewhere.</param>
    public static IReadOnlyList<object> Of(CompiledPolicy policy, Func<Kernel.Policy.BudgetDebit, long?>? spentOf = null) => [.. policy.Terms.Select(t => Of(t, spentOf))];

    /// <summary>What this node's ledger counted under an agreement that it gave.</summary>
    public static Func<Kernel.Policy.BudgetDebit, long?> SpentOf(AuditLedger ledger, BoundAgreement agreement) => debit => ledger.GetBudget(AgreementBook.BudgetId(agreement, debit.Key)) is not { } counter ? null
        // What was paid raised the limit; below nothing owed lies what was paid ahead.
        : debit.IsCredit ? debit.Limit - counter.Remaining : counter.Spent;

    private static object Of(PermissionTerms terms, Func<Kernel.Policy.BudgetDebit, long?>? spentOf)
    {
        var obligations = terms.Obligations;
        var debit = obligations.Uses;
        var credit = obligations.Debits.FirstOrDefault(d => d.IsCredit);
        return new
        {
            rule = terms.Rule,
            purpose = terms.Purposes is null ? "*" : string.Join(", ", terms.Purposes),
            usesLimit = debit?.Limit,
            usesSpent = debit is null ? null : spentOf?.Invoke(debit),
            minGroupSize = obligations.MinimumGroupSize,
            dominance = Dominance(obligations),
            pricePerUseMinor = obligations.Price?.Minor ?? 0,
            currency = obligations.Price?.Currency.Code ?? "CNY",
            creditLimitMinor = credit?.Limit,
            owedMinor = credit is null ? null : spentOf?.Invoke(credit),
            validUntil = terms.NotAfter,
            columns = obligations.AllowedColumns,
            groupKeys = obligations.AllowedGroupKeys,
            computations = terms.Computations,
            recipients = terms.Recipients,
            coProviders = terms.CoProviders,
            privacyBudgetMicro = obligations.Privacy?.BudgetMicroEpsilon,
            duties = obligations.Duties.Select(d => new
            {
                id = d.Id,
                action = d.Action,
                phase = d.Phase.ToString().ToLowerInvariant(),
                party = d.Party,
                within = d.Within is { } within ? XmlConvert.ToString(within) : null,
            }),
        };
    }

    /// <summary>The dominance rule as people read it.</summary>
    public static string Dominance(UseObligations obligations)
        => obligations.DominancePercent is { } percent ? percent.ToString(CultureInfo.InvariantCulture) + "%" : "off";
}
