using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Sequencing;

/// <summary>
/// What an entry changes beside the log, in the same transaction. <see cref="Check"/> changes nothing, so a refused item leaves
/// the rest of its batch untouched; after it <see cref="Apply"/> must succeed, since one writer holds the transaction.
/// </summary>
internal abstract class EntryEffect
{
    public abstract DsError? Check(LedgerStore store);

    public abstract void Apply(LedgerStore store, long index, byte[] leafHash);

    protected static void Require(bool done)
    {
        if (!done)
            throw new InvalidDataException("a guarded update touched no row");
    }
}

/// <summary>A grant takes its use id and its budgets.</summary>
internal sealed class GrantEffect(string useId, string contractId, IReadOnlyList<BudgetDebit> debits) : EntryEffect
{
    public override DsError? Check(LedgerStore store)
    {
        if (store.FindUse(useId, withOutput: false) is not null)
            return LedgerErrors.UseAlreadyGranted.Of();
        foreach (var debit in debits)
        {
            if (Check(debit, store.FindBudget(debit.BudgetId)) is { } error)
                return error;
        }
        return null;
    }

    public override void Apply(LedgerStore store, long index, byte[] leafHash)
    {
        store.InsertUse(useId, contractId, index, leafHash);
        foreach (var debit in debits)
            Require(debit.Limit is { } limit
                ? store.DebitWithin(debit.BudgetId, debit.Definition, debit.Amount, limit)
                : store.Debit(debit.BudgetId, debit.Amount));
    }

    // Differences of numbers that are not negative do not overflow; sums would.
    private static DsError? Check(BudgetDebit debit, BudgetState? budget)
    {
        if (debit.Limit is null && budget is null)
            return LedgerErrors.BudgetUnknown.Of(debit.BudgetId);
        if (debit.Limit is { } limit)
        {
            if (budget is not null && budget.ContractId != debit.Definition)
                return LedgerErrors.BudgetConflict.Of(debit.BudgetId);
            if ((budget?.Spent ?? 0) > limit - debit.Amount)
                return LedgerErrors.BudgetExhausted.Of(debit.BudgetId);
            if (budget is null or { Limit: BudgetState.LimitInDebits })
                return null;
        }
        return debit.Amount > budget!.Remaining ? LedgerErrors.BudgetExhausted.Of(debit.BudgetId) : null;
    }
}

/// <summary>A report closes its use and commits the output.</summary>
internal sealed class ReportEffect(GrantHandle grant, ReadOnlyMemory<byte> output) : EntryEffect
{
    public override DsError? Check(LedgerStore store)
    {
        if (store.FindUse(grant.UseId, withOutput: false) is not { } use || !IsSameGrant(use.Handle, grant))
            return LedgerErrors.UseUnknown.Of();
        return use.ReportIndex is null ? null : LedgerErrors.UseAlreadyReported.Of();
    }

    public override void Apply(LedgerStore store, long index, byte[] leafHash)
        => Require(store.SetReport(grant.UseId, index, output.ToArray()));

    public static bool IsSameGrant(GrantHandle stored, GrantHandle given)
        => stored.LedgerIndex == given.LedgerIndex && stored.GrantHash.Span.SequenceEqual(given.GrantHash.Span);
}

/// <summary>A re-grant raises a limit; what was spent stays spent.</summary>
internal sealed class RegrantEffect(string budgetId, string contractId, long oldLimit, long newLimit) : EntryEffect
{
    public override DsError? Check(LedgerStore store)
    {
        if (store.FindBudget(budgetId) is not { } budget)
            return LedgerErrors.BudgetUnknown.Of(budgetId);
        return budget.Limit == oldLimit && budget.ContractId == contractId ? null : LedgerErrors.BudgetConflict.Of(budgetId);
    }

    public override void Apply(LedgerStore store, long index, byte[] leafHash)
        => Require(store.RaiseLimit(budgetId, oldLimit, newLimit));
}
