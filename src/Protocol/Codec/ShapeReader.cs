using System.Text.Json;
using DataSpace.Kernel.Results;

namespace DataSpace.Protocol.Codec;

/// <summary>
/// Reads fields of one message and remembers the first thing wrong with it. After a failure every read returns a harmless
/// default, so a reader function stays a flat list of fields; its product is used only when <see cref="Error"/> is null.
/// Details name fields by path and never repeat a value.
/// </summary>
internal sealed class ShapeReader
{
    /// <summary>First failure, or null.</summary>
    public DsError? Error { get; private set; }

    public void Fail(ErrorKind kind, string detail) => Error ??= kind.Of(detail);

    /// <summary>A required text of 1 to <paramref name="maxChars"/> characters without control characters.</summary>
    public string Text(JsonElement owner, string path, string name, int maxChars = DspLimits.MaxIdChars)
        => OptionalText(owner, path, name, maxChars) ?? Missing(path, name);

    public string? OptionalText(JsonElement owner, string path, string name, int maxChars = DspLimits.MaxIdChars)
    {
        if (Error is not null || !owner.TryGetProperty(name, out var value))
            return null;
        return TextOf(value, $"{path}{name}", maxChars);
    }

    public string TextOf(JsonElement value, string path, int maxChars = DspLimits.MaxIdChars)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            Fail(ProtocolErrors.InvalidField, $"{path} must be text");
            return "";
        }

        var text = value.GetString()!;
        if (text.Length > maxChars)
            Fail(ProtocolErrors.FieldTooLong, $"{path} has more than {maxChars} characters");
        else if (string.IsNullOrWhiteSpace(text) || text.Any(char.IsControl))
            Fail(ProtocolErrors.InvalidField, $"{path} must be visible text");
        return text;
    }

    public string Pid(JsonElement owner, string name) => OptionalPid(owner, name) ?? Missing("", name);

    public string? OptionalPid(JsonElement owner, string name)
    {
        var pid = OptionalText(owner, "", name);
        if (pid is not null && Error is null && !Pids.IsValid(pid))
            Fail(ProtocolErrors.InvalidPid, name);
        return pid;
    }

    /// <summary>Base address of the other side: absolute http(s), nothing after the path, no user information.</summary>
    public string? OptionalCallback(JsonElement owner, string name)
    {
        var text = OptionalText(owner, "", name);
        if (text is not null && Error is null && !Pids.IsBaseAddress(text))
            Fail(ProtocolErrors.InvalidField, $"{name} must be an absolute http or https address without query, fragment and user");
        return text;
    }

    public JsonElement Object(JsonElement owner, string path, string name)
    {
        if (Error is null && owner.TryGetProperty(name, out var value))
        {
            if (value.ValueKind == JsonValueKind.Object)
                return value;
            Fail(ProtocolErrors.InvalidField, $"{path}{name} must be an object");
        }
        else
        {
            Missing(path, name);
        }

        return default;
    }

    /// <summary>Items of a list; an absent list is empty unless it is <paramref name="required"/> (then at least one item).</summary>
    public IReadOnlyList<T> List<T>(JsonElement owner, string path, string name, bool required, int maxItems, Func<JsonElement, string, T> item)
    {
        if (Error is not null)
            return [];
        if (!owner.TryGetProperty(name, out var list))
        {
            if (required)
                Missing(path, name);
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array || (required && list.GetArrayLength() == 0))
            Fail(ProtocolErrors.InvalidField, $"{path}{name} must be a list{(required ? " with at least one item" : "")}");
        else if (list.GetArrayLength() > maxItems)
            Fail(ProtocolErrors.FieldTooLong, $"{path}{name} has more than {maxItems} items");
        if (Error is not null)
            return [];

        var items = new List<T>(list.GetArrayLength());
        foreach (var element in list.EnumerateArray())
        {
            items.Add(item(element, $"{path}{name}[{items.Count}]"));
            if (Error is not null)
                return [];
        }

        return items;
    }

    /// <summary>Reasons: text, or JSON-LD language values (<c>{"@value","@language"}</c>) reduced to their text.</summary>
    public IReadOnlyList<string> Reasons(JsonElement owner)
        => List(owner, "", "reason", required: false, DspLimits.MaxReasons, (element, path) =>
            element.ValueKind == JsonValueKind.Object
                ? Text(element, path + ".", "@value", DspLimits.MaxTextChars)
                : TextOf(element, path, DspLimits.MaxTextChars));

    /// <summary>Checks a nested object's <c>@type</c>.</summary>
    public void Typed(JsonElement element, string path, string type, bool required)
    {
        if (Error is not null)
            return;
        if (element.ValueKind != JsonValueKind.Object)
        {
            Fail(ProtocolErrors.InvalidField, $"{path} must be an object");
            return;
        }

        var found = OptionalText(element, path + ".", "@type");
        if (Error is null && found != type && (found is not null || required))
            Fail(ProtocolErrors.WrongType, $"{path} must be of type {type}");
    }

    public T? Take<T>(Result<T> result)
    {
        if (result.TryGet(out var value, out var error))
            return value;
        Error ??= error;
        return default;
    }

    private string Missing(string path, string name)
    {
        Fail(ProtocolErrors.MissingField, path + name);
        return "";
    }
}
