using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy;

/// <summary>
/// The one place where a policy decision is made (law 2). Pure and deterministic but for the decision id; denies by default; prohibitions override
/// permissions; the order of rules never matters. Safe for concurrent use.
/// </summary>
public sealed class PolicyDecisionPoint
{
    private readonly Func<string> _newDecisionId;

    /// <param name="newDecisionId">Source of decision ids; random 128-bit ids when null.</param>
    public PolicyDecisionPoint(Func<string>? newDecisionId = null) => _newDecisionId = newDecisionId ?? RandomId.New;

    /// <summary>Decides. An unknown action, a missing policy, or anything that no permission covers is denied with a reason.</summary>
    public PolicyDecision Decide(PolicyRequest request)
    {
        if (request.Policy is not { } policy)
            return Deny(request, PolicyErrors.NoPermission, "policy");
        if (ContractProblem(request, policy) is var (kind, term))
            return Deny(request, kind, term);
        return request.Action switch
        {
            PolicyActions.Use => DecideUse(request, policy),
            PolicyActions.Negotiate => DecideNegotiation(request, policy),
            PolicyActions.Publish => request.Actor == request.Provider && request.Actor.Length > 0
                ? Allow(policy, null)
                : Deny(request, PolicyErrors.NotTheOwner, "actor"),
            _ => Deny(request, PolicyErrors.ActionNotKnown, "action"),
        };
    }

    /// <summary>What must agree with the contract as a whole, whatever its rules say.</summary>
    private static (ErrorKind Kind, string Term)? ContractProblem(PolicyRequest request, CompiledPolicy policy)
    {
        var source = policy.Source;
        if (request.PolicyVersion is { } version && version != policy.Version)
            return (PolicyErrors.WrongVersion, "version");
        if (source.Assigner is { } assigner && assigner != request.Provider)
            return (PolicyErrors.NotAParty, "assigner");
        if (source.Assignee is { } assignee && assignee != request.Consumer && request.Action != PolicyActions.Publish)
            return (PolicyErrors.NotAParty, "assignee");
        if (source.Target is { } target && target != request.DatasetId)
            return (PolicyErrors.WrongTarget, "target");
        if (request.Action == PolicyActions.Use && (source.Kind != PolicyKind.Agreement || source.Id != request.ContractId))
            return source.Kind != PolicyKind.Agreement ? (PolicyErrors.NotAnAgreement, "@type") : (PolicyErrors.NoPermission, "@id");
        return null;
    }

    private PolicyDecision DecideUse(PolicyRequest request, CompiledPolicy policy)
    {
        foreach (var prohibition in policy.Prohibitions)
        {
            if (Applies(prohibition, request))
                return Deny(request, prohibition.Failures[0], () => AllReasons(request, policy));
        }
        UseObligations? obligations = null;
        var covered = ActionSet.None;
        var seen = new Conditions(policy, request, policy.Conditions.Length <= MaxOnStack ? stackalloc byte[MaxOnStack] : new byte[policy.Conditions.Length]);
        foreach (var permission in policy.Permissions)
        {
            if (!Holds(permission, request, seen))
                continue;
            covered |= permission.Actions;
            obligations = obligations is null ? permission.Obligations : UseObligationMerge.Merge(obligations, permission.Obligations!);
        }
        if (covered != ActionSet.Use)
            return DenyAll(request, policy, seen);
        obligations = WithDebits(obligations!, request, policy, seen);
        return Pending(obligations, request) is { Count: > 0 } pending
            ? new(PolicyOutcome.AllowAfterDuty, _newDecisionId(), policy.Version, null, obligations) { PendingDuties = pending }
            : Allow(policy, obligations);
    }

