using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Ledger.Vault;

/// <summary>An erasure that was decided: written down before anything is deleted, so that a start after a crash completes it.</summary>
/// <param name="Index">Entry whose payload is erased.</param>
/// <param name="Part"><see cref="ErasedPayload.Content"/> or <see cref="ErasedPayload.All"/>.</param>
/// <param name="EventId">Event id of its Erased entry: a repeated append is the same entry.</param>
/// <param name="Ground">Legal ground.</param>
/// <param name="By">Who decided.</param>
/// <param name="Entry">Index of the Erased entry, once it is there.</param>
internal sealed record ErasureRow(long Index, string Part, byte[] EventId, string Ground, string By, long? Entry);

internal sealed partial class PayloadVault
{
    private const string ErasureColumns = "SELECT idx, part, event, ground, actor, entry FROM erasure";

    /// <summary>Writes the decision down, durably. An erasure decided before comes back as it was.</summary>
    public ErasureRow WriteDown(ErasureRow erasure)
    {
        lock (_gate)
        {
            _db.Run("INSERT INTO erasure VALUES($0,$1,$2,$3,$4,NULL) ON CONFLICT DO NOTHING", erasure.Index, erasure.Part, erasure.EventId, erasure.Ground, erasure.By);
            using var rows = _db.Read(ErasureColumns + " WHERE idx=$0 AND part=$1", erasure.Index, erasure.Part);
            return rows.Read() ? Read(rows) : throw new InvalidDataException("a row that was written is not there");
        }
    }

    /// <summary>Decisions whose Erased entry is missing, oldest entry first.</summary>
    public List<ErasureRow> Undone()
    {
        lock (_gate)
        {
            var undone = new List<ErasureRow>();
            using var rows = _db.Read(ErasureColumns + " WHERE entry IS NULL ORDER BY idx, part");
            while (rows.Read())
                undone.Add(Read(rows));
            return undone;
        }
    }

    /// <summary>
    /// Makes the content unreadable for good: key overwritten, ciphertext deleted, both write-ahead logs emptied. What is kept, if anything, is sealed anew under a key that
    /// says nothing about the old one. Can be repeated after a crash at any point.
    /// </summary>
    /// <param name="index">Entry.</param>
    /// <param name="root">Its commitment.</param>
    /// <param name="keep">Fields that stay, by label; null when nothing stays.</param>
    /// <param name="fault">For tests.</param>
    /// <returns>False when somebody reads the files, so that old pages cannot be dropped yet.</returns>
    public Result<bool> Erase(long index, ReadOnlySpan<byte> root, Func<string, bool>? keep, Action<FaultPoint> fault)
    {
        lock (_gate)
        {
            if (Find(index) is not { } stored)
                return LedgerErrors.PayloadAbsent.Of();
            if (keep is not null && !stored.IsGone)
            {
                if (stored.Rest is null)
                {
                    if (!SealedPayload.Open(stored.Key, stored.Sealed!, root).TryGet(out var fields, out var error))
                        return error;
                    var leaves = fields.Select(f => new PayloadLeaf(keep(f.Label) ? f : null, f.LeafHash())).ToList();
                    _db.Run("UPDATE payload SET rest=$1 WHERE idx=$0", index, SealedPayload.SealRest(SealedPayload.RestKey(stored.Key), leaves, root));
                    fault(FaultPoint.AfterRestSealed);
                }
                if (Find(index) is { } cut && !SealedPayload.OpenRest(cut.Key, cut.Rest!, root).IsOk)
                    _keys.Replace(index, SealedPayload.RestKey(cut.Key));
            }
            else if (keep is null)
            {
                _keys.Replace(index, new byte[KeyStore.KeyBytes]);
            }
            fault(FaultPoint.AfterKeyErased);
            _db.Run(keep is null ? "UPDATE payload SET sealed=NULL, rest=NULL WHERE idx=$0" : "UPDATE payload SET sealed=NULL WHERE idx=$0", index);
            fault(FaultPoint.AfterContentErased);
            return _keys.Flush() & _db.FlushWal();
        }
    }

    /// <summary>Notes where the Erased entry stands: how a verifier finds it.</summary>
    public void Done(ErasureRow erasure, long entry)
    {
        lock (_gate)
            _db.Run("UPDATE erasure SET entry=$2 WHERE idx=$0 AND part=$1", erasure.Index, erasure.Part, entry);
    }

    private static ErasureRow Read(Microsoft.Data.Sqlite.SqliteDataReader row)
        => new(row.GetInt64(0), row.GetString(1), (byte[])row[2], row.GetString(3), row.GetString(4), row.IsDBNull(5) ? null : row.GetInt64(5));
}
