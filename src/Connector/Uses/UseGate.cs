using DataSpace.Connector.Agreements;
using DataSpace.Connector.Datasets;
using DataSpace.Connector.Duties;
using DataSpace.Connector.Regulation;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Ledger;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Uses;

/// <summary>What a use is about, all of it verified before it gets here.</summary>
internal sealed record UseRequest(
    JobOrder Order, string JobHash, RosterEntry Entry, BoundAgreement Agreement, PublishedDataset Dataset, string DatasetVersion)
{
    /// <summary>The compliance check under which the dataset is listed; without one that passed for this version there is no use.</summary>
    public Listing? Listing { get; init; }

    /// <summary>The analyst's homomorphic public keys; empty for kinds without.</summary>
    public byte[] AnalystKeys { get; init; } = [];

    /// <summary>Columns that the use reads: from the plan, or from the checked statement.</summary>
    public IReadOnlyList<string> Columns { get; init; } = PlanCheck.ColumnsOf(Order.Plan, Entry.Participant);

    /// <summary>Columns that the use groups by.</summary>
    public IReadOnlyList<string> GroupKeys { get; init; } = PlanCheck.GroupKeysOf(Order.Plan, Entry.Participant);

    /// <summary>Verified statements of all providers; empty before round 1.</summary>
    public IReadOnlyList<RoundZeroStatement> Roster { get; init; } = [];
}

/// <summary>A use that may read data.</summary>
/// <param name="Use">Its Grant.</param>
/// <param name="Decision">The decision and what it obliges to.</param>
/// <param name="Noise">Noise of a use that has some.</param>
internal sealed record AdmittedUse(GrantedUse Use, PolicyDecision Decision, UseNoise? Noise);

