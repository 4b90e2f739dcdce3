using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DataSpace.Ledger.Sequencing;

/// <summary>
/// A prepared statement without rows, run many times in one transaction. Calls SQLite directly: through ADO.NET the call around such a
/// statement costs more than the statement. Not thread-safe: it belongs to the owner of its connection.
/// </summary>
internal sealed class SqliteInsert : IDisposable
{
    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;

    public SqliteInsert(SqliteConnection connection, string sql)
    {
        _connection = connection.Handle ?? throw new InvalidOperationException("The connection is not open.");
        Check(raw.sqlite3_prepare_v2(_connection, sql, out _statement));
    }

    /// <summary>Runs with an integer and a blob as <c>?1</c> and <c>?2</c>.</summary>
    public void Run(long first, ReadOnlySpan<byte> second)
    {
        Check(raw.sqlite3_bind_int64(_statement, 1, first));
        Check(raw.sqlite3_bind_blob(_statement, 2, second));
        Step();
    }

    /// <summary>Runs with two integers and a blob as <c>?1</c> to <c>?3</c>.</summary>
    public void Run(long first, long second, ReadOnlySpan<byte> third)
    {
        Check(raw.sqlite3_bind_int64(_statement, 1, first));
        Check(raw.sqlite3_bind_int64(_statement, 2, second));
        Check(raw.sqlite3_bind_blob(_statement, 3, third));
        Step();
    }

    public void Dispose() => _statement.Dispose();

    private void Step()
    {
        var result = raw.sqlite3_step(_statement);
        if (result != raw.SQLITE_DONE)
        {
            try
            {
                SqliteException.ThrowExceptionForRC(result, _connection);
            }
            finally
            {
                _ = raw.sqlite3_reset(_statement);
            }
        }
        Check(raw.sqlite3_reset(_statement));
    }

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, _connection);
}
