using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Uses;

/// <summary>May a job go on without the owners that its plan lets be gone, under this owner's contract? Pure.</summary>
internal static class DropoutCheck
{
    /// <summary>
    /// The contract is asked once more as if those were gone whose absence hurts most: co-providers that are independent of the consumer. It permits a result over fewer owners where it would permit a job with just them.
    /// </summary>
    public static DsError? Problem(JobPlan plan, PolicyRequest question, PolicyDecisionPoint decisions)
    {
        if (plan.Aggregate is not { MinimumParties: { } minimum })
            return null;
        var dependent = question.ConsumerGroup.Append(question.Consumer).ToHashSet(StringComparer.Ordinal);
        var left = question.CoProviders.OrderBy(c => dependent.Contains(c.Did)).Skip(plan.Roster.Count - minimum).ToList();
        var decision = decisions.Decide(question with { CoProviders = left });
        return decision.Outcome == PolicyOutcome.Deny ? ConnectorErrors.TooFewWithoutDropouts.Of($"{minimum} of {plan.Roster.Count} owners: {decision.ToError().Code}") : null;
    }
}
