using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DataSpace.Ledger.Sequencing;

/// <summary>
/// A prepared query over a range of indices. Calls SQLite directly, for the reason of <see cref="SqliteInsert"/>. No read transaction stays open after a run. Not
/// thread-safe: it belongs to the owner of its connection.
/// </summary>
internal sealed class SqliteScan : IDisposable
{
    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;

    public SqliteScan(SqliteConnection connection, string sql)
    {
        _connection = connection.Handle ?? throw new InvalidOperationException("The connection is not open.");
        Check(raw.sqlite3_prepare_v2(_connection, sql, out _statement));
    }

    /// <summary>Hands over each row for <c>?1</c> and <c>?2</c>. Throws <see cref="SqliteException"/>.</summary>
    public void Run(long first, long end, Action<Row> take)
    {
        Check(raw.sqlite3_bind_int64(_statement, 1, first));
        Check(raw.sqlite3_bind_int64(_statement, 2, end));
        try
        {
            int result;
            while ((result = raw.sqlite3_step(_statement)) == raw.SQLITE_ROW)
                take(new Row(_statement));
            if (result != raw.SQLITE_DONE)
                Check(result);
        }
        finally
        {
            _ = raw.sqlite3_reset(_statement);
        }
    }

    public void Dispose() => _statement.Dispose();

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, _connection);

    /// <summary>The present row; of no use after its callback.</summary>
    internal readonly struct Row(sqlite3_stmt statement)
    {
        public long Number(int column) => raw.sqlite3_column_int64(statement, column);

        /// <summary>A copy of a blob, or null where there is none.</summary>
        public byte[]? Blob(int column)
            => raw.sqlite3_column_type(statement, column) == raw.SQLITE_BLOB ? raw.sqlite3_column_blob(statement, column).ToArray() : null;
    }
}
