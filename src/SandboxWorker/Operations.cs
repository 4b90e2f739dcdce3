using System.Globalization;
using System.Numerics;
using DataSpace.Sandbox.Process;
using DuckDB.NET.Data;

namespace DataSpace.SandboxWorker;

/// <summary>The operations a launcher may ask for.</summary>
internal static class Operations
{
    public static WorkerResponse Run(WorkerRequest request) => request.Operation switch
    {
        "version" => Version(request),
        "parse" => Parse(request),
        "check" => Check(request),
        "sample" => SampleOperation.Run(request),
        "query" => Query(request),
        _ => throw new WorkerException(WorkerFailure.Internal, "unknown operation"),
    };

    private static WorkerResponse Version(WorkerRequest request)
    {
        using var engine = Engine.Open(request);
        return new WorkerResponse { Text = engine.Scalar("SELECT version()") };
    }

    /// <summary>The statement's syntax tree as the engine sees it. No data is mounted.</summary>
    private static WorkerResponse Parse(WorkerRequest request)
    {
        using var engine = Engine.Open(request);
        using var command = engine.Connection.CreateCommand();
        command.CommandText = "SELECT json_serialize_sql($q::VARCHAR)";
        command.Parameters.Add(new DuckDBParameter("q", request.Sql ?? ""));
        return new WorkerResponse { Text = (string)command.ExecuteScalar()! };
    }

    /// <summary>Reads every declared column of the whole dataset, so that a later use does not meet the first bad row.</summary>
    private static WorkerResponse Check(WorkerRequest request)
    {
        using var engine = Engine.Open(request);
        var table = request.Table!;
        // count(column) forces the column to be read and converted; a bare count(*) would not.
        var counts = string.Join(", ", table.Columns.Select(c => $"count({Engine.Name(c.Name)})"));
        using var command = engine.Connection.CreateCommand();
        command.CommandText = $"SELECT count(*), {counts} FROM {Engine.Name(table.Name)}";
        using var reader = command.ExecuteReader();
        if (!reader.Read())
            throw new WorkerException(WorkerFailure.Internal, "no count");
        var rows = reader.GetInt64(0);
        if (table.Format != "Parquet")
            RefuseFractions(engine, table);
        return new WorkerResponse { RowCount = rows };
    }

    /// <summary>The engine rounds "1935.5" into an integer column without a word; the text itself is looked at here.</summary>
    private static void RefuseFractions(Engine engine, WorkerTable table)
    {
        var whole = table.Columns.Where(c => c.Type == "Integer").ToArray();
        if (whole.Length == 0)
            return;
        const string view = "__text_of_integers";
        engine.Execute(InputView.Statement(engine, table with { Name = view, Columns = [.. whole.Select(c => c with { Type = "Text" })] }));
        var test = string.Join(" OR ", whole.Select(c => $"NOT regexp_full_match({Engine.Name(c.Name)}, '[+-]?[0-9]+')"));
        using var command = engine.Connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM {view} WHERE {test}";
        if (Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture) != 0)
            throw new WorkerException(WorkerFailure.Type, "an Integer column holds a value that is not a whole number");
    }

    private static WorkerResponse Query(WorkerRequest request)
    {
        using var engine = Engine.Open(request);
        var (before, _) = ProcessUsage.Read();
        foreach (var statement in request.Prepare ?? [])
            engine.Execute(statement);
        var response = Answer(engine, request);
        if (request.Subjects is { } subjects)
            SubjectWriter.Write(engine, subjects);
        var (after, _) = ProcessUsage.Read();
        return response with { QueryCpuMicros = after - before };
    }

    private static WorkerResponse Answer(Engine engine, WorkerRequest request)
    {
        using var command = engine.Connection.CreateCommand();
        command.CommandText = request.Sql ?? "";
        using var reader = command.ExecuteReader();
        var columns = new WorkerColumn[reader.FieldCount];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = new WorkerColumn(reader.GetName(i), reader.GetDataTypeName(i));

        var rows = new List<string?[]>();
        long bytes = 0;
        while (reader.Read())
        {
            if (rows.Count >= request.MaxRows)
                throw new WorkerException(WorkerFailure.Limit, "row limit");
            var row = new string?[columns.Length];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = reader.IsDBNull(i) ? null : Text(reader.GetValue(i));
                bytes += (row[i]?.Length ?? 0) + 4;
            }

            if (bytes > request.MaxOutputBytes)
                throw new WorkerException(WorkerFailure.Limit, "output bytes");
            rows.Add(row);
        }

        return new WorkerResponse { Columns = columns, Rows = [.. rows] };
    }

    private static string Text(object value) => value switch
    {
        string s => s,
        bool b => b ? "true" : "false",
        double d => d.ToString("R", CultureInfo.InvariantCulture),
        float f => f.ToString("R", CultureInfo.InvariantCulture),
        DateOnly d => d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime d => d.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        BigInteger b => b.ToString(CultureInfo.InvariantCulture),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new WorkerException(WorkerFailure.Query, "result type " + value.GetType().Name),
    };
}
