using System.Text.Json;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy.Lint;

/// <summary>How much a finding weighs.</summary>
public enum LintSeverity
{
    /// <summary>Worth a look.</summary>
    Warning,

    /// <summary>The policy cannot be enforced, or a rule says something that can never be.</summary>
    Error,
}

/// <summary>Something found in a policy.</summary>
/// <param name="Severity">Warning or error.</param>
/// <param name="Kind">Code, title and advice in two languages.</param>
/// <param name="Pointer">Where, as JSON pointer (RFC 6901); empty for the whole.</param>
/// <param name="Detail">What exactly.</param>
public sealed record LintFinding(LintSeverity Severity, ErrorKind Kind, string Pointer, string? Detail);

/// <summary>
/// Looks through a policy: all terms that cannot be enforced (the compiler stops at the first), contradictions, conflicts of permissions and prohibitions, rules
/// that never decide anything, protections left out. Pure.
/// </summary>
public static class PolicyLint
{
    private const int SmallGroup = 3;

    /// <summary>Findings, errors first, in the order of the policy.</summary>
    public static IReadOnlyList<LintFinding> Check(JsonElement json)
    {
        if (!PolicyReader.Read(json).TryGet(out var policy, out var error))
            return [new LintFinding(LintSeverity.Error, error.Kind, "", error.Detail)];
        var findings = new List<LintFinding>();
        Rules(policy.Permissions, "/permission", false, findings);
        Rules(policy.Prohibitions, "/prohibition", true, findings);
        for (var i = 0; i < policy.Obligations.Count; i++)
            Duty(policy.Obligations[i], $"/obligation/{i}", findings);
        if (findings.Count == 0)
            Whole(json, policy, findings);
        return [.. findings.OrderByDescending(f => f.Severity)];
    }

