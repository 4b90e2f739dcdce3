using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Connector.Uses;

/// <summary>
/// How many keywords one consumer, with everyone who counts as one with it, may ask about in a dataset, over all contracts, kinds of records and versions. Counted in evaluations of the owner's key,
/// which a question needs whether it finds anything or not. In the ledger's file, debited with the Grant, never given back.
/// </summary>
internal static class LookupQuota
{
    private const string Prefix = "lookups/";

    /// <summary>What these counters count.</summary>
    public const string Definition = "private-lookup/1 questions";

    /// <summary>Debits of a look-up; none of other kinds.</summary>
    public static IEnumerable<BudgetDebit> Debits(UseRequest use, UseFacts facts)
        => use.Order.Plan.Lookup is { } query && use.Dataset.Config.Lookup is { } config
            ? [BudgetDebit.WithLimit(OfConsumer(use.Entry.DatasetId, facts.GroupOf(use.Order.Consumer)), Definition, query.Questions, config.MaxQuestions)] : [];

    /// <summary>
    /// An early refusal when the rest does not suffice. What a log that continues a lost one does not know counts as spent, until the owner lets this consumer begin anew in an entry of the ledger
    /// (<see cref="Regrants"/>). The debit in the Grant's transaction is what holds.
    /// </summary>
    public static DsError? Problem(UseRequest use, UseFacts facts, AuditLedger ledger)
    {
        if (use.Order.Plan.Lookup is not { } query || use.Dataset.Config.Lookup is not { } config)
            return null;
        var id = OfConsumer(use.Entry.DatasetId, facts.GroupOf(use.Order.Consumer));
        var mayBegin = ledger.ContinuedAtMs is null || ledger.GetBudget(Regrants.AgainOf(id)) is { Limit: > 0 };
        return (ledger.GetBudget(id) is { } counter ? counter.Spent > config.MaxQuestions - query.Questions : !mayBegin || query.Questions > config.MaxQuestions)
            ? ConnectorErrors.LookupsExhausted.Of($"at most {config.MaxQuestions}") : null;
    }

    /// <summary>The ledger's refusal in this room's words, when it is one of these counters.</summary>
    public static DsError? Spell(DsError error)
        => error.Kind == LedgerErrors.BudgetExhausted && error.Detail?.Contains(Prefix, StringComparison.Ordinal) == true ? ConnectorErrors.LookupsExhausted.Of() : null;

    /// <summary>Counter of one consumer with its group.</summary>
    public static string OfConsumer(string dataset, IReadOnlyList<string> group) => Prefix + Digest.Sha256Hex(Encoding.UTF8.GetBytes(string.Join('\n', group.Prepend(dataset))));
}
