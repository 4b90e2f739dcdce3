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

    /// <summary>The worker's answer, when it has the shape that was asked for; null otherwise, which fails the run.</summary>
    public static Candidates? Read(CheckedStatement statement, OutputRules rules, WorkerResponse response)
    {
        var width = SqlWriter.ControlColumns + statement.Outputs.Count;
        if (response.Rows is not { Length: > 0 } rows || response.Columns is not { } columns || columns.Length != width
            || rows.Any(r => r.Length != width) || !TryCount(rows[0][0], out var small) || !TryCount(rows[0][1], out var unfair) || !TryCount(rows[0][2], out var fit))
            return null;
        var released = new List<Candidate>();
        foreach (var row in rows.Where(r => r[3] == "true"))
        {
            if (!TryCount(row[4], out var behind) || behind < rules.MinGroupSize || !TryCount(row[5], out var cell) || cell >= small + unfair + fit)
                return null;
            released.Add(new Candidate(cell, row[6] == "true", row));
        }
        return released.Count == fit && released.DistinctBy(r => r.Cell).Count() == fit ? new Candidates(columns, released, small + unfair, unfair) : null;
    }

    /// <summary>What may leave of it.</summary>
    /// <param name="statement">HAVING is in the rows; LIMIT and OFFSET are applied here, to what output control left.</param>
    /// <param name="rules">Rows and bytes.</param>
    /// <param name="candidates">Groups that are large and fair.</param>
    /// <param name="withheld">Numbers of those among them that must not leave because of earlier answers.</param>
    public static Result<byte[]> Release(CheckedStatement statement, OutputRules rules, Candidates candidates, IReadOnlySet<int> withheld)
    {
        var fit = candidates.Rows.Where(r => !withheld.Contains(r.Cell)).ToList();
        // Nothing matched, nothing is large enough and nothing may leave look the same: whether one person fits a condition is not an answer.
        if (fit.Count == 0)
            return candidates.Unfair > 0 ? SandboxErrors.Dominated.Of() : SandboxErrors.GroupBelowMinimum.Of();
        var released = fit.Where(r => r.IsKept).Skip(statement.Offset).Take(statement.Limit ?? int.MaxValue).Select(r => r.Row).ToList();
        if (released.Count > Math.Min(rules.MaxRows, OutputRules.MaxRowsCeiling))
            return SandboxErrors.OutputTooLarge.Of();
        var content = Serialize(statement, candidates.Columns, released, candidates.Hidden > 0 || fit.Count < candidates.Rows.Count);
        return content.Length <= rules.MaxOutputBytes ? content : SandboxErrors.OutputTooLarge.Of();
    }

    private static bool TryCount(string? text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

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

/// <summary>A group that is large and fair.</summary>
/// <param name="Cell">Its number among all groups of the answer.</param>
/// <param name="IsKept">HAVING keeps it.</param>
/// <param name="Row">The worker's row.</param>
internal sealed record Candidate(int Cell, bool IsKept, string?[] Row);

/// <summary>A worker's answer to a statement.</summary>
/// <param name="Columns">Its columns.</param>
/// <param name="Rows">Groups that are large and fair, in the statement's order.</param>
/// <param name="Hidden">Number of groups that are too small or dominated.</param>
/// <param name="Unfair">Number of dominated ones.</param>
internal sealed record Candidates(WorkerColumn[] Columns, IReadOnlyList<Candidate> Rows, int Hidden, int Unfair)
{
    /// <summary>State of every group by its number.</summary>
    public IReadOnlyList<CellState> States()
    {
        var states = Enumerable.Repeat(CellState.Withheld, Rows.Count + Hidden).ToArray();
        foreach (var row in Rows)
            states[row.Cell] = CellState.Fit;
        return states;
    }
}
