using System.Text.Json.Serialization;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Crypto;

/// <summary>What the receiver of a document requires of it.</summary>
/// <param name="Type">JWS type, for example <c>dataspace-job+jwt</c>.</param>
/// <param name="Audience">DID of the receiver; must be among the audiences.</param>
/// <param name="Issuer">DID that must have signed; null when any known participant may (the caller then judges <see cref="SignedDocument{T}.Issuer"/>).</param>
public sealed record DocumentExpectation(string Type, string Audience, string? Issuer = null);

/// <summary>A document whose signature was verified.</summary>
/// <param name="Issuer">DID of the signer.</param>
/// <param name="KeyId">Key that signed.</param>
/// <param name="Audiences">DIDs that the document is for, in signed order.</param>
/// <param name="IssuedAt">Time of signing, whole seconds.</param>
/// <param name="NotAfter">End of validity, whole seconds.</param>
/// <param name="DocumentId">Random id of this document (<c>jti</c>).</param>
/// <param name="Hash">Lower-case hex SHA-256 of the canonical payload, what later documents refer to.</param>
/// <param name="Body">The content.</param>
public sealed record SignedDocument<T>(
    string Issuer, string KeyId, IReadOnlyList<string> Audiences, DateTimeOffset IssuedAt, DateTimeOffset NotAfter, string DocumentId, string Hash, T Body);

/// <summary>Creates and verifies signed documents: jobs, round-0 statements, contributions, receipts. They travel through queues, so they live up to 24 h.</summary>
public static class SignedDocument
{
    /// <summary>
    /// Signs <paramref name="body"/> for <paramref name="audiences"/> until <paramref name="notAfter"/>. Throws <see cref="ArgumentException"/>
    /// when the lifetime is not in (0, 24 h], audiences are missing, or the body has no canonical form: bugs of the caller.
    /// </summary>
    public static string Create<T>(
        T body, ISigner signer, string issuer, IReadOnlyList<string> audiences, string type, DateTimeOffset notAfter, TimeProvider time)
    {
        var issued = time.GetUtcNow().ToUnixTimeSeconds();
        var expiry = notAfter.ToUnixTimeSeconds();
        if (expiry <= issued || expiry - issued > SignedMessage.MaxDocumentLifetime.TotalSeconds)
            throw new ArgumentOutOfRangeException(nameof(notAfter), "A document lives more than 0 s and at most 24 h.");
        if (audiences.Count is 0 or > SignedMessage.MaxAudiences)
            throw new ArgumentException("A document has 1 to 64 audiences.", nameof(audiences));
        var claims = new DocumentClaims<T>(issuer, audiences, issued, expiry, RandomId.New(), body);
        return Jws.Sign(signer, type, CanonicalJson.Of(claims));
    }

    /// <summary>Verifies against the clock.</summary>
    public static Result<SignedDocument<T>> Verify<T>(string? token, DocumentExpectation expected, KeyResolver keys, TimeProvider time)
        => VerifyAsOf<T>(token, expected, keys, time.GetUtcNow());

    /// <summary>
    /// Verifies as of another moment: for evidence that was accepted then and is read again later, for example by an auditor.
    /// Never for a document that arrives now.
    /// </summary>
    public static Result<SignedDocument<T>> VerifyAsOf<T>(string? token, DocumentExpectation expected, KeyResolver keys, DateTimeOffset moment)
    {
        var verified = SignedMessage.Verify<DocumentClaims<T>>(
            token, SignedMessage.MaxDocumentChars, expected.Type, expected.Audience, SignedMessage.MaxDocumentLifetime, keys, moment);
        if (!verified.TryGet(out var message, out var error))
            return error;
        var (jws, claims) = message;
        if (expected.Issuer is not null && claims.Iss != expected.Issuer)
            return CryptoErrors.WrongIssuer.Of();
        return new SignedDocument<T>(
            claims.Iss, jws.KeyId, claims.Aud, DateTimeOffset.FromUnixTimeSeconds(claims.Iat), DateTimeOffset.FromUnixTimeSeconds(claims.Exp),
            claims.Jti, Digest.Sha256Hex(jws.Payload.Span), claims.Body);
    }

    private sealed record DocumentClaims<T>(
        string Iss, [property: JsonConverter(typeof(AudienceConverter))] IReadOnlyList<string> Aud, long Iat, long Exp, string Jti, T Body) : IClaims;
}
