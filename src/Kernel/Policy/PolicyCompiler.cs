using System.Collections.Frozen;
using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy;

/// <summary>
/// Turns a policy into executable form, in stages: integrity, syntax, semantics, contradictions, compilation. Everything that is accepted is
/// enforced; whatever cannot be enforced refuses the whole policy with a code that names it (law 2).
/// </summary>
public static class PolicyCompiler
{
    /// <summary>Compiles JSON text. With <paramref name="expectedVersion"/>, the policy must have that hash.</summary>
    public static Result<CompiledPolicy> Compile(ReadOnlyMemory<byte> json, string? expectedVersion = null)
    {
        if (json.Length > PolicyReader.MaxBytes)
            return PolicyErrors.TooLarge.Of("more than 64 KiB");
        return CanonicalJson.Parse(json, PolicyReader.MaxBytes, PolicyReader.MaxDepth).TryGet(out var element, out _)
            ? Compile(element, expectedVersion)
            : PolicyErrors.Malformed.Of("not well-formed JSON, duplicate names, or more than 16 levels");
    }

    /// <summary>Compiles a parsed value. With <paramref name="expectedVersion"/>, the policy must have that hash.</summary>
    public static Result<CompiledPolicy> Compile(JsonElement json, string? expectedVersion = null)
    {
        if (!VersionOf(json).TryGet(out var version, out var error))
            return error;
        if (expectedVersion is not null && expectedVersion != version)
            return PolicyErrors.IntegrityMismatch.Of();
        if (!PolicyReader.Read(json).TryGet(out var policy, out error))
            return error;
        return Compile(policy, version);
    }

    /// <summary>The policy version: lower-case hex SHA-256 of the canonical JSON.</summary>
    public static Result<string> VersionOf(JsonElement json)
    {
        if (!CanonicalJson.FromElement(json).TryGet(out var canonical, out var error))
            return PolicyErrors.Malformed.Of(error.Detail);
        return canonical.Length <= PolicyReader.MaxBytes ? Digest.Sha256Hex(canonical) : PolicyErrors.TooLarge.Of("more than 64 KiB");
    }

