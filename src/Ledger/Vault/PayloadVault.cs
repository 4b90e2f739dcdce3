using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Ledger.Vault;

/// <summary>
/// Contents of entries, each under its own key: ciphertexts in <c>vault.db</c>, keys in <c>keys.db</c> (<see cref="KeyStore"/>), both apart from the ledger file so that
/// content can be erased while proofs stay. One lock over both files; a write is durable on return. An erased payload leaves an empty row.
/// </summary>
internal sealed partial class PayloadVault : IDisposable
{
    public const string FileName = "vault.db";

    private const int SchemaVersion = 2;
    private readonly Sqlite _db;
    private readonly KeyStore _keys;
    private SqliteInsert? _insertPayload;
    private readonly Lock _gate = new();

    private PayloadVault(Sqlite db, KeyStore keys) => (_db, _keys) = (db, keys);

    /// <summary>Opens or creates; throws on storage failures.</summary>
    public static PayloadVault Open(string directory, string? keyStoreDirectory, string origin)
    {
        var keys = KeyStore.Open(directory, keyStoreDirectory, origin);
        try
        {
            return new PayloadVault(Sqlite.OpenStore(Path.Combine(directory, FileName), SchemaVersion,
                // sealed: the whole payload; rest: its metering part alone, once the content was erased.
                "CREATE TABLE payload(idx INTEGER PRIMARY KEY, batch INTEGER NOT NULL, sealed BLOB, rest BLOB) STRICT",
                "CREATE TABLE erasure(idx INTEGER NOT NULL, part TEXT NOT NULL, event BLOB NOT NULL, ground TEXT NOT NULL, actor TEXT NOT NULL, entry INTEGER, PRIMARY KEY(idx, part)) STRICT"), keys);
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    /// <summary>Key that tags the entries of an agreement; made on first use and durable before it is used.</summary>
    public ReadOnlyMemory<byte> AgreementKey(string agreementId)
    {
        if (_keys.KnownAgreementKey(agreementId) is { } known)
            return known;
        lock (_gate)
            return _keys.AgreementKey(agreementId);
    }

    /// <summary>Stores the payloads of one batch that begins at <paramref name="first"/>, keys first; fsynced on return.</summary>
    public void Write(long first, IReadOnlyList<WorkItem> batch, Action<FaultPoint> fault)
    {
        lock (_gate)
        {
            _keys.Write(first, batch, fault);
            fault(FaultPoint.AfterKeysCommit);
            _db.Run("BEGIN IMMEDIATE");
            _insertPayload ??= _db.Prepare("INSERT INTO payload VALUES(?1,?2,?3,NULL)");
            foreach (var item in batch)
                _insertPayload.Run(item.Index, first, item.Payload.Ciphertext);
            fault(FaultPoint.BeforeVaultCommit);
            _db.Run("COMMIT");
        }
        fault(FaultPoint.AfterVaultCommit);
    }

    /// <summary>The leaves of an entry's payload, checked against its commitment: all shown, or the metering part alone after an erasure.</summary>
    public Result<IReadOnlyList<PayloadLeaf>> Open(long index, ReadOnlySpan<byte> root)
    {
        StoredPayload? stored;
        lock (_gate)
            stored = Find(index);
        return stored is { } payload ? payload.Open(root) : LedgerErrors.PayloadAbsent.Of();
    }

    /// <summary>
    /// Deletes what a crash between the commits left behind: at most one batch, which began at the ledger's size.
    /// Anything else beyond the end means that the ledger file is older than the vault, and nothing is deleted.
    /// </summary>
    public DsError? CollectOrphans(long ledgerSize)
    {
        lock (_gate)
        {
            if (_keys.CheckNotNewer(ledgerSize) is { } error)
                return error;
            if (_db.Scalar("SELECT 1 FROM payload WHERE idx >= $0 AND batch <> $0 LIMIT 1", ledgerSize) is not null)
                return LedgerErrors.RolledBack.Of("the vault holds payloads of later entries");
            _db.Run("DELETE FROM payload WHERE idx >= $0", ledgerSize);
            _keys.CollectOrphans(ledgerSize);
            return null;
        }
    }

    public void Dispose()
    {
        _db.Dispose();
        _keys.Dispose();
    }

    private StoredPayload? Find(long index)
    {
        using var row = _db.Read("SELECT sealed, rest FROM payload WHERE idx=$0", index);
        return row.Read() ? new StoredPayload(_keys.Find(index) ?? [], row[0] as byte[], row[1] as byte[]) : null;
    }
}
