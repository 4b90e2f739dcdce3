using DataSpace.Connector.Agreements;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Policy;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using Microsoft.EntityFrameworkCore;
using BudgetDebit = DataSpace.Kernel.Policy.BudgetDebit;

namespace DataSpace.Connector.Jobs;

/// <summary>One use that another owner granted to this node, as the Grant behind a result proved it.</summary>
internal sealed class KnownUseRow
{
    public required string Owner { get; init; }

    /// <summary>See <see cref="AgreementBook.CounterOf"/>: negotiating the same offer again goes on with the count.</summary>
    public required string Counter { get; init; }

    /// <summary>Which of its counters was debited.</summary>
    public required string Key { get; init; }
    public required string UseId { get; init; }
}

/// <summary>
/// What this node knows of a contract's counters: its own from its ledger, another owner's from the Grants behind the results it decoded. That is a lower bound (a job that
/// failed may have been granted here and there), and the owner may have granted the contract again: only the owner's ledger decides.
/// </summary>
internal sealed class KnownUses(IDbContextFactory<ConnectorState> store, AgreementBook agreements, AuditLedger ledger, UseFacts facts, NodeIdentity self)
{
    /// <summary>What is known to be spent, for a question to the policy engine. Epsilon counts as unspent: a query that was paid for before costs none.</summary>
    public async Task<Func<BudgetDebit, long>> SpentOfAsync(BoundAgreement agreement, CancellationToken cancellation)
    {
        if (agreement.Row.Provider == self.Did)
            return debit => debit.Key == BudgetDebit.Epsilon ? 0 : Budgets.SpentOf(ledger, agreement, debit, facts.GroupOf(agreement.Row.Consumer));
        var (owner, counter) = (agreement.Row.Provider, AgreementBook.CounterOf(agreement));
        await using var db = await store.CreateDbContextAsync(cancellation);
        var seen = await db.KnownUses.Where(u => u.Owner == owner && u.Counter == counter).GroupBy(u => u.Key).Select(g => new { g.Key, Uses = g.LongCount() })
            .ToDictionaryAsync(u => u.Key, u => u.Uses, StringComparer.Ordinal, cancellation);
        return debit => seen.GetValueOrDefault(debit.Key);
    }

    /// <summary>Adds the uses of verified Grants to <paramref name="db"/>; the caller saves. Repeating is harmless.</summary>
    public async Task NoteAsync(ConnectorState db, IReadOnlyList<GrantPayload> grants, CancellationToken cancellation)
    {
        foreach (var grant in grants)
        {
            if (await agreements.FindAsync(grant.ContractId, AgreementBook.Consumer, cancellation) is not { } agreement || agreement.Row.Provider == self.Did)
                continue;
            // One unit each; what else an owner writes into its Grants is not counted. What is owed is not known here: payments are recorded at the owner.
            foreach (var key in agreement.Policy.Terms.SelectMany(t => t.Obligations.Debits).Where(d => !d.IsCredit).Select(d => d.Key).Distinct(StringComparer.Ordinal).Where(k => grant.Limits.ContainsKey("debit/" + k)))
            {
                var (owner, counter) = (agreement.Row.Provider, AgreementBook.CounterOf(agreement));
                if (await db.KnownUses.FindAsync([owner, counter, key, grant.UseId], cancellation) is null)
                    db.KnownUses.Add(new KnownUseRow { Owner = owner, Counter = counter, Key = key, UseId = grant.UseId });
            }
        }
    }
}
