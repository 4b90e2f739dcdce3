using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy;

/// <summary>
/// Fills the placeholders of a contract template (<c>contracts/policies</c>). Works on the JSON tree, so a value can never become structure.
/// </summary>
public static class PolicyTemplate
{
    internal const string Mark = "${";

    /// <summary>
    /// The filled policy. A text that is <c>${name}</c> as a whole is replaced: by one value, or inside an array by one or more. A placeholder
    /// without value and a value without placeholder are both refused, for either is a mistake about what the contract says.
    /// </summary>
    public static Result<JsonElement> Fill(ReadOnlyMemory<byte> template, IReadOnlyDictionary<string, IReadOnlyList<string>> values)
    {
        if (!CanonicalJson.Parse(template, PolicyReader.MaxBytes, PolicyReader.MaxDepth).TryGet(out var element, out var error))
            return PolicyErrors.Malformed.Of(error.Detail);
        var used = new HashSet<string>(StringComparer.Ordinal);
        string? missing = null;
        var filled = Fill(element, values, used, ref missing);
        if (missing is not null)
            return PolicyErrors.TemplateUnfilled.Of(PolicyReader.Show(missing));
        if (values.Keys.FirstOrDefault(k => !used.Contains(k)) is { } unknown)
            return PolicyErrors.TemplateUnfilled.Of("no placeholder " + PolicyReader.Show(unknown));
        return JsonSerializer.SerializeToElement(filled);
    }

    private static JsonNode? Fill(JsonElement json, IReadOnlyDictionary<string, IReadOnlyList<string>> values, HashSet<string> used, ref string? missing)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new JsonObject();
                foreach (var member in json.EnumerateObject())
                    members[member.Name] = Fill(member.Value, values, used, ref missing);
                return members;
            case JsonValueKind.Array:
                var items = new JsonArray();
                foreach (var item in json.EnumerateArray())
                {
                    if (NameIn(item) is not { } listed)
                        items.Add(Fill(item, values, used, ref missing));
                    else if (Find(listed, values, used, ref missing) is { } several)
                        Array.ForEach([.. several], v => items.Add((JsonNode)v));
                }
                return items;
            default:
                if (NameIn(json) is not { } name)
                    return JsonNode.Parse(json.GetRawText());
                var found = Find(name, values, used, ref missing);
                if (found is { Count: not 1 })
                    missing ??= name + " takes one value";
                return found is [var only] ? JsonValue.Create(only) : null;
        }
    }

    private static string? NameIn(JsonElement json)
        => json.ValueKind == JsonValueKind.String && json.GetString() is { Length: > 3 } text && text.StartsWith(Mark, StringComparison.Ordinal) && text[^1] == '}'
            ? text[2..^1] : null;

    private static IReadOnlyList<string>? Find(
        string name, IReadOnlyDictionary<string, IReadOnlyList<string>> values, HashSet<string> used, ref string? missing)
    {
        if (!values.TryGetValue(name, out var list) || list.Count == 0)
        {
            missing ??= name;
            return null;
        }
        used.Add(name);
        return list;
    }
}
