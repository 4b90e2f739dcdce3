using System.Globalization;
using Microsoft.Data.Sqlite;

namespace DataSpace.Ledger.Sequencing;

/// <summary>A connection with prepared statements. Not thread-safe: its owner says which thread or lock.</summary>
internal sealed class Sqlite : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);
    private readonly List<IDisposable> _statements = [];

    public Sqlite(string path, bool readOnly = false)
    {
        Connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Pooling = false,
            Mode = readOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWriteCreate,
        }.ToString());
        Connection.Open();
    }

    public SqliteConnection Connection { get; }

    /// <summary>Durable on return of COMMIT: write-ahead log with an fsync per commit.</summary>
    public void UseDurableWal()
    {
        Run("PRAGMA journal_mode=WAL");
        Run("PRAGMA synchronous=FULL");
        Run("PRAGMA wal_autocheckpoint=4000");
    }

    /// <summary>
    /// Opens or creates a store of its own: durable, and what is deleted is overwritten. Throws on storage failures and on an unknown version.
    /// </summary>
    public static Sqlite OpenStore(string path, int version, params ReadOnlySpan<string> schema)
    {
        var db = new Sqlite(path);
        try
        {
            db.UseDurableWal();
            db.Run("PRAGMA secure_delete=ON");
            db.Run("PRAGMA busy_timeout=5000"); // emptying the log waits for readers of other processes
            if ((long)db.Scalar("PRAGMA user_version")! == 0)
            {
                db.Run("BEGIN IMMEDIATE");
                foreach (var table in schema)
                    db.Run(table);
                db.Run(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version={version}"));
                db.Run("COMMIT");
            }
            return (long)db.Scalar("PRAGMA user_version")! == version
                ? db
                : throw new InvalidDataException($"{Path.GetFileName(path)} has an unknown format version");
        }
        catch
        {
            db.Dispose();
            throw;
        }
    }

    /// <summary>Moves the write-ahead log into the file and empties it. False while somebody reads an older state.</summary>
    public bool FlushWal()
    {
        using var row = Read("PRAGMA wal_checkpoint(TRUNCATE)");
        return row.Read() && row.GetInt64(0) == 0;
    }

    public int Run(string sql, params ReadOnlySpan<object?> arguments) => Bind(sql, arguments).ExecuteNonQuery();

    public object? Scalar(string sql, params ReadOnlySpan<object?> arguments) => Bind(sql, arguments).ExecuteScalar() is { } value and not DBNull ? value : null;

    /// <summary>The reader must be disposed before the same statement runs again.</summary>
    public SqliteDataReader Read(string sql, params ReadOnlySpan<object?> arguments) => Bind(sql, arguments).ExecuteReader();

    /// <summary>A statement for the hot path; it ends with this connection.</summary>
    public SqliteInsert Prepare(string sql)
    {
        var insert = new SqliteInsert(Connection, sql);
        _statements.Add(insert);
        return insert;
    }

    /// <summary>A range scan for the hot path; it ends with this connection.</summary>
    public SqliteScan PrepareScan(string sql)
    {
        var scan = new SqliteScan(Connection, sql);
        _statements.Add(scan);
        return scan;
    }

    public void Dispose()
    {
        foreach (var statement in _statements)
            statement.Dispose();
        foreach (var command in _prepared.Values)
            command.Dispose();
        Connection.Dispose();
    }

    // Arguments are named $0, $1 … in the order given. All texts are constants of this assembly, so the cache is bounded.
    private SqliteCommand Bind(string sql, ReadOnlySpan<object?> arguments)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = Connection.CreateCommand();
#pragma warning disable CA2100 // Constant texts only; values are bound.
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var i = 0; i < arguments.Length; i++)
                command.Parameters.Add(new SqliteParameter { ParameterName = "$" + (char)('0' + i) });
            _prepared[sql] = command;
        }
        for (var i = 0; i < arguments.Length; i++)
            command.Parameters[i].Value = arguments[i] ?? DBNull.Value;
        return command;
    }
}
