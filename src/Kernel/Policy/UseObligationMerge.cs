using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy;

/// <summary>Where several permissions allow one use, the strictest term of each wins: the result does not depend on their order.</summary>
internal static class UseObligationMerge
{
    /// <summary>Terms of two permissions that could not be merged; refused when the policy is compiled, so that merging cannot fail later.</summary>
    public static DsError? Conflict(CompiledRule[] permissions)
    {
        var bounds = new Dictionary<string, ClampBound>(StringComparer.Ordinal);
        Kernel.Money.Currency? currency = null;
        string? plan = null;
        UseObligations? paid = null;
        foreach (var obligations in permissions.Select(p => p.Obligations!))
        {
            foreach (var clamp in obligations.Clamps)
            {
                var merged = bounds.TryGetValue(clamp.Column, out var other) ? Tighter(other, clamp) : clamp;
                if (merged.Min > merged.Max || (other is not null && other.Decimals != clamp.Decimals))
                    return PolicyErrors.Contradiction.Of("clamps of " + PolicyReader.Show(clamp.Column) + " in two permissions");
                bounds[clamp.Column] = merged;
            }
            if (obligations.Price is { } price)
            {
                if (currency is not null && currency != price.Currency)
                    return PolicyErrors.Contradiction.Of("prices in two currencies");
                if (currency is not null && plan != obligations.PricePlan)
                    return PolicyErrors.Contradiction.Of("two price plans for one use");
                (currency, plan) = (price.Currency, obligations.PricePlan);
                // One counter is debited with one price: two of them would let the order of rules choose.
                paid ??= obligations;
                if ((paid.Credit ?? obligations.Credit) is not null && (paid.Price != price || paid.Credit != obligations.Credit))
                    return PolicyErrors.Contradiction.Of("a credit limit beside another price or limit");
            }
        }
        return null;
    }

    public static UseObligations Merge(UseObligations a, UseObligations b) => new()
    {
        Debits = [.. a.Debits.UnionBy(b.Debits, d => d.Key).OrderBy(d => d.Key, StringComparer.Ordinal)],
        AllowedColumns = Common(a.DeliveryOnly ? null : a.AllowedColumns, b.DeliveryOnly ? null : b.AllowedColumns),
        AllowedGroupKeys = Common(a.DeliveryOnly ? null : a.AllowedGroupKeys, b.DeliveryOnly ? null : b.AllowedGroupKeys),
        MinimumGroupSize = Math.Max(a.MinimumGroupSize, b.MinimumGroupSize),
        DominancePercent = Least(a.DominancePercent, b.DominancePercent),
        MaxRows = Least(a.MaxRows, b.MaxRows),
        MaxOutputBytes = Least(a.MaxOutputBytes, b.MaxOutputBytes),
        RowFilter = [.. a.RowFilter.Union(b.RowFilter).OrderBy(p => p.Column, StringComparer.Ordinal).ThenBy(p => p.Operator, StringComparer.Ordinal).ThenBy(p => p.Value, StringComparer.Ordinal)],
        Privacy = a.Privacy is not { } x ? b.Privacy : b.Privacy is not { } y ? x : new PrivacyTerms(
            Math.Min(x.BudgetMicroEpsilon, y.BudgetMicroEpsilon), Least(x.EpsilonPerUseMicro, y.EpsilonPerUseMicro), Math.Min(x.ContributionBound, y.ContributionBound)),
        Retention = Least(a.Retention, b.Retention),
        // Unlike the others, this term loosens: whoever does not state it allows nothing.
        StampExtension = a.DeliveryOnly ? b.StampExtension : b.DeliveryOnly ? a.StampExtension
            : a.StampExtension is { } s && b.StampExtension is { } t ? (s <= t ? s : t) : null,
        Duties = Duties(a.Duties.Concat(b.Duties)),
        Clamps = [.. a.Clamps.Concat(b.Clamps).GroupBy(c => c.Column, StringComparer.Ordinal)
            .Select(g => g.Aggregate(Tighter)).OrderBy(c => c.Column, StringComparer.Ordinal)],
        Price = a.Price is not { } p ? b.Price : b.Price is not { } q || p >= q ? p : q,
        PricePlan = a.PricePlan ?? b.PricePlan,
        Credit = a.Credit ?? b.Credit,
        DeliveryOnly = a.DeliveryOnly && b.DeliveryOnly,
    };

    /// <summary>Every duty once, in the order in which they are carried out; of several deletions the earliest.</summary>
    public static IReadOnlyList<DutyTerm> Duties(IEnumerable<DutyTerm> duties)
    {
        var all = duties.DistinctBy(d => d.Id).ToList();
        var earliest = all.Where(d => d.Action == RuleActions.Delete).MinBy(d => d.Within);
        return [.. all.Where(d => d.Action != RuleActions.Delete || d == earliest).OrderBy(d => d.Phase).ThenBy(d => d.Id, StringComparer.Ordinal)];
    }

    private static IReadOnlyList<string> Common(IReadOnlyList<string>? a, IReadOnlyList<string>? b)
        => a is null ? b ?? [] : b is null ? a : [.. a.Intersect(b, StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static ClampBound Tighter(ClampBound a, ClampBound b) => a with { Min = Math.Max(a.Min, b.Min), Max = Math.Min(a.Max, b.Max) };

    private static T? Least<T>(T? a, T? b)
        where T : struct, IComparable<T>
        => a is not { } x ? b : b is not { } y || x.CompareTo(y) <= 0 ? a : b;
}
