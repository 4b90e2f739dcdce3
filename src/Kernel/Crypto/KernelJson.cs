using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataSpace.Kernel.Crypto;

/// <summary>How our own records are spelt in signed JSON: camel case, nulls left out, and strict on reading.</summary>
public static class KernelJson
{
    /// <summary>Read-only options. Unknown, missing and duplicate members fail; numbers are never read from strings.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            AllowDuplicateProperties = false,
            NumberHandling = JsonNumberHandling.Strict,
            MaxDepth = CanonicalJson.MaxDepth,
            // The default encoder spells "+" with six characters, so the length of base64 would depend on its content: messages of one kind must have one size.
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
