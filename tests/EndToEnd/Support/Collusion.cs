using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Protocol.Jobs;

namespace DataSpace.EndToEnd.Support;

/// <summary>What a colluding owner can do with its own key.</summary>
internal static class Collusion
{
    public static string Resign<T>(string token, string type, ISigner signer, Func<T, T> change)
    {
        using var claims = JsonDocument.Parse(Jws.Parse(token, SignedMessage.MaxDocumentChars).Value.Payload);
        var root = claims.RootElement;
        var body = root.GetProperty("body").Deserialize<T>(JobJson.Options)!;
        IReadOnlyList<string> audiences = [.. root.GetProperty("aud").EnumerateArray().Select(a => a.GetString()!)];
        return SignedDocument.Create(change(body), signer, root.GetProperty("iss").GetString()!, audiences, type, TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(5), TimeProvider.System);
    }
}
