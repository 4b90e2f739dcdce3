using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Metering.Rating;

namespace DataSpace.Metering.Settlement;

/// <summary>A state of a log.</summary>
/// <param name="Origin">Name of the log.</param>
/// <param name="Size">Entries.</param>
/// <param name="RootHash">Root over them, lower-case hex.</param>
public sealed record LogState(string Origin, long Size, string RootHash);

/// <summary>Where a use billed for the first time stands in both logs.</summary>
/// <param name="Grant">Index of the Grant, provider's log.</param>
/// <param name="Report">Index of the Report, provider's log.</param>
/// <param name="Receipt">Index of the Receipt, provider's log.</param>
/// <param name="ConsumerReceipt">Index of the Receipt, consumer's log.</param>
public sealed record SettledUse(long Grant, long Report, long Receipt, long ConsumerReceipt);

/// <summary>A contract of the statement.</summary>
/// <param name="ContractId">Contract (agreement) id.</param>
/// <param name="Provider">Participant id of the provider.</param>
/// <param name="PlanId">Name of the price plan.</param>
/// <param name="PlanHash">Hash of the price plan that the contract pins.</param>
/// <param name="ProviderLog">State of the provider's log.</param>
/// <param name="ConsumerLog">State of the consumer's log.</param>
/// <param name="Uses">Uses that no earlier statement billed.</param>
public sealed record SettledContract(
    string ContractId, string Provider, string PlanId, string PlanHash, LogState ProviderLog, LogState ConsumerLog, IReadOnlyList<SettledUse> Uses);

/// <summary>A payee's part. Negative when given back.</summary>
/// <param name="Party">Role and participant id, for example <c>provider/did:web:…</c>.</param>
/// <param name="AmountMinor">Minor units.</param>
public sealed record PartyAmount(string Party, long AmountMinor);

/// <summary>What a provider added to a pool: its exact Shapley value, in minor units of the charges before rounding.</summary>
/// <param name="Party">Participant id.</param>
/// <param name="Numerator">Whole number as text.</param>
/// <param name="Denominator">Whole number as text.</param>
public sealed record ContributionValue(string Party, string Numerator, string Denominator);

/// <summary>A rated month: of one contract, or of all contracts that share a pool.</summary>
/// <param name="Kind"><c>period</c> for the statement's own month, <c>adjustment</c> for an earlier one.</param>
/// <param name="ForPeriod">Month that is rated.</param>
/// <param name="PlanHash">Plan.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="Contracts">Contracts rated together.</param>
/// <param name="Lines">The month as it stands now.</param>
/// <param name="RatedMinor">Sum of the lines.</param>
/// <param name="PreviousMinor">What earlier statements charged for that month.</param>
/// <param name="AmountMinor">The difference: what this statement charges.</param>
/// <param name="Shares">Who gets what of it; sums to the amount.</param>
/// <param name="Contribution">Shapley values, where the plan divides by contribution.</param>
public sealed record SettledItem(
    string Kind, string ForPeriod, string PlanHash, string Currency, IReadOnlyList<string> Contracts, IReadOnlyList<RatedLine> Lines, long RatedMinor, long PreviousMinor,
    long AmountMinor, IReadOnlyList<PartyAmount> Shares, IReadOnlyList<ContributionValue>? Contribution = null);

/// <summary>A use that is not billed, and why.</summary>
/// <param name="ContractId">Contract; empty where the log that would know it lacks the Grant.</param>
/// <param name="GrantIndex">Index of the Grant in the provider's log; -1 where it lacks it.</param>
/// <param name="GrantHash">Leaf hash of the Grant.</param>
/// <param name="Period">Month of the Grant; empty where the log lacks it.</param>
/// <param name="Reason">Stable word.</param>
public sealed record OpenUse(string ContractId, long GrantIndex, string GrantHash, string Period, string Reason);

/// <summary>One side of a booking. The postings of a transaction sum to zero.</summary>
/// <param name="Transaction">Number of the transaction: that of its item.</param>
/// <param name="Account">Account: <c>consumer/…</c> owes what is positive, the others are owed what is negative.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="AmountMinor">Minor units.</param>
public sealed record Posting(int Transaction, string Account, string Currency, long AmountMinor);

/// <summary>
/// A settlement of one month between a consumer and its providers. A pure function of their logs and the pinned plans: everybody who may
/// read those gets the same bytes (<see cref="ToCanonicalJson"/>), and both sides sign them.
/// </summary>
public sealed record StatementDocument(
    int Version, string Kind, string Period, string Consumer, IReadOnlyList<SettledContract> Contracts, IReadOnlyList<SettledItem> Items,
    IReadOnlyList<OpenUse> Disputes, IReadOnlyList<OpenUse> Unbilled, IReadOnlyList<Posting> Postings, IReadOnlyList<BillTotal> Totals, string Proves, string ProvesZh)
{
    /// <summary>Value of <see cref="Kind"/>.</summary>
    public const string StatementKind = "dataspace-statement";

    /// <summary>What the statement proves, and what not: stands in every export.</summary>
    public const string WhatItProves =
        "Every billed use was granted, reported and receipted by both parties' keys, in logs of the states named here. It does not prove that no other use took place, that the data were true, or that reported units are honest.";

    /// <summary>The same in Chinese.</summary>
    public const string WhatItProvesZh =
        "所计费的每次使用均由双方密钥授权、报告并签署回执，且存于此处所列状态的账本中。本单不证明不存在其他使用，不证明数据真实，也不证明所报计量诚实。";

    /// <summary>SHA-256 of the canonical form, lower-case hex: what closes of the month name.</summary>
    public string Hash() => Digest.Sha256Hex(ToCanonicalJson());

    /// <summary>The statement's one byte string (RFC 8785).</summary>
    public byte[] ToCanonicalJson() => CanonicalJson.Of(this);

    /// <summary>Reads a statement that somebody else computed. Says nothing about its truth.</summary>
    public static Result<StatementDocument> Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > CanonicalJson.MaxBytes)
            return SettlementErrors.StatementMalformed.Of("too large");
        try
        {
            return JsonSerializer.Deserialize<StatementDocument>(json.Span, KernelJson.Options) is { Version: 1, Kind: StatementKind } document
                   && document.ToCanonicalJson().AsSpan().SequenceEqual(json.Span)
                ? document
                : SettlementErrors.StatementMalformed.Of("unknown version, or not in canonical form");
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return SettlementErrors.StatementMalformed.Of();
        }
    }
}
