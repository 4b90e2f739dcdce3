using DataSpace.Connector.Agreements;
using DataSpace.Connector.Regulation;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Jobs;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>A plan bound to contracts, with what is already known to be refused.</summary>
internal sealed record BoundPlan(JobPlan Plan, string PlanHash, IReadOnlyList<BoundAgreement> Agreements, IReadOnlyList<RefusalNotice> Refusals, int NotAfterMinutes)
{
    /// <summary>What this use would entail under each agreement: of all permissions that allow it the strictest; the first permission's where none does.</summary>
    public required IReadOnlyList<UseObligations> Terms { get; init; }
}

/// <summary>
/// Turns a spec into a plan: chooses contracts, takes bounds, minimum group and dominance from them, and asks the same policy engine that the owners
/// will ask. Deterministic: the same spec and contracts give the same plan hash.
/// </summary>
internal sealed class JobPlanner(
    AgreementBook agreements, PeerDirectory peers, ConnectorConfig config, NodeIdentity self, PolicyDecisionPoint decisions, Uses.UseFacts facts, RegulationOutlook outlook, TimeProvider clock)
{
    private const int DefaultWallLimitMs = 60_000;
    private const int DefaultNotAfterMinutes = 60;
    private const int MostMinimum = 1_000_000;

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
        IntersectQuery? intersect = null;
        if (spec.Kind != JobKinds.Intersect && (spec.Intersect is not null || spec.Inputs.Any(i => i.Key is not null)))
            return JobErrors.BadSpec.Of("intersect: kind intersect alone");
        if (spec.Kind == JobKinds.Aggregate)
        {
            if (!Query(spec, bound).TryGet(out query, out var error))
                return error;
        }
        else if (spec.Kind == JobKinds.Intersect)
        {
            if (!Intersection(spec, bound).TryGet(out intersect, out var error))
                return error;
        }
        else if (spec is not { Kind: JobKinds.Sql, Sql.Length: > 0, Inputs.Count: 1 })
        {
            return JobErrors.BadSpec.Of("kind: aggregate with groupBy and measures, sql with one input, or intersect with two");
        }
        var plan = new JobPlan(
            1, spec.Kind, spec.Title, spec.Purpose, config.SpaceId, [.. bound.Select(b => b.Entry)], spec.Limits?.WallLimitMs ?? DefaultWallLimitMs,
            spec.CaseId, query, spec.Sql is null ? null : new SqlQuery(spec.Sql), intersect);
        var agreementsInOrder = bound.Select(b => b.Agreement).ToList();
        IReadOnlyList<RefusalNotice> refusals = [.. await outlook.ForeseeAsync(plan.Roster, agreementsInOrder, cancellation), .. Foresee(plan, agreementsInOrder, out var terms)];
        return new BoundPlan(plan, JobOrders.HashOf(plan), agreementsInOrder, refusals, spec.Limits?.NotAfterMinutes ?? DefaultNotAfterMinutes) { Terms = terms };
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

    private Result<AggregateQuery> Query(JobSpec spec, List<(RosterEntry Entry, BoundAgreement Agreement)> bound)
    {
        if (spec.GroupBy?.Groups() is not { } groups || spec.Measures is not { Count: > 0 and <= 16 })
            return JobErrors.BadSpec.Of("groupBy needs 1 to 1,024 values or a range; measures 1 to 16 columns");
        var terms = bound.Select(b => TermsFor(spec, b, [.. bound.Select(x => x.Entry)])).ToList();
        var measures = new List<MeasureQuery>();
        foreach (var measure in spec.Measures)
        {
            if (measure.Statistics.Count == 0 || measure.Statistics.Any(s => s is not ("count" or "sum" or "mean" or "variance_pop" or "stddev_pop")))
                return JobErrors.BadSpec.Of($"measures: statistics of '{measure.Column}'");
            var clamps = terms.Select(t => t.Clamps.FirstOrDefault(c => c.Column == measure.Column)).ToList();
            if (clamps.FindIndex(c => c is null) is >= 0 and var missing)
                return PolicyErrors.ColumnNotAllowed.Of($"{measure.Column}: contract with {bound[missing].Entry.Participant} has no value bounds for it");
            if (clamps.Distinct().Count() > 1)
                return JobErrors.ContractsDiffer.Of($"bounds of '{measure.Column}'");
            var clamp = clamps[0]!;
            measures.Add(new MeasureQuery(measure.Column, clamp.Decimals,
                AggregationShapes.Unscaled(clamp.Min, clamp.Decimals), AggregationShapes.Unscaled(clamp.Max, clamp.Decimals), measure.Statistics));
        }
        var k = terms.Max(t => t.MinimumGroupSize);
        var dominance = terms.Select(t => t.DominancePercent).Where(d => d is not null).Min();
        IReadOnlyList<PredicateQuery> where = [.. (spec.Where ?? []).Select(w => new PredicateQuery(w.Column, w.Operator, [w.Value]))];
        if (!Noise(spec, bound, terms).TryGet(out var noise, out var unbounded))
            return unbounded;
        var query = new AggregateQuery(spec.GroupBy.Column, groups, measures, where, Math.Max(k, 1), 10, dominance, noise);
        return AggregationShapes.Of(query, bound.Count).TryGet(out _, out var unfit)
            ? query with { MaxRowsPerParty = AggregationShapes.LargestRowBound(query, bound.Count) }
            : unfit;
    }

    /// <summary>The minimum is the largest of both contracts; who receives is the analyst itself where it is an owner, else whom the spec names, else the first input.</summary>
    private Result<IntersectQuery> Intersection(JobSpec spec, List<(RosterEntry Entry, BoundAgreement Agreement)> bound)
    {
        if (spec is not { Intersect: { Key.Count: > 0 } asked, Sql: null, GroupBy: null, Measures: null, Where: null, EpsilonMicro: null } || bound.Count != 2)
            return JobErrors.BadSpec.Of("intersect: a key, two inputs of two owners, and nothing of other kinds");
        if (asked.Key.Any(k => k?.Name is null) || asked.Result is not (IntersectQuery.Cardinality or IntersectQuery.Ids))
            return JobErrors.BadSpec.Of("intersect: key parts have names; result is cardinality or ids");
        var key = asked.Key.Select(k => new KeyPartQuery(k.Name, k.Steps ?? [])).ToList();
        if (Privacy.Intersection.Keys.KeyRule.Create([.. key.Select(k => new Privacy.Intersection.Keys.KeyPart(k.Name, k.Steps))]) is { IsOk: false } bad)
            return bad.Error;
        var columns = bound.Select(b => spec.Inputs.First(i => Resolve(i.Participant) == b.Entry.Participant).Key ?? [.. key.Select(k => k.Name)]).ToList();
        if (columns.Any(c => c.Count != key.Count))
            return JobErrors.BadSpec.Of("inputs: one key column per part");
        var receiver = asked.Receiver is { } named ? Resolve(named)
            : bound.Any(b => b.Entry.Participant == self.Did) ? self.Did : Resolve(spec.Inputs[0].Participant);
        if (receiver is null || bound.All(b => b.Entry.Participant != receiver))
            return JobErrors.BadSpec.Of("intersect: the receiver is one of the two owners");
        if (asked.Result == IntersectQuery.Ids && receiver != self.Did)
            return JobErrors.BadSpec.Of("intersect: ids are told to an owner about its own subjects; the receiver must be the analyst");
        // Asked for the terms, with a minimum that none of them exceeds.
        var plan = new JobPlan(
            1, spec.Kind, spec.Title, spec.Purpose, config.SpaceId, [.. bound.Select(b => b.Entry)], spec.Limits?.WallLimitMs ?? DefaultWallLimitMs,
            Intersect: new IntersectQuery(asked.Result, receiver, key, columns, MostMinimum, [MostMinimum, MostMinimum]));
        var minimum = bound.Zip(columns).Max(p => (decisions.Decide(Question(plan, p.First.Entry, p.First.Agreement, p.Second, [])).Obligations ?? p.First.Agreement.Policy.Terms[0].Obligations).MinimumGroupSize);
        var most = Math.Max(asked.MaxItems ?? IntersectionConfig.DefaultMaxPeerItems, minimum);
        return new IntersectQuery(asked.Result, receiver, key, columns, minimum, [most, most]);
    }

    /// <summary>
    /// The least that all contracts with a privacy budget allow. Without an epsilon in the spec there is none, and the contracts that demand it say so as refusals; with one,
    /// the contracts without a budget do.
    /// </summary>
    private static Result<NoiseQuery?> Noise(JobSpec spec, List<(RosterEntry Entry, BoundAgreement Agreement)> bound, List<UseObligations> terms)
    {
        if (spec.EpsilonMicro is not { } epsilon)
            return (NoiseQuery?)null;
        var demanding = bound.Zip(terms).Where(p => p.Second.Privacy is not null).ToList();
        if (demanding.Count == 0)
            return JobErrors.BadSpec.Of("epsilonMicro: no contract has a privacy budget");
        return new NoiseQuery(
            epsilon, demanding.Min(p => p.Second.Privacy!.ContributionBound),
            Math.Min(bound.Count, demanding.Min(p => Uses.PlanCheck.HonestParties(p.First.Agreement))));
    }

    /// <summary>
    /// The terms that would bind this use: of all permissions that allow it the strictest. Where none does, the first one's, so that the plan can say what is wrong.
    /// </summary>
    private UseObligations TermsFor(JobSpec spec, (RosterEntry Entry, BoundAgreement Agreement) bound, IReadOnlyList<RosterEntry> roster)
    {
        IReadOnlyList<string> keys = [spec.GroupBy!.Column];
        IReadOnlyList<string> columns = [.. spec.Measures!.Select(m => m.Column).Concat((spec.Where ?? []).Select(w => w.Column)).Concat(keys).Distinct(StringComparer.Ordinal)];
        var plan = new JobPlan(1, spec.Kind, spec.Title, spec.Purpose, config.SpaceId, roster, spec.Limits?.WallLimitMs ?? DefaultWallLimitMs);
        return decisions.Decide(Question(plan, bound.Entry, bound.Agreement, columns, keys) with { EpsilonMicro = spec.EpsilonMicro }).Obligations ?? bound.Agreement.Policy.Terms[0].Obligations;
    }

    /// <summary>What an owner's gate will be asked, as far as it is known here.</summary>
    private PolicyRequest Question(JobPlan plan, RosterEntry entry, BoundAgreement agreement, IReadOnlyList<string> columns, IReadOnlyList<string> groupKeys)
        => facts.Complete(new PolicyRequest
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
            Computation = plan.Computation,
            Columns = columns,
            GroupKeys = groupKeys,
            MinimumGroupSize = plan.MinimumGroup,
            DominancePercent = plan.Aggregate?.DominancePercent,
            EpsilonMicro = plan.EpsilonMicro,
            CoProviders = [.. plan.Roster.Where(r => r.Participant != entry.Participant).Select(r => new CoProvider(r.Participant, r.KeyId))],
        }, plan, AnalystDesk.Role) with
        { ExecutionRegion = facts.RegionOf(entry.Participant) };

    /// <summary>Where an owner computes, which program and where it sees the consumer is not known here; such a denial may be none there.</summary>
    private static bool OnlyTheOwnerKnows(ErrorKind kind)
        => kind == PolicyErrors.RegionNotAllowed || kind == PolicyErrors.AddressNotAllowed || kind == PolicyErrors.AlgorithmNotAllowed;

    /// <summary>Refusals that the owners' engines would give today, found with their own policies.</summary>
    private List<RefusalNotice> Foresee(JobPlan plan, IReadOnlyList<BoundAgreement> bound, out IReadOnlyList<UseObligations> terms)
    {
        var refusals = new List<RefusalNotice>();
        var binding = new List<UseObligations>();
        terms = binding;
        foreach (var (entry, agreement) in plan.Roster.Zip(bound))
        {
            var decision = decisions.Decide(Question(
                plan, entry, agreement, Uses.PlanCheck.ColumnsOf(plan, entry.Participant), plan.Aggregate is { } aggregate ? [aggregate.GroupColumn] : []));
            binding.Add(decision.Obligations ?? agreement.Policy.Terms[0].Obligations);
            if (decision.Outcome == PolicyOutcome.Deny && !OnlyTheOwnerKnows(decision.Reason!.Kind))
                refusals.Add(RefusalNotice.Of(entry.Participant, decision.ToError()));
            else if (decision.Obligations is { Privacy: null } && plan.EpsilonMicro is not null)
                refusals.Add(RefusalNotice.Of(entry.Participant, Privacy.PrivacyErrors.NoiseUncharged.Of()));
            else if (decision.Obligations?.Privacy is not null && plan.Kind == JobKinds.Sql)
                refusals.Add(RefusalNotice.Of(entry.Participant, ConnectorErrors.StatementWithoutNoise.Of()));
            else if (decision.Obligations?.Privacy is not null && plan.Kind == JobKinds.Intersect)
                refusals.Add(RefusalNotice.Of(entry.Participant, ConnectorErrors.IntersectionWithoutNoise.Of()));
        }
        return refusals;
    }
}
