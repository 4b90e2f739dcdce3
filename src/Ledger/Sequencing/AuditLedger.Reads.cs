using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Tiles;

namespace DataSpace.Ledger.Sequencing;

public sealed partial class AuditLedger
{
    /// <summary>A granted use with its committed output, or null. A retry resends that output.</summary>
    public CommittedUse? FindUse(string useId)
    {
        lock (_readGate)
            return _reader.FindUse(useId, withOutput: true);
    }

    /// <summary>The same without the output, which can be large.</summary>
    public CommittedUse? FindUseState(string useId) => UseState(useId);

    /// <summary>A use was ever granted here.</summary>
    public bool HasUses
    {
        get
        {
            lock (_readGate)
                return _reader.HasUses();
        }
    }

    /// <summary>A budget, or null.</summary>
    public BudgetState? GetBudget(string budgetId)
    {
        lock (_readGate)
            return _reader.FindBudget(budgetId);
    }

    /// <summary>What has been spent from a budget or counter; 0 when there is none. Others may spend before the caller acts on it: only a debit decides.</summary>
    public long BudgetSpent(string budgetId) => GetBudget(budgetId)?.Spent ?? 0;

    /// <summary>Index of the entry with this event id, or null.</summary>
    public long? IndexOf(ReadOnlyMemory<byte> eventId)
    {
        // In this order: an id moves from the first to the second.
        if (_recent.Find(eventId) is { } index)
            return index;
        lock (_readGate)
            return _reader.FindEvent(eventId);
    }

    /// <summary>Entry bytes, or null beyond the end.</summary>
    public ReadOnlyMemory<byte>? EntryBytes(long index)
    {
        lock (_readGate)
            return _reader.Entry(index) is { } bytes ? (ReadOnlyMemory<byte>?)bytes : null;
    }

    /// <summary>Offline proof that an entry is in the log under the newest checkpoint. Throws when there is no such index.</summary>
    public TlogProof Prove(long index) => TryProve(index).TryGet(out var proof, out _)
        ? proof
        : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>The same as <see cref="Prove"/> for an index that somebody else chose.</summary>
    public Result<TlogProof> TryProve(long index) => Snapshot<Result<TlogProof>>(head =>
    {
        if (index < 0 || index >= head.Size)
            return LedgerErrors.IndexOutOfRange.Of();
        return new TlogProof(index, ProofBuilder.Inclusion(index, head.Size, new TileNodes(_reader, head.Size)), head.Note);
    });

    /// <summary>
    /// The same under the cosigned checkpoint, when that covers the entry: what a third party keeps. The entry itself is the proof's extra data, so that the proof says what it proves.
    /// </summary>
    public Result<TlogProof> ProveCosigned(long index)
    {
        var file = new FileInfo(Path.Combine(Directory, StaticPublisher.CosignedFile));
        Checkpoint? cosigned = null;
        if (file.Exists && file.Length <= SignedNote.MaxBytes)
            Checkpoint.Open(File.ReadAllText(file.FullName), _key).TryGet(out cosigned, out _);
        return Snapshot<Result<TlogProof>>(head =>
        {
            if (index < 0 || index >= head.Size)
                return LedgerErrors.IndexOutOfRange.Of();
            var under = cosigned is { } seen && seen.Size > index && seen.Size <= head.Size ? seen : head;
            return new TlogProof(index, ProofBuilder.Inclusion(index, under.Size, new TileNodes(_reader, under.Size)), under.Note, _reader.Entry(index));
        });
    }

    /// <summary>Consistency proof between two sizes of this log, <c>1 ≤ old ≤ new ≤ size</c>.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> ProveConsistency(long oldSize, long newSize) => Snapshot(head =>
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(newSize, head.Size);
        return ProofBuilder.Consistency(oldSize, newSize, new TileNodes(_reader, newSize));
    });

    /// <summary>An entry with its opened payload and proof; every field shown, or those that <paramref name="disclose"/> accepts.</summary>
    public Result<EntryProof> ProveEntry(long index, Func<string, bool>? disclose = null)
    {
        if (!TryProve(index).TryGet(out var proof, out var error))
            return error;
        var record = Record(index, EntryBytes(index)!.Value);
        return record.Leaves is { } leaves
            ? EntryProof.Create(record.Bytes, leaves, proof, disclose)
            : record.IsErased ? LedgerErrors.PayloadErased.Of() : LedgerErrors.PayloadAbsent.Of();
    }

    /// <summary>Proof of a use's Grant for a third party.</summary>
    public Result<GrantProof> ProveGrant(string useId)
    {
        if (UseState(useId) is not { } use)
            return LedgerErrors.UseUnknown.Of();
        return ProveEntry(use.GrantIndex).TryGet(out var proof, out var error) ? new GrantProof(proof) : error;
    }

    /// <summary>Entries of <c>[from, to)</c> in order, with their payloads where the vault holds them. Reads in pages; holds no lock between them.</summary>
    public IEnumerable<LedgerRecord> Read(long from, long to)
    {
        for (var first = Math.Max(from, 0); first < to;)
        {
            List<ReadOnlyMemory<byte>> page;
            lock (_readGate)
                page = _reader.Entries(first, (int)Math.Min(TilePath.FullWidth, to - first));
            if (page.Count == 0)
                yield break;
            foreach (var bytes in page)
                yield return Record(first++, bytes);
        }
    }

    /// <summary>Root of this log when it had that many entries, or null when it never had.</summary>
    public ReadOnlyMemory<byte>? RootHashAt(long size) => size < 0 || size > Latest.Size ? null : RootAt(size);

    /// <summary>True when an entry carries the tag of this agreement.</summary>
    public bool BelongsTo(LedgerEntry entry, string agreementId)
        => AgreementTag(agreementId, entry.EventId.Span).AsSpan().SequenceEqual(entry.AgreementTag.Span);

    private LedgerRecord Record(long index, ReadOnlyMemory<byte> bytes)
    {
        if (!LedgerEntry.Decode(bytes).TryGet(out var entry, out _))
            throw new InvalidDataException("A stored entry is malformed.");
        var opened = _vault.Open(index, entry.PayloadRoot.Span);
        if (!opened.IsOk && opened.Error.Kind != LedgerErrors.PayloadAbsent && opened.Error.Kind != LedgerErrors.PayloadErased)
            throw new InvalidDataException("A stored payload does not match its entry.");
        return LedgerRecord.Of(index, bytes, entry, opened);
    }

    private CommittedUse? UseState(string useId)
    {
        lock (_readGate)
            return _reader.FindUse(useId, withOutput: false);
    }

    private byte[] RootAt(long size) => Snapshot(_ => RootOf(size, _reader));

    // Checkpoint and tiles of one moment, while the writer goes on.
    private T Snapshot<T>(Func<Checkpoint, T> read)
    {
        lock (_readGate)
        {
            _reader.BeginRead();
            try
            {
                return read(_reader.Head().Checkpoint);
            }
            finally
            {
                _reader.Commit();
            }
        }
    }
}
