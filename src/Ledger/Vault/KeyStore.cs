using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Ledger.Vault;

/// <summary>
/// Keys of payloads and of agreements: <c>keys.db</c>, a file of its own so that its backups can be kept for a shorter time than those of the ciphertexts. Rows are
/// only added at the end and keys only overwritten in place by as many bytes: SQLite then moves no row, so an erased key has no copy in an unused part of a page.
/// Not thread-safe: the vault's lock guards it.
/// </summary>
internal sealed class KeyStore : IDisposable
{
    public const string FileName = "keys.db";
    public const int KeyBytes = 32;

    private const int SchemaVersion = 1;
    private const int MaxCachedAgreements = 10_000;
    private readonly Sqlite _db;
    private readonly ConcurrentDictionary<string, byte[]> _agreementKeys = new(StringComparer.Ordinal);
    private SqliteInsert? _insertKey;

    private KeyStore(Sqlite db) => _db = db;

    /// <summary>
    /// Opens or creates; throws on storage failures. A key store of its own directory has a link beside the log, by which whoever reads the log finds it; keys that are
    /// beside the log already stay where they are.
    /// </summary>
    public static KeyStore Open(string ledgerDirectory, string? ownDirectory, string origin)
    {
        var path = Path.Combine(ledgerDirectory, FileName);
        if (ownDirectory is not null)
        {
            System.IO.Directory.CreateDirectory(ownDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var own = Path.Combine(Path.GetFullPath(ownDirectory), $"keys-{Kernel.Crypto.Digest.Sha256Hex(Encoding.UTF8.GetBytes(origin))[..16]}.db");
            if (new FileInfo(path) is { Exists: false, LinkTarget: null })
                File.CreateSymbolicLink(path, own);
        }
        return Open(new FileInfo(path).LinkTarget ?? path);
    }

    private static KeyStore Open(string path) => new(Sqlite.OpenStore(path, SchemaVersion,
        "CREATE TABLE key(idx INTEGER PRIMARY KEY, batch INTEGER NOT NULL, key BLOB NOT NULL CHECK(length(key) = 32)) STRICT",
        "CREATE TABLE agreement(id TEXT PRIMARY KEY, key BLOB NOT NULL) STRICT"));

    /// <summary>An erased key is a key of zeros.</summary>
    public static bool IsErased(ReadOnlySpan<byte> key) => key.IndexOfAnyExcept((byte)0) < 0;

    /// <summary>A known agreement key; needs no lock.</summary>
    public byte[]? KnownAgreementKey(string agreementId) => _agreementKeys.GetValueOrDefault(agreementId);

    /// <summary>Key that tags the entries of an agreement; made on first use and durable before it is used.</summary>
    public byte[] AgreementKey(string agreementId)
    {
        _db.Run("INSERT INTO agreement VALUES($0,$1) ON CONFLICT DO NOTHING", agreementId, RandomNumberGenerator.GetBytes(KeyBytes));
        var key = (byte[])_db.Scalar("SELECT key FROM agreement WHERE id=$0", agreementId)!;
        if (_agreementKeys.Count >= MaxCachedAgreements)
            _agreementKeys.Clear();
        return _agreementKeys[agreementId] = key;
    }

    /// <summary>Keys of one batch that begins at <paramref name="first"/>; fsynced on return.</summary>
    public void Write(long first, IReadOnlyList<WorkItem> batch, Action<FaultPoint> fault)
    {
        _db.Run("BEGIN IMMEDIATE");
        _insertKey ??= _db.Prepare("INSERT INTO key VALUES(?1,?2,?3)");
        foreach (var item in batch)
            _insertKey.Run(item.Index, first, item.Payload.Key);
        fault(FaultPoint.BeforeKeysCommit);
        _db.Run("COMMIT");
    }

    /// <summary>Key of an entry: null when there is none, zeros when it was erased.</summary>
    public byte[]? Find(long index) => (byte[]?)_db.Scalar("SELECT key FROM key WHERE idx=$0", index);

    /// <summary>Overwrites a key.</summary>
    public void Replace(long index, byte[] key) => _db.Run("UPDATE key SET key=$1 WHERE idx=$0", index, key);

    /// <summary>Moves everything out of the write-ahead log and empties it, so that what was overwritten is in no file. False while somebody reads.</summary>
    public bool Flush() => _db.FlushWal();

    /// <summary>The error when keys are there that no ledger of this size can have.</summary>
    public DsError? CheckNotNewer(long ledgerSize)
        => _db.Scalar("SELECT 1 FROM key WHERE idx >= $0 AND batch <> $0 LIMIT 1", ledgerSize) is null
            ? null
            : LedgerErrors.RolledBack.Of("the key store holds keys of later entries");

    public void CollectOrphans(long ledgerSize) => _db.Run("DELETE FROM key WHERE idx >= $0", ledgerSize);

    /// <summary>The error when the keys end before the log does.</summary>
    public DsError? CheckNotOlder(long ledgerSize)
    {
        var size = (long?)_db.Scalar("SELECT max(idx) FROM key") + 1 ?? 0;
        return size == ledgerSize ? null : LedgerErrors.RolledBack.Of(string.Create(CultureInfo.InvariantCulture, $"the key store ends at {size}, the log at {ledgerSize}"));
    }

    public void Dispose() => _db.Dispose();
}
