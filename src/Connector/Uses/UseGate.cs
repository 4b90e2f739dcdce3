using DataSpace.Connector.Agreements;
using DataSpace.Connector.Datasets;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Uses;

/// <summary>What a use is about, all of it verified before it gets here.</summary>
internal sealed record UseRequest(
    JobOrder Order, string JobHash, RosterEntry Entry, BoundAgreement Agreement, PublishedDataset Dataset, string DatasetVersion)
{
    /// <summary>Columns that the use reads: from the plan, or from the checked statement.</summary>
    public IReadOnlyList<string> Columns { get; init; } = PlanCheck.ColumnsOf(Order.Plan);

    /// <summary>Columns that the use groups by.</summary>
    public IReadOnlyList<string> GroupKeys { get; init; } = Order.Plan.Aggregate is { } query ? [query.GroupColumn] : [];
}

/// <summary>
/// The gate that every use passes: contract policy, then budgets and Grant in one ledger transaction. There is no other way to a
/// <see cref="GrantHandle"/>, and nothing about data leaves without one. (The regulator's negative list comes before the contract
/// policy once its room exists.)
/// </summary>
internal sealed class UseGate(PolicyDecisionPoint decisions, AuditLedger ledger, NodeIdentity self, TimeProvider clock)
{
    /// <summary>Case id in Grants of jobs that name none.</summary>
    private const string NoCase = "none";

    /// <summary>The decision without spending anything: dry run and round 0.</summary>
    public Result<PolicyDecision> Preview(UseRequest use)
    {
        if (PlanCheck.SchemaProblem(use) is { } unknown)
            return unknown;
        var decision = decisions.Decide(RequestOf(use));
        if (!decision.IsAllowed)
            return decision.ToError();
        // Held against the terms of this decision (the strictest of all permissions that apply), never against another permission's.
        return PlanCheck.Problem(use, decision.Obligations!) is { } problem ? problem : decision;
    }

    /// <summary>Decides, spends and grants: durable and covered by this node's checkpoint when it returns.</summary>
    public async Task<Result<(GrantedUse Use, PolicyDecision Decision)>> AdmitAsync(UseRequest use, CancellationToken cancellation)
    {
        if (!Preview(use).TryGet(out var decision, out var error))
            return error;
        var obligations = decision.Obligations!;
        var debits = obligations.Debits.Select(d => new Ledger.Sequencing.BudgetDebit(AgreementBook.BudgetId(use.Agreement, d.Key), d.Amount)).ToList();
        var granted = await ledger.GrantAsync(PayloadOf(use, decision), debits, cancellation);
        return granted.TryGet(out var grant, out error) ? (grant, decision) : error;
    }

    /// <summary>A refusal, for the record: a dispatch without Grant or Denied is an unreported use.</summary>
    /// <remarks>One entry per job and code, however often the order is sent.</remarks>
    public Task<Result<AppendedEntry>> RecordDenialAsync(string jobHash, string contractId, string code, CancellationToken cancellation)
        => ledger.AppendAsync(new EntryDraft(
            new DeniedPayload { JobHash = jobHash, Step = JobOrders.ContributeStep, Code = code, ContractId = contractId }, contractId)
        {
            EventId = Kernel.Crypto.Digest.Sha256(System.Text.Encoding.ASCII.GetBytes($"denied/{jobHash}/{code}")).AsMemory(0, 16),
        }, cancellation);