/// <summary>
/// The gate that every use passes: the regulators' list, contract policy, then budgets and Grant in one ledger transaction. There is no other way to a
/// <see cref="GrantHandle"/>, and nothing about data leaves without one.
/// </summary>
internal sealed class UseGate(
    RegulationGate regulation, PolicyDecisionPoint decisions, AuditLedger ledger, UseFacts facts, NoiseDesk noiseDesk, DutyGuard guard, DutyDesk duties, DutyBook owed, NodeIdentity self,
    TimeProvider clock)
{
    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(1);

    private readonly EpsilonHolds _holds = new(clock);

    /// <summary>
    /// The decision without spending anything: dry run and round 0. A use that may run once a duty was carried out passes here; the duty is carried out
    /// when the use is admitted.
    /// </summary>
    public Result<PolicyDecision> Preview(UseRequest use) => Decide(use, fulfilledDuties: []);

    /// <summary>
    /// Round 0: promises the query's epsilon until <see cref="Forget"/> or for three minutes, so that no other query is let into round 1 for the same rest of a budget. Spends nothing;
    /// the debit in the Grant's transaction is what holds.
    /// </summary>
    public Result<Unit> Promise(UseRequest use, PolicyDecision decision)
    {
        if (decision.Obligations!.Debits.FirstOrDefault(IsEpsilon) is not { } debit || !noiseDesk.OwnDigest(use, decision.Obligations).TryGet(out var own, out _) || own is null
            || PrivacyCharge.MayBePaid(ledger, own))
            return Unit.Value;
        return _holds.TryHold(use.JobHash, own, BudgetOf(use, debit), debit.Amount, debit.Limit - SpentOf(use, debit)) ? Unit.Value : PolicyErrors.PrivacyBudgetExhausted.Of();
    }

    /// <summary>What was promised to a job is charged, or not needed any more.</summary>
    public void Forget(string jobHash) => _holds.Release(jobHash);

    /// <summary>Decides, spends and grants: durable and covered by this node's checkpoint when it returns.</summary>
    public async Task<Result<AdmittedUse>> AdmitAsync(UseRequest use, CancellationToken cancellation)
    {
        if (!Decide(use, fulfilledDuties: []).TryGet(out var decision, out var error))
            return error;
        // Duties before the use: carried out and in the ledger, then the question is put once more.
        if (decision.Outcome == PolicyOutcome.AllowAfterDuty
            && (!(await duties.BeforeAsync(use, decision.PendingDuties, cancellation)).TryGet(out var fulfilled, out error) || !Decide(use, fulfilled).TryGet(out decision, out error)))
            return error;
        if (!decision.IsAllowed)
            return decision.ToError();
        if (!noiseDesk.For(use, decision.Obligations!).TryGet(out var noise, out error))
            return error;
        // What the use will owe stands on record before it is granted, and only what is granted owes.
        var useId = DutyDesk.UseIdOf(use);
        IReadOnlyList<DutyTerm> later = [.. decision.Obligations!.Duties.Where(d => d.Phase != DutyPhase.Before)];
        if (later.Count > 0)
            await owed.PlanAsync(use, useId, later, cancellation);
        var admitted = await GrantAsync(use, decision, noise, cancellation);
        if (!admitted.IsOk && later.Count > 0)
            await owed.ForgetAsync(useId, CancellationToken.None);
        return admitted;
    }

    /// <summary>Duties during a use that was admitted, before any data is read: why it must not go on, or null. It stays spent either way.</summary>
    public Task<DsError?> AnnounceAsync(UseRequest use, AdmittedUse admitted, CancellationToken cancellation) => duties.DuringAsync(use, admitted, cancellation);

    private async Task<Result<AdmittedUse>> GrantAsync(UseRequest use, PolicyDecision decision, UseNoise? noise, CancellationToken cancellation)
    {
        // Twice, because an equal query may be charged between the look and the debit; then this one is free.
        for (var attempt = 0; ; attempt++)
        {
            // Asked last: duties before the use can take longer than a stamp stays fresh.
            if (!regulation.Use(use).TryGet(out var lawful, out var unlawful))
                return unlawful;
            var due = DebitsDue(decision.Obligations!, noise);
            if (LostCounter(use, due) is { } lost)
                return Spell(lost, decision);
            if (UseCaps.Problem(use, facts, ledger) is { } capped)
                return capped;
            var debits = due.Select(d => Budgets.DebitOf(use.Agreement, d, facts.GroupOf(use.Order.Consumer))).ToList();
            if (due.Any(IsEpsilon))
                debits.AddRange(PrivacyCharge.Marks(noise!));
            debits.AddRange(regulation.Debits(use));
            debits.AddRange(UseCaps.Debits(use, facts));
            var granted = await ledger.GrantAsync(GrantContent.Of(use, decision, due), debits, cancellation);
            if (granted.TryGet(out var grant, out var error))
            {
                return await regulation.NoteAsync(lawful, use.Agreement.Row.AgreementId, grant.Handle.UseId, cancellation) is { } unnoted
                    ? unnoted : new AdmittedUse(grant, decision, noise);
            }
            if (attempt > 0 || noise is null || !PrivacyCharge.WasRaced(error, noise))
                return RegulationGate.Spell(error) ?? UseCaps.Spell(error) ?? Spell(error, decision);
        }
    }

    /// <summary>All debits of the decision, but epsilon only for a query that was not charged before.</summary>
    private IReadOnlyList<Kernel.Policy.BudgetDebit> DebitsDue(UseObligations obligations, UseNoise? noise)
        => noise is not null && PrivacyCharge.IsPaid(ledger, noise) ? [.. obligations.Debits.Where(d => !IsEpsilon(d))] : obligations.Debits;

    /// <summary>
    /// A log that continues a lost one may not know a counter that was spent there, under this contract or an earlier one with the same rules: it counts as exhausted,
    /// until the owner grants it again (<see cref="Regrants"/>). Rates are windows of a day at most; once those of the lost log are over, they say nothing any more.
    /// </summary>
    private DsError? LostCounter(UseRequest use, IReadOnlyList<Kernel.Policy.BudgetDebit> due)
        => ledger.ContinuedAtMs is { } since
            && due.FirstOrDefault(d => (!IsRate(d) || clock.GetUtcNow().ToUnixTimeMilliseconds() - since <= LongestWindow.TotalMilliseconds)
                && BudgetOf(use, d) is var id && ledger.GetBudget(id) is null && ledger.GetBudget(Regrants.AgainOf(id)) is not { Limit: > 0 }) is { } unknown
            ? LedgerErrors.BudgetExhausted.Of(unknown.Key) : null;

    private static bool IsRate(Kernel.Policy.BudgetDebit debit) => debit.Key.StartsWith("rate/", StringComparison.Ordinal);

    private static bool IsEpsilon(Kernel.Policy.BudgetDebit debit) => debit.Key == Kernel.Policy.BudgetDebit.Epsilon;

    private Result<PolicyDecision> Decide(UseRequest use, IReadOnlyList<string> fulfilledDuties)
    {
        if (use.Listing is not { IsListed: true } listing || listing.Version != use.DatasetVersion || listing.Dataset.Config.Id != use.Entry.DatasetId)
            return Kernel.Classification.ClassificationErrors.NotListed.Of(use.Entry.DatasetId);
        if (PlanCheck.SchemaProblem(use) is { } unknown)
            return unknown;
        if (regulation.Use(use) is { IsOk: false } unlawful)
            return unlawful.Error;
        var decision = decisions.Decide(RequestOf(use) with { FulfilledDuties = fulfilledDuties });
        if (decision.Outcome == PolicyOutcome.Deny)
            return decision.ToError();
        if (guard.Problem(decision.Obligations!, use.Agreement.Row.Consumer) is { } undone)
            return undone;
        if (owed.Problem(use.Agreement) is { } overdue)
            return overdue;
        if ((VerticalCheck.AlignmentProblem(use.Order.Plan, self.Did, RequestOf(use), decisions) ?? DropoutCheck.Problem(use.Order.Plan, RequestOf(use), decisions)) is { } unaligned)
            return unaligned;
        // Held against the terms of this decision (the strictest of all permissions that apply), never against another permission's.
        if (PlanCheck.Problem(use, decision.Obligations!) is { } problem)
            return problem;
        return (UseCaps.Problem(use, facts, ledger) ?? PrivacyProblem(use, decision.Obligations!)) is { } unpaid ? unpaid : decision;
    }

    /// <summary>
    /// An early refusal when the privacy budget cannot pay for this query and it cannot be one that was paid for. Early, because the other owners would pay their part
    /// for nothing; the debit in the Grant's transaction is what holds.
    /// </summary>
    private DsError? PrivacyProblem(UseRequest use, UseObligations terms)
    {
        if (terms.Debits.FirstOrDefault(IsEpsilon) is not { } debit)
            return null;
        if (!noiseDesk.OwnDigest(use, terms).TryGet(out var own, out var error))
            return error;
        if (own is null)
            return PolicyErrors.EpsilonMissing.Of();
        return SpentOf(use, debit) + _holds.Held(own, BudgetOf(use, debit)) <= debit.Limit - debit.Amount || PrivacyCharge.MayBePaid(ledger, own)
            ? null : PolicyErrors.PrivacyBudgetExhausted.Of();
    }

    private string BudgetOf(UseRequest use, Kernel.Policy.BudgetDebit debit) => Budgets.IdOf(use.Agreement, debit, facts.GroupOf(use.Order.Consumer));

    private long SpentOf(UseRequest use, Kernel.Policy.BudgetDebit debit) => Budgets.SpentOf(ledger, use.Agreement, debit, facts.GroupOf(use.Order.Consumer));

    /// <summary>Which counter is empty is the contract's business: the ledger only knows that one is.</summary>
    private static DsError Spell(DsError error, PolicyDecision decision)
        => error.Kind != LedgerErrors.BudgetExhausted ? error
            : decision.Obligations!.Debits.FirstOrDefault(d => error.Detail?.EndsWith(d.Key, StringComparison.Ordinal) == true) is not { } debit ? error
            : IsRate(debit) ? PolicyErrors.TooFrequent.Of()
            : debit.Key == Kernel.Policy.BudgetDebit.Epsilon ? PolicyErrors.PrivacyBudgetExhausted.Of()
            : debit.IsCredit ? PolicyErrors.CreditExhausted.Of()
            : PolicyErrors.UsesExhausted.Of();

    /// <summary>A refusal, for the record: a dispatch without Grant or Denied is an unreported use.</summary>
    /// <remarks>One entry per job and code, however often the order is sent.</remarks>
    public Task<Result<AppendedEntry>> RecordDenialAsync(string jobHash, string contractId, string code, CancellationToken cancellation)
        => ledger.AppendAsync(new EntryDraft(
            new DeniedPayload { JobHash = jobHash, Step = JobOrders.ContributeStep, Code = code, ContractId = contractId }, contractId)
        {
            EventId = DenialEvent(jobHash, code),
        }, cancellation);

    /// <summary>Event id of a refusal in the ledger.</summary>
    public static ReadOnlyMemory<byte> DenialEvent(string jobHash, string code)
        => Kernel.Crypto.Digest.Sha256(System.Text.Encoding.ASCII.GetBytes($"denied/{jobHash}/{code}")).AsMemory(0, 16);

    /// <summary>The question that the gate puts to the decision point, for explaining a decision.</summary>
    internal PolicyRequest Question(UseRequest use) => RequestOf(use);

    private PolicyRequest RequestOf(UseRequest use)
    {
        var plan = use.Order.Plan;
        return facts.Complete(new PolicyRequest
        {
            Policy = use.Agreement.Policy,
            PolicyVersion = use.Agreement.Row.PolicyVersion,
            Action = PolicyActions.Use,
            Actor = use.Order.Actor,
            Consumer = use.Order.Consumer,
            Provider = self.Did,
            DatasetId = use.Entry.DatasetId,
            ContractId = use.Agreement.Row.AgreementId,
            Now = clock.GetUtcNow(),
            Purpose = plan.Purpose,
            Computation = plan.Computation,
            Columns = use.Columns,
            GroupKeys = use.GroupKeys,
            MinimumGroupSize = plan.MinimumGroup,
            DominancePercent = plan.Aggregate?.DominancePercent,
            CoProviders = [.. plan.Roster.Where(r => r.Participant != self.Did).Select(r => new CoProvider(r.Participant, r.KeyId))],
            EpsilonMicro = plan.EpsilonMicro,
            // A query that was paid for before costs nothing: whether the privacy budget suffices is asked below, where the query is known.
            SpentOf = debit => IsEpsilon(debit) ? 0 : SpentOf(use, debit),
        }, plan, use.Order.Role);
    }
}

