using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Ledger.Sequencing;

/// <summary>An entry on its way to the writer: signed and hashed by its caller, so that the writer only writes.</summary>
internal sealed class WorkItem
{
    public required LedgerEntry Entry { get; set; }

    public required byte[] Bytes { get; set; }

    public required IReadOnlyList<PayloadField> Fields { get; init; }

    public required SealedPayload Payload { get; init; }

    /// <summary>True when the caller chose the event id, so that this may be a retry.</summary>
    public bool CallersEventId { get; init; }

    public EntryEffect? Effect { get; init; }

    public byte[] LeafHash { get; private set; } = [];

    /// <summary>Index, once the writer has given one.</summary>
    public long Index { get; set; } = -1;

    /// <summary>Why the writer took no entry for this item, once it has decided so.</summary>
    public DsError? Refusal { get; set; }

    /// <summary>The item of the same event in the same batch that this one repeats.</summary>
    public WorkItem? Repeats { get; set; }

    /// <summary>The stored entry that this item repeats.</summary>
    public (long Index, byte[] Bytes)? RepeatsStored { get; set; }

    public TaskCompletionSource<Result<AppendedEntry>> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the caller learns once everything up to <paramref name="checkpoint"/> is durable.</summary>
    public Result<AppendedEntry> Outcome(Checkpoint checkpoint)
    {
        if (Refusal is { } refusal)
            return refusal;
        if (RepeatsStored is var (index, bytes))
            return new AppendedEntry(index, MerkleHash.Leaf(bytes), bytes, checkpoint);
        var entry = Repeats ?? this;
        return new AppendedEntry(entry.Index, entry.LeafHash, entry.Bytes, checkpoint);
    }

    public void Hash() => LeafHash = MerkleHash.Leaf(Bytes);

    /// <summary>Same kind, agreement and content; salts and times differ between attempts.</summary>
    public bool SameContent(LedgerEntry entry, IEnumerable<PayloadField> fields)
        => entry.Kind == Entry.Kind && entry.AgreementTag.Span.SequenceEqual(Entry.AgreementTag.Span)
           && fields.Select(f => (f.Label, Convert.ToHexString(f.Value.Span)))
               .SequenceEqual(Fields.Select(f => (f.Label, Convert.ToHexString(f.Value.Span))));
}
