using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Uses;

/// <summary>
/// How often a dataset may be intersected: by one consumer with everyone who counts as one with it, over all contracts; and with one other owner, who could put into its set whom it wants to ask about.
/// Counters in the ledger's file, debited with the Grant, never given back.
/// </summary>
internal static class IntersectionCaps
{
    private const string Prefix = "intersections/";
    /// <summary>What these counters count.</summary>
    public const string Definition = "private-set-intersection/1 runs";

    /// <summary>Debits of an intersection, a model's included whose rows meet by one; none of other kinds.</summary>
    public static IEnumerable<BudgetDebit> Debits(UseRequest use, UseFacts facts)
        => !use.Order.Plan.Intersects || use.Dataset.Config.Intersection is not { } config ? []
            : Counters(use, facts).Select(id => BudgetDebit.WithLimit(id, Definition, 1, config.MaxRuns));

    /// <summary>
    /// An early refusal when a counter is full: the other owner would pay its part for nothing. What a log that continues a lost one does not know counts as spent, until the owner lets this
    /// consumer begin anew in an entry of the ledger (<see cref="Regrants"/>).
    /// </summary>
    public static DsError? Problem(UseRequest use, UseFacts facts, AuditLedger ledger)
    {
        if (!use.Order.Plan.Intersects || use.Dataset.Config.Intersection is not { } config)
            return null;
        var mayBegin = ledger.ContinuedAtMs is null || ledger.GetBudget(Regrants.AgainOf(OfConsumer(use.Entry.DatasetId, facts.GroupOf(use.Order.Consumer)))) is { Limit: > 0 };
        return Counters(use, facts).Any(id => ledger.GetBudget(id) is { } counter ? counter.Spent >= config.MaxRuns : !mayBegin)
            ? ConnectorErrors.IntersectionsExhausted.Of($"at most {config.MaxRuns}") : null;
    }

    /// <summary>The ledger's refusal in this room's words, when it is one of these counters.</summary>
    public static DsError? Spell(DsError error)
        => error.Kind == LedgerErrors.BudgetExhausted && error.Detail?.Contains(Prefix, StringComparison.Ordinal) == true ? ConnectorErrors.IntersectionsExhausted.Of() : null;

    /// <summary>Counter of one consumer with its group.</summary>
    public static string OfConsumer(string dataset, IReadOnlyList<string> group) => Id(dataset, "consumer", group);

    private static IEnumerable<string> Counters(UseRequest use, UseFacts facts)
    {
        yield return OfConsumer(use.Entry.DatasetId, facts.GroupOf(use.Order.Consumer));
        foreach (var other in use.Order.Plan.Roster.Where(r => r.Participant != use.Entry.Participant))
            yield return Id(use.Entry.DatasetId, "owner", facts.GroupOf(other.Participant));
    }

    private static string Id(string dataset, string role, IReadOnlyList<string> group)
        => Prefix + Digest.Sha256Hex(Encoding.UTF8.GetBytes(string.Join('\n', group.Prepend(role).Prepend(dataset))));
}
