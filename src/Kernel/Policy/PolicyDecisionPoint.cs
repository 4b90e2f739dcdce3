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
                return DenyAll(request, policy);
        }
        UseObligations? obligations = null;
        foreach (var permission in policy.Permissions)
        {
            if (Holds(permission, request, policy))
                obligations = obligations is null ? permission.Obligations : UseObligationMerge.Merge(obligations, permission.Obligations!);
        }
        return obligations is null ? DenyAll(request, policy) : Allow(policy, obligations);
    }

    /// <summary>Could this consumer ever use the data under this offer? Only what is fixed at this moment is judged: who, and whether it is too late.</summary>
    private PolicyDecision DecideNegotiation(PolicyRequest request, CompiledPolicy policy)
    {
        var failed = new List<FailedRule>();
        foreach (var prohibition in policy.Prohibitions)
        {
            if (Array.TrueForAll(prohibition.Checks, c => c.Kind is CheckKind.Recipient && PolicyChecks.Matches(c, request)))
                failed.Add(new FailedRule(prohibition.Name, "recipient", PolicyErrors.Prohibited));
        }
        if (failed.Count > 0)
            return Deny(request, failed);
        foreach (var permission in policy.Permissions)
        {
            var count = failed.Count;
            foreach (var check in permission.Checks)
            {
                if (check.Kind is CheckKind.Recipient or CheckKind.NotAfter && !PolicyChecks.Holds(check, request, policy))
                    failed.Add(PolicyChecks.Failure(permission, check));
            }
            if (failed.Count == count)
                return Allow(policy, null);
        }
        return Deny(request, failed);
    }

    private static bool Holds(CompiledRule permission, PolicyRequest request, CompiledPolicy policy)
    {
        foreach (var check in permission.Checks)
        {
            if (!PolicyChecks.Holds(check, request, policy))
                return false;
        }
        return true;
    }

    private static bool Applies(CompiledRule prohibition, PolicyRequest request)
    {
        foreach (var check in prohibition.Checks)
        {
            if (!PolicyChecks.Matches(check, request))
                return false;
        }
        return true;
    }

    /// <summary>
    /// All reasons: prohibitions that apply, then what fails in each permission, the permission that comes closest first. Rules are sorted
    /// by content, so neither the order nor the first reason depends on how the policy was written down.
    /// </summary>
    private PolicyDecision DenyAll(PolicyRequest request, CompiledPolicy policy)
    {
        var failed = policy.Prohibitions.Where(p => Applies(p, request))
            .Select(p => new FailedRule(p.Name, p.Checks.Length == 0 ? PolicyTerms.UseAction : PolicyChecks.TermOf(p.Checks[0].Kind), PolicyErrors.Prohibited))
            .ToList();
        failed.AddRange(policy.Permissions
            .Select(p => p.Checks.Where(c => !PolicyChecks.Holds(c, request, policy)).Select(c => PolicyChecks.Failure(p, c)).ToList())
            .OrderBy(reasons => reasons.Count)
            .SelectMany(reasons => reasons));
        return Deny(request, failed);
    }

    private PolicyDecision Allow(CompiledPolicy policy, UseObligations? obligations)
        => new(PolicyOutcome.Allow, _newDecisionId(), policy.Version, null, [], obligations);

    private PolicyDecision Deny(PolicyRequest request, ErrorKind kind, string term) => Deny(request, [new FailedRule("contract", term, kind)]);

    private PolicyDecision Deny(PolicyRequest request, List<FailedRule> failed)
        => new(PolicyOutcome.Deny, _newDecisionId(), request.Policy?.Version ?? "", failed[0], failed, null);
}
