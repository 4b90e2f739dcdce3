using System.Buffers.Binary;
using System.Globalization;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Tiles;
using Microsoft.Data.Sqlite;

namespace DataSpace.Ledger.Sequencing;

/// <summary>
/// The ledger file <c>ledger.db</c>: entries, event ids, uses, budgets, tiles and the newest checkpoint, all changed in one
/// transaction. One instance is one connection; it is not thread-safe.
/// </summary>
internal sealed class LedgerStore : ITileSource, IDisposable
{
    public const string FileName = "ledger.db";

    private const long SchemaVersion = 2;
    private const long AllEventsIndexed = 1; // the version before: every event id stands in its table
    private const string IndexedKey = "events-indexed";
    private const string Schema = """
        CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
        CREATE TABLE entry(idx INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
        CREATE TABLE event(id BLOB PRIMARY KEY, idx INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE use(id TEXT PRIMARY KEY, contract TEXT NOT NULL, grant_idx INTEGER NOT NULL, grant_hash BLOB NOT NULL, report_idx INTEGER, output BLOB) STRICT;
        CREATE TABLE budget(id TEXT PRIMARY KEY, contract TEXT NOT NULL, lim INTEGER NOT NULL, spent INTEGER NOT NULL, CHECK(spent >= 0)) STRICT;
        CREATE TABLE tile(level INTEGER NOT NULL, n INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(level, n)) STRICT;
        CREATE TABLE checkpoint(id INTEGER PRIMARY KEY CHECK(id = 1), size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL, last_time_ms INTEGER NOT NULL) STRICT;
        PRAGMA user_version=2;
        """;

    private readonly Sqlite _db;
    private SqliteInsert? _insertEntry;
    private SqliteInsert? _insertEvent;

    private LedgerStore(Sqlite db) => _db = db;

    /// <summary>Opens the file; creates it with an empty checkpoint when it is new. Throws on storage failures.</summary>
    public static LedgerStore Open(string directory, string origin, string vkey, Func<Checkpoint> emptyCheckpoint)
    {
        var db = new Sqlite(Path.Combine(directory, FileName));
        try
        {
            db.UseDurableWal();
            var store = new LedgerStore(db);
            if ((long)db.Scalar("PRAGMA user_version")! == 0)
                store.Create(origin, vkey, emptyCheckpoint());
            store.Upgrade();
            return store;
        }
        catch
        {
            db.Dispose();
            throw;
        }
    }

    /// <summary>A second connection for reading.</summary>
    public static LedgerStore OpenForReading(string directory)
        => new(new Sqlite(Path.Combine(directory, FileName), readOnly: true));

    /// <summary>The error when the file is of another version, origin or key.</summary>
    public DsError? CheckIdentity(string origin, string vkey)
    {
        if ((long)_db.Scalar("PRAGMA user_version")! is not (AllEventsIndexed or SchemaVersion))
            return LedgerErrors.SchemaUnknown.Of();
        if (Meta("origin") != origin)
            return LedgerErrors.OriginMismatch.Of();
        return Meta("vkey") == vkey ? null : LedgerErrors.KeyMismatch.Of();
    }

    public void Begin() => _db.Run("BEGIN IMMEDIATE");

    public void BeginRead() => _db.Run("BEGIN");

    public void Commit() => _db.Run("COMMIT");

