using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DataSpace.Hosting.Storage;

/// <summary>
/// Lets the writers of one SQLite file in one after the other, in the order in which they came. SQLite has one writer at a time and no queue: whoever finds it taken looks again every
/// 150 ms (Microsoft.Data.Sqlite), holds a thread meanwhile, and of many at once some never find it free and fail with "database is locked". A turn begins with a transaction, or with a statement
/// that changes rows outside of one, and ends when its connection is closed.
/// </summary>
internal sealed class OneWriter : DbCommandInterceptor, IDbTransactionInterceptor, IDbConnectionInterceptor, IDisposable
{
    /// <summary>After this long SQLite itself decides: one who keeps the turn for ever must not stop the node.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private DbConnection? _holder;

    public async ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
        DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result, CancellationToken cancellationToken = default)
    {
        await EnterAsync(connection, cancellationToken);
        return result;
    }

    public InterceptionResult<DbTransaction> TransactionStarting(DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result)
    {
        Enter(connection);
        return result;
    }

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        if (Writes(eventData))
            await EnterAsync(command.Connection, cancellationToken);
        return result;
    }

    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        if (Writes(eventData))
            Enter(command.Connection);
        return result;
    }

    public override async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (Writes(eventData))
            await EnterAsync(command.Connection, cancellationToken);
        return result;
    }

    public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        if (Writes(eventData))
            Enter(command.Connection);
        return result;
    }

    public void ConnectionClosed(DbConnection connection, ConnectionEndEventData eventData) => Leave(connection);

    public Task ConnectionClosedAsync(DbConnection connection, ConnectionEndEventData eventData)
    {
        Leave(connection);
        return Task.CompletedTask;
    }

    public void ConnectionDisposed(DbConnection connection, ConnectionEndEventData eventData) => Leave(connection);

    public Task ConnectionDisposedAsync(DbConnection connection, ConnectionEndEventData eventData)
    {
        Leave(connection);
        return Task.CompletedTask;
    }

    public void Dispose() => _turn.Dispose();

    private static bool Writes(CommandEventData command)
        => command.CommandSource is CommandSource.SaveChanges or CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete;

    private async Task EnterAsync(DbConnection? connection, CancellationToken cancellation)
    {
        if (!Holds(connection) && await _turn.WaitAsync(Patience, cancellation))
            Volatile.Write(ref _holder, connection);
    }

    private void Enter(DbConnection? connection)
    {
        if (!Holds(connection) && _turn.Wait(Patience))
            Volatile.Write(ref _holder, connection);
    }

    private bool Holds(DbConnection? connection) => ReferenceEquals(Volatile.Read(ref _holder), connection);

    private void Leave(DbConnection connection)
    {
        if (Interlocked.CompareExchange(ref _holder, null, connection) == connection)
            _turn.Release();
    }
}
