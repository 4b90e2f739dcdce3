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
internal sealed record BoundPlan(JobPlan Plan, string PlanHash, IReadOnlyList<BoundInput> Inputs, IReadOnlyList<RefusalNotice> Refusals, int NotAfterMinutes)
{
    public IReadOnlyList<BoundAgreement> Agreements { get; } = [.. Inputs.Select(i => i.Agreement)];

    /// <summary>What this use would entail under each agreement: of all permissions that allow it the strictest; the first permission's where none does.</summary>
    public required IReadOnlyList<UseObligations> Terms { get; init; }
}

/// <summary>
/// Turns a spec into a plan: chooses contracts, takes bounds, minimum group and dominance from them, and asks the same policy engine that the owners
/// will ask. Deterministic: the same spec, contracts and known uses give the same plan hash.
/// </summary>
internal sealed partial class JobPlanner(
    AgreementBook agreements, KnownUses uses, PeerDirectory peers, ConnectorConfig config, NodeIdentity self, PolicyDecisionPoint decisions, Uses.UseFacts facts, RegulationOutlook outlook,
    TimeProvider clock)
{
    private const int DefaultWallLimitMs = 60_000;
    private const int DefaultNotAfterMinutes = 60;
    private const int MostMinimum = 1_000_000;

    public async Task<Result<BoundPlan>> PlanAsync(JobSpec spec, CancellationToken cancellation)
    {
        if (spec.Version != 1 || spec.Inputs.Count is 0 or > 16)
            return JobErrors.BadSpec.Of("version 1 with 1 to 16 inputs");
        if (!(await BindAsync(spec, cancellation)).TryGet(out var bound, out var error))
            return error;
        IReadOnlyList<RosterEntry> roster = [.. bound.Select(b => b.Entry)];
        if (!Draft(spec, bound, roster).TryGet(out var plan, out error))
            return error;
        var foreseen = bound.Select(b => Judge(plan, b)).ToList();
        IReadOnlyList<RefusalNotice> refusals =
            [.. await outlook.ForeseeAsync(roster, [.. bound.Select(b => b.Agreement)], cancellation), .. foreseen.Select(f => f.Refusal).OfType<RefusalNotice>()];
        return new BoundPlan(plan, JobOrders.HashOf(plan), bound, refusals, spec.Limits?.NotAfterMinutes ?? DefaultNotAfterMinutes) { Terms = [.. foreseen.Select(f => f.Terms)] };
    }

    /// <summary>A participant by alias, display name or DID.</summary>
    public string? Resolve(string name)
        => name.StartsWith("did:", StringComparison.Ordinal) ? name
            : config.Aliases?.GetValueOrDefault(name) ?? (name == self.Name ? self.Did : peers.All.FirstOrDefault(m => m.Name == name)?.Did);

    /// <summary>The plan under the terms of these inputs: of all of them, or of one that is looked at. The roster is whole either way.</summary>
    private Result<JobPlan> Draft(JobSpec spec, IReadOnlyList<BoundInput> bound, IReadOnlyList<RosterEntry> roster)
    {
        AggregateQuery? query = null;
        IntersectQuery? intersect = null;
        RegressQuery? regress = null;
        LookupQuery? lookup = null;
        if ((spec.Kind != JobKinds.Intersect && spec.Intersect is not null) || (spec.Kind != JobKinds.Regress && spec.Regress is not null)
            || (spec.Kind != JobKinds.Lookup && spec.Lookup is not null)
            || (spec.Kind is not (JobKinds.Intersect or JobKinds.Regress or JobKinds.Lookup) && spec.Inputs.Any(i => i.Key is not null || i.Features is not null)))
            return JobErrors.BadSpec.Of("intersect, regress, lookup, and an input's key and features: their own kinds alone");
        if (spec.Kind == JobKinds.Aggregate)
        {
            if (!Query(spec, bound, roster).TryGet(out query, out var error))
                return error;
        }
        else if (spec.Kind == JobKinds.Intersect)
        {
            if (!Intersection(spec, bound, roster).TryGet(out intersect, out var error))
                return error;
        }
        else if (spec.Kind == JobKinds.Regress)
        {
            if (!Regression(spec, bound, roster).TryGet(out regress, out var error))
                return error;
        }
        else if (spec.Kind == JobKinds.Lookup)
        {
            if (!Lookup(spec, roster).TryGet(out lookup, out var error))
                return error;
        }
        else if (spec is not { Kind: JobKinds.Sql, Sql.Length: > 0, Inputs.Count: 1 })
        {
            return JobErrors.BadSpec.Of("kind: aggregate with groupBy and measures, sql with one input, intersect with two, regress with two or more, or lookup with one");
        }
        return Skeleton(spec, roster) with { Aggregate = query, Sql = spec.Sql is null ? null : new SqlQuery(spec.Sql), Intersect = intersect, Regress = regress, Lookup = lookup };
    }

    private JobPlan Skeleton(JobSpec spec, IReadOnlyList<RosterEntry> roster)
        => new(1, spec.Kind, spec.Title, spec.Purpose, config.SpaceId, roster, spec.Limits?.WallLimitMs ?? DefaultWallLimitMs, spec.CaseId);

    private Result<AggregateQuery> Query(JobSpec spec, IReadOnlyList<BoundInput> bound, IReadOnlyList<RosterEntry> roster)
    {
        if (spec.GroupBy?.Groups() is not { } groups || spec.Measures is not { Count: > 0 and <= 16 })
            return JobErrors.BadSpec.Of("groupBy needs 1 to 1,024 values or a range; measures 1 to 16 columns");
        var terms = bound.Select(b => TermsFor(spec, b, roster)).ToList();
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
        if (!Noise(spec, bound, terms, roster.Count).TryGet(out var noise, out var unbounded))
            return unbounded;
        var query = new AggregateQuery(spec.GroupBy.Column, groups, measures, where, Math.Max(k, 1), 10, dominance, noise);
        return AggregationShapes.Of(query, roster.Count).TryGet(out _, out var unfit)
            ? query with { MaxRowsPerParty = AggregationShapes.LargestRowBound(query, roster.Count) }
            : unfit;
    }

    /// <summary>The minimum is the largest of all contracts; who receives is the analyst itself where it is an owner, else whom the spec names, else the first input.</summary>
    private Result<IntersectQuery> Intersection(JobSpec spec, IReadOnlyList<BoundInput> bound, IReadOnlyList<RosterEntry> roster)
    {
        if (spec is not { Intersect: { Key.Count: > 0 } asked, Sql: null, GroupBy: null, Measures: null, Where: null, EpsilonMicro: null } || roster.Count is < 2 or > IntersectQuery.MostOwners)
            return JobErrors.BadSpec.Of($"intersect: a key, one input each of two to {IntersectQuery.MostOwners} owners, and nothing of other kinds");
        if (asked.Key.Any(k => k?.Name is null) || asked.Result is not (IntersectQuery.Cardinality or IntersectQuery.Ids))
            return JobErrors.BadSpec.Of("intersect: key parts have names; result is cardinality or ids");
        var key = asked.Key.Select(k => new KeyPartQuery(k.Name, k.Steps ?? [])).ToList();
        if (Privacy.Intersection.Keys.KeyRule.Create([.. key.Select(k => new Privacy.Intersection.Keys.KeyPart(k.Name, k.Steps))]) is { IsOk: false } bad)
            return bad.Error;
        var columns = roster.Select(r => spec.Inputs.First(i => Resolve(i.Participant) == r.Participant).Key ?? [.. key.Select(k => k.Name)]).ToList();
        if (columns.Any(c => c.Count != key.Count))
            return JobErrors.BadSpec.Of("inputs: one key column per part");
        var receiver = asked.Receiver is { } named ? Resolve(named)
            : roster.Any(r => r.Participant == self.Did) ? self.Did : Resolve(spec.Inputs[0].Participant);
        if (receiver is null || roster.All(r => r.Participant != receiver))
            return JobErrors.BadSpec.Of("intersect: the receiver is one of the owners");
        if (asked.Result == IntersectQuery.Ids && receiver != self.Did)
            return JobErrors.BadSpec.Of("intersect: ids are told to an owner about its own subjects; the receiver must be the analyst");
        // Asked for the terms, with a minimum that none of them exceeds.
        var plan = Skeleton(spec, roster) with { Intersect = new IntersectQuery(asked.Result, receiver, key, columns, MostMinimum, [.. roster.Select(_ => MostMinimum)]) };
        var minimum = bound.Max(b => TermsOf(Question(plan, b, Uses.PlanCheck.ColumnsOf(plan, b.Entry.Participant), [])).MinimumGroupSize);
        var most = Math.Max(asked.MaxItems ?? IntersectionConfig.DefaultMaxPeerItems, minimum);
        return new IntersectQuery(asked.Result, receiver, key, columns, minimum, [.. roster.Select(_ => most)]);
    }

    /// <summary>
    /// The least that all contracts with a privacy budget allow. Without an epsilon in the spec there is none, and the contracts that demand it say so as refusals; with one,
    /// the contracts without a budget do.
    /// </summary>
    private static Result<NoiseQuery?> Noise(JobSpec spec, IReadOnlyList<BoundInput> bound, List<UseObligations> terms, int parties)
    {
        if (spec.EpsilonMicro is not { } epsilon)
            return (NoiseQuery?)null;
        var demanding = bound.Zip(terms).Where(p => p.Second.Privacy is not null).ToList();
        if (demanding.Count == 0)
            return JobErrors.BadSpec.Of("epsilonMicro: no contract has a privacy budget");
        return new NoiseQuery(
            epsilon, demanding.Min(p => p.Second.Privacy!.ContributionBound),
            Math.Min(parties, demanding.Min(p => Uses.PlanCheck.HonestParties(p.First.Agreement))));
    }

    /// <summary>
    /// The terms that would bind this use: of all permissions that allow it the strictest. Where none does, the first one's, so that the plan can say what is wrong.
    /// </summary>
    private UseObligations TermsFor(JobSpec spec, BoundInput bound, IReadOnlyList<RosterEntry> roster)
    {
        IReadOnlyList<string> keys = [spec.GroupBy!.Column];
        IReadOnlyList<string> columns = [.. spec.Measures!.Select(m => m.Column).Concat((spec.Where ?? []).Select(w => w.Column)).Concat(keys).Distinct(StringComparer.Ordinal)];
        return TermsOf(Question(Skeleton(spec, roster), bound, columns, keys) with { EpsilonMicro = spec.EpsilonMicro });
    }

    /// <summary>Where no permission allows a use: those of the one that did until it was used up, else of the first.</summary>
    private UseObligations TermsOf(PolicyRequest question, PolicyDecision? decision = null)
        => (decision ?? decisions.Decide(question)).Obligations ?? decisions.Decide(question with { SpentOf = null }).Obligations ?? question.Policy!.Terms[0].Obligations;

    /// <summary>What an owner's gate will be asked, as far as it is known here.</summary>
    private PolicyRequest Question(JobPlan plan, BoundInput bound, IReadOnlyList<string> columns, IReadOnlyList<string> groupKeys)
        => facts.Complete(new PolicyRequest
        {
            Policy = bound.Agreement.Policy,
            PolicyVersion = bound.Agreement.Row.PolicyVersion,
            Action = PolicyActions.Use,
            Actor = self.Did,
            Consumer = self.Did,
            Provider = bound.Entry.Participant,
            DatasetId = bound.Entry.DatasetId,
            ContractId = bound.Agreement.Row.AgreementId,
            Now = clock.GetUtcNow(),
            Purpose = plan.Purpose,
            Computation = plan.Computation,
            Columns = columns,
            GroupKeys = groupKeys,
            MinimumGroupSize = plan.MinimumGroup,
            DominancePercent = plan.Aggregate?.DominancePercent,
            EpsilonMicro = plan.EpsilonMicro,
            SpentOf = bound.SpentOf,
            CoProviders = [.. plan.Roster.Where(r => r.Participant != bound.Entry.Participant).Select(r => new CoProvider(r.Participant, r.KeyId))],
        }, plan, AnalystDesk.Role) with
        { ExecutionRegion = facts.RegionOf(bound.Entry.Participant) };

    /// <summary>Where an owner computes, which program and where it sees the consumer is not known here; such a denial may be none there.</summary>
    private static bool OnlyTheOwnerKnows(ErrorKind kind)
        => kind == PolicyErrors.RegionNotAllowed || kind == PolicyErrors.AddressNotAllowed || kind == PolicyErrors.AlgorithmNotAllowed;

    /// <summary>The refusal that an owner's engine would give today, found with its own policy, or null; and the terms that bind this use.</summary>
    private (RefusalNotice? Refusal, UseObligations Terms) Judge(JobPlan plan, BoundInput bound)
    {
        var question = Question(plan, bound, Uses.PlanCheck.ColumnsOf(plan, bound.Entry.Participant), Uses.PlanCheck.GroupKeysOf(plan, bound.Entry.Participant));
        var decision = decisions.Decide(question);
        var error = decision switch
        {
            { Outcome: PolicyOutcome.Deny } => OnlyTheOwnerKnows(decision.Reason!.Kind) ? null : decision.ToError(),
            { Obligations: { Privacy: null } } when plan.EpsilonMicro is not null => Privacy.PrivacyErrors.NoiseUncharged.Of(),
            { Obligations.Privacy: not null } when plan.Kind == JobKinds.Sql => ConnectorErrors.StatementWithoutNoise.Of(),
            { Obligations.Privacy: not null } when plan.Kind == JobKinds.Lookup => ConnectorErrors.LookupWithoutNoise.Of(),
            { Obligations.Privacy: not null } when plan.Kind == JobKinds.Intersect => ConnectorErrors.IntersectionWithoutNoise.Of(),
            { Obligations.Privacy: not null } when plan.Kind == JobKinds.Regress => JobErrors.RegressionWithoutNoise.Of(),
            _ => Uses.VerticalCheck.AlignmentProblem(plan, bound.Entry.Participant, question, decisions),
        };
        return (error is null ? null : RefusalNotice.Of(bound.Entry.Participant, error), TermsOf(question, decision));
    }
}