/// <summary>Does a plan stay inside the contract where the policy engine has no words for it? Pure.</summary>
internal static class PlanCheck
{
    /// <summary>Every column a plan touches at one party.</summary>
    public static IReadOnlyList<string> ColumnsOf(JobPlan plan, string participant) => plan switch
    {
        { Aggregate: { } query } => [.. query.Measures.Select(m => m.Column).Concat(query.GroupKeys).Concat(query.Bins is { } bins ? [bins.Column] : []).Concat(query.Where.Select(w => w.Column)).Distinct(StringComparer.Ordinal)],
        { Regress: { } query } => RegressCheck.ColumnsOf(plan, query, participant),
        { Score: not null } => ScoreCheck.ColumnsOf(plan, participant),
        { Intersect: { } query } => [.. plan.Roster.Zip(query.Columns).Where(p => p.First.Participant == participant).SelectMany(p => p.Second)
            .Concat(query.Value is { } value && participant != query.Receiver ? [value.Column] : []).Distinct(StringComparer.Ordinal)],
        { Lookup: { } query } => [.. query.KeyColumns.Concat(query.Columns).Distinct(StringComparer.Ordinal)],
        _ => [],
    };

    /// <summary>Columns whose values a plan tells apart: a figure for each of them leaves.</summary>
    public static IReadOnlyList<string> GroupKeysOf(JobPlan plan, string participant) => plan switch
    {
        { Aggregate: { } query } => query.GroupKeys,
        { Regress: { } query } => RegressCheck.GroupKeysOf(plan, query, participant),
        { Score: not null } => ScoreCheck.GroupKeysOf(plan, participant),
        _ => [],
    };