    private static void Rules(IReadOnlyList<OdrlRule> rules, string pointer, bool prohibition, List<LintFinding> findings)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            var (at, before) = ($"{pointer}/{i}", findings.Count);
            if (rules[i].Action is not (RuleActions.Use or RuleActions.Compute or RuleActions.Delivery) && !(prohibition && RuleActions.NeverPerformed.Contains(rules[i].Action)))
                findings.Add(new(LintSeverity.Error, PolicyErrors.UnknownAction, at + "/action", PolicyReader.Show(rules[i].Action)));
            for (var j = 0; j < rules[i].Constraints.Count; j++)
                Constraint(rules[i].Constraints[j], $"{at}/constraint/{j}", prohibition, findings);
            for (var j = 0; j < rules[i].Duties.Count; j++)
                Duty(rules[i].Duties[j], $"{at}/duty/{j}", findings);
            if (findings.Count == before)
                Alone(rules[i], at, prohibition, findings);
        }
    }

    private static void Constraint(OdrlConstraint constraint, string pointer, bool prohibition, List<LintFinding> findings)
    {
        if (constraint is OdrlLogical logical)
        {
            if (logical.Operator == "andSequence")
                findings.Add(new(LintSeverity.Error, PolicyErrors.LogicNotEnforced, pointer, logical.Operator));
            for (var i = 0; i < logical.Operands.Count; i++)
                Constraint(logical.Operands[i], $"{pointer}/{logical.Operator}/{i}", prohibition, findings);
            return;
        }
        var comparison = (OdrlComparison)constraint;
        if (!PolicyVocabulary.Read(comparison).TryGet(out _, out var error))
            findings.Add(new(LintSeverity.Error, error.Kind, pointer, error.Detail));
        else if (prohibition && !PolicyVocabulary.Find(comparison.LeftOperand)!.InProhibition)
            findings.Add(new(LintSeverity.Error, PolicyErrors.TermMisplaced, pointer, comparison.LeftOperand + " in a prohibition"));
    }

    private static void Duty(OdrlRule duty, string pointer, List<LintFinding> findings)
    {
        if (!DutyCompiler.Compile([duty]).TryGet(out _, out var error))
            findings.Add(new(LintSeverity.Error, error.Kind, pointer, error.Detail));
    }

    /// <summary>Missing terms and contradictions inside one rule, each rule for itself.</summary>
    private static void Alone(OdrlRule rule, string pointer, bool prohibition, List<LintFinding> findings)
    {
        if (prohibition)
            return;
        var only = new OdrlPolicy(PolicyKind.Offer, null, null, null, null, null, [rule], [], []);
        var error = PolicyCompiler.Compile(JsonSerializer.SerializeToElement(PolicyWriter.Write(only))).Error;
        if (error is not null && error.Kind != PolicyErrors.NothingPermitted)
            findings.Add(new(LintSeverity.Error, error.Kind, pointer, error.Detail));
    }

    private static void Whole(JsonElement json, OdrlPolicy policy, List<LintFinding> findings)
    {
        if (!PolicyCompiler.Compile(json).TryGet(out var compiled, out var error))
        {
            findings.Add(new(LintSeverity.Error, error.Kind, "", error.Detail));
            return;
        }
        var permissions = compiled.Permissions.Select(p => (Rule: p, At: PointerOf(p, policy.Permissions, "/permission"))).ToList();
        var prohibitions = compiled.Prohibitions.Select(p => (Rule: p, At: PointerOf(p, policy.Prohibitions, "/prohibition"))).ToList();
        foreach (var (rule, at) in permissions.Concat(prohibitions))
        {
            if (RuleOrder.Empty(rule) is { } term)
                findings.Add(new(LintSeverity.Error, LintErrors.Unsatisfiable, at, $"{rule.Name}: {term}"));
        }
        foreach (var (rule, at) in permissions)
            Meet(rule, at, prohibitions, findings);
        foreach (var (rule, at) in prohibitions)
        {
            // What no use performs may be forbidden for the record; a prohibition that could match and never does is a slip.
            if (rule.Actions != ActionSet.None && permissions.All(p => RuleOrder.NeverMeet(p.Rule, rule)))
                findings.Add(new(LintSeverity.Warning, LintErrors.Unreachable, at, $"{rule.Name}: nothing that it forbids is permitted"));
        }
        Redundant(permissions, findings);
        Scope(permissions.ConvertAll(p => p.Rule), findings);
        foreach (var (rule, at) in permissions)
            Protections(rule, at, Says(policy.Permissions, at, PolicyTerms.ElapsedTime), findings);
    }

    private static void Meet(CompiledRule permission, string at, List<(CompiledRule Rule, string At)> prohibitions, List<LintFinding> findings)
    {
        foreach (var (prohibition, where) in prohibitions)
        {
            if (RuleOrder.AlwaysForbidden(permission, prohibition))
                findings.Add(new(LintSeverity.Error, LintErrors.Unreachable, at, $"{permission.Name}: all of it is forbidden by {prohibition.Name} ({where})"));
            else if (!RuleOrder.NeverMeet(permission, prohibition))
                findings.Add(new(LintSeverity.Warning, LintErrors.AuthorisationConflict, at, $"{permission.Name} and {prohibition.Name} ({where})"));
        }
    }

    /// <summary>Where several permissions apply the strictest terms bind, so one that adds nothing to a stricter one that always applies with it has no effect.</summary>
    private static void Redundant(List<(CompiledRule Rule, string At)> permissions, List<LintFinding> findings)
    {
        for (var i = 0; i < permissions.Count; i++)
        {
            for (var j = 0; j < permissions.Count; j++)
            {
                var (rule, other) = (permissions[i].Rule, permissions[j].Rule);
                if (i == j || (rule.Actions & ~other.Actions) != 0 || !Array.TrueForAll(other.Checks, c => RuleOrder.Implies(rule.Checks, c)) || !RuleOrder.AtLeastAsStrict(other, rule))
                    continue;
                // Of two equal ones only the later is superfluous.
                if (i < j && Array.TrueForAll(rule.Checks, c => RuleOrder.Implies(other.Checks, c)) && RuleOrder.AtLeastAsStrict(rule, other))
                    continue;
                findings.Add(new(LintSeverity.Warning, LintErrors.Unreachable, permissions[i].At, $"{rule.Name}: {other.Name} ({permissions[j].At}) permits it under terms as strict"));
                break;
            }
        }
    }

    private static void Scope(List<CompiledRule> permissions, List<LintFinding> findings)
    {
        var together = permissions.Exists(p => p.Actions == ActionSet.Use) || permissions.Where(p => p.Actions.HasFlag(ActionSet.Compute))
            .Any(c => permissions.Where(p => p.Actions.HasFlag(ActionSet.Delivery)).Any(d => !RuleOrder.Disjoint(c, d)));
        if (!together)
            findings.Add(new(LintSeverity.Error, LintErrors.ScopeMismatch, "/permission", null));
    }

    private static void Protections(CompiledRule rule, string at, bool hasWindow, List<LintFinding> findings)
    {
        if (!rule.Actions.HasFlag(ActionSet.Compute))
            return;
        void Warn(string what) => findings.Add(new(LintSeverity.Warning, LintErrors.Unprotected, at, what));
        var obligations = rule.Obligations!;
        if (obligations.MinimumGroupSize == PolicyValues.MinimumOff)
            Warn($"{PolicyTerms.MinimumGroupSize} off: single records leave");
        else if (obligations.MinimumGroupSize < SmallGroup)
            Warn($"{PolicyTerms.MinimumGroupSize} {obligations.MinimumGroupSize}: two subjects know each other's values");
        if (obligations is { DominancePercent: null, MinimumGroupSize: > (int)PolicyValues.MinimumOff })
            Warn($"{PolicyTerms.DominancePercent} off: one large subject may be estimated from a total");
        if (!Array.Exists(rule.Debits, d => !d.IsEpsilon && !d.IsCredit))
            Warn($"no {PolicyTerms.Count} and no {PolicyTerms.Frequency}: uses without limit");
        if (!hasWindow && !Array.Exists(rule.Checks, c => c.Kind is CheckKind.NotAfter or CheckKind.Elapsed))
            Warn($"no end: neither {PolicyTerms.DateTime} nor {PolicyTerms.ElapsedTime}");
        if (obligations.Privacy is null)
            Warn($"no {PolicyTerms.PrivacyBudget}: exact results of many queries can be combined");
    }

    /// <summary>Whether the rule has a term somewhere: in an offer a window has no beginning yet and leaves no check behind.</summary>
    private static bool Says(IReadOnlyList<OdrlRule> rules, string pointer, string term)
        => int.TryParse(pointer[(pointer.LastIndexOf('/') + 1)..], System.Globalization.CultureInfo.InvariantCulture, out var i) && rules[i].Constraints.Any(c => Says(c, term));

    private static bool Says(OdrlConstraint constraint, string term) => constraint switch
    {
        OdrlLogical logical => logical.Operands.Any(o => Says(o, term)),
        _ => ((OdrlComparison)constraint).LeftOperand == term,
    };

    private static string PointerOf(CompiledRule rule, IReadOnlyList<OdrlRule> rules, string pointer)
    {
        var digest = rule.Name[(rule.Name.IndexOf('/', StringComparison.Ordinal) + 1)..].Split('.')[0];
        for (var i = 0; i < rules.Count; i++)
        {
            if (PolicyCompiler.RuleDigest(rules[i]).StartsWith(digest, StringComparison.Ordinal))
                return $"{pointer}/{i}";
        }
        return pointer;
    }
}
