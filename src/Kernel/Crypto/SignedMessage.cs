using System.Text.Json;
using System.Text.Json.Serialization;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Crypto;

/// <summary>Limits that every signed message obeys.</summary>
public static class SignedMessage
{
    /// <summary>How far in the future a message may be dated.</summary>
    public static readonly TimeSpan MaxFutureSkew = TimeSpan.FromSeconds(5);

    /// <summary>Longest lifetime of a request token.</summary>
    public static readonly TimeSpan MaxRequestLifetime = TimeSpan.FromSeconds(60);

    /// <summary>Longest lifetime of a document.</summary>
    public static readonly TimeSpan MaxDocumentLifetime = TimeSpan.FromHours(24);

    /// <summary>Longest request token, in characters.</summary>
    public const int MaxRequestTokenChars = 8 * 1024;

    /// <summary>Longest signed document, in characters.</summary>
    public const int MaxDocumentChars = 4 * 1024 * 1024;

    /// <summary>Most audiences of one document.</summary>
    public const int MaxAudiences = 64;

    private const int MaxClaimChars = 512;
    private const long MaxUnixSeconds = 253_402_300_799; // year 9999

    /// <summary>
    /// Judges everything that requests and documents share: form, type, issuer's key, signature, audience, validity. In this order, so that
    /// nothing about the claims is reported before the signature stands.
    /// </summary>
    internal static Result<(Jws Jws, TClaims Claims)> Verify<TClaims>(
        string? token, int maxChars, string type, string audience, TimeSpan maxLifetime, KeyResolver keys, DateTimeOffset now)
        where TClaims : class, IClaims
    {
        if (!Jws.Parse(token, maxChars).TryGet(out var jws, out var error))
            return error;
        if (jws.Type != type)
            return CryptoErrors.WrongType.Of();
        if (ReadClaims<TClaims>(jws.Payload) is not { } claims)
            return CryptoErrors.Malformed.Of("claims");
        if (keys(claims.Iss, jws.KeyId) is not { } key)
            return CryptoErrors.UnknownKey.Of();
        if (!jws.VerifiesWith(key))
            return CryptoErrors.BadSignature.Of();
        if (!claims.Aud.Contains(audience, StringComparer.Ordinal))
            return CryptoErrors.WrongAudience.Of();
        return CheckValidity(claims, maxLifetime, now) is { } invalid ? invalid : (jws, claims);
    }

    private static DsError? CheckValidity(IClaims claims, TimeSpan maxLifetime, DateTimeOffset now)
    {
        var issued = DateTimeOffset.FromUnixTimeSeconds(claims.Iat);
        var expiry = DateTimeOffset.FromUnixTimeSeconds(claims.Exp);
        if (expiry <= issued || expiry - issued > maxLifetime)
            return CryptoErrors.LifetimeTooLong.Of();
        if (issued > now + MaxFutureSkew)
            return CryptoErrors.NotYetValid.Of();
        return now >= expiry ? CryptoErrors.Expired.Of() : null;
    }

    /// <summary>Claims in canonical form only: the payload must be its own RFC 8785 form, so a message has one spelling and one hash.</summary>
    private static TClaims? ReadClaims<TClaims>(ReadOnlyMemory<byte> payload)
        where TClaims : class, IClaims
    {
        if (!CanonicalJson.FromUtf8(payload).TryGet(out var canonical, out _) || !payload.Span.SequenceEqual(canonical))
            return null;
        try
        {
            var claims = JsonSerializer.Deserialize<TClaims>(payload.Span, KernelJson.Options);
            return claims is not null && IsText(claims.Iss) && IsText(claims.Jti)
                && claims.Aud is { Count: > 0 and <= MaxAudiences } && claims.Aud.All(IsText)
                && claims.Iat is >= 0 and <= MaxUnixSeconds && claims.Exp is >= 0 and <= MaxUnixSeconds ? claims : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsText(string? value) => value is { Length: > 0 and <= MaxClaimChars };
}

/// <summary>The registered claims (RFC 7519 §4.1) that both kinds of message carry.</summary>
internal interface IClaims
{
    string Iss { get; }

    IReadOnlyList<string> Aud { get; }

    long Iat { get; }

    long Exp { get; }

    string Jti { get; }
}

/// <summary><c>aud</c> is a string for one audience and an array for several (RFC 7519 §4.1.3); one spelling for each.</summary>
internal sealed class AudienceConverter : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return [reader.GetString()!];
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException();
        var list = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String || list.Count >= SignedMessage.MaxAudiences)
                throw new JsonException();
            list.Add(reader.GetString()!);
        }
        return list.Count >= 2 ? list : throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        if (value.Count == 1)
        {
            writer.WriteStringValue(value[0]);
            return;
        }
        writer.WriteStartArray();
        foreach (var audience in value)
            writer.WriteStringValue(audience);
        writer.WriteEndArray();
    }
}
