using DataSpace.Connector.Jobs;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Uses;

/// <summary>
/// Roster rule: exact results of a dataset for one consumer, and for all who count as one with it, are bound to one set of parties ({A,B,C} minus {A,B} is exactly C). Results with noise may be over another set, each paid for
/// under noise of its own, but never beside an exact one over other parties. Kept in the ledger's file, where the first definition stands whatever happens to the state store. Thread-safe.
/// <para>A job that may go on without some owners binds the set over which there is a result, when this owner agrees to it; until then it only must not contradict an earlier one.</para>
/// </summary>
internal sealed class RosterRule(AuditLedger ledger, ConnectorConfig config)
{
    private const long Mark = 1; // a definition, never spent
    private const string Several = "several";
    private const string Exact = "roster/";
    private const string Noisy = "roster-noise/";
    private const string OtherNoisy = "roster-noise-others/";

    /// <summary>True for kinds whose results over two sets of parties could be subtracted from each other.</summary>
    public static bool Applies(JobPlan plan) => plan is { Aggregate: not null } or { Regress.Mode: RegressQuery.Horizontal };

    /// <summary>Why there is no result for this consumer over these parties, as far as is known now; or null. Defines nothing.</summary>
    public DsError? Problem(JobOrder order, string datasetId, IReadOnlyList<RosterEntry> parties)
        => Applies(order.Plan) && config.ConsumerGroupOf(order.Consumer).Any(member => Contradicts(order.Plan, datasetId, member, PartiesOf(parties))) ? JobErrors.AnotherRoster.Of() : null;

    /// <summary>Binds results to these parties, durably, or says why not.</summary>
    public DsError? Bind(JobOrder order, string datasetId, IReadOnlyList<RosterEntry> parties)
    {
        if (!Applies(order.Plan))
            return null;
        if (Problem(order, datasetId, parties) is { } other)
            return other;
        var isExact = order.Plan.EpsilonMicro is null;
        var defined = ledger.DefineBudget(NameOf(isExact ? Exact : Noisy, datasetId, order.Consumer), Mark, PartiesOf(parties));
        if (!isExact && defined.Error?.Kind == LedgerErrors.BudgetConflict)
            defined = ledger.DefineBudget(NameOf(OtherNoisy, datasetId, order.Consumer), Mark, Several);
        if (defined.Error is { } error)
            return error.Kind == LedgerErrors.BudgetConflict ? JobErrors.AnotherRoster.Of() : error;
        return Problem(order, datasetId, parties); // one of the other kind, or of the same group, may have been bound meanwhile
    }

    private bool Contradicts(JobPlan plan, string datasetId, string consumer, string parties)
    {
        bool IsOther(string kind) => ledger.GetBudget(NameOf(kind, datasetId, consumer)) is { } bound && bound.ContractId != parties;
        return IsOther(Exact) || (plan.EpsilonMicro is null && (IsOther(Noisy) || IsOther(OtherNoisy)));
    }

    private static string PartiesOf(IReadOnlyList<RosterEntry> parties) => Digest.Sha256Hex(CanonicalJson.Of(parties.Select(r => new { r.Participant, r.DatasetId }).ToList()));

    private static string NameOf(string kind, string datasetId, string consumer) => kind + Digest.Sha256Hex(CanonicalJson.Of(new { DatasetId = datasetId, Consumer = consumer }));
}
