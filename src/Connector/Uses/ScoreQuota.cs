using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Uses;

/// <summary>
/// How many rows of a dataset may be scored for one consumer, with everyone who counts as one with it, over all contracts, models and versions; and that one model tells them scores of that dataset under one rounding alone,
/// the first one that was granted: of two roundings of one score the difference tells more. Both in the ledger's file, in the Grant's transaction, never given back.
/// </summary>
internal static class ScoreQuota
{
    private const string Rows = "scores/";
    private const string Roundings = "score-rounding/";
    private const long NoLimit = long.MaxValue / 2;

    /// <summary>What the counters of rows count.</summary>
    public const string Definition = "joint-scoring/1 rows";

    /// <summary>Debits of a scoring at the owner that answers; none of other kinds.</summary>
    public static IEnumerable<BudgetDebit> Debits(UseRequest use, UseFacts facts)
        => Asked(use) is not { } query ? [] :
        [
            BudgetDebit.WithLimit(OfConsumer(use.Entry.DatasetId, facts.GroupOf(use.Order.Consumer)), Definition, query.Rows, use.Dataset.Config.Scoring!.MaxRows),
            BudgetDebit.WithLimit(OfRounding(use, query, facts), RoundingOf(query), 1, NoLimit),
        ];

    /// <summary>
    /// An early refusal when the rest does not suffice, or the rounding is another one. What a log that continues a lost one does not know counts as spent, until the owner lets this consumer begin anew in an entry of the
    /// ledger (<see cref="Regrants"/>). The debits in the Grant's transaction are what hold.
    /// </summary>
    public static DsError? Problem(UseRequest use, UseFacts facts, AuditLedger ledger)
    {
        if (Asked(use) is not { } query)
            return null;
        if (ledger.GetBudget(OfRounding(use, query, facts)) is { } bound && bound.ContractId != RoundingOf(query))
            return ConnectorErrors.OtherRounding.Of();
        var most = use.Dataset.Config.Scoring!.MaxRows;
        var id = OfConsumer(use.Entry.DatasetId, facts.GroupOf(use.Order.Consumer));
        var mayBegin = ledger.ContinuedAtMs is null || ledger.GetBudget(Regrants.AgainOf(id)) is { Limit: > 0 };
        return (ledger.GetBudget(id) is { } counter ? counter.Spent > most - query.Rows : !mayBegin || query.Rows > most) ? ConnectorErrors.ScoresExhausted.Of($"at most {most}") : null;
    }

    /// <summary>The ledger's refusal in this room's words, when it is about one of these counters.</summary>
    public static DsError? Spell(DsError error)
        => error.Kind == LedgerErrors.BudgetExhausted && error.Detail?.Contains(Rows, StringComparison.Ordinal) == true ? ConnectorErrors.ScoresExhausted.Of()
            : error.Kind == LedgerErrors.BudgetConflict && error.Detail?.Contains(Roundings, StringComparison.Ordinal) == true ? ConnectorErrors.OtherRounding.Of() : null;

    /// <summary>Counter of one consumer with its group.</summary>
    public static string OfConsumer(string dataset, IReadOnlyList<string> group) => Rows + HashOf(group.Prepend(dataset));

    private static string OfRounding(UseRequest use, ScoreQuery query, UseFacts facts) => Roundings + HashOf(facts.GroupOf(use.Order.Consumer).Prepend(query.Model.JobHash).Prepend(use.Entry.DatasetId));

    private static string RoundingOf(ScoreQuery query) => "joint-scoring/1 " + ScoreCheck.RuleOf(query.Telling).Fingerprint;

    private static ScoreQuery? Asked(UseRequest use) => use.Dataset.Config.Scoring is not null && use.Order.Plan.Score is { } query && ScoreCheck.Answers(use) ? query : null;

    private static string HashOf(IEnumerable<string> texts) => Digest.Sha256Hex(Encoding.UTF8.GetBytes(string.Join('\n', texts)));
}
