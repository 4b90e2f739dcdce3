using System.Collections.Frozen;

namespace DataSpace.Kernel.Policy.Lint;

/// <summary>
/// When one rule covers another. Every answer is sound and may be "not known": <see langword="true"/> is proven, <see langword="false"/> means not proven.
/// </summary>
internal static class RuleOrder
{
    /// <summary>Whether every use that satisfies all of <paramref name="narrow"/> also satisfies <paramref name="wide"/>, both read as conditions of a permission.</summary>
    public static bool Implies(IReadOnlyList<Check> narrow, Check wide) => Allowed(narrow, wide.Kind) is { } set && IsSetKind(wide.Kind)
        ? SetImplies(set, wide) || narrow.Any(n => Implies(n, wide))
        : narrow.Any(n => Implies(n, wide));

    /// <summary>Whether every use under <paramref name="permission"/> is one that <paramref name="prohibition"/> forbids.</summary>
    public static bool AlwaysForbidden(CompiledRule permission, CompiledRule prohibition)
        // A use need not group and need not have co-providers, so a rule about them never catches all; it always reads some column.
        => prohibition.Actions != ActionSet.None
            && Array.TrueForAll(prohibition.Checks, q => q.Kind is not (CheckKind.GroupKey or CheckKind.CoProvider) && Implies(permission.Checks, q));

    /// <summary>Whether every use that <paramref name="old"/> forbids is forbidden by <paramref name="next"/> too.</summary>
    public static bool ForbidsAtLeast(CompiledRule next, CompiledRule old)
        => (old.Actions & ~next.Actions) == 0 && Array.TrueForAll(next.Checks, n => n.Kind is CheckKind.Column or CheckKind.GroupKey or CheckKind.CoProvider
            ? Array.Exists(old.Checks, o => o.Kind == n.Kind && o.Mode == CheckMode.In && n.Mode == CheckMode.In && o.Set.All(n.Set.Contains)) // one forbidden item is enough
            : Implies(old.Checks, n));

    /// <summary>Whether no use can be under the permission and forbidden by the prohibition.</summary>
    public static bool NeverMeet(CompiledRule permission, CompiledRule prohibition)
        => prohibition.Actions == ActionSet.None || Array.Exists(prohibition.Checks, q => Array.Exists(permission.Checks, p => Excludes(p, q)));

    /// <summary>Whether no use can satisfy both.</summary>
    public static bool Disjoint(CompiledRule a, CompiledRule b)
        => Array.Exists(a.Checks, x => x.Kind is not (CheckKind.GroupKey or CheckKind.CoProvider) && Array.Exists(b.Checks, y => Excludes(x, y)));

    /// <summary>The term of which no value satisfies all constraints of the rule, or null.</summary>
    public static string? Empty(CompiledRule rule)
    {
        for (var i = 0; i < rule.Checks.Length; i++)
        {
            for (var j = i + 1; j < rule.Checks.Length; j++)
            {
                if (rule.Checks[i].Kind != CheckKind.GroupKey && rule.Checks[i].Kind != CheckKind.CoProvider && Excludes(rule.Checks[i], rule.Checks[j]))
                    return PolicyChecks.TermOf(rule.Checks[i].Kind);
            }
        }
        return null;
    }

    /// <summary>Whether what <paramref name="a"/> entails is at least as strict as what <paramref name="b"/> entails, in every respect.</summary>
    public static bool AtLeastAsStrict(CompiledRule a, CompiledRule b)
    {
        UseObligations x = a.Obligations!, y = b.Obligations!;
        return x.AllowedColumns.All(y.AllowedColumns.Contains) && x.AllowedGroupKeys.All(y.AllowedGroupKeys.Contains)
            && x.MinimumGroupSize >= y.MinimumGroupSize && AtMost(x.DominancePercent, y.DominancePercent) && AtMost(x.MaxRows, y.MaxRows)
            && AtMost(x.MaxOutputBytes, y.MaxOutputBytes) && AtMost(x.Retention?.Ticks, y.Retention?.Ticks)
            && (x.StampExtension is not { } age || age <= y.StampExtension)
            && y.Clamps.All(c => x.Clamps.Any(d => d.Column == c.Column && d.Decimals == c.Decimals && d.Min >= c.Min && d.Max <= c.Max))
            && y.RowFilter.All(x.RowFilter.Contains) && y.Duties.All(d => x.Duties.Any(e => e.Id == d.Id)) && Privacy(x.Privacy, y.Privacy)
            && (y.Price is not { } price || (x.Price is { } more && more.Currency == price.Currency && more >= price))
            && b.Debits.All(d => a.Debits.Any(e => e.WindowTicks == d.WindowTicks && e.IsEpsilon == d.IsEpsilon && e.IsCredit == d.IsCredit && e.Limit <= d.Limit));
    }

    private static bool Privacy(PrivacyTerms? x, PrivacyTerms? y) => y is null
        || (x is not null && x.BudgetMicroEpsilon <= y.BudgetMicroEpsilon && AtMost(x.EpsilonPerUseMicro, y.EpsilonPerUseMicro) && x.ContributionBound == y.ContributionBound);

    private static bool AtMost(long? a, long? b) => b is null || (a is not null && a <= b);

