using System.Diagnostics;
using System.Globalization;
using DataSpace.Sandbox;
using DuckDB.NET.Data;

namespace DataSpace.Benchmarks.Sandbox;

/// <summary>The reference: DuckDB in this process, one thread, over the same view and the same statement as the worker. Also makes the data.</summary>
internal sealed class BareDuckDb : IDisposable
{
    private readonly DuckDBConnection _connection = new("Data Source=:memory:");

    /// <summary>An engine with a view <paramref name="name"/> over a file that <see cref="Generate"/> wrote.</summary>
    public BareDuckDb(string name, string path)
    {
        _connection.Open();
        Execute($"SET threads=1; CREATE VIEW {name} AS SELECT CAST(g AS BIGINT) AS g, subject, x FROM read_parquet('{path}')");
    }

    /// <summary>The declaration that belongs to such a file.</summary>
    public static DatasetSource SourceOf(string name, string path) => new(
        name, path, DatasetFormat.Parquet,
        [new("g", ColumnType.Integer), new("subject", ColumnType.Integer, IsIdentifier: true), new("x", ColumnType.Decimal)], "subject");

    /// <summary>Count, sum and sum of squares of <c>x</c> per group <c>0 … groups-1</c>, to the cent.</summary>
    public static CellPlan PlanOf(int groups) => new()
    {
        GroupColumn = "g",
        Groups = [.. Enumerable.Range(0, groups).Select(i => i.ToString(CultureInfo.InvariantCulture))],
        Measures = [new MeasurePlan("x", 2, 0, 10_000, NeedsSquares: true)],
    };

    /// <summary>Writes a Parquet file that depends on nothing but its arguments: a hash of seed and row number fills every column.</summary>
    public static void Generate(string path, long rows, int groups, int seed)
    {
        using var connection = new DuckDBConnection("Data Source=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Numbers and a path of this program.
        command.CommandText = string.Create(
            CultureInfo.InvariantCulture,
            $"COPY (SELECT CAST(hash(i + {seed}) % {groups} AS INTEGER) AS g, CAST(hash(i + {seed} + 1000000007) % {Math.Max(1, rows / 10)} AS BIGINT) AS subject, CAST(CAST(hash(i + {seed} + 2000000011) % 1000000 AS BIGINT) * CAST(0.01 AS DECIMAL(3,2)) AS DECIMAL(18,2)) AS x FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet)");
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>CPU of this process while the statement runs and its rows are read, milliseconds.</summary>
    public double CpuMs(string sql)
    {
        using var self = Process.GetCurrentProcess();
        var before = self.TotalProcessorTime;
        Read(sql, static _ => 0);
        self.Refresh();
        return (self.TotalProcessorTime - before).TotalMilliseconds;
    }

    /// <summary>All rows of a statement.</summary>
    public List<T> Read<T>(string sql, Func<System.Data.IDataRecord, T> row)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Statements of this program.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            for (var i = 0; i < reader.FieldCount; i++)
                _ = reader.GetValue(i);
            rows.Add(row(reader));
        }
        return rows;
    }

    /// <inheritdoc />
    public void Dispose() => _connection.Dispose();

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Statements of this program.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
