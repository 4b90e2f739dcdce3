using DataSpace.Connector.Agreements;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Jobs;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>A plan bound to contracts, with what is already known to be refused.</summary>
internal sealed record BoundPlan(JobPlan Plan, string PlanHash, IReadOnlyList<BoundAgreement> Agreements, IReadOnlyList<RefusalNotice> Refusals, int NotAfterMinutes);

/// <summary>
/// Turns a spec into a plan: chooses contracts, takes bounds, minimum group and dominance from them, and asks the same policy engine that the owners
/// will ask. Deterministic: the same spec and contracts give the same plan hash.
/// </summary>
internal sealed class JobPlanner(
    AgreementBook agreements, PeerDirectory peers, ConnectorConfig config, NodeIdentity self, PolicyDecisionPoint decisions, TimeProvider clock)
{
    private const int DefaultWallLimitMs = 60_000;
    private const int DefaultNotAfterMinutes = 60;

    public async Task<Result<BoundPlan>> PlanAsync(JobSpec spec, CancellationToken cancellation)
    {
        if (spec.Version != 1 || spec.Inputs.Count is 0 or > 16)
            return JobErrors.BadSpec.Of("version 1 with 1 to 16 inputs");
        var bound = new List<(RosterEntry Entry, BoundAgreement Agreement)>();
        foreach (var input in spec.Inputs)
        {
            if (!(await BindAsync(input, cancellation)).TryGet(out var one, out var error))
                return error;
            bound.Add(one);
        }
        bound.Sort((a, b) => string.CompareOrdinal(a.Entry.Participant, b.Entry.Participant));
        if (bound.Zip(bound.Skip(1)).Any(p => p.First.Entry.Participant == p.Second.Entry.Participant))
            return JobErrors.BadSpec.Of("inputs: one dataset per participant");

        AggregateQuery? query = null;
        if (spec.Kind == JobKinds.Aggregate)
        {
            if (!Query(spec, [.. bound.Select(b => b.Agreement)]).TryGet(out query, out var error))
                return error;
        }
        else if (spec is not { Kind: JobKinds.Sql, Sql.Length: > 0, Inputs.Count: 1 })
        {
            return JobErrors.BadSpec.Of("kind: aggregate with groupBy and measures, or sql with one input");
        }
        var plan = new JobPlan(
            1, spec.Kind, spec.Title, spec.Purpose, config.SpaceId, [.. bound.Select(b => b.Entry)], spec.Limits?.WallLimitMs ?? DefaultWallLimitMs,
            spec.CaseId, query, spec.Sql is null ? null : new SqlQuery(spec.Sql));
        var agreementsInOrder = bound.Select(b => b.Agreement).ToList();
        return new BoundPlan(plan, JobOrders.HashOf(plan), agreementsInOrder, Foresee(plan, agreementsInOrder), spec.Limits?.NotAfterMinutes ?? DefaultNotAfterMinutes);
    }

    /// <summary>A participant by alias, display name or DID.</summary>
    public string? Resolve(string name)
        => name.StartsWith("did:", StringComparison.Ordinal) ? name
            : config.Aliases?.GetValueOrDefault(name) ?? (name == self.Name ? self.Did : peers.All.FirstOrDefault(m => m.Name == name)?.Did);

    private async Task<Result<(RosterEntry Entry, BoundAgreement Agreement)>> BindAsync(SpecInput input, CancellationToken cancellation)
    {
        if (Resolve(input.Participant) is not { } did)
            return ConnectorErrors.ParticipantUnknown.Of(input.Participant);
        var all = (await agreements.ListAsync(cancellation))
            .Where(a => a.Row.Role == AgreementBook.Consumer && a.Row.Provider == did && a.Row.DatasetId == input.Dataset).ToList();
        var chosen = input.Agreement is { } id ? all.FirstOrDefault(a => a.Row.AgreementId == id) : all.LastOrDefault();
        if (chosen is null)
            return JobErrors.NoAgreement.Of($"{input.Participant}/{input.Dataset}");
        return (new RosterEntry(did, chosen.Row.ProviderKeyId, input.Dataset, chosen.Row.AgreementId, chosen.Row.AgreementHash), chosen);
    }

    private static Result<AggregateQuery> Query(JobSpec spec, IReadOnlyList<BoundAgreement> bound)
    {
        if (spec.GroupBy?.Groups() is not { } groups || spec.Measures is not { Count: > 0 and <= 16 })
            return JobErrors.BadSpec.Of("groupBy needs 1 to 1,024 values or a range; measures 1 to 16 columns");
        var terms = bound.Select(b => b.Policy.Terms[0].Obligations).ToList();
        var measures = new List<MeasureQuery>();
        foreach (var measure in spec.Measures)
        {
            if (measure.Statistics.Count == 0 || measure.Statistics.Any(s => s is not ("count" or "sum" or "mean" or "variance_pop" or "stddev_pop")))
                return JobErrors.BadSpec.Of($"measures: statistics of '{measure.Column}'");
            var clamps = terms.Select(t => t.Clamps.FirstOrDefault(c => c.Column == measure.Column)).ToList();
            if (clamps.FindIndex(c => c is null) is >= 0 and var missing)
                return PolicyErrors.ColumnNotAllowed.Of($"{measure.Column}: contract with {bound[missing].Row.Provider} has no value bounds for it");
            if (clamps.Distinct().Count() > 1)
                return JobErrors.ContractsDiffer.Of($"bounds of '{measure.Column}'");
            var clamp = clamps[0]!;
            measures.Add(new MeasureQuery(measure.Column, clamp.Decimals,
                AggregationShapes.Unscaled(clamp.Min, clamp.Decimals), AggregationShapes.Unscaled(clamp.Max, clamp.Decimals), measure.Statistics));
        }
        var k = terms.Max(t => t.MinimumGroupSize);
        var dominance = terms.Select(t => t.DominancePercent).Where(d => d is not null).Min();
        IReadOnlyList<PredicateQuery> where = [.. (spec.Where ?? []).Select(w => new PredicateQuery(w.Column, w.Operator, [w.Value]))];
        var query = new AggregateQuery(spec.GroupBy.Column, groups, measures, where, Math.Max(k, 1), 10, dominance);
        return AggregationShapes.Of(query, bound.Count).TryGet(out _, out var unfit)
            ? query with { MaxRowsPerParty = AggregationShapes.LargestRowBound(query, bound.Count) }
            : unfit;
    }

    /// <summary>Refusals that the owners' engines would give today, found with their own policies.</summary>
    private List<RefusalNotice> Foresee(JobPlan plan, IReadOnlyList<BoundAgreement> bound)
    {
        var refusals = new List<RefusalNotice>();
        foreach (var (entry, agreement) in plan.Roster.Zip(bound))
        {
            var decision = decisions.Decide(new PolicyRequest
            {
                Policy = agreement.Policy,
                PolicyVersion = agreement.Row.PolicyVersion,
                Action = PolicyActions.Use,
                Actor = self.Did,
                Consumer = self.Did,
                Provider = entry.Participant,
                DatasetId = entry.DatasetId,
                ContractId = agreement.Row.AgreementId,
                Now = clock.GetUtcNow(),
                Purpose = plan.Purpose,
                Computation = plan.Kind,
                Columns = Uses.PlanCheck.ColumnsOf(plan),
                GroupKeys = plan.Aggregate is { } aggregate ? [aggregate.GroupColumn] : [],
                MinimumGroupSize = plan.Aggregate?.MinGroupSize,
                DominancePercent = plan.Aggregate?.DominancePercent,
                CoProviders = [.. plan.Roster.Where(r => r.Participant != entry.Participant).Select(r => new CoProvider(r.Participant, r.KeyId))],
            });
            if (!decision.IsAllowed)
                refusals.Add(RefusalNotice.Of(entry.Participant, decision.ToError()));
        }
        return refusals;
    }
}
