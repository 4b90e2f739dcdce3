using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Ledger.Sequencing;

/// <summary>An entry to append.</summary>
/// <param name="Payload">Its content; decides the kind.</param>
/// <param name="AgreementId">Agreement (contract or job) whose key tags the entry.</param>
public sealed record EntryDraft(IEntryPayload Payload, string AgreementId)
{
    /// <summary>16 random bytes that a retry repeats; made when absent.</summary>
    public ReadOnlyMemory<byte>? EventId { get; init; }
}

/// <summary>An entry that is durable and covered by the ledger's own signed checkpoint.</summary>
/// <param name="Index">Zero-based index.</param>
/// <param name="LeafHash">RFC 6962 leaf hash: the name of this entry in other entries.</param>
/// <param name="Bytes">Entry bytes.</param>
/// <param name="Checkpoint">A checkpoint that covers it.</param>
public sealed record AppendedEntry(long Index, ReadOnlyMemory<byte> LeafHash, ReadOnlyMemory<byte> Bytes, Checkpoint Checkpoint)
{
    /// <summary><see cref="LeafHash"/> in lower-case hex, as payloads carry it.</summary>
    public string LeafHashHex => Convert.ToHexStringLower(LeafHash.Span);
}

/// <summary>A granted use: the only way to a <see cref="GrantHandle"/>.</summary>
/// <param name="Handle">Proof towards sandbox and privacy code.</param>
/// <param name="Entry">The Grant in the log.</param>
public sealed record GrantedUse(GrantHandle Handle, AppendedEntry Entry);

/// <summary>One spending from one budget.</summary>
/// <param name="BudgetId">Budget.</param>
/// <param name="Amount">Units of that budget, at least 1.</param>
public sealed record BudgetDebit(string BudgetId, long Amount)
{
    /// <summary>A debit that carries its own limit and needs no budget defined before.</summary>
    /// <param name="budgetId">Counter.</param>
    /// <param name="definition">See <see cref="Definition"/>.</param>
    /// <param name="amount">Units of that counter, at least 1.</param>
    /// <param name="limit">Most that may be spent from the counter in all, this debit included; 0 or more.</param>
    public static BudgetDebit WithLimit(string budgetId, string definition, long amount, long limit)
        => new(budgetId, amount) { Definition = definition, Limit = limit };

    /// <summary>
    /// Most that may be spent from the counter in all, this debit included. The counter is made in the Grant's transaction when there is
    /// none; debits of several contracts may bound one counter differently, and each holds against all that was spent. A limit that the
    /// counter was defined with holds as well. Null: the budget must have been defined, and its own limit alone holds.
    /// </summary>
    public long? Limit { get; init; }

    /// <summary>What the counter counts: the same text for all who debit it, 1–512 characters. A counter of another definition refuses.</summary>
    public string Definition { get; init; } = "";
}

/// <summary>A budget as the ledger file has it.</summary>
/// <param name="BudgetId">Id.</param>
/// <param name="ContractId">Contract it was defined for, or the definition of a counter that a debit made.</param>
/// <param name="Limit">Most that may be spent, or <see cref="LimitInDebits"/>.</param>
/// <param name="Spent">What has been spent; never falls.</param>
public sealed record BudgetState(string BudgetId, string ContractId, long Limit, long Spent)
{
    /// <value>The counter was made by a debit and has no limit of its own: every debit must carry one.</value>
    public const long LimitInDebits = -1;

    /// <summary>What is left for a debit without a limit of its own.</summary>
    public long Remaining => Limit == LimitInDebits ? 0 : Limit - Spent;
}

/// <summary>A use that was granted, and what was committed for it.</summary>
/// <param name="UseId">Use id.</param>
/// <param name="ContractId">Contract.</param>
/// <param name="Handle">The grant.</param>
/// <param name="ReportIndex">Index of the Report, when there is one.</param>
/// <param name="Output">The exact bytes a retry resends, when a Report was committed.</param>
public sealed record CommittedUse(string UseId, string ContractId, GrantHandle Handle, long? ReportIndex, ReadOnlyMemory<byte>? Output)
{
    /// <summary>Index of the Grant.</summary>
    public long GrantIndex => Handle.LedgerIndex;
}

/// <summary>An entry as read back.</summary>
/// <param name="Index">Index.</param>
/// <param name="Bytes">Entry bytes.</param>
/// <param name="LeafHash">Leaf hash.</param>
/// <param name="Entry">Decoded envelope.</param>
/// <param name="Fields">Payload fields with salts, or null when the vault does not hold them. After an erasure the metering fields alone, if any.</param>
public sealed record LedgerRecord(
    long Index, ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<byte> LeafHash, LedgerEntry Entry, IReadOnlyList<OpenedField>? Fields)
{
    /// <summary>The fields without salts, for the <c>FromFields</c> of a payload; empty when the vault does not hold them.</summary>
    public IEnumerable<PayloadField> PayloadFields => (Fields ?? []).Select(f => new PayloadField(f.Label, f.Value));

    /// <summary>Content of this entry was erased.</summary>
    public bool IsErased { get; init; }

    /// <summary>The commitment's leaves, the erased ones as hashes; null when the vault holds nothing of them.</summary>
    public IReadOnlyList<PayloadLeaf>? Leaves
    {
        get => field ?? Fields?.Select(f => new PayloadLeaf(f, f.LeafHash())).ToList();
        init;
    }

    /// <summary>From what the vault gave.</summary>
    internal static LedgerRecord Of(long index, ReadOnlyMemory<byte> bytes, LedgerEntry entry, Result<IReadOnlyList<PayloadLeaf>>? opened)
    {
        var leaves = opened is { IsOk: true } ? opened.Value.Value : null;
        var fields = leaves?.Where(leaf => leaf.Field is not null).Select(leaf => leaf.Field!).ToList();
        return new LedgerRecord(index, bytes, MerkleHash.Leaf(bytes.Span), entry, fields)
        {
            Leaves = fields?.Count < leaves?.Count ? leaves : null,
            IsErased = fields?.Count < leaves?.Count || opened is { IsOk: false } && opened.Value.Error.Kind == LedgerErrors.PayloadErased,
        };
    }
}