    /// <summary>Counters whose name or amount depends on the request: windows of time, and the privacy budget.</summary>
    private static UseObligations WithDebits(UseObligations obligations, PolicyRequest request, CompiledPolicy policy, Conditions seen)
    {
        List<BudgetDebit>? debits = null;
        foreach (var permission in policy.Permissions)
        {
            foreach (var rule in permission.Debits)
            {
                if (!rule.IsConstant && Holds(permission, request, seen))
                    (debits ??= [.. obligations.Debits]).Add(rule.For(request));
            }
        }
        // Of two bounds on one counter the smaller one binds.
        return debits is null ? obligations : obligations with
        {
            Debits = [.. debits.GroupBy(d => (d.Scope, d.Key)).Select(g => g.MinBy(d => d.Limit)!).OrderBy(d => d.Key, StringComparer.Ordinal)],
        };
    }

    private static IReadOnlyList<DutyTerm> Pending(UseObligations obligations, PolicyRequest request)
    {
        if (obligations.Duties.Count == 0)
            return [];
        return [.. obligations.Duties.Where(d => d.Phase == DutyPhase.Before && !request.FulfilledDuties.Contains(d.Id, StringComparer.Ordinal))];
    }

    /// <summary>Could this consumer ever use the data under this offer? Only what is fixed at this moment is judged: who, and whether it is too late.</summary>
    private PolicyDecision DecideNegotiation(PolicyRequest request, CompiledPolicy policy)
    {
        var failed = new List<FailedRule>();
        foreach (var prohibition in policy.Prohibitions)
        {
            if (prohibition.Actions != ActionSet.None && Array.TrueForAll(prohibition.Checks, c => IsFixedBefore(c, request) && PolicyChecks.Matches(c, request)))
                failed.Add(prohibition.Failures[0]);
        }
        if (failed.Count > 0)
            return Deny(request, failed);
        var covered = ActionSet.None;
        foreach (var permission in policy.Permissions)
        {
            var count = failed.Count;
            for (var i = 0; i < permission.Checks.Length; i++)
            {
                var check = permission.Checks[i];
                if ((IsFixedBefore(check, request) || check.Kind is CheckKind.NotAfter or CheckKind.Elapsed) && !PolicyChecks.Holds(check, request))
                    failed.Add(permission.Failures[i]);
            }
            if (failed.Count == count)
                covered |= permission.Actions;
        }
        return covered == ActionSet.Use ? Allow(policy, null)
            : failed.Count > 0 ? Deny(request, failed)
            : Deny(request, PolicyErrors.ActionNotPermitted, "action");
    }

    /// <summary>Who the consumer is and where does not change between negotiation and use.</summary>
    private static bool IsFixedBefore(Check check, PolicyRequest request) => check.Kind switch
    {
        CheckKind.Recipient => true,
        CheckKind.ConsumerRegion => request.ConsumerRegion is not null,
        CheckKind.NetworkAddress => request.ConsumerAddress is not null,
        _ => false,
    };

    private static bool Holds(CompiledRule permission, PolicyRequest request, Conditions seen)
    {
        foreach (var condition in permission.Quick)
        {
            if (!seen.Hold(condition))
                return false;
        }
        if (request.SpentOf is { } spentOf)
        {
            foreach (var rule in permission.Debits)
            {
                if (IsSpent(rule, request, spentOf))
                    return false;
            }
        }
        return true;
    }

    private static bool IsSpent(DebitRule rule, PolicyRequest request, Func<BudgetDebit, long> spentOf)
    {
        var debit = rule.For(request);
        return spentOf(debit) > debit.Limit - debit.Amount;
    }

    private static bool Applies(CompiledRule prohibition, PolicyRequest request)
    {
        if (prohibition.Actions == ActionSet.None)
            return false;
        foreach (var check in prohibition.Checks)
        {
            if (!PolicyChecks.Matches(check, request))
                return false;
        }
        return true;
    }

    /// <summary>Nothing is prohibited, but no permission covers the use: the reason is the first of the permission that comes closest.</summary>
    private PolicyDecision DenyAll(PolicyRequest request, CompiledPolicy policy, Conditions seen)
    {
        FailedRule? reason = null;
        var fewest = int.MaxValue;
        foreach (var permission in policy.Permissions)
        {
            var count = Failures(permission, request, seen, fewest, out var first);
            if (count > 0 && count < fewest)
                (fewest, reason) = (count, first);
        }
        return Deny(request, reason ?? NotPermitted, () => AllReasons(request, policy));
    }

