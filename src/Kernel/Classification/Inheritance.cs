using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Policy.Lint;

namespace DataSpace.Kernel.Classification;

/// <summary>
/// Whether an offer of derived data opens it no further than a contract under which it was made: purpose, recipient, regions of consumer and execution, minimum group, dominance, privacy budget, retention, and what
/// the contract prohibits in these terms. A result does not say under which permission it was made, so it has to stay within all of them. What is not shown to be narrower counts as wider. Pure.
/// </summary>
public static class Inheritance
{
    private static readonly CheckKind[] Inherited = [CheckKind.Purpose, CheckKind.Recipient, CheckKind.Role, CheckKind.ConsumerRegion, CheckKind.ExecutionRegion];

    /// <summary>Terms in which some permission of <paramref name="offer"/> goes further than <paramref name="source"/>, sorted; empty when none does.</summary>
    public static IReadOnlyList<string> WiderTerms(CompiledPolicy offer, CompiledPolicy source)
    {
        var wider = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var permission in offer.Permissions.Where(p => !p.Obligations!.DeliveryOnly))
        {
            foreach (var of in source.Permissions)
                wider.UnionWith(Wider(permission, of));
            foreach (var forbidden in source.Prohibitions.Where(p => p.Actions != ActionSet.None && Array.TrueForAll(p.Checks, c => Inherited.Contains(c.Kind))))
            {
                if (!RuleOrder.NeverMeet(permission, forbidden) && !Array.Exists(offer.Prohibitions, p => RuleOrder.ForbidsAtLeast(p, forbidden)))
                    wider.UnionWith(forbidden.Checks.Select(c => PolicyChecks.TermOf(c.Kind)).DefaultIfEmpty("action"));
            }
        }
        return [.. wider];
    }

    private static List<string> Wider(CompiledRule permission, CompiledRule source)
    {
        var wider = source.Checks.Where(c => Inherited.Contains(c.Kind) && !RuleOrder.Implies(permission.Checks, c)).Select(c => PolicyChecks.TermOf(c.Kind)).ToList();
        if (permission.Obligations!.MinimumGroupSize < source.Obligations!.MinimumGroupSize)
            wider.Add(PolicyTerms.MinimumGroupSize);
        if (source.Obligations.DominancePercent is { } share && !(permission.Obligations.DominancePercent <= share))
            wider.Add(PolicyTerms.DominancePercent);
        if (source.Obligations.Privacy is { } privacy && !(permission.Obligations.Privacy?.BudgetMicroEpsilon <= privacy.BudgetMicroEpsilon))
            wider.Add(PolicyTerms.PrivacyBudget);
        if (source.Obligations.Retention is { } longest && !(permission.Obligations.Retention <= longest))
            wider.Add(PolicyTerms.Retention);
        return wider;
    }
}
