using System.Globalization;
using DataSpace.Sandbox.Process;
using DuckDB.NET.Data;

namespace DataSpace.SandboxWorker;

/// <summary>An in-memory DuckDB with one view over the input, locked down before any statement of a request runs.</summary>
internal sealed class Engine : IDisposable
{
    private Engine(DuckDBConnection connection) => Connection = connection;

    public DuckDBConnection Connection { get; }

    public static Engine Open(WorkerRequest request)
    {
        EngineMemory.PreferHugePages(request.EngineMemoryBytes);
        var connection = new DuckDBConnection("Data Source=:memory:");
        connection.Open();
        var engine = new Engine(connection);
        try
        {
            engine.Prepare(request);
            return engine;
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    public void Dispose() => Connection.Dispose();

    public string? Scalar(string sql)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() as string;
    }

    public void Execute(string sql)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>A quoted identifier.</summary>
    public static string Name(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    /// <summary>A string literal.</summary>
    public static string Literal(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    private void Prepare(WorkerRequest request)
    {
        // Order matters: extension loading off first, paths before external access, the lock last.
        Execute("SET autoinstall_known_extensions=false");
        Execute("SET autoload_known_extensions=false");
        Execute("SET allow_community_extensions=false");
        Execute("SET allow_persistent_secrets=false");
        if (request.Table is { } input)
            Execute($"SET allowed_paths=[{Literal(input.Path)}]");
        Execute(string.Create(CultureInfo.InvariantCulture, $"SET memory_limit='{request.EngineMemoryBytes / 1024}KiB'"));
        Execute(string.Create(CultureInfo.InvariantCulture, $"SET threads={request.Threads}"));
        Execute("SET temp_directory=''");
        Execute("SET enable_external_access=false");
        if (request.Table is { } table)
            Execute(InputView.Statement(this, table));
        Execute("SET lock_configuration=true");
    }
}
