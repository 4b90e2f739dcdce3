using System.Text;
using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy.Standard;

/// <summary>Carries a refusal out of the recursive descent; never leaves this folder.</summary>
internal sealed class ContractRefusedException(DsError error) : Exception
{
    public DsError Error { get; } = error;

    public static ContractRefusedException Of(ErrorKind kind, string detail) => new(kind.Of(detail));
}

/// <summary>
/// The members of one JSON object, read by the standard's names. Both spellings of its typing errors and of its two tables are taken; a member that nobody asked
/// for refuses the contract by name, because it might carry a condition.
/// </summary>
internal sealed class ContractJson
{
    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);
    private readonly string _where;

    public ContractJson(JsonElement json, string where)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw ContractRefusedException.Of(StandardErrors.Malformed, where + " must be an object");
        _where = where;
        foreach (var member in json.EnumerateObject())
        {
            if (!_members.TryAdd(member.Name, member.Value))
                throw ContractRefusedException.Of(StandardErrors.Malformed, where + ": a member twice");
        }
    }

    /// <summary>Takes a member under any of its spellings; null when absent. Two spellings at once are refused.</summary>
    public JsonElement? Take(params ReadOnlySpan<string> names)
    {
        JsonElement? found = null;
        foreach (var name in names)
        {
            if (!_members.Remove(name, out var value))
                continue;
            if (found is not null)
                throw ContractRefusedException.Of(StandardErrors.Malformed, $"{_where}: {name} in two spellings");
            found = value;
        }
        return found;
    }

    /// <summary>A text of at most <paramref name="maxChars"/>; null when absent or JSON null.</summary>
    public string? Text(int maxChars, params ReadOnlySpan<string> names)
    {
        if (Take(names) is not { } json || json.ValueKind == JsonValueKind.Null)
            return null;
        return Limited(json, maxChars, Place(names[0]));
    }

    /// <summary>A text that must be there.</summary>
    public string Required(int maxChars, params ReadOnlySpan<string> names)
        => Text(maxChars, names) ?? throw ContractRefusedException.Of(StandardErrors.MissingField, Place(names[0]));

    /// <summary>One of the listed codes.</summary>
    public string Code(IReadOnlyList<string> codes, params ReadOnlySpan<string> names)
    {
        var code = Required(4, names);
        return codes.Contains(code, StringComparer.Ordinal) ? code : throw ContractRefusedException.Of(StandardErrors.UnknownCode, Place(names[0]) + " " + PolicyReader.Show(code));
    }

    /// <summary>A time in either form, as 14 digits.</summary>
    public string? Time(params ReadOnlySpan<string> names)
    {
        if (Text(40, names) is not { } text)
            return null;
        return StandardTime.Canonical(text) ?? throw ContractRefusedException.Of(StandardErrors.BadField, Place(names[0]) + " is no time");
    }

    /// <summary>An extension as canonical JSON text.</summary>
    public string? Expansion(int maxChars, params ReadOnlySpan<string> names)
    {
        if (Take(names) is not { } json || json.ValueKind == JsonValueKind.Null)
            return null;
        if (json.ValueKind != JsonValueKind.Object)
            throw ContractRefusedException.Of(StandardErrors.BadField, Place(names[0]) + " must be an object");
        return Canonical(json, maxChars, Place(names[0]));
    }

    /// <summary>Items of an array, 1 to <paramref name="most"/>; none when absent.</summary>
    public IEnumerable<JsonElement> Items(int most, params ReadOnlySpan<string> names)
    {
        if (Take(names) is not { } json)
            return [];
        if (json.ValueKind != JsonValueKind.Array)
            throw ContractRefusedException.Of(StandardErrors.Malformed, Place(names[0]) + " must be an array");
        return json.GetArrayLength() <= most ? json.EnumerateArray() : throw ContractRefusedException.Of(StandardErrors.TooLarge, Place(names[0]));
    }

    /// <summary>Ends the object: what is left over is unknown.</summary>
    public void End()
    {
        if (_members.Keys.FirstOrDefault() is { } unknown)
            throw ContractRefusedException.Of(StandardErrors.UnknownMember, Place(unknown));
    }

    public string Place(string name) => _where.Length == 0 ? PolicyReader.Show(name) : _where + "." + PolicyReader.Show(name);

    public static string Limited(JsonElement json, int maxChars, string where)
    {
        if (json.ValueKind != JsonValueKind.String)
            throw ContractRefusedException.Of(StandardErrors.BadField, where + " must be a text");
        var text = json.GetString()!;
        if (text.Length == 0 || text.Length > maxChars)
            throw ContractRefusedException.Of(StandardErrors.BadField, $"{where}: 1 to {maxChars} characters");
        return ContractText.IsPlain(text) ? text : throw ContractRefusedException.Of(StandardErrors.BadField, where + " holds control characters");
    }

    public static string Canonical(JsonElement json, int maxChars, string where)
    {
        if (!CanonicalJson.FromElement(json).TryGet(out var bytes, out var error))
            throw ContractRefusedException.Of(StandardErrors.Malformed, where + ": " + error.Detail);
        var text = Encoding.UTF8.GetString(bytes);
        return text.Length <= maxChars ? text : throw ContractRefusedException.Of(StandardErrors.TooLarge, $"{where}: more than {maxChars} characters");
    }
}
