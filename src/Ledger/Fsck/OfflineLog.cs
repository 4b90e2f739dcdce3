using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Tiles;
using DataSpace.Ledger.Witnessing;
using Microsoft.Data.Sqlite;

namespace DataSpace.Ledger.Fsck;

/// <summary>
/// A log read from its published files, with payloads from the vault beside it: what a recomputation starts from. Needs no
/// running node and writes nothing. The entries are those of the signed checkpoint, for their root is compared with it.
/// </summary>
/// <param name="Key">Key that the checkpoint verifies with.</param>
/// <param name="Checkpoint">The published checkpoint.</param>
/// <param name="Records">All entries in order; <see cref="LedgerRecord.Fields"/> is null where the vault holds no payload.</param>
public sealed record OfflineLog(VerifierKey Key, Checkpoint Checkpoint, IReadOnlyList<LedgerRecord> Records)
{
    /// <summary>Most entries that are read into memory.</summary>
    public const long MaxEntries = 500_000;

    /// <summary>The newest cosigned checkpoint that was published, as it stands there; null when none was.</summary>
    public string? Cosigned { get; init; }

    /// <summary>Entries of the newest checkpoint of this very history that a policy's quorum cosigned; null when it cosigned none, or does not trust this log.</summary>
    public long? CosignedSize(WitnessPolicy policy)
    {
        if (policy.Logs.Count > 0 && !policy.Logs.Any(trusted => trusted.ToString() == Key.ToString()))
            return null;
        string?[] notes = [Cosigned, Checkpoint.Note];
        return notes.Max(text => text is not null && Checkpoint.Open(text, Key).TryGet(out var cosigned, out _) && SignedNote.Parse(text).TryGet(out var note, out _)
            && policy.Evaluate(note).IsMet && cosigned.Size <= Records.Count
            && MerkleHash.Root([.. Records.Take((int)cosigned.Size).Select(r => r.LeafHash.ToArray())]).AsSpan().SequenceEqual(cosigned.RootHash.Span) ? cosigned.Size : (long?)null);
    }

    /// <summary>Reads a directory.</summary>
    /// <param name="directory">Directory of the log.</param>
    /// <param name="expectedVkey">Verifier key to trust; without one the directory's own key file, which proves consistency, not identity.</param>
    public static Result<OfflineLog> Read(string directory, string? expectedVkey = null)
    {
        var problems = new ProblemList();
        var files = new TileFiles(directory, problems);
        if (!files.ReadHead(expectedVkey).TryGet(out var head, out var error))
            return error;
        var (key, checkpoint) = head;
        if (checkpoint.Size > MaxEntries)
            return LedgerErrors.EntryTooLarge.Of("the log is too long to be read at once");
        try
        {
            using var vault = VaultReader.TryOpen(directory, problems);
            if (problems.Count > 0)
                return LedgerErrors.Corrupt.Of(problems.Listed[0].ToString());
            if (!ReadAll(files, checkpoint.Size, vault).TryGet(out var records, out error))
                return error;
            var root = MerkleHash.Root([.. records.Select(record => record.LeafHash.ToArray())]);
            return root.AsSpan().SequenceEqual(checkpoint.RootHash.Span)
                ? new OfflineLog(key, checkpoint, records) { Cosigned = files.ReadText(StaticPublisher.CosignedFile) }
                : LedgerErrors.Corrupt.Of("checkpoint: its root is not the root of the entries");
        }
        catch (SqliteException)
        {
            return LedgerErrors.Corrupt.Of("vault.db: cannot be read");
        }
    }

    private static Result<List<LedgerRecord>> ReadAll(TileFiles files, long size, VaultReader? vault)
    {
        var records = new List<LedgerRecord>((int)size);
        while (records.Count < size)
        {
            var width = (int)Math.Min(TilePath.FullWidth, size - records.Count);
            var path = new TilePath(TilePath.EntriesLevel, records.Count / TilePath.FullWidth, width);
            if (files.ReadBundle(path) is not { } entries)
                return LedgerErrors.Corrupt.Of($"{path}: absent or not whole");
            foreach (var bytes in entries)
            {
                if (!ReadOne(records.Count, bytes, vault).TryGet(out var record, out var error))
                    return error;
                records.Add(record);
            }
        }

        return records;
    }

    private static Result<LedgerRecord> ReadOne(long index, ReadOnlyMemory<byte> bytes, VaultReader? vault)
    {
        if (!LedgerEntry.Decode(bytes).TryGet(out var entry, out var error))
            return error.Kind.Of($"entry {index}");
        var opened = vault?.Page(index, 1)[0]?.Open(entry.PayloadRoot.Span);
        if (opened is { IsOk: false } && opened.Value.Error.Kind != LedgerErrors.PayloadErased)
            return opened.Value.Error.Kind.Of($"entry {index}");
        return LedgerRecord.Of(index, bytes, entry, opened);
    }
}
