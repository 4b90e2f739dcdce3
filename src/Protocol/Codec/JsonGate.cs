using System.Text.Json;
using DataSpace.Kernel.Results;

namespace DataSpace.Protocol.Codec;

/// <summary>
/// First gate for bytes from a peer: size, depth, duplicate names, Unicode, lengths. Behind it, reading a string of the
/// document cannot throw.
/// </summary>
internal static class JsonGate
{
    private static readonly JsonDocumentOptions Options = new()
    {
        MaxDepth = DspLimits.MaxDepth,
        CommentHandling = JsonCommentHandling.Disallow,
        AllowTrailingCommas = false,
        // Two values under one name would let sender and receiver act on different ones.
        AllowDuplicateProperties = false,
    };

    /// <summary>A JSON object, detached from the input.</summary>
    public static Result<JsonElement> Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > DspLimits.MaxMessageBytes)
            return ProtocolErrors.MessageTooLarge.Of();
        try
        {
            using var document = JsonDocument.Parse(utf8.ToArray(), Options);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return ProtocolErrors.MalformedJson.Of("the message must be an object");
            var problem = Check(root, depthLeft: DspLimits.MaxDepth);
            return problem is null ? root.Clone() : problem;
        }
        catch (JsonException)
        {
            return ProtocolErrors.MalformedJson.Of("not JSON, nested too deeply, or a name given twice");
        }
        catch (InvalidOperationException)
        {
            // System.Text.Json reports bytes that are not UTF-8, and lone surrogate escapes, only when text is taken out.
            return ProtocolErrors.MalformedJson.Of("text that is not Unicode");
        }
    }

    /// <summary>Checks lengths and depth below an element that is already parsed (a policy from a template file, for instance).</summary>
    public static DsError? Check(JsonElement element, int depthLeft)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String when element.GetString()!.Length > DspLimits.MaxTextChars:
                return ProtocolErrors.FieldTooLong.Of($"text of more than {DspLimits.MaxTextChars} characters");
            case JsonValueKind.Array or JsonValueKind.Object when depthLeft == 0:
                return ProtocolErrors.MalformedJson.Of("nested too deeply");
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    if (Check(item, depthLeft - 1) is { } problem)
                        return problem;
                }

                return null;
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    if (property.Name.Length > DspLimits.MaxNameChars)
                        return ProtocolErrors.FieldTooLong.Of($"a name of more than {DspLimits.MaxNameChars} characters");
                    if (Check(property.Value, depthLeft - 1) is { } problem)
                        return problem;
                }

                return null;
            default:
                return null;
        }
    }
}