    private static Result<CompiledPolicy> Compile(OdrlPolicy policy, string version)
    {
        if (CheckParties(policy) is { } wrong)
            return wrong;
        if (policy.Permissions.Count == 0)
            return PolicyErrors.NothingPermitted.Of();
        if (!CompilePrice(policy.Obligations).TryGet(out var price, out var error))
            return error;

        var permissions = new CompiledRule[policy.Permissions.Count];
        for (var i = 0; i < permissions.Length; i++)
        {
            if (!CompilePermission(policy.Permissions[i], price.Price).TryGet(out permissions[i]!, out error))
                return error;
        }
        var prohibitions = new CompiledRule[policy.Prohibitions.Count];
        for (var i = 0; i < prohibitions.Length; i++)
        {
            if (!CompileProhibition(policy.Prohibitions[i]).TryGet(out prohibitions[i]!, out error))
                return error;
        }
        if (UseObligationMerge.Conflict(permissions) is { } conflict)
            return conflict;
        // The order of rules carries no meaning, so it is removed before anything can depend on it.
        Array.Sort(permissions, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        Array.Sort(prohibitions, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return new CompiledPolicy(policy, version, RulesHash(policy), permissions, prohibitions);
    }

    private static DsError? CheckParties(OdrlPolicy policy)
    {
        if (policy.Assigner is { } assigner && !ParticipantId.Parse(assigner).IsOk)
            return PolicyErrors.Malformed.Of("assigner is not a did:web");
        if (policy.Assignee is { } assignee && !ParticipantId.Parse(assignee).IsOk)
            return PolicyErrors.Malformed.Of("assignee is not a did:web");
        if (policy.Timestamp is { } timestamp && PolicyValues.Moment(timestamp) is null)
            return PolicyErrors.Malformed.Of("timestamp is not RFC 3339");
        if (policy.Kind == PolicyKind.Agreement
            && (policy.Id is null || policy.Target is null || policy.Assigner is null || policy.Assignee is null || policy.Timestamp is null))
            return PolicyErrors.Malformed.Of("an agreement states @id, target, assigner, assignee and timestamp");
        return null;
    }

    private static Result<CompiledRule> CompilePermission(OdrlRule rule, Money.Money? policyPrice)
    {
        if (rule.Action != PolicyTerms.UseAction)
            return PolicyErrors.UnknownAction.Of(PolicyReader.Show(rule.Action));
        if (!CompilePrice(rule.Duties).TryGet(out var own, out var error))
            return error;
        if (own.Price is not null && policyPrice is not null)
            return PolicyErrors.Contradiction.Of("compensate both as obligation and as duty");
        if (!Flatten(rule.Constraints).TryGet(out var comparisons, out error))
            return error;
        return new PermissionBuilder(RuleDigest(rule), own.Price ?? policyPrice).Build(comparisons);
    }

    private static Result<CompiledRule> CompileProhibition(OdrlRule rule)
    {
        if (rule.Action != PolicyTerms.UseAction)
            return PolicyErrors.UnknownAction.Of(PolicyReader.Show(rule.Action));
        if (!Flatten(rule.Constraints).TryGet(out var comparisons, out var error))
            return error;
        var checks = new List<Check>(comparisons.Count);
        foreach (var comparison in comparisons)
        {
            if (!PolicyVocabulary.Read(comparison).TryGet(out var term, out error))
                return error;
            // A count, a group size or a clamp in a prohibition would say "forbidden when few enough": no use can be tested against that.
            if (term.Check is not
                {
                    Kind: CheckKind.NotBefore or CheckKind.NotAfter or CheckKind.Recipient or CheckKind.Purpose
                or CheckKind.Computation or CheckKind.Column or CheckKind.GroupKey or CheckKind.CoProvider
                } check)
                return PolicyErrors.TermMisplaced.Of(PolicyReader.Show(comparison.LeftOperand) + " in a prohibition");
            checks.Add(check.Kind == CheckKind.CoProvider
                ? check with { Set = check.Set.Select(v => v[..v.IndexOf('#', StringComparison.Ordinal)]).ToFrozenSet(StringComparer.Ordinal) }
                : check);
        }
        return new CompiledRule("prohibition/" + RuleDigest(rule)[..8], Sorted(checks), null, null);
    }

    /// <summary>At most one duty, <c>compensate</c>, with exactly one constraint, <c>payAmount eq</c>, with a currency as unit.</summary>
    private static Result<(Money.Money? Price, bool _)> CompilePrice(IReadOnlyList<OdrlRule> duties)
    {
        if (duties.Count == 0)
            return (null, true);
        if (duties.Count > 1)
            return PolicyErrors.Contradiction.Of("more than one duty");
        var duty = duties[0];
        if (duty.Action != PolicyTerms.CompensateAction)
            return PolicyErrors.UnknownDuty.Of(PolicyReader.Show(duty.Action));
        if (duty.Constraints is not [OdrlComparison { LeftOperand: PolicyTerms.PayAmount, RightOperand: [var amount], IsList: false } pay])
            return PolicyErrors.UnknownDuty.Of("compensate takes exactly one constraint, payAmount");
        if (pay.Operator != "eq")
            return PolicyErrors.UnknownOperator.Of("payAmount " + PolicyReader.Show(pay.Operator));
        if (!Money.Money.Parse(amount, pay.Unit).TryGet(out var price, out _))
            return PolicyErrors.InvalidValue.Of("payAmount needs a decimal amount and a known currency as unit");
        return (price, true);
    }

    /// <summary>Flattens <c>and</c>; refuses the other combinations, which have no executable form yet.</summary>
    private static Result<List<OdrlComparison>> Flatten(IReadOnlyList<OdrlConstraint> constraints)
    {
        var flat = new List<OdrlComparison>();
        foreach (var constraint in constraints)
        {
            if (constraint is OdrlComparison comparison)
            {
                flat.Add(comparison);
                continue;
            }
            var logical = (OdrlLogical)constraint;
            if (logical.Operator != "and")
                return PolicyErrors.LogicNotEnforced.Of(logical.Operator);
            if (!Flatten(logical.Operands).TryGet(out var inner, out var error))
                return error;
            flat.AddRange(inner);
        }
        return flat;
    }

    internal static Check[] Sorted(List<Check> checks) => [.. checks.OrderBy(c => c.Kind).ThenBy(c => c.Number)];

    /// <summary>Digest of what a rule says, whatever the order of its constraints and values.</summary>
    internal static string RuleDigest(OdrlRule rule)
    {
        var parts = new List<string[]> { new[] { rule.Action } };
        parts.AddRange(rule.Constraints.Select(c => (string[])["constraint", ConstraintDigest(c)]).OrderBy(c => c[1], StringComparer.Ordinal));
        parts.AddRange(rule.Duties.Select(d => (string[])["duty", RuleDigest(d)]).OrderBy(d => d[1], StringComparer.Ordinal));
        return Digest.Sha256Hex(CanonicalJson.Of(parts));
    }

    private static string ConstraintDigest(OdrlConstraint constraint)
    {
        string[] parts = constraint switch
        {
            OdrlComparison c => [c.LeftOperand, c.Operator, c.Unit ?? "", .. c.RightOperand.Order(StringComparer.Ordinal)],
            OdrlLogical l => [l.Operator, .. l.Operands.Select(ConstraintDigest).Order(StringComparer.Ordinal)],
            _ => throw new InvalidOperationException("A constraint of unknown type."),
        };
        return Digest.Sha256Hex(CanonicalJson.Of(parts));
    }

    private static string RulesHash(OdrlPolicy policy)
    {
        static string[] Digests(IReadOnlyList<OdrlRule> rules) => [.. rules.Select(RuleDigest).Order(StringComparer.Ordinal)];
        return Digest.Sha256Hex(CanonicalJson.Of((string[][])[Digests(policy.Permissions), Digests(policy.Prohibitions), Digests(policy.Obligations)]));
    }
}