    /// <summary>Values that all positive sets of a kind allow together; null when there is none.</summary>
    private static FrozenSet<string>? Allowed(IReadOnlyList<Check> checks, CheckKind kind)
    {
        var sets = checks.Where(c => c.Kind == kind && c.Mode == CheckMode.In && c.Networks.Count == 0).Select(c => c.Set).ToList();
        return sets.Count == 0 ? null : sets.Skip(1).Aggregate(sets[0], (all, next) => all.Where(next.Contains).ToFrozenSet(StringComparer.Ordinal));
    }

    private static bool IsSetKind(CheckKind kind) => kind is >= CheckKind.Recipient and <= CheckKind.CoProvider and not CheckKind.NetworkAddress and not CheckKind.Algorithm;

    private static bool SetImplies(FrozenSet<string> set, Check wide) => wide.Mode switch
    {
        CheckMode.In => set.All(wide.Set.Contains),
        CheckMode.NotIn => wide.Kind == CheckKind.CoProvider ? !set.Any(v => wide.Set.Contains(v.Split('#')[0])) : !set.Any(wide.Set.Contains),
        CheckMode.Within => set.All(v => IsWithin(wide.Kind, v, wide.Set)),
        CheckMode.NotWithin => set.All(v => !IsWithin(wide.Kind, v, wide.Set) && !wide.Set.Any(w => IsWithin(wide.Kind, w, [v]))),
        _ => false,
    };

    private static bool Implies(Check narrow, Check wide)
    {
        if (narrow.Kind != wide.Kind)
            return false;
        switch (wide.Kind)
        {
            case CheckKind.NotBefore or CheckKind.IndependentCoProviders or CheckKind.MinimumGroupSize:
                return narrow.Number > wide.Number || (narrow.Number == wide.Number && (narrow.Strict || !wide.Strict));
            case CheckKind.Frequency:
                return narrow.WindowTicks == wide.WindowTicks && narrow.Number <= wide.Number;
            case CheckKind.ContributionBound:
                return narrow.Number == wide.Number;
            case CheckKind.NotAfter or CheckKind.Elapsed or CheckKind.DominancePercent or CheckKind.MaxRows or CheckKind.OutputBytes or CheckKind.EpsilonPerUse
                or CheckKind.Count or CheckKind.PrivacyBudget or CheckKind.Retention
                or CheckKind.StampExtension:
                return narrow.Number < wide.Number || (narrow.Number == wide.Number && (narrow.Strict || !wide.Strict));
            default:
                return (narrow.Mode, wide.Mode) switch
                {
                    (CheckMode.In, _) when IsSetKind(wide.Kind) => SetImplies(narrow.Set, wide),
                    (CheckMode.Within, CheckMode.Within) => narrow.Set.All(v => IsWithin(wide.Kind, v, wide.Set)),
                    (CheckMode.NotIn, CheckMode.NotIn) => wide.Set.All(narrow.Set.Contains),
                    (CheckMode.NotWithin, CheckMode.NotWithin) => wide.Set.All(narrow.Set.Contains),
                    _ => narrow.Mode == wide.Mode && narrow.Set.SetEquals(wide.Set),
                };
        }
    }

    /// <summary>Whether no use that satisfies <paramref name="a"/> can match <paramref name="b"/>.</summary>
    private static bool Excludes(Check a, Check b)
    {
        if (a.Kind is CheckKind.NotBefore && b.Kind is CheckKind.NotAfter or CheckKind.Elapsed)
            return a.Number > b.Number || (a.Number == b.Number && (a.Strict || b.Strict));
        if (b.Kind is CheckKind.NotBefore && a.Kind is CheckKind.NotAfter or CheckKind.Elapsed)
            return Excludes(b, a);
        if (a.Kind != b.Kind || !IsSetKind(a.Kind))
            return false;
        return (a.Mode, b.Mode) switch
        {
            (CheckMode.In, CheckMode.In) => !a.Set.Any(v => b.Set.Contains(v) || (a.Kind == CheckKind.CoProvider && b.Set.Contains(v.Split('#')[0]))),
            (CheckMode.In, CheckMode.NotIn) => a.Kind != CheckKind.CoProvider && a.Set.All(b.Set.Contains),
            (CheckMode.NotIn, CheckMode.In) => Excludes(b, a),
            (CheckMode.In, CheckMode.Within) => !a.Set.Any(v => IsWithin(a.Kind, v, b.Set)),
            (CheckMode.Within, CheckMode.In) => Excludes(b, a),
            (CheckMode.Within, CheckMode.Within) => !a.Set.Any(v => IsWithin(a.Kind, v, b.Set)) && !b.Set.Any(v => IsWithin(a.Kind, v, a.Set)),
            (CheckMode.Within or CheckMode.In, CheckMode.NotWithin) => a.Set.All(v => IsWithin(a.Kind, v, b.Set)),
            (CheckMode.NotWithin, CheckMode.Within or CheckMode.In) => Excludes(b, a),
            _ => false,
        };
    }

    private static bool IsWithin(CheckKind kind, string value, FrozenSet<string> set) => kind == CheckKind.Purpose
        ? set.Any(s => value == s || (value.StartsWith(s, StringComparison.Ordinal) && value[s.Length] is ':' or '/' or '.' or '#'))
        : Region.IsWithinAny(value, set);
}
