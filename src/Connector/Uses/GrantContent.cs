using DataSpace.Kernel.Policy;
using DataSpace.Ledger.Receipts;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Uses;

/// <summary>What a Grant says of a use. Pure.</summary>
internal static class GrantContent
{
    /// <summary>Case id in Grants of jobs that name none.</summary>
    private const string NoCase = "none";

    /// <summary>The payload.</summary>
    /// <param name="use">The use.</param>
    /// <param name="decision">What it was decided on.</param>
    /// <param name="debits">What it spends of its contract.</param>
    public static GrantPayload Of(UseRequest use, PolicyDecision decision, IReadOnlyList<BudgetDebit> debits)
    {
        var order = use.Order;
        var obligations = decision.Obligations!;
        var agreementId = use.Agreement.Row.AgreementId;
        var limits = new SortedDictionary<string, long>(StringComparer.Ordinal)
        {
            ["minGroupSize"] = Math.Max(obligations.MinimumGroupSize, order.Plan.MinimumGroup ?? 0),
            ["dominancePercent"] = obligations.DominancePercent ?? 0,
            ["wallLimitMs"] = order.Plan.WallLimitMs,
            ["parties"] = order.Plan.Roster.Count,
        };
        if (order.Plan.EpsilonMicro is { } epsilon)
            limits["epsilonMicro"] = epsilon;
        foreach (var debit in debits)
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
            PricePlanHash = obligations.PricePlan ?? use.Agreement.Policy.RulesHash,
        };
    }
}
