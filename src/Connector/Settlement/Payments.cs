using DataSpace.Connector.Agreements;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Money;
using DataSpace.Kernel.Results;
using DataSpace.Ledger;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Metering;

namespace DataSpace.Connector.Settlement;

/// <summary>A payment that the owner received.</summary>
/// <param name="ContractId">A contract that this node gave.</param>
/// <param name="Amount">Decimal amount.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="Reference">What tells this payment from others, for example the bank's number.</param>
internal sealed record PaymentRequest(string? ContractId, string? Amount, string? Currency, string? Reference);

/// <summary>A payment in the log.</summary>
/// <param name="Entry">The signed entry that raised the limit.</param>
/// <param name="OwedMinor">What is owed after it; negative when it was paid ahead.</param>
internal sealed record RecordedPayment(AppendedEntry Entry, long OwedMinor);

/// <summary>
/// Payments towards what is owed. Every use under a credit limit debits its price with the Grant; a payment raises the counter's limit in a signed entry, the only way in
/// which credit comes back. After a restore everything counts as owed, and is paid in the same way.
/// </summary>
internal sealed class Payments(AuditLedger ledger, AgreementBook agreements, NodeIdentity self)
{
    /// <summary>Longest reference, in characters.</summary>
    public const int MaxReferenceChars = 128;

    /// <summary>Begins the reason of a payment's entry.</summary>
    public const string Reason = "payment ";

    public async Task<Result<RecordedPayment>> RecordAsync(BoundAgreement agreement, Money amount, string reference, CancellationToken cancellation)
    {
        if (agreement.Policy.Terms.SelectMany(t => t.Obligations.Debits).FirstOrDefault(d => d.Key == Kernel.Policy.BudgetDebit.CreditOf(amount.Currency)) is not { } credit || amount.Minor == 0)
            return SettlementErrors.NoCredit.Of(amount.Currency.Code);
        var id = AgreementBook.BudgetId(agreement, credit.Key);
        if (ledger.GetBudget(id) is null)
            agreements.OpenBudgets(agreement.Row, agreement.Policy);
        while (true)
        {
            var counter = ledger.GetBudget(id)!;
            if (counter.Limit > long.MaxValue - amount.Minor)
                return LedgerErrors.InvalidField.Of("amount");
            var entry = new BudgetRegrantedPayload
            {
                BudgetId = id,
                ContractId = counter.ContractId,
                OldLimit = counter.Limit,
                NewLimit = counter.Limit + amount.Minor,
                Reason = Reason + reference,
                Actor = self.Did,
            };
            var appended = await ledger.RegrantBudgetAsync(entry, cancellation, SettlementEvents.Payment(id, reference));
            if (appended.TryGet(out var written, out var error))
                return new RecordedPayment(written, credit.Limit - ledger.GetBudget(id)!.Remaining);
            if (error.Kind == LedgerErrors.EventConflict)
                return SettlementErrors.PaymentKnown.Of(reference);
            // Another payment came between the look and the entry.
            if (error.Kind != LedgerErrors.BudgetConflict)
                return error;
        }
    }
}