    /// <summary>Columns that do not exist or identify subjects, or null.</summary>
    public static DsError? SchemaProblem(UseRequest use)
    {
        if (use.Order.Plan.Intersect is { } intersect)
            return IntersectionCheck.SchemaProblem(use, intersect);
        if (use.Order.Plan.Regress is { } regress)
            return RegressCheck.SchemaProblem(use, regress);
        if (use.Order.Plan.Lookup is { } lookup)
            return LookupCheck.SchemaProblem(use, lookup);
        if (use.Order.Plan.Score is { } score)
            return ScoreCheck.SchemaProblem(use, score);
        var schema = use.Dataset.Source.Columns.ToDictionary(c => c.Name, StringComparer.Ordinal);
        foreach (var name in ColumnsOf(use.Order.Plan, use.Entry.Participant))
        {
            if (!schema.TryGetValue(name, out var column))
                return Sandbox.SandboxErrors.UnknownColumn.Of(name);
            if (column.IsIdentifier)
                return Sandbox.SandboxErrors.ColumnNotAllowed.Of($"{name} identifies subjects");
        }
        return use.Order.Plan.Aggregate?.Bins is { } bins ? new Sandbox.BinPlan(bins.Column, bins.Edges).Problem(schema[bins.Column]) : null;
    }