    /// <summary>Gives the lock of a failed transaction back. What of it is durable the next opening finds out.</summary>
    public void Abandon()
    {
        try
        {
            _db.Run("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite rolled it back itself, or the disk is gone.
        }
    }

    public string? Meta(string key) => (string?)_db.Scalar("SELECT value FROM meta WHERE key=$0", key);

    public void SetMeta(string key, string value)
        => _db.Run("INSERT INTO meta VALUES($0,$1) ON CONFLICT(key) DO UPDATE SET value=excluded.value", key, value);

    /// <summary>The newest checkpoint, unverified, and the time of the last entry.</summary>
    public (Checkpoint Checkpoint, long LastTimeMs) Head()
    {
        using var row = _db.Read("SELECT size, root, note, last_time_ms FROM checkpoint WHERE id=1");
        return row.Read()
            ? (new Checkpoint("", row.GetInt64(0), (byte[])row[1], row.GetString(2)), row.GetInt64(3))
            : throw new InvalidDataException("there is no checkpoint");
    }

    /// <summary>One past the highest index.</summary>
    public long EntryCount() => (long)_db.Scalar("SELECT coalesce(max(idx) + 1, 0) FROM entry")!;

    /// <summary>Entry of an event id, when it is one of the first <see cref="IndexedEvents"/>.</summary>
    public long? FindEvent(ReadOnlyMemory<byte> eventId)
        => (long?)_db.Scalar("SELECT idx FROM event WHERE id=$0", eventId.ToArray());

    /// <summary>Entries from the first on whose event ids stand in their table.</summary>
    public long IndexedEvents() => Meta(IndexedKey) is { } count ? long.Parse(count, CultureInfo.InvariantCulture) : EntryCount();

    public void InsertEntry(long index, byte[] bytes)
    {
        _insertEntry ??= _db.Prepare("INSERT INTO entry VALUES(?1,?2)");
        _insertEntry.Run(index, bytes);
    }

    /// <summary>Puts event ids into their table; from now on those of the first <paramref name="count"/> entries stand there. Fast where they come in their order.</summary>
    public void IndexEvents(IEnumerable<(UInt128 Id, long Index)> events, long count)
    {
        _insertEvent ??= _db.Prepare("INSERT INTO event VALUES(?2,?1)");
        Span<byte> id = stackalloc byte[16];
        foreach (var (number, index) in events)
        {
            BinaryPrimitives.WriteUInt128BigEndian(id, number);
            _insertEvent.Run(index, id);
        }
        SetMeta(IndexedKey, count.ToString(CultureInfo.InvariantCulture));
    }

    public byte[]? Entry(long index) => (byte[]?)_db.Scalar("SELECT body FROM entry WHERE idx=$0", index);

    /// <summary>Entries of a range in order; fewer when the log is shorter.</summary>
    public List<ReadOnlyMemory<byte>> Entries(long first, int count)
    {
        var entries = new List<ReadOnlyMemory<byte>>(count);
        using var rows = _db.Read("SELECT idx, body FROM entry WHERE idx >= $0 AND idx < $1 ORDER BY idx", first, first + count);
        while (rows.Read())
        {
            if (rows.GetInt64(0) != first + entries.Count)
                throw new InvalidDataException("an entry is missing");
            entries.Add((byte[])rows[1]);
        }
        return entries;
    }

    public CommittedUse? FindUse(string useId, bool withOutput)
    {
        var sql = withOutput
            ? "SELECT contract, grant_idx, grant_hash, report_idx, output FROM use WHERE id=$0"
            : "SELECT contract, grant_idx, grant_hash, report_idx, NULL FROM use WHERE id=$0";
        using var row = _db.Read(sql, useId);
        if (!row.Read())
            return null;
        var handle = new GrantHandle(useId, row.GetInt64(1), (byte[])row[2]);
        return new CommittedUse(useId, row.GetString(0), handle, row.IsDBNull(3) ? null : row.GetInt64(3),
            row.IsDBNull(4) ? null : (ReadOnlyMemory<byte>?)(byte[])row[4]);
    }

    public bool HasUses() => _db.Scalar("SELECT 1 FROM use LIMIT 1") is not null;

    public void InsertUse(string useId, string contractId, long grantIndex, byte[] grantHash)
        => _db.Run("INSERT INTO use(id, contract, grant_idx, grant_hash) VALUES($0,$1,$2,$3)", useId, contractId, grantIndex, grantHash);

    public bool SetReport(string useId, long reportIndex, byte[] output)
        => _db.Run("UPDATE use SET report_idx=$1, output=$2 WHERE id=$0 AND report_idx IS NULL", useId, reportIndex, output) == 1;

    public BudgetState? FindBudget(string budgetId)
    {
        using var row = _db.Read("SELECT contract, lim, spent FROM budget WHERE id=$0", budgetId);
        return row.Read() ? new BudgetState(budgetId, row.GetString(0), row.GetInt64(1), row.GetInt64(2)) : null;
    }

    public void InsertBudget(BudgetState budget)
        => _db.Run("INSERT INTO budget VALUES($0,$1,$2,$3)", budget.BudgetId, budget.ContractId, budget.Limit, budget.Spent);

    /// <summary>Spends, when what is left allows it. The comparison is written so that it cannot overflow.</summary>
    public bool Debit(string budgetId, long amount)
        => _db.Run("UPDATE budget SET spent = spent + $1 WHERE id=$0 AND $1 > 0 AND spent <= lim - $1", budgetId, amount) == 1;

    /// <summary>
    /// Spends from a counter within the limit of this debit and, where it has one, its own; makes the counter when there is none.
    /// </summary>
    public bool DebitWithin(string budgetId, string definition, long amount, long limit)
        => _db.Run("""
            INSERT INTO budget SELECT $0, $1, -1, $2 WHERE $2 > 0 AND $2 <= $3 OR EXISTS(SELECT 1 FROM budget WHERE id=$0)
            ON CONFLICT(id) DO UPDATE SET spent = spent + $2
            WHERE contract=$1 AND $2 > 0 AND spent <= $3 - $2 AND (lim = -1 OR spent <= lim - $2)
            """, budgetId, definition, amount, limit) == 1;

    public bool RaiseLimit(string budgetId, long oldLimit, long newLimit)
        => _db.Run("UPDATE budget SET lim=$2 WHERE id=$0 AND lim=$1", budgetId, oldLimit, newLimit) == 1;

    /// <summary>Every budget and counter.</summary>
    public List<BudgetState> Budgets()
    {
        var all = new List<BudgetState>();
        using var rows = _db.Read("SELECT id, contract, lim, spent FROM budget ORDER BY id");
        while (rows.Read())
            all.Add(new BudgetState(rows.GetString(0), rows.GetString(1), rows.GetInt64(2), rows.GetInt64(3)));
        return all;
    }

    /// <summary>Everything in the table <c>meta</c> under a prefix.</summary>
    public List<(string Key, string Value)> MetaUnder(string prefix)
    {
        var all = new List<(string, string)>();
        using var rows = _db.Read("SELECT key, value FROM meta WHERE substr(key, 1, length($0)) = $0 ORDER BY key", prefix);
        while (rows.Read())
            all.Add((rows.GetString(0), rows.GetString(1)));
        return all;
    }

    public void PutTile(TilePath path, ReadOnlyMemory<byte> hashes)
        => _db.Run("INSERT INTO tile VALUES($0,$1,$2) ON CONFLICT(level,n) DO UPDATE SET body=excluded.body", path.Level, path.Number, hashes.ToArray());

    /// <inheritdoc />
    public ReadOnlyMemory<byte> Tile(TilePath path)
        => _db.Scalar("SELECT body FROM tile WHERE level=$0 AND n=$1", path.Level, path.Number) is byte[] body
           && body.Length >= path.Width * MerkleHash.SizeBytes
            ? body.AsMemory(0, path.Width * MerkleHash.SizeBytes)
            : throw new InvalidDataException($"{path} is absent or short");

    /// <summary>True while the newest checkpoint is this one.</summary>
    public bool HeadIs(Checkpoint checkpoint)
        => _db.Scalar("SELECT 1 FROM checkpoint WHERE id=1 AND size=$0 AND root=$1", checkpoint.Size, checkpoint.RootHash.ToArray()) is not null;

    /// <summary>Replaces the checkpoint; in the transaction that saw it unchanged.</summary>
    public void Advance(Checkpoint next, long lastTimeMs)
        => _db.Run("UPDATE checkpoint SET size=$0, root=$1, note=$2, last_time_ms=$3 WHERE id=1", next.Size, next.RootHash.ToArray(), next.Note, lastTimeMs);

    public void Dispose() => _db.Dispose();

    private void Create(string origin, string vkey, Checkpoint empty)
    {
        Begin();
        _db.Run(Schema);
        SetMeta("origin", origin);
        SetMeta("vkey", vkey);
        SetMeta(IndexedKey, "0");
        _db.Run("INSERT INTO checkpoint VALUES(1,0,$0,$1,0)", empty.RootHash.ToArray(), empty.Note);
        Commit();
    }

    private void Upgrade()
    {
        if ((long)_db.Scalar("PRAGMA user_version")! != AllEventsIndexed)
            return;
        Begin();
        SetMeta(IndexedKey, EntryCount().ToString(CultureInfo.InvariantCulture));
        _db.Run("PRAGMA user_version=2");
        Commit();
    }
}