    private static readonly FailedRule NotPermitted = new("contract", "action", PolicyErrors.ActionNotPermitted);

    /// <summary>
    /// All reasons: prohibitions that apply, then what fails in each permission, the permission that comes closest first. Rules are sorted
    /// by content, so neither the order nor the first reason depends on how the policy was written down.
    /// </summary>
    private static List<FailedRule> AllReasons(PolicyRequest request, CompiledPolicy policy)
    {
        var failed = policy.Prohibitions.Where(p => Applies(p, request)).Select(p => p.Failures[0]).ToList();
        failed.AddRange(policy.Permissions.Select(p => Reasons(p, request)).OrderBy(reasons => reasons.Count).SelectMany(reasons => reasons));
        return failed.Count > 0 ? failed : [NotPermitted];
    }

    private static List<FailedRule> Reasons(CompiledRule permission, PolicyRequest request)
    {
        var reasons = new List<FailedRule>();
        for (var i = 0; i < permission.Checks.Length; i++)
        {
            if (!PolicyChecks.Holds(permission.Checks[i], request))
                reasons.Add(Reason(permission, i, request));
        }
        if (request.SpentOf is { } spentOf)
            reasons.AddRange(permission.Debits.Where(d => IsSpent(d, request, spentOf)).Select(d => d.Exhausted));
        return reasons;
    }

    private static FailedRule Reason(CompiledRule permission, int check, PolicyRequest request)
        => permission.Checks[check].Kind == CheckKind.EpsilonPerUse && request.EpsilonMicro is null
            ? permission.Failures[check] with { Kind = PolicyErrors.EpsilonMissing }
            : permission.Failures[check];

    /// <summary>How many conditions of a permission fail, counted no further than <paramref name="enough"/>, and the first reason.</summary>
    private static int Failures(CompiledRule permission, PolicyRequest request, Conditions seen, int enough, out FailedRule? first)
    {
        var count = 0;
        first = null;
        for (var i = 0; i < permission.Conditions.Length && count < enough; i++)
        {
            if (seen.Hold(permission.Conditions[i]))
                continue;
            if (count++ == 0)
                first = Reason(permission, i, request);
        }
        if (request.SpentOf is not { } spentOf)
            return count;
        foreach (var rule in permission.Debits)
        {
            if (!IsSpent(rule, request, spentOf))
                continue;
            if (count++ == 0)
                first = rule.Exhausted;
        }
        return count;
    }

    private const int MaxOnStack = 256;

    /// <summary>Conditions of one decision, each tested at most once.</summary>
    private readonly ref struct Conditions(CompiledPolicy policy, PolicyRequest request, Span<byte> seen)
    {
        private const byte Held = 1;
        private const byte Failed = 2;
        private readonly Span<byte> _seen = seen;

        public bool Hold(int condition)
        {
            ref var seen = ref _seen[condition];
            if (seen == 0)
                seen = PolicyChecks.Holds(policy.Conditions[condition], request) ? Held : Failed;
            return seen == Held;
        }
    }

    private PolicyDecision Allow(CompiledPolicy policy, UseObligations? obligations)
        => new(PolicyOutcome.Allow, _newDecisionId(), policy.Version, null, obligations);

    private PolicyDecision Deny(PolicyRequest request, ErrorKind kind, string term) => Deny(request, new FailedRule("contract", term, kind), null);

    private PolicyDecision Deny(PolicyRequest request, List<FailedRule> failed) => Deny(request, failed[0], () => failed);

    private PolicyDecision Deny(PolicyRequest request, FailedRule reason, Func<IReadOnlyList<FailedRule>>? all)
        => new(PolicyOutcome.Deny, _newDecisionId(), request.Policy?.Version ?? "", reason, null) { AllReasons = all };
}
