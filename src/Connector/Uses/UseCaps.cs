using DataSpace.Kernel.Results;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Connector.Uses;

/// <summary>Caps that an owner's configuration sets beside its contracts, all in one: on intersections, questions and scored rows. Counted in the ledger's file with the Grant.</summary>
internal static class UseCaps
{
    /// <summary>Debits of a use, of whichever kind.</summary>
    public static IEnumerable<BudgetDebit> Debits(UseRequest use, UseFacts facts) => [.. IntersectionCaps.Debits(use, facts), .. LookupQuota.Debits(use, facts), .. ScoreQuota.Debits(use, facts)];

    /// <summary>An early refusal, or null.</summary>
    public static DsError? Problem(UseRequest use, UseFacts facts, AuditLedger ledger)
        => IntersectionCaps.Problem(use, facts, ledger) ?? LookupQuota.Problem(use, facts, ledger) ?? ScoreQuota.Problem(use, facts, ledger);

    /// <summary>The ledger's refusal in this room's words, or null.</summary>
    public static DsError? Spell(DsError error) => IntersectionCaps.Spell(error) ?? LookupQuota.Spell(error) ?? ScoreQuota.Spell(error);
}