    /// <summary>The first reason why the decided terms do not cover the plan, or null.</summary>
    public static DsError? Problem(UseRequest use, UseObligations terms)
    {
        if (PolicyComputations.IsIntersection(use.Order.Plan.Kind))
            return IntersectionCheck.Problem(use, terms);
        if (use.Order.Plan.Kind is JobKinds.Regress or JobKinds.Lookup)
            return use.Order.Plan.Kind == JobKinds.Regress ? RegressCheck.Problem(use, terms) : LookupCheck.Problem(use, terms);
        if (use.Order.Plan.Kind == JobKinds.Score)
            return ScoreCheck.Problem(use, terms);
        if (use.Order.Plan.Aggregate is not { } query)
        {
            // The SQL tier cannot clamp yet, and a bound that is not enforced is no bound.
            if (terms.Privacy is not null)
                return ConnectorErrors.StatementWithoutNoise.Of();
            return terms.Clamps.Count > 0 ? ConnectorErrors.PlanExceedsContract.Of("the contract bounds values, which SQL statements do not") : null;
        }
        if (!AggregationShapes.Of(query, use.Order.Plan.Roster.Count).TryGet(out _, out var error))
            return error;
        // Free choice of this bound would turn "too many rows" into a counter of rows.
        return query.MaxRowsPerParty != AggregationShapes.LargestRowBound(query, use.Order.Plan.Roster.Count)
            ? ConnectorErrors.PlanExceedsContract.Of("maxRowsPerParty is not the public bound")
            : HiddenGroups.HiddenGroupRunner.Problem(query) ?? Covers(terms, query) ?? NoiseProblem(use, terms, query);
    }

    /// <summary>
    /// Whoever has a privacy budget gets noise that its own contract makes sufficient; whoever has none gets none. Noise that nobody is charged for would be as weak as the
    /// consumer likes, and its contribution bound would choose, subject by subject, who stands in which group.
    /// </summary>
    private static DsError? NoiseProblem(UseRequest use, UseObligations terms, AggregateQuery query)
    {
        if (terms.Privacy is not { } privacy)
            return query.Noise is null ? null : Privacy.PrivacyErrors.NoiseUncharged.Of();
        if (query.Noise is not { } noise)
            return PolicyErrors.EpsilonMissing.Of();
        if (noise.ContributionBound > privacy.ContributionBound)
            return ConnectorErrors.PlanExceedsContract.Of($"a subject counts in {noise.ContributionBound} groups, contract {privacy.ContributionBound}");
        return noise.HonestParties > HonestParties(use.Agreement)
            ? ConnectorErrors.PlanExceedsContract.Of($"noise is divided among {noise.HonestParties}, contract {HonestParties(use.Agreement)}")
            : null;
    }

    /// <summary>This owner and the co-providers that its contract requires to be independent of the consumer, in whichever permission it asks for the fewest.</summary>
    public static int HonestParties(BoundAgreement agreement) => 1 + agreement.Policy.Terms.Min(t => t.IndependentCoProviders);

    /// <summary>
    /// Fewest subjects of a cell in a matrix. About one column's values there are at most as many equations as the contract bounds columns (its sum and its products with the others), and that of its
    /// squares: one subject more, and no number of matrices, each with other columns, solves them.
    /// </summary>
    public static int MatrixMinimum(UseObligations terms) => terms.Clamps.Count + 2;

    private static DsError? Covers(UseObligations terms, AggregateQuery query)
    {
        if (query.MinGroupSize < terms.MinimumGroupSize)
            return ConnectorErrors.PlanExceedsContract.Of($"minimum group {query.MinGroupSize}, contract {terms.MinimumGroupSize}");
        if (terms.DominancePercent is { } most && (query.DominancePercent is not { } asked || asked > most))
            return ConnectorErrors.PlanExceedsContract.Of($"dominance rule of {most}% missing");
        if (query.Matrix is not null && query.MinGroupSize < MatrixMinimum(terms))
            return Privacy.PrivacyErrors.MatrixGroupSize.Of($"minimum group {query.MinGroupSize}, needed {MatrixMinimum(terms)}");
        foreach (var measure in query.Measures)
        {
            // Bounds are the contract's own: a consumer who could choose them would read extremes off the clamping.
            if (terms.Clamps.FirstOrDefault(c => c.Column == measure.Column) is not { } clamp)
                return ConnectorErrors.PlanExceedsContract.Of($"the contract has no value bounds for '{measure.Column}'");
            if (clamp.Decimals != measure.Decimals || AggregationShapes.Scaled(measure.Min, measure.Decimals) != clamp.Min
                || AggregationShapes.Scaled(measure.Max, measure.Decimals) != clamp.Max)
                return ConnectorErrors.PlanExceedsContract.Of($"bounds of '{measure.Column}' are not the contract's");
        }
        return null;
    }
}
