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
                currency = price.Currency;
            }
        }
        return null;
    }

    public static UseObligations Merge(UseObligations a, UseObligations b) => new()
    {
        Debits = [.. a.Debits.UnionBy(b.Debits, d => d.Key).OrderBy(d => d.Key, StringComparer.Ordinal)],
        AllowedColumns = [.. a.AllowedColumns.Intersect(b.AllowedColumns, StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        AllowedGroupKeys = [.. a.AllowedGroupKeys.Intersect(b.AllowedGroupKeys, StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        MinimumGroupSize = Math.Max(a.MinimumGroupSize, b.MinimumGroupSize),
        DominancePercent = Least(a.DominancePercent, b.DominancePercent),
        MaxRows = Least(a.MaxRows, b.MaxRows),
        Clamps = [.. a.Clamps.Concat(b.Clamps).GroupBy(c => c.Column, StringComparer.Ordinal)
            .Select(g => g.Aggregate(Tighter)).OrderBy(c => c.Column, StringComparer.Ordinal)],
        Price = a.Price is not { } p ? b.Price : b.Price is not { } q || p >= q ? p : q,
    };

    private static ClampBound Tighter(ClampBound a, ClampBound b) => a with { Min = Math.Max(a.Min, b.Min), Max = Math.Min(a.Max, b.Max) };

    private static T? Least<T>(T? a, T? b)
        where T : struct, IComparable<T>
        => a is not { } x ? b : b is not { } y || x.CompareTo(y) <= 0 ? a : b;
}
