using System.Text;
using System.Text.Json;
using DataSpace.Sandbox.Process;

namespace DataSpace.SandboxWorker;

/// <summary>
/// The view over the input: declared columns only, declared types, no guessing. A file that does not fit its declaration is an error,
/// never a row less.
/// </summary>
internal static class InputView
{
    private const int MaxHeadBytes = 256 * 1024;

    /// <summary>Twelve decimals and twenty-six digits before them: every money or measurement column read exactly.</summary>
    private const string DecimalType = "DECIMAL(38,12)";

    public static string Statement(Engine engine, WorkerTable table)
    {
        var source = table.Format switch
        {
            "Csv" => Csv(table),
            "Parquet" => Parquet(engine, table),
            "Json" => Json(table),
            _ => throw new WorkerException(WorkerFailure.Internal, "unknown format"),
        };
        return $"CREATE VIEW {Engine.Name(table.Name)} AS {source}";
    }

    private static string EngineType(string type) => type switch
    {
        "Integer" => "BIGINT",
        "Decimal" => DecimalType,
        "Double" => "DOUBLE",
        "Text" or "Any" => "VARCHAR",
        "Date" => "DATE",
        "Boolean" => "BOOLEAN",
        _ => throw new WorkerException(WorkerFailure.Internal, "unknown column type"),
    };

    private static string Csv(WorkerTable table)
    {
        var head = ReadHead(table.Path);
        var header = CsvHeader.Parse(head);
        var declared = table.Columns.ToDictionary(c => c.Name, c => EngineType(c.Type), StringComparer.Ordinal);
        RequireColumns(table, header);
        // No new_line option: '\r\n' together with strict_mode reads no row at all and says nothing (DuckDB 1.5).
        // Columns of the file that are not declared are read as text and stay outside the view.
        var columns = string.Join(", ", header.Select(h => $"{Engine.Literal(h)}: '{declared.GetValueOrDefault(h, "VARCHAR")}'"));
        return $"SELECT {Declared(table)} FROM read_csv({Engine.Literal(table.Path)}, auto_detect=false, header=true, delim=',', quote='\"', "
            + "escape='\"', strict_mode=true, ignore_errors=false, null_padding=false, nullstr='', dateformat='%Y-%m-%d', "
            + $"max_line_size=1048576, columns={{{columns}}})";
    }

    private static string Json(WorkerTable table)
    {
        var head = ReadHead(table.Path);
        var start = head.AsSpan().IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0)
            throw new WorkerException(WorkerFailure.MalformedInput, "empty file");
        var format = head[start] == (byte)'[' ? "array" : "newline_delimited";
        RequireColumns(table, FirstObjectKeys(head));
        var columns = string.Join(", ", table.Columns.Select(c => $"{Engine.Literal(c.Name)}: '{EngineType(c.Type)}'"));
        return $"SELECT {Declared(table)} FROM read_json({Engine.Literal(table.Path)}, format='{format}', auto_detect=false, ignore_errors=false, "
            + $"dateformat='%Y-%m-%d', maximum_object_size=1048576, columns={{{columns}}})";
    }

    private static string Parquet(Engine engine, WorkerTable table)
    {
        var physical = new Dictionary<string, string>(StringComparer.Ordinal);
        using (var command = engine.Connection.CreateCommand())
        {
            command.CommandText = $"DESCRIBE SELECT * FROM read_parquet({Engine.Literal(table.Path)})";
            using var reader = command.ExecuteReader();
            while (reader.Read())
                physical[reader.GetString(0)] = reader.GetString(1);
        }

        RequireColumns(table, physical.Keys);
        var columns = table.Columns.Select(c => ParquetColumn(c, physical[c.Name]));
        return $"SELECT {string.Join(", ", columns)} FROM read_parquet({Engine.Literal(table.Path)})";
    }

    private static string ParquetColumn(WorkerColumn column, string physical)
    {
        var isWhole = physical is "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "UTINYINT" or "USMALLINT" or "UINTEGER";
        var isDecimal = physical.StartsWith("DECIMAL(", StringComparison.Ordinal);
        var isFloating = physical is "DOUBLE" or "FLOAT";
        var fits = column.Type switch
        {
            "Integer" => isWhole,
            "Decimal" => isDecimal || isWhole || isFloating,
            "Double" => isFloating || isDecimal || isWhole,
            "Text" => physical == "VARCHAR",
            "Date" => physical == "DATE",
            "Any" => true,
            _ => physical == "BOOLEAN",
        };
        if (!fits)
            throw new WorkerException(WorkerFailure.Type, $"column {column.Name} is {physical}, declared {column.Type}");
        var name = Engine.Name(column.Name);
        // A decimal keeps its own width and scale: narrower is faster and nothing is rounded.
        return isDecimal && column.Type == "Decimal" ? name : $"CAST({name} AS {EngineType(column.Type)}) AS {name}";
    }

    private static string Declared(WorkerTable table) => string.Join(", ", table.Columns.Select(c => Engine.Name(c.Name)));

    private static void RequireColumns(WorkerTable table, IEnumerable<string> present)
    {
        var names = present.ToHashSet(StringComparer.Ordinal);
        var missing = table.Columns.Where(c => !names.Contains(c.Name)).Select(c => c.Name).ToArray();
        if (missing.Length > 0)
            throw new WorkerException(WorkerFailure.MissingColumn, string.Join(", ", missing));
    }

    /// <summary>
    /// A key absent from an object reads as NULL. The first object must name every declared column, so that a misspelt declaration
    /// is an error and not a column of NULLs.
    /// </summary>
    private static HashSet<string> FirstObjectKeys(byte[] head)
    {
        var span = head.AsSpan();
        if (span.StartsWith("\uFEFF"u8))
            throw new WorkerException(WorkerFailure.MalformedInput, "byte order mark in JSON");
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(span, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 64 }));
        try
        {
            var depth = -1;
            while (reader.Read())
            {
                if (depth < 0 && reader.TokenType == JsonTokenType.StartObject)
                    depth = reader.CurrentDepth;
                else if (depth < 0 && reader.TokenType != JsonTokenType.StartArray)
                    break;
                else if (depth >= 0 && reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == depth)
                    return keys;
                else if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == depth + 1 && !keys.Add(reader.GetString()!))
                    throw new WorkerException(WorkerFailure.MalformedInput, "a key occurs twice");
            }
        }
        catch (JsonException e)
        {
            throw new WorkerException(WorkerFailure.MalformedInput, e.Message);
        }

        throw new WorkerException(WorkerFailure.MalformedInput, "no object at the start");
    }

    private static byte[] ReadHead(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var buffer = new byte[(int)Math.Min(MaxHeadBytes, RandomAccess.GetLength(file))];
            var read = 0;
            int n;
            while (read < buffer.Length && (n = RandomAccess.Read(file, buffer.AsSpan(read), read)) > 0)
                read += n;
            return buffer[..read];
        }
        catch (UnauthorizedAccessException)
        {
            throw new WorkerException(WorkerFailure.UnreadableInput, "permission denied");
        }
        catch (IOException e)
        {
            throw new WorkerException(WorkerFailure.UnreadableInput, e.GetType().Name);
        }
    }
}
