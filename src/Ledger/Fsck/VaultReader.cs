using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Vault;
using Microsoft.Data.Sqlite;

namespace DataSpace.Ledger.Fsck;

/// <summary>Reads a vault beside the log that is verified. Writes nothing to it.</summary>
internal sealed class VaultReader : IDisposable
{
    private readonly Sqlite _db;
    private readonly ProblemList _problems;
    private bool _broken;

    private VaultReader(Sqlite db, ProblemList problems) => (_db, _problems) = (db, problems);

    /// <summary>The vault, or null when there is none or it cannot be read (which is a problem).</summary>
    public static VaultReader? TryOpen(string directory, ProblemList problems)
    {
        var path = Path.Combine(directory, PayloadVault.FileName);
        if (!File.Exists(path))
            return null;
        // A vault on read-only media has no shared-memory file; without a log beside it, the file alone is the whole state.
        var log = new FileInfo(path + "-wal");
        string[] sources = log.Exists && log.Length > 0
            ? [path]
            : [path, "file:" + string.Join('/', path.Split('/').Select(Uri.EscapeDataString)) + "?immutable=1"];
        foreach (var source in sources)
        {
            if (TryOpenOne(source) is { } db)
                return new VaultReader(db, problems);
        }
        problems.Add(PayloadVault.FileName, "cannot be opened");
        return null;
    }

    private static Sqlite? TryOpenOne(string source)
    {
        Sqlite? db = null;
        try
        {
            db = new Sqlite(source, readOnly: true);
            db.Scalar("SELECT count(*) FROM (SELECT 1 FROM payload LIMIT 1)");
            return db;
        }
        catch (SqliteException)
        {
            db?.Dispose();
            return null;
        }
    }

    /// <summary>Whether a payload matches its commitment; null when it is not there.</summary>
    public bool? Check(long index, ReadOnlySpan<byte> root)
    {
        if (_broken)
            return null;
        try
        {
            using var row = _db.Read("SELECT key, sealed FROM payload WHERE idx=$0", index);
            return row.Read() ? SealedPayload.Open((byte[])row[0], (byte[])row[1], root).IsOk : null;
        }
        catch (SqliteException)
        {
            _broken = true;
            _problems.Add(PayloadVault.FileName, "cannot be read");
            return null;
        }
    }

    /// <summary>Keys and ciphertexts of the entries <c>[first, first + count)</c>, null where there is none. Throws <see cref="SqliteException"/>.</summary>
    public (byte[] Key, byte[] Sealed)?[] Page(long first, int count)
    {
        var page = new (byte[] Key, byte[] Sealed)?[count];
        using var rows = _db.Read("SELECT idx, key, sealed FROM payload WHERE idx >= $0 AND idx < $1", first, first + count);
        while (rows.Read())
            page[rows.GetInt64(0) - first] = ((byte[])rows[1], (byte[])rows[2]);
        return page;
    }

    public void Dispose() => _db.Dispose();
}
