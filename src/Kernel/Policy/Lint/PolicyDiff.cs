namespace DataSpace.Kernel.Policy.Lint;

/// <summary>How a term or rule changed.</summary>
public enum PolicyChange
{
    /// <summary>Says the same.</summary>
    Same,

    /// <summary>Permits less.</summary>
    Narrowed,

    /// <summary>Permits more.</summary>
    Widened,

    /// <summary>Differs, and neither direction is proven.</summary>
    Changed,

    /// <summary>Only in the new version.</summary>
    Added,

    /// <summary>Only in the old version.</summary>
    Removed,
}

/// <summary>One difference.</summary>
/// <param name="Change">How.</param>
/// <param name="Rule">Kind and pointer, for example <c>/permission/0</c>, in the newer version unless removed.</param>
/// <param name="Term">Term, <c>action</c> or <c>duty</c>; null for a whole rule.</param>
/// <param name="Before">Old value.</param>
/// <param name="After">New value.</param>
public sealed record PolicyDifference(PolicyChange Change, string Rule, string? Term, string? Before, string? After);

/// <summary>Two versions of a policy compared by what they mean.</summary>
/// <param name="Differences">What differs; empty when the rules are the same.</param>
/// <param name="MayWiden">False only when it is proven that the new version permits nothing that the old one did not.</param>
/// <param name="WhyMayWiden">The rules for which that is not proven, and the parties or target that changed.</param>
public sealed record PolicyDiffResult(IReadOnlyList<PolicyDifference> Differences, bool MayWiden, IReadOnlyList<string> WhyMayWiden);

/// <summary>
/// Compares two compiled policies. Sound, not complete: "may widen" can be said of a change that widens nothing, never the other way round. Counters belong to a version
/// of the rules, so uses already spent under the old version are not compared.
/// </summary>
public static class PolicyDiff
{
    /// <summary>From <paramref name="old"/> to <paramref name="next"/>.</summary>
    public static PolicyDiffResult Compare(CompiledPolicy old, CompiledPolicy next)
    {
        var differences = new List<PolicyDifference>();
        Rules(old.Source.Permissions, next.Source.Permissions, "/permission", false, differences);
        Rules(old.Source.Prohibitions, next.Source.Prohibitions, "/prohibition", true, differences);
        Rules(old.Source.Obligations, next.Source.Obligations, "/obligation", true, differences);
        foreach (var (name, a, b) in new[] { ("target", old.Source.Target, next.Source.Target), ("assigner", old.Source.Assigner, next.Source.Assigner), ("assignee", old.Source.Assignee, next.Source.Assignee) })
        {
            if (a != b)
                differences.Add(new(PolicyChange.Changed, "", name, a, b));
        }
        var why = Widening(old, next);
        return new PolicyDiffResult(differences, why.Count > 0, why);
    }

    private static List<string> Widening(CompiledPolicy old, CompiledPolicy next)
    {
        var why = new List<string>();
        if (old.RulesHash == next.RulesHash && old.Source.Target == next.Source.Target && old.Source.Assignee == next.Source.Assignee && old.Source.Assigner == next.Source.Assigner)
            return why;
        if (old.Source.Target is { } target && next.Source.Target != target)
            why.Add("target");
        if (old.Source.Assignee is { } assignee && next.Source.Assignee != assignee)
            why.Add("assignee");
        if (old.Source.Assigner is { } assigner && next.Source.Assigner != assigner)
            why.Add("assigner");
        foreach (var permission in next.Permissions)
        {
            // Some old permission covers it, and under every old permission that may apply along with that one its terms are at least as strict.
            var covered = old.Permissions.Where(o => (permission.Actions & ~o.Actions) == 0 && Array.TrueForAll(o.Checks, c => RuleOrder.Implies(permission.Checks, c)));
            var alongside = old.Permissions.Where(o => !RuleOrder.Disjoint(o, permission));
            if (!covered.Any() || !alongside.All(o => RuleOrder.AtLeastAsStrict(permission, o)))
                why.Add(permission.Name);
        }
        // A window of time counts from an agreement, so an offer's leaves no check to compare: such a rule is taken for covered only where it is unchanged.
        if (old.Source.Permissions.SelectMany(p => p.Constraints).Any(HasWindow))
        {
            var unchanged = old.Source.Permissions.Select(PolicyCompiler.RuleDigest).ToHashSet(StringComparer.Ordinal);
            why.AddRange(next.Source.Permissions.Select(PolicyCompiler.RuleDigest).Where(d => !unchanged.Contains(d)).Select(d => "permission/" + d[..8]));
        }
        why.AddRange(old.Prohibitions.Where(o => o.Actions != ActionSet.None && !next.Prohibitions.Any(n => RuleOrder.ForbidsAtLeast(n, o))).Select(o => o.Name));
        return [.. why.Distinct(StringComparer.Ordinal)];
    }

    private static bool HasWindow(OdrlConstraint constraint) => constraint is OdrlLogical logical
        ? logical.Operands.Any(HasWindow) : ((OdrlComparison)constraint).LeftOperand == PolicyTerms.ElapsedTime;

