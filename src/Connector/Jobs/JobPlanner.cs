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
    Scores.ScoredModels models, TimeProvider clock)
{
    private const int DefaultWallLimitMs = 60_000;
    private const int DefaultNotAfterMinutes = 60;
    private const int MostMinimum = 1_000_000;

    public async Task<Result<BoundPlan>> PlanAsync(JobSpec spec, CancellationToken cancellation)
    {
        if (spec.Version != 1 || spec.Inputs.Count is 0 or > 16)
            return JobErrors.BadSpec.Of("version 1 with 1 to 16 inputs");
        if (!(await WithModelAsync(spec, cancellation)).TryGet(out spec!, out var error) || !(await BindAsync(spec, cancellation)).TryGet(out var bound, out error))
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
        ScoreQuery? score = null;
        if ((spec.Kind != JobKinds.Intersect && spec.Intersect is not null) || (spec.Kind != JobKinds.Regress && spec.Regress is not null)
            || (spec.Kind != JobKinds.Lookup && spec.Lookup is not null) || (spec.Kind != JobKinds.Score && spec.Score is not null)
            || (spec.Kind is not (JobKinds.Intersect or JobKinds.Regress or JobKinds.Lookup or JobKinds.Score) && spec.Inputs.Any(i => i.Key is not null || i.Features is not null))
            || (spec.Kind != JobKinds.Intersect && spec.Inputs.Any(i => i.Value is not null)))
            return JobErrors.BadSpec.Of("intersect, regress, lookup, score, and an input's key, features and value: their own kinds alone");
        if (spec.Kind != JobKinds.Aggregate && (spec.Histogram is not null || spec.Quantiles is not null || spec.Covariance is not null || spec.MinimumParties is not null))
            return JobErrors.BadSpec.Of("histogram, quantiles, covariance and minimumParties: kind aggregate alone");
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
        else if (spec.Kind == JobKinds.Score)
        {
            if (!Scores(spec, bound, roster).TryGet(out score, out var error))
                return error;
        }
        else if (spec is not { Kind: JobKinds.Sql, Sql.Length: > 0, Inputs.Count: 1 })
        {
            return JobErrors.BadSpec.Of("kind: aggregate with measures, a histogram, quantiles or a covariance, sql with one input, intersect with two to eight, regress with two or more, lookup with one, or score with two");
        }
        return Skeleton(spec, roster) with { Aggregate = query, Sql = spec.Sql is null ? null : new SqlQuery(spec.Sql), Intersect = intersect, Regress = regress, Lookup = lookup, Score = score };
    }

    private JobPlan Skeleton(JobSpec spec, IReadOnlyList<RosterEntry> roster)
        => new(1, spec.Kind, spec.Title, spec.Purpose, config.SpaceId, roster, spec.Limits?.WallLimitMs ?? DefaultWallLimitMs, spec.CaseId);

    /// <summary>The minimum is the largest of all contracts; who receives is the analyst itself where it is an owner, else whom the spec names, else the first input.</summary>
    private Result<IntersectQuery> Intersection(JobSpec spec, IReadOnlyList<BoundInput> bound, IReadOnlyList<RosterEntry> roster)
    {
        if (spec is not { Intersect: { Key.Count: > 0 } asked, Sql: null, GroupBy: null, Measures: null, Where: null, EpsilonMicro: null } || roster.Count is < 2 or > IntersectQuery.MostOwners)
            return JobErrors.BadSpec.Of($"intersect: a key, one input each of two to {IntersectQuery.MostOwners} owners, and nothing of other kinds");
        if (asked.Key.Any(k => k?.Name is null) || asked.Result is not (IntersectQuery.Cardinality or IntersectQuery.Ids or IntersectQuery.Sum or IntersectQuery.Mean))
            return JobErrors.BadSpec.Of("intersect: key parts have names; result is cardinality, ids, sum or mean");
        var key = asked.Key.Select(k => new KeyPartQuery(k.Name, k.Steps ?? [])).ToList();
        if (Privacy.Intersection.Keys.KeyRule.Create([.. key.Select(k => new Privacy.Intersection.Keys.KeyPart(k.Name, k.Steps))]) is { IsOk: false } bad)
            return bad.Error;
        var columns = roster.Select(r => spec.Inputs.First(i => Resolve(i.Participant) == r.Participant).Key ?? [.. key.Select(k => k.Name)]).ToList();
        if (columns.Any(c => c.Count != key.Count))
            return JobErrors.BadSpec.Of("inputs: one key column per part");
        // Whoever has the values is not the one who chooses among them.
        var valued = spec.Inputs.Where(i => i.Value is not null).ToList();
        if (valued.Count != (asked.Result is IntersectQuery.Sum or IntersectQuery.Mean ? 1 : 0))
            return JobErrors.BadSpec.Of("intersect: sum and mean need the value column of one input, other results none");
        if (valued.Count > 0 && roster.Count != 2)
            return JobErrors.BadSpec.Of("intersect: sum and mean are of two owners");
        var receiver = asked.Receiver is { } named ? Resolve(named)
            : valued is [var holder] ? roster.First(r => r.Participant != Resolve(holder.Participant)).Participant
            : roster.Any(r => r.Participant == self.Did) ? self.Did : Resolve(spec.Inputs[0].Participant);
        if (receiver is null || roster.All(r => r.Participant != receiver))
            return JobErrors.BadSpec.Of("intersect: the receiver is one of the owners");
        if (asked.Result == IntersectQuery.Ids && receiver != self.Did)
            return JobErrors.BadSpec.Of("intersect: ids are told to an owner about its own subjects; the receiver must be the analyst");
        if (valued is [var own] && Resolve(own.Participant) == receiver)
            return JobErrors.BadSpec.Of("intersect: the receiver is the owner that does not have the values");
        // Asked for the terms, with a minimum that none of them exceeds.
        var value = valued is [var input] ? new ValueQuery(input.Value!, 0, "0", "1") : null;
        var plan = Skeleton(spec, roster) with { Intersect = new IntersectQuery(asked.Result, receiver, key, columns, MostMinimum, [.. roster.Select(_ => MostMinimum)], value) };
        var terms = bound.Select(b => TermsOf(Question(plan, b, Uses.PlanCheck.ColumnsOf(plan, b.Entry.Participant), []))).ToList();
        var minimum = terms.Max(Uses.IntersectionCheck.FewestOf);
        var most = Math.Max(asked.MaxItems ?? IntersectionConfig.DefaultMaxPeerItems, minimum);
        var query = new IntersectQuery(asked.Result, receiver, key, columns, minimum, [.. roster.Select(_ => most)], value);
        if (value is null)
            return query;
        var at = bound.ToList().FindIndex(b => b.Entry.Participant != receiver);
        if (at < 0)
            return query; // the receiver's contract looked at alone: it has no say about the other owner's bounds
        if (terms[at].Clamps.FirstOrDefault(c => c.Column == value.Column) is not { } clamp)
            return PolicyErrors.ColumnNotAllowed.Of($"{value.Column}: contract with {bound[at].Entry.Participant} has no value bounds for it");
        query = query with { Value = new ValueQuery(value.Column, clamp.Decimals, AggregationShapes.Unscaled(clamp.Min, clamp.Decimals), AggregationShapes.Unscaled(clamp.Max, clamp.Decimals)) };
        return Uses.IntersectionCheck.TermsOf(plan with { Intersect = query }).Problem is { } unfit ? JobErrors.BadSpec.Of($"intersect: {unfit.Detail}; sums must fit 79 bits: fewer maxItems, or narrower bounds in the contract") : query;
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
            { Obligations.Privacy: not null } when plan.Kind == JobKinds.Score => ConnectorErrors.ScoreWithoutNoise.Of(),
            _ => Uses.VerticalCheck.AlignmentProblem(plan, bound.Entry.Participant, question, decisions) ?? Uses.DropoutCheck.Problem(plan, question, decisions),
        };
        return (error is null ? null : RefusalNotice.Of(bound.Entry.Participant, error), TermsOf(question, decision));
    }
}
