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
    /// <summary>Most rules after <c>or</c> and <c>xone</c> were written out as alternatives.</summary>
    public const int MaxExecutableRules = 2000;

    /// <summary>Compiles JSON text. With <paramref name="expectedVersion"/>, the policy must have that hash.</summary>
    public static Result<CompiledPolicy> Compile(ReadOnlyMemory<byte> json, string? expectedVersion = null)
    {
        if (json.Length > PolicyReader.MaxBytes)
            return PolicyErrors.TooLarge.Of("more than 1 MiB");
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
        return canonical.Length <= PolicyReader.MaxBytes ? Digest.Sha256Hex(canonical) : PolicyErrors.TooLarge.Of("more than 1 MiB");
    }

    private static Result<CompiledPolicy> Compile(OdrlPolicy policy, string version)
    {
        if (CheckParties(policy) is { } wrong)
            return wrong;
        if (policy.Permissions.Count == 0)
            return PolicyErrors.NothingPermitted.Of();
        if (!DutyCompiler.Compile(policy.Obligations).TryGet(out var everywhere, out var error))
            return error;
        var (digests, terms) = (new RuleDigests(), new TermReader());
        var compiled = new List<CompiledRule>();
        foreach (var rule in policy.Permissions)
        {
            if (!CompilePermission(rule, everywhere, AgreedAt(policy), digests, terms).TryGet(out var alternatives, out error))
                return error;
            compiled.AddRange(alternatives);
        }
        var forbidden = new List<CompiledRule>();
        foreach (var rule in policy.Prohibitions)
        {
            if (!CompileProhibition(rule, digests, terms).TryGet(out var alternatives, out error))
                return error;
            forbidden.AddRange(alternatives);
        }
        if (!compiled.Exists(p => p.Actions.HasFlag(ActionSet.Compute)) || !compiled.Exists(p => p.Actions.HasFlag(ActionSet.Delivery)))
            return PolicyErrors.NothingPermitted.Of("a use computes and delivers; both must be permitted");
        if (compiled.Count + forbidden.Count > MaxExecutableRules)
            return PolicyErrors.TooLarge.Of($"more than {MaxExecutableRules} rules and alternatives");
        CompiledRule[] permissions = [.. compiled], prohibitions = [.. forbidden];
        if (UseObligationMerge.Conflict(permissions) is { } conflict)
            return conflict;
        // The order of rules carries no meaning, so it is removed before anything can depend on it.
        Array.Sort(permissions, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        Array.Sort(prohibitions, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return new CompiledPolicy(policy, version, digests.Of(policy), permissions, prohibitions);
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

    private static DateTimeOffset? AgreedAt(OdrlPolicy policy)
        => policy is { Kind: PolicyKind.Agreement, Timestamp: { } timestamp } ? PolicyValues.Moment(timestamp) : null;

    private static Result<List<CompiledRule>> CompilePermission(OdrlRule rule, DutyCompiler.Compiled everywhere, DateTimeOffset? agreedAt, RuleDigests digests, TermReader terms)
    {
        if (PermittedActions(rule.Action) is not { } actions)
            return PolicyErrors.UnknownAction.Of(PolicyReader.Show(rule.Action));
        if (!DutyCompiler.Compile(rule.Duties).TryGet(out var own, out var error))
            return error;
        if (own.Payment is not null && everywhere.Payment is not null)
            return PolicyErrors.Contradiction.Of("compensate both as obligation and as duty");
        if (!PolicyLogic.Expand(rule.Constraints).TryGet(out var alternatives, out error))
            return error;
        var digest = digests.Of(rule);
        var compiled = new List<CompiledRule>(alternatives.Count);
        foreach (var (literals, name) in Named("permission/" + digest[..8], alternatives, digests))
        {
            var builder = new PermissionBuilder(name, digest, actions, everywhere.With(own), agreedAt, terms);
            if (!builder.Build(literals).TryGet(out var permission, out error))
                return error;
            compiled.Add(permission);
        }
        return compiled;
    }

    /// <summary>What a permission may speak of; null for anything that no use performs.</summary>
    private static ActionSet? PermittedActions(string action) => action switch
    {
        RuleActions.Use => ActionSet.Use,
        RuleActions.Compute => ActionSet.Compute,
        RuleActions.Delivery => ActionSet.Delivery,
        _ => null,
    };

    private static Result<List<CompiledRule>> CompileProhibition(OdrlRule rule, RuleDigests digests, TermReader terms)
    {
        // What no use performs is forbidden without further ado: the rule is kept and never applies.
        if ((PermittedActions(rule.Action) ?? (RuleActions.NeverPerformed.Contains(rule.Action, StringComparer.Ordinal) ? ActionSet.None : null)) is not { } actions)
            return PolicyErrors.UnknownAction.Of(PolicyReader.Show(rule.Action));
        if (!PolicyLogic.Expand(rule.Constraints).TryGet(out var alternatives, out var error))
            return error;
        var compiled = new List<CompiledRule>(alternatives.Count);
        foreach (var (literals, name) in Named("prohibition/" + digests.Of(rule)[..8], alternatives, digests))
        {
            if (!ProhibitionChecks(literals, terms).TryGet(out var checks, out error))
                return error;
            var sorted = Sorted(checks);
            var reason = new FailedRule(name, sorted.Length == 0 ? rule.Action : PolicyChecks.TermOf(sorted[0].Kind), PolicyErrors.Prohibited);
            compiled.Add(new CompiledRule(name, actions, sorted, [reason], [], null, null));
        }
        return compiled;
    }

    private static Result<List<Check>> ProhibitionChecks(List<Literal> literals, TermReader terms)
    {
        var checks = new List<Check>(literals.Count);
        foreach (var literal in literals)
        {
            if (!terms.Read(literal.Comparison).TryGet(out var term, out var error))
                return error;
            // A count, a group size or a clamp in a prohibition would say "forbidden when few enough": no use can be tested against that.
            if (!PolicyVocabulary.Find(literal.Comparison.LeftOperand)!.InProhibition || term.Check is not { } check)
                return PolicyErrors.TermMisplaced.Of(PolicyReader.Show(literal.Comparison.LeftOperand) + " in a prohibition");
            if (literal.Opposite)
            {
                if (check.Opposite() is not { } opposite)
                    return PolicyErrors.LogicNotEnforced.Of("xone over " + PolicyReader.Show(literal.Comparison.LeftOperand));
                check = opposite;
            }
            checks.Add(check is { Kind: CheckKind.CoProvider, Mode: CheckMode.In } ? check with { Set = PolicyVocabulary.Participants(check) } : check);
        }
        return checks;
    }

    /// <summary>Alternatives in an order that does not depend on how the rule was written, with their names.</summary>
    private static IEnumerable<(List<Literal> Literals, string Name)> Named(string name, List<List<Literal>> alternatives, RuleDigests digests)
    {
        if (alternatives.Count == 1)
            return [(alternatives[0], name)];
        return alternatives.Select(a => (Literals: a, Key: Digest.Sha256Hex(CanonicalJson.Of(
                a.Select(l => (l.Opposite ? "not " : "") + digests.Of(l.Comparison)).Order(StringComparer.Ordinal).ToList()))))
            .DistinctBy(a => a.Key).OrderBy(a => a.Key, StringComparer.Ordinal)
            .Select((a, i) => (a.Literals, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}.{i + 1}")));
    }

    /// <summary>By kind, mode and number; what is equal in these keeps its order.</summary>
    internal static Check[] Sorted(List<Check> checks)
    {
        var order = new int[checks.Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(order, (i, j) =>
        {
            var (a, b) = (checks[i], checks[j]);
            var difference = a.Kind != b.Kind ? (int)a.Kind - (int)b.Kind : a.Mode != b.Mode ? (int)a.Mode - (int)b.Mode : a.Number.CompareTo(b.Number);
            return difference != 0 ? difference : i - j;
        });
        return Array.ConvertAll(order, i => checks[i]);
    }

    /// <summary>Digest of one rule, see <see cref="RuleDigests"/>.</summary>
    internal static string RuleDigest(OdrlRule rule) => new RuleDigests().Of(rule);
}
