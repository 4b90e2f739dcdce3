using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;

namespace DataSpace.Hosting;

/// <summary>
/// Asks the policy decision point before a dataset is published or a contract negotiated. The other place that asks is the
/// connector's use gate, at every use.
/// </summary>
public static class PolicyEnforcementFilter
{
    /// <summary>The regulators' list first, then the policy. <paramref name="refusing"/>: the list's refusal, or null.</summary>
    public static Result<PolicyDecision> Decide(DsError? refusing, PolicyDecisionPoint point, PolicyRequest request)
        => refusing is null ? Decide(point, request) : refusing;

    /// <summary>The decision, or its denial with the named reason.</summary>
    public static Result<PolicyDecision> Decide(PolicyDecisionPoint point, PolicyRequest request)
    {
        var decision = point.Decide(request);
        return decision.IsAllowed ? decision : decision.ToError();
    }
}
