using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Vault;
using Microsoft.Data.Sqlite;

namespace DataSpace.Ledger.Fsck;

/// <summary>Reads a vault and its keys beside the log that is verified. Writes nothing to them.</summary>
internal sealed class VaultReader : IDisposable
{
    private readonly Sqlite _db;
    private readonly Sqlite _keys;
    private readonly ProblemList _problems;
    private SqliteScan? _payloadRows;
    private SqliteScan? _keyRows;
    private bool _broken;

    private VaultReader(Sqlite db, Sqlite keys, ProblemList problems) => (_db, _keys, _problems) = (db, keys, problems);

    /// <summary>The vault, or null when there is none or it cannot be read (which is a problem).</summary>
    public static VaultReader? TryOpen(string directory, ProblemList problems)
    {
        if (!File.Exists(Path.Combine(directory, PayloadVault.FileName)))
            return null;
        var db = OpenOne(directory, PayloadVault.FileName, "payload", problems);
        var keys = db is null ? null : OpenOne(directory, KeyStore.FileName, "key", problems);
        if (keys is not null)
            return new VaultReader(db!, keys, problems);
        db?.Dispose();
        return null;
    }

    private static Sqlite? OpenOne(string directory, string name, string table, ProblemList problems)
    {
        var path = Path.Combine(directory, name);
        path = new FileInfo(path).LinkTarget ?? path; // keys in a directory of their own
        // A vault on read-only media has no shared-memory file; without a log beside it, the file alone is the whole state.
        var log = new FileInfo(path + "-wal");
        string[] sources = log.Exists && log.Length > 0
            ? [path]
            : [path, "file:" + string.Join('/', path.Split('/').Select(Uri.EscapeDataString)) + "?immutable=1"];
        foreach (var source in File.Exists(path) ? sources : [])
        {
            if (TryOpenOne(source, table) is { } db)
                return db;
        }
        problems.Add(name, "cannot be opened");
        return null;
    }

    private static Sqlite? TryOpenOne(string source, string table)
    {
        Sqlite? db = null;
        try
        {
            db = new Sqlite(source, readOnly: true);
            db.Scalar($"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT 1)");
            return db;
        }
        catch (SqliteException)
        {
            db?.Dispose();
            return null;
        }
    }

    /// <summary>What is stored of one payload, or null.</summary>
    public StoredPayload? Find(long index) => Guard(() => Page(index, 1)[0]);

    /// <summary>The same for a range; all null where the vault cannot be read, which is a problem.</summary>
    public StoredPayload?[] Find(long first, int count) => Guard(() => Page(first, count)) ?? new StoredPayload?[count];

    /// <summary>Where the Erased entries of an entry stand, by what they say they erased.</summary>
    public IReadOnlyList<(string Part, long? Entry)> Erasures(long index) => Guard(() =>
    {
        var erasures = new List<(string, long?)>();
        using var rows = _db.Read("SELECT part, entry FROM erasure WHERE idx=$0", index);
        while (rows.Read())
            erasures.Add((rows.GetString(0), rows.IsDBNull(1) ? null : rows.GetInt64(1)));
        return erasures;
    }) ?? [];

    /// <summary>Rows of the two files from an index on: those of a commit under way, or of entries that were lost.</summary>
    public (long Payloads, long Keys) Beyond(long size) => Guard(() => ((long, long)?)(
        (long)_db.Scalar("SELECT count(*) FROM payload WHERE idx >= $0", size)!, (long)_keys.Scalar("SELECT count(*) FROM key WHERE idx >= $0", size)!)) ?? default;

    /// <summary>What is stored of the entries <c>[first, first + count)</c>, null where there is nothing. Throws <see cref="SqliteException"/>.</summary>
    public StoredPayload?[] Page(long first, int count)
    {
        var page = new StoredPayload?[count];
        // Payloads first: an erasure that goes on meanwhile is then seen as one that is done, or not at all.
        _payloadRows ??= _db.PrepareScan("SELECT idx, sealed, rest FROM payload WHERE idx >= ?1 AND idx < ?2");
        _payloadRows.Run(first, first + count, row => page[row.Number(0) - first] = new StoredPayload([], row.Blob(1), row.Blob(2)));
        _keyRows ??= _keys.PrepareScan("SELECT idx, key FROM key WHERE idx >= ?1 AND idx < ?2");
        _keyRows.Run(first, first + count, row =>
        {
            if (page[row.Number(0) - first] is { } stored)
                page[row.Number(0) - first] = stored with { Key = row.Blob(1) ?? [] };
        });
        return page;
    }

    public void Dispose()
    {
        _db.Dispose();
        _keys.Dispose();
    }

    private T? Guard<T>(Func<T?> read)
    {
        if (_broken)
            return default;
        try
        {
            return read();
        }
        catch (SqliteException)
        {
            _broken = true;
            _problems.Add(PayloadVault.FileName, "cannot be read");
            return default;
        }
    }
}
