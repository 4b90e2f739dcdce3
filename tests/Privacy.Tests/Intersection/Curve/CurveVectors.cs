using System.Text.Json;
using DataSpace.Privacy.Intersection.Curve;

namespace DataSpace.Privacy.Tests.Intersection.Curve;

/// <summary><c>contracts/vectors/privacy/curve25519.json</c>, and the paths under test.</summary>
internal static class CurveVectors
{
    public static readonly JsonElement All = Load();

    public static TheoryData<string> PathNames => [.. Curve25519.Paths.Select(path => path.Name)];

    public static CurvePath Path(string name) => Curve25519.Paths.Single(path => path.Name == name);

    public static byte[] Bytes(JsonElement element, string member) => Convert.FromHexString(element.GetProperty(member).GetString()!);

    /// <summary>A number that an RFC prints big-endian, as 32 little-endian bytes.</summary>
    public static byte[] Number(JsonElement element, string member)
    {
        var bytes = Bytes(element, member);
        Array.Reverse(bytes);
        return bytes;
    }

    private static JsonElement Load()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(System.IO.Path.Combine(AppContext.BaseDirectory, "vectors", "curve25519.json")));
        return document.RootElement.Clone();
    }
}