    private static void Rules(IReadOnlyList<OdrlRule> old, IReadOnlyList<OdrlRule> next, string pointer, bool restricting, List<PolicyDifference> differences)
    {
        var before = old.Select((r, i) => (Rule: r, At: i, Digest: PolicyCompiler.RuleDigest(r))).ToList();
        var after = next.Select((r, i) => (Rule: r, At: i, Digest: PolicyCompiler.RuleDigest(r))).ToList();
        foreach (var same in after.ToList())
        {
            if (before.FindIndex(b => b.Digest == same.Digest) is >= 0 and var i)
            {
                before.RemoveAt(i);
                after.Remove(same);
            }
        }
        // Of what is left, the rules that have most in common are taken for two versions of one.
        while (before.Count > 0 && after.Count > 0)
        {
            var (b, a) = before.SelectMany(x => after.Select(y => (x, y))).MaxBy(p => Common(p.x.Rule, p.y.Rule));
            if (Common(b.Rule, a.Rule) == 0)
                break;
            Terms(b.Rule, a.Rule, $"{pointer}/{a.At}", restricting, differences);
            before.Remove(b);
            after.Remove(a);
        }
        differences.AddRange(after.Select(a => new PolicyDifference(PolicyChange.Added, $"{pointer}/{a.At}", null, null, PolicyText.Of(a.Rule))));
        differences.AddRange(before.Select(b => new PolicyDifference(PolicyChange.Removed, $"{pointer}/{b.At}", null, PolicyText.Of(b.Rule), null)));
    }

    private static int Common(OdrlRule a, OdrlRule b)
        => (a.Action == b.Action ? 1 : 0) + a.Constraints.Select(PolicyText.Of).Intersect(b.Constraints.Select(PolicyText.Of)).Count()
            + a.Constraints.Select(PolicyText.TermOf).Intersect(b.Constraints.Select(PolicyText.TermOf)).Count();

    private static void Terms(OdrlRule old, OdrlRule next, string at, bool restricting, List<PolicyDifference> differences)
    {
        if (old.Action != next.Action)
            differences.Add(new(PolicyChange.Changed, at, "action", old.Action, next.Action));
        foreach (var term in old.Constraints.Concat(next.Constraints).Select(PolicyText.TermOf).Distinct())
        {
            var (a, b) = (Of(old, term), Of(next, term));
            var (before, after) = (PolicyText.Of(a), PolicyText.Of(b));
            if (before == after)
                continue;
            var change = a.Count == 0 ? PolicyChange.Narrowed : b.Count == 0 ? PolicyChange.Widened : Compare(a, b);
            if (term == PolicyTerms.StampExtension && (a.Count == 0 || b.Count == 0))
                change = a.Count == 0 ? PolicyChange.Widened : PolicyChange.Narrowed; // the one term that loosens
            // Less to match means less is forbidden.
            if (restricting)
                change = change switch { PolicyChange.Narrowed => PolicyChange.Widened, PolicyChange.Widened => PolicyChange.Narrowed, _ => change };
            differences.Add(new(at.StartsWith("/obligation", StringComparison.Ordinal) ? PolicyChange.Changed : change, at, term, before, after));
        }
        var (was, now) = (old.Duties.Select(PolicyText.Of).Order(StringComparer.Ordinal).ToList(), next.Duties.Select(PolicyText.Of).Order(StringComparer.Ordinal).ToList());
        differences.AddRange(now.Except(was).Select(d => new PolicyDifference(PolicyChange.Added, at, "duty", null, d)));
        differences.AddRange(was.Except(now).Select(d => new PolicyDifference(PolicyChange.Removed, at, "duty", d, null)));
    }

    private static List<OdrlConstraint> Of(OdrlRule rule, string term)
        => [.. rule.Constraints.Where(c => PolicyText.TermOf(c) == term).OrderBy(PolicyText.Of, StringComparer.Ordinal)];

    private static PolicyChange Compare(List<OdrlConstraint> old, List<OdrlConstraint> next)
    {
        if (Checks(old) is not { } a || Checks(next) is not { } b)
            return PolicyChange.Changed;
        bool narrower = a.TrueForAll(c => RuleOrder.Implies(b, c)), wider = b.TrueForAll(c => RuleOrder.Implies(a, c));
        return (narrower, wider) switch
        {
            (true, true) => PolicyChange.Same,
            (true, false) => PolicyChange.Narrowed,
            (false, true) => PolicyChange.Widened,
            _ => PolicyChange.Changed,
        };
    }

    private static List<Check>? Checks(List<OdrlConstraint> constraints)
    {
        var checks = new List<Check>();
        foreach (var constraint in constraints)
        {
            if (constraint is not OdrlComparison comparison || !PolicyVocabulary.Read(comparison).TryGet(out var term, out _) || term.Check is not { } check)
                return null;
            checks.Add(check);
        }
        return checks;
    }
}

/// <summary>Rules and constraints as one line of text.</summary>
internal static class PolicyText
{
    public static string TermOf(OdrlConstraint constraint) => constraint is OdrlComparison c ? c.LeftOperand : ((OdrlLogical)constraint).Operator;

    public static string Of(OdrlConstraint constraint) => constraint switch
    {
        OdrlComparison c => $"{c.LeftOperand} {c.Operator} {string.Join(", ", c.RightOperand.Order(StringComparer.Ordinal))}{(c.Unit is null ? "" : " " + c.Unit)}",
        OdrlLogical l => $"{l.Operator}({string.Join("; ", l.Operands.Select(Of))})",
        _ => throw new InvalidOperationException("A constraint of unknown type."),
    };

    public static string Of(IEnumerable<OdrlConstraint> constraints) => string.Join("; ", constraints.Select(Of));

    public static string Of(OdrlRule rule) => rule.Action + (rule.Constraints.Count == 0 ? "" : ": " + Of(rule.Constraints.OrderBy(Of, StringComparer.Ordinal)))
        + string.Concat(rule.Duties.Select(d => " [" + Of(d) + "]"));
}
