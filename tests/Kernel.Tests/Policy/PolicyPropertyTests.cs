using System.Text.Json.Nodes;
using CsCheck;
using DataSpace.Kernel.Policy;
using Xunit;
using static DataSpace.Kernel.Tests.Policy.GeneratedPolicies;

namespace DataSpace.Kernel.Tests.Policy;

/// <summary>Properties over generated policies and requests: order never matters, prohibitions never widen, deny overrides, what is unknown is denied.</summary>
public class PolicyPropertyTests
{
    private static readonly PolicyDecisionPoint Pdp = new(() => "id");

    /// <summary>Null when the rules contradict each other, or have too many alternatives, and nobody could conclude them.</summary>
    private static PolicyDecision? Decide(Rules rules, PolicyRequest asked)
        => PolicyCompiler.Compile(Policies.Element(rules.Agreement())).TryGet(out var policy, out var error) ? Pdp.Decide(asked with { Policy = policy })
            : error.Kind == PolicyErrors.Contradiction || error.Kind == PolicyErrors.TooLarge ? null : throw new InvalidOperationException($"{error}: {rules.Agreement()}");

    /// <summary>Everything about a decision except its id and the policy's hash.</summary>
    private static string Essence(PolicyDecision? d) => d is null ? "refused" : d.Outcome + "|" + string.Join(';', d.FailedRules.Select(f => f.Rule + f.Term + f.Code)) + "|"
        + string.Join(',', d.PendingDuties.Select(p => p.Id)) + "|"
        + (d.Obligations is not { } o ? "" : string.Join(',', o.Debits) + string.Join(',', o.AllowedColumns) + string.Join(',', o.AllowedGroupKeys)
            + o.MinimumGroupSize + "/" + o.DominancePercent + "/" + o.MaxRows + "/" + o.MaxOutputBytes + string.Join(',', o.Clamps) + o.Price + o.Privacy + o.Retention + string.Join(',', o.RowFilter)
            + string.Join(',', o.Duties) + o.DeliveryOnly);

    [Fact]
    public void The_order_of_rules_constraints_operands_and_duties_never_matters() => Gen.Select(AnyRules, Asked).Sample((rules, asked) =>
        Essence(Decide(rules, asked)) == Essence(Decide(rules.Turned(), asked)), iter: 400);

    [Fact]
    public void Adding_a_prohibition_never_widens() => Gen.Select(AnyRules, Prohibition, Asked).Sample((rules, more, asked) =>
    {
        var before = Decide(rules, asked);
        var after = Decide(rules with { Prohibitions = [.. rules.Prohibitions, more] }, asked);
        return after is null == before is null && (after is null or { Outcome: PolicyOutcome.Deny } || Essence(after) == Essence(before));
    }, iter: 400);

    [Fact]
    public void Adding_a_constraint_never_widens() => Gen.Select(AnyRules, Narrowing, Asked).Sample((rules, more, asked) =>
    {
        var narrowed = rules.Permissions[0].DeepClone().AsObject();
        narrowed["constraint"]!.AsArray().Add((JsonNode)more.DeepClone());
        var (before, after) = (Decide(rules, asked), Decide(rules with { Permissions = [narrowed, .. rules.Permissions.Skip(1)] }, asked));
        return after is null or { Outcome: PolicyOutcome.Deny } || before is { Outcome: not PolicyOutcome.Deny };
    }, iter: 400);

    [Fact]
    public void Deny_overrides_and_allow_needs_a_permission_agree_with_a_plain_reading()
    {
        int decided = 0, allowed = 0, afterDuty = 0, overridden = 0, logical = 0;
        Gen.Select(AnyRules, Asked).Sample((rules, asked) =>
        {
            if (Decide(rules, asked) is not { } decision)
                return true;
            var (permitted, prohibited) = (PlainReading.Permits(rules, asked), rules.Prohibitions.Any(p => PlainReading.Prohibits(p, asked)));
            Interlocked.Increment(ref decided);
            if (permitted && prohibited)
                Interlocked.Increment(ref overridden);
            if (decision.Outcome == PolicyOutcome.Allow)
                Interlocked.Increment(ref allowed);
            if (decision.Outcome == PolicyOutcome.AllowAfterDuty)
                Interlocked.Increment(ref afterDuty);
            if (decision.Outcome != PolicyOutcome.Deny && rules.Agreement().ToJsonString().Contains("xone", StringComparison.Ordinal))
                Interlocked.Increment(ref logical);
            return decision.Outcome == (!permitted || prohibited ? PolicyOutcome.Deny : PlainReading.OwesBefore(rules, asked) ? PolicyOutcome.AllowAfterDuty : PolicyOutcome.Allow)
                && (decision.Outcome != PolicyOutcome.Deny || !prohibited || decision.Reason!.Kind == PolicyErrors.Prohibited);
        }, iter: 2500);
        Assert.True(decided > 1500 && allowed > 20 && afterDuty > 5 && overridden > 20 && logical > 5,
            $"the generator must reach all sides: {decided} decided, {allowed} allowed, {afterDuty} after a duty, {overridden} overridden, {logical} under xone");
    }

    [Fact]
    public void A_denial_always_names_a_reason_and_an_allowance_never_loosens() => Gen.Select(AnyRules, Asked).Sample((rules, asked) => Decide(rules, asked) switch
    {
        null => true,
        { Outcome: PolicyOutcome.Deny } denied => denied.Reason is not null && denied.FailedRules.Count > 0 && denied.FailedRules[0] == denied.Reason,
        { Obligations: { } terms } => terms.MinimumGroupSize >= 2 && terms.Debits.Count > 0 && asked.Columns.All(c => terms.AllowedColumns.Contains(c))
            && (terms.Privacy is not { } privacy || (asked.EpsilonMicro is { } e && e <= privacy.BudgetMicroEpsilon && e <= (privacy.EpsilonPerUseMicro ?? e))),
        _ => false,
    }, iter: 400);
}
