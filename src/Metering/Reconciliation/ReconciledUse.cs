using DataSpace.Ledger.Receipts;
using DataSpace.Metering.Meters;

namespace DataSpace.Metering.Reconciliation;

/// <summary>How much of the two logs counts: entries before these indices.</summary>
/// <param name="Provider">Of the provider's log.</param>
/// <param name="Consumer">Of the consumer's log.</param>
internal readonly record struct Coverage(long Provider, long Consumer);

/// <summary>
/// One use in both logs. A use is billed in a state of the logs when both hold the same countersigned receipt and nobody disputes it, or both
/// said how the dispute ends. Whatever only one party holds is a finding, never a bill.
/// </summary>
internal sealed class ReconciledUse(UsageRecord use, PartyLog provider, PartyLog consumer)
{
    /// <summary>Receipt in the consumer's log alone.</summary>
    public const string ProviderReceiptMissing = "providerReceiptMissing";

    /// <summary>Receipt in the provider's log alone, though the consumer signed it.</summary>
    public const string ConsumerReceiptMissing = "consumerReceiptMissing";

    /// <summary>Two receipts for one use.</summary>
    public const string ReceiptsDiffer = "receiptsDiffer";

    /// <summary>A party disputes the use.</summary>
    public const string Disputed = "disputed";

    /// <summary>One side said in its log that the other did not complete the receipt in time, and no log has one.</summary>
    public const string OneSided = "oneSided";

    /// <summary>The provider gave up its claim.</summary>
    public const string Waived = "waived";

    /// <summary>The consumer holds a countersigned receipt for a grant that the provider's log lacks.</summary>
    public const string GrantMissing = "grantMissing";

    public UsageRecord Use { get; } = use;

    public bool IsBilledAt(Coverage at) => IsMatchedAt(at) && FindingAt(at) is null;

    /// <summary>Index of the receipt in the consumer's log.</summary>
    public long ConsumerIndex => consumer.Receipts[Use.GrantHash].Index;

    /// <summary>Why a use that one side at least stands for is not billed in this state; null when it is billed, or when neither log claims anything.</summary>
    public string? FindingAt(Coverage at)
    {
        var mine = Use.Unbilled is null && Use.ReceiptIndex < at.Provider;
        var theirs = consumer.Receipts.TryGetValue(Use.GrantHash, out var receipt) && receipt.Index < at.Consumer;
        if (Resolution(provider, at.Provider) == DisputeResolvedPayload.Waive)
            return Waived;
        var disputed = IsDisputed(provider, at.Provider) || IsDisputed(consumer, at.Consumer);
        var settled = Resolution(provider, at.Provider) == DisputeResolvedPayload.Bill && Resolution(consumer, at.Consumer) == DisputeResolvedPayload.Bill;
        if (disputed && !settled && (mine || theirs))
            return Disputed;
        if (mine && theirs)
            return receipt.Payload.Commitment == Use.ReceiptCommitment ? null : ReceiptsDiffer;
        if (mine)
            return ConsumerReceiptMissing;
        return theirs && PartyLog.IsCountersigned(receipt, provider, consumer, provider.Log.Records[(int)Use.GrantIndex].Entry.TimeMs) ? ProviderReceiptMissing : IsOneSided(provider, at.Provider) || IsOneSided(consumer, at.Consumer) ? OneSided : null;
    }

    /// <summary>Why nobody claims anything for a use, as it was in this state: what came later does not change the word.</summary>
    public string NothingAt(Coverage at) => Use switch
    {
        { Unbilled: UnbilledReason.GrantedBefore } => "grantedBefore",
        { ReportIndex: null } => "notReported",
        { ReportIndex: { } report } when report >= at.Provider => "notReported",
        { Unbilled: UnbilledReason.NotReleased } => "notReleased",
        { Unbilled: UnbilledReason.UnitsDisagree } => "unitsDisagree",
        _ => "notReceipted",
    };

    private bool IsMatchedAt(Coverage at)
        => Use.Unbilled is null && Use.ReceiptIndex < at.Provider && consumer.Receipts.TryGetValue(Use.GrantHash, out var receipt)
           && receipt.Index < at.Consumer && receipt.Payload.Commitment == Use.ReceiptCommitment;

    private bool IsDisputed(PartyLog log, long size) => log.Disputes.TryGetValue(Use.GrantHash, out var dispute) && dispute.Index < size;

    private bool IsOneSided(PartyLog log, long size) => log.OneSided.TryGetValue(Use.GrantHash, out var alone) && alone.Index < size;

    private string? Resolution(PartyLog log, long size) => log.Resolutions.TryGetValue(Use.GrantHash, out var end) && end.Index < size ? end.Payload.Outcome : null;
}
