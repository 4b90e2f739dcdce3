using System.Collections.Concurrent;
using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Ledger.Vault;

/// <summary>
/// Contents of entries, each under its own key, and the keys of agreements: <c>vault.db</c>, apart from the ledger file so that
/// content can be erased while proofs stay. One connection under one lock; a write is durable on return.
/// </summary>
internal sealed partial class PayloadVault : IDisposable
{
    public const string FileName = "vault.db";

    private const int SchemaVersion = 1;
    private const int MaxCachedAgreements = 10_000;
    private readonly Sqlite _db;
    private SqliteInsert? _insertPayload;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, byte[]> _agreementKeys = new(StringComparer.Ordinal);

    private PayloadVault(Sqlite db) => _db = db;

    /// <summary>Opens or creates; throws on storage failures.</summary>
    public static PayloadVault Open(string directory)
    {
        var db = new Sqlite(Path.Combine(directory, FileName));
        try
        {
            db.UseDurableWal();
            db.Run("PRAGMA secure_delete=ON"); // erased means overwritten
            if ((long)db.Scalar("PRAGMA user_version")! == 0)
            {
                db.Run("BEGIN IMMEDIATE");
                db.Run("CREATE TABLE payload(idx INTEGER PRIMARY KEY, batch INTEGER NOT NULL, key BLOB NOT NULL, sealed BLOB NOT NULL) STRICT");
                db.Run("CREATE TABLE agreement(id TEXT PRIMARY KEY, key BLOB NOT NULL) STRICT");
                db.Run("PRAGMA user_version=1");
                db.Run("COMMIT");
            }
            return (long)db.Scalar("PRAGMA user_version")! == SchemaVersion
                ? new PayloadVault(db)
                : throw new InvalidDataException("the vault has an unknown format version");
        }
        catch
        {
            db.Dispose();
            throw;
        }
    }

    /// <summary>Key that tags the entries of an agreement; made on first use and durable before it is used.</summary>
    public ReadOnlyMemory<byte> AgreementKey(string agreementId)
    {
        if (_agreementKeys.TryGetValue(agreementId, out var key))
            return key;
        lock (_gate)
        {
            _db.Run("INSERT INTO agreement VALUES($0,$1) ON CONFLICT DO NOTHING", agreementId, RandomNumberGenerator.GetBytes(32));
            key = (byte[])_db.Scalar("SELECT key FROM agreement WHERE id=$0", agreementId)!;
        }
        if (_agreementKeys.Count >= MaxCachedAgreements)
            _agreementKeys.Clear();
        _agreementKeys[agreementId] = key;
        return key;
    }

    /// <summary>Stores the payloads of one batch that begins at <paramref name="first"/>; fsynced on return.</summary>
    public void Write(long first, IReadOnlyList<WorkItem> batch, Action<FaultPoint> fault)
    {
        lock (_gate)
        {
            _db.Run("BEGIN IMMEDIATE");
            _insertPayload ??= _db.Prepare("INSERT INTO payload VALUES(?1,?2,?3,?4)");
            foreach (var item in batch)
                _insertPayload.Run(item.Index, first, item.Payload.Key, item.Payload.Ciphertext);
            fault(FaultPoint.BeforeVaultCommit);
            _db.Run("COMMIT");
        }
        fault(FaultPoint.AfterVaultCommit);
    }

    /// <summary>The fields of an entry, checked against its commitment.</summary>
    public Result<IReadOnlyList<OpenedField>> Open(long index, ReadOnlySpan<byte> root)
    {
        byte[] key, ciphertext;
        lock (_gate)
        {
            using var row = _db.Read("SELECT key, sealed FROM payload WHERE idx=$0", index);
            if (!row.Read())
                return LedgerErrors.PayloadAbsent.Of();
            (key, ciphertext) = ((byte[])row[0], (byte[])row[1]);
        }
        return SealedPayload.Open(key, ciphertext, root);
    }

    /// <summary>
    /// Deletes what a crash between the two commits left behind: at most one batch, which began at the ledger's size.
    /// Anything else beyond the end means that the ledger file is older than the vault, and nothing is deleted.
    /// </summary>
    public DsError? CollectOrphans(long ledgerSize)
    {
        lock (_gate)
        {
            if (_db.Scalar("SELECT 1 FROM payload WHERE idx >= $0 AND batch <> $0 LIMIT 1", ledgerSize) is not null)
                return LedgerErrors.RolledBack.Of("the vault holds payloads of later entries");
            _db.Run("DELETE FROM payload WHERE idx >= $0", ledgerSize);
            return null;
        }
    }

    public void Dispose() => _db.Dispose();
}
