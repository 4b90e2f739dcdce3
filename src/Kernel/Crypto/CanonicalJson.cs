using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Crypto;

/// <summary>
/// JSON Canonicalization Scheme (RFC 8785): one byte string for one JSON value. Stricter than the RFC in one point: an integer
/// literal that a double would change (9007199254740993) is refused, so that two different documents never share a hash.
/// </summary>
public static class CanonicalJson
{
    /// <summary>Largest accepted input and output, in bytes.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>Deepest accepted nesting of objects and arrays.</summary>
    public const int MaxDepth = 64;

    /// <summary>What stands in canonical JSON as it is, one byte a character: printable ASCII but the quote and the backslash.</summary>
    private static readonly SearchValues<char> Plain = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => c is not ('"' or '\\'))]);

    private static readonly SearchValues<byte> PlainBytes = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (byte)c).Where(c => c is not ((byte)'"' or (byte)'\\'))]);

    private static readonly JsonDocumentOptions Strict = new()
    {
        MaxDepth = MaxDepth,
        AllowDuplicateProperties = false,
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
    };

    /// <summary>Canonical bytes of JSON text in UTF-8.</summary>
    public static Result<byte[]> FromUtf8(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxBytes)
            return CryptoErrors.NotCanonicalizable.Of("too large");
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return FromElement(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for lone surrogates in names
        {
            return CryptoErrors.NotCanonicalizable.Of("not well-formed JSON, duplicate names, or nested too deeply");
        }
    }

    /// <summary>Canonical bytes of a parsed value. Duplicate names are refused here too, whatever the parser allowed.</summary>
    /// <param name="value">The value.</param>
    /// <param name="maxBytes">Largest output; documents with a limit of their own may go beyond <see cref="MaxBytes"/>.</param>
    public static Result<byte[]> FromElement(JsonElement value, int maxBytes = MaxBytes)
    {
        var output = new ArrayBufferWriter<byte>(256);
        var problem = Write(value, output, depth: 0, maxBytes);
        return problem is null ? output.WrittenSpan.ToArray() : CryptoErrors.NotCanonicalizable.Of(problem);
    }

    /// <summary>Canonical bytes of a node tree; a null reference is JSON null.</summary>
    public static Result<byte[]> FromNode(JsonNode? value)
        => FromUtf8(value is null ? "null"u8.ToArray() : JsonSerializer.SerializeToUtf8Bytes(value, KernelJson.Options));

    /// <summary>
    /// Canonical bytes of one of our own records, written with <see cref="KernelJson.Options"/>.
    /// Throws <see cref="ArgumentException"/> when it has no canonical form: that is a bug of the caller, not input.
    /// </summary>
    public static byte[] Of<T>(T value)
    {
        var result = FromUtf8(JsonSerializer.SerializeToUtf8Bytes(value, KernelJson.Options));
        return result.TryGet(out var bytes, out var error) ? bytes : throw new ArgumentException(error.ToString(), nameof(value));
    }

    /// <summary>Canonical bytes of an array of texts: those of <see cref="Of"/>, without a detour over JSON text.</summary>
    public static byte[] OfTexts(IReadOnlyList<string> texts) => OfTexts([texts], isNested: false);

    /// <summary>The same of an array of arrays.</summary>
    public static byte[] OfTexts(IReadOnlyList<IReadOnlyList<string>> arrays) => OfTexts(arrays, isNested: true);

    private static byte[] OfTexts(IReadOnlyList<IReadOnlyList<string>> arrays, bool isNested)
    {
        var output = new ArrayBufferWriter<byte>(256);
        if (isNested)
            output.Write("["u8);
        for (var i = 0; i < arrays.Count; i++)
        {
            output.Write(i == 0 ? "["u8 : ",["u8);
            for (var j = 0; j < arrays[i].Count; j++)
            {
                if (j > 0)
                    output.Write(","u8);
                if (!WriteText(arrays[i][j], output))
                    throw new ArgumentException("text is not well-formed Unicode", nameof(arrays));
            }
            output.Write("]"u8);
        }
        if (isNested)
            output.Write("]"u8);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Parses strictly: size, depth, duplicate names, comments. The element does not depend on the input afterwards.</summary>
    public static Result<JsonElement> Parse(ReadOnlyMemory<byte> json, int maxBytes = MaxBytes, int maxDepth = MaxDepth)
    {
        if (json.Length > maxBytes)
            return CryptoErrors.NotCanonicalizable.Of("too large");
        try
        {
            using var document = JsonDocument.Parse(json, Strict with { MaxDepth = maxDepth });
            return document.RootElement.Clone();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for lone surrogates in names
        {
            return CryptoErrors.NotCanonicalizable.Of("not well-formed JSON, duplicate names, or nested too deeply");
        }
    }

    private static string? Write(JsonElement value, ArrayBufferWriter<byte> output, int depth, int maxBytes)
    {
        if (depth > MaxDepth)
            return "nested too deeply";
        if (output.WrittenCount > maxBytes)
            return "too large";
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return WriteObject(value, output, depth, maxBytes);
            case JsonValueKind.Array:
                return WriteArray(value, output, depth, maxBytes);
            case JsonValueKind.String when JsonMarshal.GetRawUtf8Value(value) is [_, .., _] raw && !raw[1..^1].ContainsAnyExcept(PlainBytes):
                output.Write(raw); // as the rules below would write it
                return null;
            case JsonValueKind.String:
                return TryText(value, out var text) && WriteText(text, output) ? null : "text is not well-formed Unicode";
            case JsonValueKind.Number:
                return WriteNumber(value, output);
            case JsonValueKind.True:
                output.Write("true"u8);
                return null;
            case JsonValueKind.False:
                output.Write("false"u8);
                return null;
            case JsonValueKind.Null:
                output.Write("null"u8);
                return null;
            default:
                return "no value";
        }
    }

    private static string? WriteObject(JsonElement value, ArrayBufferWriter<byte> output, int depth, int maxBytes)
    {
        var members = new List<(string Name, JsonElement Value)>();
        try
        {
            foreach (var member in value.EnumerateObject())
                members.Add((member.Name, member.Value));
        }
        catch (InvalidOperationException)
        {
            return "a name is not well-formed Unicode";
        }
        // RFC 8785 §3.2.3: sorted by UTF-16 code units, which is what ordinal comparison does.
        members.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        output.Write("{"u8);
        for (var i = 0; i < members.Count; i++)
        {
            var (name, child) = members[i];
            if (i > 0)
            {
                if (name == members[i - 1].Name)
                    return "duplicate name";
                output.Write(","u8);
            }
            if (!WriteText(name, output))
                return "a name is not well-formed Unicode";
            output.Write(":"u8);
            if (Write(child, output, depth + 1, maxBytes) is { } problem)
                return problem;
        }
        output.Write("}"u8);
        return null;
    }

    private static string? WriteArray(JsonElement value, ArrayBufferWriter<byte> output, int depth, int maxBytes)
    {
        output.Write("["u8);
        var first = true;
        foreach (var item in value.EnumerateArray())
        {
            if (!first)
                output.Write(","u8);
            first = false;
            if (Write(item, output, depth + 1, maxBytes) is { } problem)
                return problem;
        }
        output.Write("]"u8);
        return null;
    }

    private static string? WriteNumber(JsonElement value, ArrayBufferWriter<byte> output)
    {
        var literal = value.GetRawText();
        if (literal.Length > 400
            || !double.TryParse(literal, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
            return "a number is outside the range of a double";
        var text = EcmaScriptNumber.Format(number);
        if (literal.AsSpan().IndexOfAny('.', 'e', 'E') < 0 && literal != "-0" && literal != text)
            return "an integer is not exactly a double; write it as a string";
        output.Write(Encoding.ASCII.GetBytes(text));
        return null;
    }

    private static bool TryText(JsonElement value, out string text)
    {
        try
        {
            text = value.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            text = "";
            return false; // an escaped lone surrogate, or invalid UTF-8
        }
    }

    /// <summary>RFC 8785 §3.2.2.2: only what must be escaped is, in the short form where there is one. False on a lone surrogate.</summary>
    private static bool WriteText(string text, ArrayBufferWriter<byte> output)
    {
        output.Write("\""u8);
        Span<byte> utf8 = stackalloc byte[8];
        for (var i = 0; i < text.Length; i++)
        {
            var rest = text.AsSpan(i);
            var plain = rest.IndexOfAnyExcept(Plain) is >= 0 and var end ? end : rest.Length;
            if (plain > 0)
            {
                output.Advance(Encoding.ASCII.GetBytes(rest[..plain], output.GetSpan(plain)));
                if ((i += plain) == text.Length)
                    break;
            }
            var c = text[i];
            ReadOnlySpan<byte> escape = c switch
            {
                '"' => "\\\""u8,
                '\\' => "\\\\"u8,
                '\b' => "\\b"u8,
                '\t' => "\\t"u8,
                '\n' => "\\n"u8,
                '\f' => "\\f"u8,
                '\r' => "\\r"u8,
                _ => default,
            };
            if (!escape.IsEmpty)
                output.Write(escape);
            else if (c < 0x20)
                output.Write(Encoding.ASCII.GetBytes("\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture)));
            else if (Rune.TryCreate(c, out var rune) || (i + 1 < text.Length && Rune.TryCreate(c, text[++i], out rune)))
                output.Write(utf8[..rune.EncodeToUtf8(utf8)]);
            else
                return false;
        }
        output.Write("\""u8);
        return true;
    }
}
