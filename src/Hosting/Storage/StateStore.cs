using DataSpace.Kernel.Results;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Hosting.Storage;

/// <summary>
/// A node's state: negotiations, agreements, jobs. Models are provider-neutral; SQLite is the embedded default. What must never be lost or
/// spent twice (grants, budgets, committed contributions) is in the ledger's own file, not here.
/// </summary>
public static class StateStore
{
    /// <summary>Registers a context factory on <c>state.db</c> in the node directory.</summary>
    public static IServiceCollection AddStateStore<TContext>(this IServiceCollection services, NodeOptions options)
        where TContext : DbContext
        => services.AddSingleton(_ => new OneWriter()).AddSingleton(_ => new OpenFiles(options.Directory))
            .AddPooledDbContextFactory<TContext>((all, db) => db.UseSqlite(ConnectionTo(options.Directory)).AddInterceptors(SecureDelete.Instance, all.GetRequiredService<OneWriter>()));

    /// <summary>Closes what a node that has ended keeps open of its store, in a process that goes on.</summary>
    public static void Release(string directory)
    {
        using var connection = new SqliteConnection(ConnectionTo(directory));
        SqliteConnection.ClearPool(connection);
    }

    /// <summary>Creates or opens the store. Write-ahead logging, fully synced: state may be rebuilt, but must not be torn.</summary>
    public static Result<Unit> Open<TContext>(IServiceProvider services)
        where TContext : DbContext
    {
        try
        {
            _ = services.GetRequiredService<OpenFiles>();
            using var db = services.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContext();
            db.Database.EnsureCreated();
            db.Database.ExecuteSqlRaw("PRAGMA journal_mode=WAL");
            return Unit.Value;
        }
        catch (SqliteException e)
        {
            return HostErrors.DirectoryNotWritable.Of($"state.db (SQLite {e.SqliteErrorCode})");
        }
    }

    /// <summary>True when a failure says that the store's disk is full, read-only or broken: nothing was lost, nothing was done.</summary>
    public static bool IsUnwritable(Exception? failure)
    {
        const int ReadOnly = 8, InputOutput = 10, Full = 13, CannotOpen = 14;
        return (failure as SqliteException ?? failure?.InnerException as SqliteException)?.SqliteErrorCode is ReadOnly or InputOutput or Full or CannotOpen;
    }

    /// <summary>Times as UTC ticks, so that every provider sorts and compares them alike.</summary>
    public static void UseUtcTicks(this ModelConfigurationBuilder configuration)
        => configuration.Properties<DateTimeOffset>().HaveConversion<UtcTicks>();

    /// <summary>A store that was opened is closed with its services, not with the process: its write-ahead log is worked in while there is time.</summary>
    private sealed class OpenFiles(string directory) : IDisposable
    {
        public void Dispose() => Release(directory);
    }

    /// <summary>What is deleted or overwritten is wiped from the file: job secrets do not stay behind in free pages.</summary>
    private sealed class SecureDelete : DbConnectionInterceptor
    {
        public static readonly SecureDelete Instance = new();

        public override void ConnectionOpened(System.Data.Common.DbConnection connection, ConnectionEndEventData eventData) => Execute(connection);

        public override Task ConnectionOpenedAsync(System.Data.Common.DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            Execute(connection);
            return Task.CompletedTask;
        }

        private static void Execute(System.Data.Common.DbConnection connection)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA secure_delete=ON";
            command.ExecuteNonQuery();
        }
    }

    private static string ConnectionTo(string directory)
        => new SqliteConnectionStringBuilder { DataSource = Path.Combine(directory, "state.db"), DefaultTimeout = 10 }.ConnectionString;

    private sealed class UtcTicks() : ValueConverter<DateTimeOffset, long>(t => t.UtcTicks, t => new DateTimeOffset(t, TimeSpan.Zero));
}
