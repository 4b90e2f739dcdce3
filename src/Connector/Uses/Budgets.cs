using System.Text;
using DataSpace.Connector.Agreements;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Policy;
using DataSpace.Ledger.Sequencing;
using BudgetDebit = DataSpace.Kernel.Policy.BudgetDebit;

namespace DataSpace.Connector.Uses;

/// <summary>Names of counters in the ledger's file, by whom they belong to.</summary>
internal static class Budgets
{
    /// <summary>
    /// Consumer, dataset and rules: negotiating the same offer again continues the same counter, more uses need an offer with other rules. Dataset and consumer
    /// group: one counter over every contract, whatever its rules.
    /// </summary>
    public static string IdOf(BoundAgreement agreement, BudgetDebit debit, IReadOnlyList<string> consumerGroup) => debit.Scope switch
    {
        BudgetScope.Rules => AgreementBook.BudgetId(agreement, debit.Key),
        _ => "group/" + Digest.Sha256Hex(Encoding.UTF8.GetBytes(string.Join('\n', consumerGroup.Prepend(agreement.Row.DatasetId)))) + "/" + debit.Key,
    };

    /// <summary>
    /// The debit for the ledger. Counters of uses and of what is owed were opened with the contract and are raised by the owner alone; windows and group counters carry their limit
    /// and come into being with their first use.
    /// </summary>
    public static Ledger.Sequencing.BudgetDebit DebitOf(BoundAgreement agreement, BudgetDebit debit, IReadOnlyList<string> consumerGroup)
    {
        var id = IdOf(agreement, debit, consumerGroup);
        return debit.IsUses || debit.IsCredit
            ? new Ledger.Sequencing.BudgetDebit(id, debit.Amount)
            : Ledger.Sequencing.BudgetDebit.WithLimit(id, DefinitionOf(agreement, debit), debit.Amount, debit.Limit);
    }

    /// <summary>What is spent of a debit's limit. Others may spend before the caller acts on it: only the debit in the Grant's transaction decides.</summary>
    public static long SpentOf(AuditLedger ledger, BoundAgreement agreement, BudgetDebit debit, IReadOnlyList<string> consumerGroup)
        => ledger.GetBudget(IdOf(agreement, debit, consumerGroup)) switch
        {
            null => 0,
            { Limit: BudgetState.LimitInDebits } counter => counter.Spent,
            // Of what the contract gives: the owner may have granted it again since.
            var counter => Math.Max(0, debit.Limit - counter.Remaining),
        };

    /// <summary>What a counter counts: that of a group is the same for contracts with different rules.</summary>
    private static string DefinitionOf(BoundAgreement agreement, BudgetDebit debit)
        => debit.Scope == BudgetScope.Rules ? agreement.Policy.RulesHash : debit.Key;
}
