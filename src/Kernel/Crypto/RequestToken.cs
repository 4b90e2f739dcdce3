using System.Text.Json.Serialization;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Crypto;

/// <summary>What the receiver of an HTTP request knows about it and a token must agree with.</summary>
/// <param name="Audience">DID of the receiver.</param>
/// <param name="Method">HTTP method, upper case.</param>
/// <param name="PathAndQuery">Path and query as received, for example <c>/jobs/42?full=1</c>.</param>
/// <param name="BodyDigest">Base64url SHA-256 of the body bytes as received; of no bytes when there is no body.</param>
public sealed record RequestExpectation(string Audience, string Method, string PathAndQuery, string BodyDigest)
{
    /// <summary>An expectation from a body in memory.</summary>
    public static RequestExpectation For(string audience, string method, string pathAndQuery, ReadOnlySpan<byte> body)
        => new(audience, method, pathAndQuery, Digest.Sha256B64Url(body));
}

/// <summary>Who made a request, proven by a signature.</summary>
/// <param name="Did">The caller's DID.</param>
/// <param name="KeyId">Key that signed.</param>
public sealed record VerifiedCaller(string Did, string KeyId);

/// <summary>
/// Token of one HTTP request between nodes: a JWS that binds issuer, audience, method, path and query, body digest, and lives at most 60 s
/// with a single-use id (in the manner of RFC 9449, DPoP).
/// </summary>
public static class RequestToken
{
    /// <summary>JWS type of request tokens.</summary>
    public const string Type = "dataspace-request+jwt";

    /// <summary>A token for one request with its body in memory.</summary>
    public static string Create(
        ISigner signer, string issuer, string audience, string method, string pathAndQuery, ReadOnlySpan<byte> body, TimeProvider time)
        => Create(signer, issuer, audience, method, pathAndQuery, Digest.Sha256B64Url(body), time);

    /// <summary>A token for one request whose body digest (base64url SHA-256) is already known.</summary>
    public static string Create(
        ISigner signer, string issuer, string audience, string method, string pathAndQuery, string bodyDigest, TimeProvider time)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var claims = new RequestClaims(issuer, [audience], now, now + (long)SignedMessage.MaxRequestLifetime.TotalSeconds,
            RandomId.New(), method, pathAndQuery, bodyDigest);
        return Jws.Sign(signer, Type, CanonicalJson.Of(claims));
    }

    /// <summary>
    /// The caller, when the token is whole, known, for us, for this request, fresh, and used for the first time. The id is consumed last,
    /// so a token that fails for another reason is not spent.
    /// </summary>
    public static async ValueTask<Result<VerifiedCaller>> VerifyAsync(
        string? token, RequestExpectation expected, KeyResolver keys, IReplayStore replay, TimeProvider time, CancellationToken cancellationToken = default)
    {
        var verified = SignedMessage.Verify<RequestClaims>(
            token, SignedMessage.MaxRequestTokenChars, Type, expected.Audience, SignedMessage.MaxRequestLifetime, keys, time.GetUtcNow());
        if (!verified.TryGet(out var message, out var error))
            return error;
        var (jws, claims) = message;
        if (claims.Aud.Count != 1)
            return CryptoErrors.WrongAudience.Of("a request has one audience");
        if (claims.Htm != expected.Method || claims.Htu != expected.PathAndQuery)
            return CryptoErrors.WrongRequest.Of();
        if (claims.Bdg != expected.BodyDigest)
            return CryptoErrors.BodyDigestMismatch.Of();
        if (!await replay.TryConsumeAsync(claims.Iss, claims.Jti, DateTimeOffset.FromUnixTimeSeconds(claims.Exp), cancellationToken).ConfigureAwait(false))
            return CryptoErrors.Replayed.Of();
        return new VerifiedCaller(claims.Iss, jws.KeyId);
    }

    private sealed record RequestClaims(
        string Iss, [property: JsonConverter(typeof(AudienceConverter))] IReadOnlyList<string> Aud, long Iat, long Exp, string Jti,
        string Htm, string Htu, string Bdg) : IClaims;
}