    private PolicyRequest RequestOf(UseRequest use)
    {
        var plan = use.Order.Plan;
        return new PolicyRequest
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
            Computation = plan.Kind,
            Columns = use.Columns,
            GroupKeys = use.GroupKeys,
            MinimumGroupSize = plan.Aggregate?.MinGroupSize,
            DominancePercent = plan.Aggregate?.DominancePercent,
            CoProviders = [.. plan.Roster.Where(r => r.Participant != self.Did).Select(r => new CoProvider(r.Participant, r.KeyId))],
            UsesSpent = UsesSpent(use.Agreement),
        };
    }

    private long? UsesSpent(BoundAgreement agreement)
        => agreement.Policy.Terms.SelectMany(t => t.Obligations.Debits)
            .Select(d => ledger.GetBudget(AgreementBook.BudgetId(agreement, d.Key))?.Spent).FirstOrDefault();

    private static GrantPayload PayloadOf(UseRequest use, PolicyDecision decision)
    {
        var order = use.Order;
        var obligations = decision.Obligations!;
        var agreementId = use.Agreement.Row.AgreementId;
        var limits = new SortedDictionary<string, long>(StringComparer.Ordinal)
        {
            ["minGroupSize"] = Math.Max(obligations.MinimumGroupSize, order.Plan.Aggregate?.MinGroupSize ?? 0),
            ["dominancePercent"] = obligations.DominancePercent ?? 0,
            ["wallLimitMs"] = order.Plan.WallLimitMs,
            ["parties"] = order.Plan.Roster.Count,
        };
        foreach (var debit in obligations.Debits)
            limits["debit/" + debit.Key] = debit.Amount;
        return new GrantPayload
        {
            Actor = order.Actor,
            Role = order.Role,
            Participant = order.Consumer,
            SpaceId = order.Plan.SpaceId,
            ServiceParty = order.ServiceParty,
            CaseId = order.Plan.CaseId ?? NoCase,
            ContractId = agreementId,
            ContractVersion = use.Agreement.Row.AgreementHash,
            PolicyDecisionId = decision.DecisionId,
            PolicyVersion = decision.PolicyVersion,
            PlanHash = order.PlanHash,
            JobHash = use.JobHash,
            JobId = order.JobId,
            Step = JobOrders.ContributeStep,
            UseId = GrantPayload.ComputeUseId(use.JobHash, agreementId, JobOrders.ContributeStep),
            Nonce = order.Nonce,
            DatasetId = use.Entry.DatasetId,
            DatasetVersion = use.DatasetVersion,
            Purpose = order.Plan.Purpose,
            Limits = limits,
            PricePerUseMinor = obligations.Price?.Minor ?? 0,
            Currency = obligations.Price?.Currency.Code ?? "CNY",
            PricePlanHash = use.Agreement.Policy.RulesHash,
        };
    }
}

/// <summary>Does a plan stay inside the contract where the policy engine has no words for it? Pure.</summary>
internal static class PlanCheck
{
    /// <summary>Every column a plan touches.</summary>
    public static IReadOnlyList<string> ColumnsOf(JobPlan plan) => plan.Aggregate is { } query
        ? [.. query.Measures.Select(m => m.Column).Append(query.GroupColumn).Concat(query.Where.Select(w => w.Column)).Distinct(StringComparer.Ordinal)]
        : [];

    /// <summary>Columns that do not exist or identify subjects, or null.</summary>
    public static DsError? SchemaProblem(UseRequest use)
    {
        var schema = use.Dataset.Source.Columns.ToDictionary(c => c.Name, StringComparer.Ordinal);
        foreach (var name in ColumnsOf(use.Order.Plan))
        {
            if (!schema.TryGetValue(name, out var column))
                return Sandbox.SandboxErrors.UnknownColumn.Of(name);
            if (column.IsIdentifier)
                return Sandbox.SandboxErrors.ColumnNotAllowed.Of($"{name} identifies subjects");
        }
        return null;
    }

    /// <summary>The first reason why the decided terms do not cover the plan, or null.</summary>
    public static DsError? Problem(UseRequest use, UseObligations terms)
    {
        if (use.Order.Plan.Aggregate is not { } query)
        {
            // The SQL tier cannot clamp yet, and a bound that is not enforced is no bound.
            return terms.Clamps.Count > 0 ? ConnectorErrors.PlanExceedsContract.Of("the contract bounds values, which SQL statements do not") : null;
        }
        if (!AggregationShapes.Of(query, use.Order.Plan.Roster.Count).TryGet(out _, out var error))
            return error;
        // Free choice of this bound would turn "too many rows" into a counter of rows.
        return query.MaxRowsPerParty != AggregationShapes.LargestRowBound(query, use.Order.Plan.Roster.Count)
            ? ConnectorErrors.PlanExceedsContract.Of("maxRowsPerParty is not the public bound")
            : Covers(terms, query);
    }

    private static DsError? Covers(UseObligations terms, AggregateQuery query)
    {
        if (query.MinGroupSize < terms.MinimumGroupSize)
            return ConnectorErrors.PlanExceedsContract.Of($"minimum group {query.MinGroupSize}, contract {terms.MinimumGroupSize}");
        if (terms.DominancePercent is { } most && (query.DominancePercent is not { } asked || asked > most))
            return ConnectorErrors.PlanExceedsContract.Of($"dominance rule of {most}% missing");
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
