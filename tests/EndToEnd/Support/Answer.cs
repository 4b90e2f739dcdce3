using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DataSpace.EndToEnd.Support;

/// <summary>An HTTP answer as a test looks at it.</summary>
internal sealed record Answer(int Status, byte[] Body)
{
    /// <summary>The media type, or null.</summary>
    public string? ContentType { get; init; }

    /// <summary>How long it may be kept, or null.</summary>
    public string? CacheControl { get; init; }

    /// <summary>The body as JSON, or null.</summary>
    public JsonNode? Json
    {
        get
        {
            try
            {
                return Body.Length == 0 ? null : JsonNode.Parse(Body);
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    /// <summary>The stable code of a problem, or null.</summary>
    public string? Code => (Json as JsonObject)?["code"]?.GetValue<string>();

    /// <summary>The JSON of a success; fails with the whole answer otherwise.</summary>
    public JsonNode Ok()
    {
        Assert.True(Status is >= 200 and < 300, ToString());
        return Json!;
    }

    /// <summary>Asserts a refusal by its code.</summary>
    public Answer Refused(string code, int? status = null)
    {
        Assert.True(Status >= 400 && Code == code && (status is null || status == Status), $"expected {code} {status}, got {this}");
        return this;
    }

    public override string ToString() => $"{Status} {Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, 2000)))}";
}
