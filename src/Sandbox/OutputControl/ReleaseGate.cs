using System.Buffers;
using System.Globalization;
using System.Text.Json;
using DataSpace.Kernel.Results;
using DataSpace.Sandbox.Process;
using DataSpace.Sandbox.Sql;

namespace DataSpace.Sandbox.OutputControl;

/// <summary>
/// The last check before a table is released, outside the sandbox: shape, minimum group, rows and bytes once more, in case the worker answered
/// something else than it was asked. Output: <c>{"columns":[{"name","type"}],"rows":[[…]],"suppressedGroups":bool}</c>, UTF-8 JSON.
/// </summary>
internal static class ReleaseGate
{
    public const string MediaType = "application/json";

    public static Result<byte[]> Release(CheckedStatement statement, OutputRules rules, WorkerResponse response)
    {
        var width = SqlWriter.ControlColumns + statement.Outputs.Count;
        if (response.Rows is not { Length: > 0 } rows || response.Columns is not { } columns || columns.Length != width
            || rows.Any(r => r.Length != width) || !TryCounts(rows[0], out var small, out var unfair, out var fit))
            return SandboxErrors.QueryFailed.Of();

        // Nothing matched and nothing is large enough look the same: whether one person fits a condition is not an answer.
        if (fit == 0)
            return unfair > 0 ? SandboxErrors.Dominated.Of() : SandboxErrors.GroupBelowMinimum.Of();

        var released = rows.Where(r => r[3] == "true").ToList();
        if (released.Any(r => !long.TryParse(r[4], NumberStyles.None, CultureInfo.InvariantCulture, out var behind) || behind < rules.MinGroupSize))
            return SandboxErrors.QueryFailed.Of();
        if (released.Count > Math.Min(rules.MaxRows, OutputRules.MaxRowsCeiling))
            return SandboxErrors.OutputTooLarge.Of();
        var content = Serialize(statement, columns, released, small + unfair > 0);
        return content.Length <= rules.MaxOutputBytes ? content : SandboxErrors.OutputTooLarge.Of();
    }

    private static bool TryCounts(string?[] row, out long small, out long unfair, out long fit)
    {
        unfair = fit = 0;
        return long.TryParse(row[0], NumberStyles.None, CultureInfo.InvariantCulture, out small)
            && long.TryParse(row[1], NumberStyles.None, CultureInfo.InvariantCulture, out unfair)
            && long.TryParse(row[2], NumberStyles.None, CultureInfo.InvariantCulture, out fit);
    }

    private static byte[] Serialize(CheckedStatement statement, WorkerColumn[] columns, List<string?[]> rows, bool suppressed)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteStartArray("columns");
        var types = columns.Skip(SqlWriter.ControlColumns).Select(c => TypeName(c.Type)).ToArray();
        for (var i = 0; i < types.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString("name", statement.Outputs[i].Name);
            json.WriteString("type", types[i]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("rows");
        foreach (var row in rows)
        {
            json.WriteStartArray();
            for (var i = 0; i < types.Length; i++)
                WriteValue(json, types[i], row[SqlWriter.ControlColumns + i]);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteBoolean("suppressedGroups", suppressed);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static string TypeName(string engineType) => engineType switch
    {
        "TinyInt" or "SmallInt" or "Integer" or "BigInt" or "HugeInt" or "UnsignedBigInt" => "integer",
        "Decimal" => "decimal",
        "Double" or "Float" => "double",
        "Date" => "date",
        "Boolean" => "boolean",
        _ => "text",
    };

    private static void WriteValue(Utf8JsonWriter json, string type, string? value)
    {
        if (value is null)
            json.WriteNullValue();
        else if (type == "boolean")
            json.WriteBooleanValue(value == "true");
        else if (type == "double")
            WriteDouble(json, value);
        else if (type is "integer" or "decimal")
            json.WriteRawValue(type == "decimal" && value.Contains('.', StringComparison.Ordinal) ? value.TrimEnd('0').TrimEnd('.') : value);
        else
            json.WriteStringValue(value);
    }

    /// <summary>JSON has no NaN and no infinity: null.</summary>
    private static void WriteDouble(Utf8JsonWriter json, string value)
    {
        var number = double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (double.IsFinite(number))
            json.WriteNumberValue(number);
        else
            json.WriteNullValue();
    }
}
