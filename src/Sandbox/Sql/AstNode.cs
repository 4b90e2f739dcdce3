using System.Text.Json;
using DataSpace.Kernel.Results;

namespace DataSpace.Sandbox.Sql;

/// <summary>
/// Strict reading of the engine's syntax tree (DuckDB 1.5, <c>json_serialize_sql</c>). A property that is not expected must be empty: a newer
/// engine with a new clause refuses instead of dropping it.
/// </summary>
internal static class AstNode
{
    public static string Str(this JsonElement node, string name)
        => node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    public static JsonElement Child(this JsonElement node, string name)
        => node.TryGetProperty(name, out var value) ? value : throw Refuse(SandboxErrors.NotParsed, name);

    /// <summary>Child that must be an array.</summary>
    public static IReadOnlyList<JsonElement> Items(this JsonElement node, string name)
    {
        var value = node.Child(name);
        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : throw Refuse(SandboxErrors.NotParsed, name);
    }

    public static JsonElement? Optional(this JsonElement node, string name)
        => node.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>Every property outside <paramref name="known"/> must be null, false, empty, or an empty list or object.</summary>
    public static void Only(this JsonElement node, string what, params ReadOnlySpan<string> known)
    {
        if (node.ValueKind != JsonValueKind.Object)
            throw Refuse(SandboxErrors.NotParsed, what);
        foreach (var property in node.EnumerateObject())
        {
            if (property.Name is "class" or "type" or "alias" or "query_location" || known.Contains(property.Name))
                continue;
            if (!IsEmpty(property.Value))
                throw Refuse(SandboxErrors.StatementNotAllowed, what + ": " + property.Name);
        }
    }

    public static SqlRefusal Refuse(ErrorKind kind, string? detail = null) => new(kind.Of(Safe(detail)));

    /// <summary>Details quote the analyst's own words; they are cut and cleaned.</summary>
    private static string? Safe(string? detail)
        => detail is null ? null : new string([.. detail.Where(c => !char.IsControl(c)).Take(80)]);

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.String => value.GetString()!.Length == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.EnumerateObject().All(p => p.Name == "type" || IsEmpty(p.Value)),
        _ => false,
    };
}
