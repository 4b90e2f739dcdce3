using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Receipts;

/// <summary>
/// Event ids of settlement entries. They follow from what is settled: a ledger refuses a second entry of one id with other content, so a
/// month is closed once and a use disputed once, whoever asks and how often.
/// </summary>
public static class SettlementEvents
{
    /// <summary>Id of the close of a contract's month.</summary>
    public static ReadOnlyMemory<byte> PeriodClosed(string contractId, string period) => Id("period-closed", contractId, period);

    /// <summary>Id of the adjustment for an earlier month.</summary>
    public static ReadOnlyMemory<byte> Adjustment(string contractId, string period, string forPeriod) => Id("adjustment", contractId, period, forPeriod);

    /// <summary>Id of the dispute about a use.</summary>
    public static ReadOnlyMemory<byte> Dispute(string grantHash) => Id("dispute", grantHash);

    /// <summary>Id of a dispute's end.</summary>
    public static ReadOnlyMemory<byte> DisputeResolved(string grantHash) => Id("dispute-resolved", grantHash);

    /// <summary>Id of a payment towards what is owed in a counter, by the reference under which the owner received it.</summary>
    public static ReadOnlyMemory<byte> Payment(string budgetId, string reference) => Id("payment", budgetId, reference);

    private static ReadOnlyMemory<byte> Id(string what, params string[] values)
        => SHA256.HashData(Encoding.UTF8.GetBytes($"dataspace/{what}/v1/{string.Join('/', values)}")).AsMemory(0, 16);
}

/// <summary>A month of a contract was settled up to a size of the log that holds this entry.</summary>
public sealed record PeriodClosedPayload : IEntryPayload
{
    /// <summary>Contract (agreement) id.</summary>
    public required string ContractId { get; init; }

    /// <summary>Month, UTC, <c>yyyy-MM</c>.</summary>
    public required string Period { get; init; }

    /// <summary>Participant id of the provider.</summary>
    public required string Provider { get; init; }

    /// <summary>Participant id of the consumer.</summary>
    public required string Consumer { get; init; }

    /// <summary>Entries of this log that were settled: those before this index.</summary>
    public required long Size { get; init; }

    /// <summary>Root of this log at that size, lower-case hex of 32 bytes.</summary>
    public required string RootHash { get; init; }

    /// <summary>Hash of the price plan, lower-case hex of 32 bytes.</summary>
    public required string PlanHash { get; init; }

    /// <summary>SHA-256 of the statement's canonical form, lower-case hex of 32 bytes.</summary>
    public required string StatementHash { get; init; }

    /// <summary>What the statement comes to in this currency, all its contracts and adjustments together; negative when more is given back.</summary>
    public required long AmountMinor { get; init; }

    /// <summary>ISO 4217 code.</summary>
    public required string Currency { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.PeriodClosed;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Id("contractId", ContractId).Word("period", Period).Id("provider", Provider).Id("consumer", Consumer)
        .Count("size", Size).Digest("rootHash", RootHash).Digest("planHash", PlanHash).Digest("statementHash", StatementHash)
        .Number("amountMinor", AmountMinor).Word("currency", Currency).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<PeriodClosedPayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new PeriodClosedPayload
        {
            ContractId = reader.Id("contractId"),
            Period = reader.Word("period"),
            Provider = reader.Id("provider"),
            Consumer = reader.Id("consumer"),
            Size = reader.Count("size"),
            RootHash = reader.Digest("rootHash"),
            PlanHash = reader.Digest("planHash"),
            StatementHash = reader.Digest("statementHash"),
            AmountMinor = reader.Number("amountMinor"),
            Currency = reader.Word("currency"),
        });
    }
}

/// <summary>An amount for an earlier month, charged or given back in a later one. Repeats what the statement says, so that the log shows it.</summary>
public sealed record AdjustmentPayload : IEntryPayload
{
    /// <summary>Contract (agreement) id.</summary>
    public required string ContractId { get; init; }

    /// <summary>Month in which it is charged, <c>yyyy-MM</c>.</summary>
    public required string Period { get; init; }

    /// <summary>Month that it belongs to, <c>yyyy-MM</c>.</summary>
    public required string ForPeriod { get; init; }

    /// <summary>Minor units; negative when given back.</summary>
    public required long AmountMinor { get; init; }

    /// <summary>ISO 4217 code.</summary>
    public required string Currency { get; init; }

    /// <summary>SHA-256 of the statement's canonical form, lower-case hex of 32 bytes.</summary>
    public required string StatementHash { get; init; }

    /// <summary>Why, as a stable word.</summary>
    public required string Reason { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.Adjustment;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Id("contractId", ContractId).Word("period", Period).Word("forPeriod", ForPeriod).Number("amountMinor", AmountMinor)
        .Word("currency", Currency).Digest("statementHash", StatementHash).Word("reason", Reason).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<AdjustmentPayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new AdjustmentPayload
        {
            ContractId = reader.Id("contractId"),
            Period = reader.Word("period"),
            ForPeriod = reader.Word("forPeriod"),
            AmountMinor = reader.Number("amountMinor"),
            Currency = reader.Word("currency"),
            StatementHash = reader.Digest("statementHash"),
            Reason = reader.Word("reason"),
        });
    }
}
