using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Crypto;

/// <summary>Finds the verifying key that <paramref name="did"/> uses under <paramref name="keyId"/> now, or null. Synchronous: keys are pinned or cached before a message is judged.</summary>
public delegate PublicKey? KeyResolver(string did, string keyId);

/// <summary>
/// JWS compact serialization (RFC 7515 §3.1) with the one algorithm <c>EdDSA</c> over Ed25519 (RFC 8037 §3.1). The protected header
/// holds exactly <c>alg</c>, <c>kid</c> and <c>typ</c>; anything else, <c>crit</c>, <c>jwk</c> and <c>x5u</c> included, is refused.
/// </summary>
public sealed class Jws
{
    /// <summary>The only accepted value of <c>alg</c>; never taken from the message.</summary>
    public const string Algorithm = "EdDSA";

    /// <summary>Longest key id and type, in characters.</summary>
    public const int MaxNameChars = 128;

    private const int SignatureChars = 86;
    private const int MaxHeaderChars = 1024;

    private readonly byte[] _signingInput;
    private readonly byte[] _signature;

    private Jws(string keyId, string type, byte[] payload, byte[] signingInput, byte[] signature)
        => (KeyId, Type, Payload, _signingInput, _signature) = (keyId, type, payload, signingInput, signature);

    /// <summary>Header member <c>kid</c>, unverified until <see cref="VerifiesWith"/>.</summary>
    public string KeyId { get; }

    /// <summary>Header member <c>typ</c>, unverified until <see cref="VerifiesWith"/>.</summary>
    public string Type { get; }

    /// <summary>Decoded payload, unverified until <see cref="VerifiesWith"/>.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>Signs <paramref name="payload"/> as it is (canonicalise before).</summary>
    public static string Sign(ISigner signer, string type, ReadOnlySpan<byte> payload)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(type.Length, MaxNameChars);
        if (signer.PublicKey.Algorithm != PublicKey.Ed25519)
            throw new ArgumentException("EdDSA needs an Ed25519 key.", nameof(signer));
        var header = CanonicalJson.Of(new Header(Algorithm, signer.PublicKey.KeyId, type));
        var input = Base64Url.EncodeToString(header) + "." + Base64Url.EncodeToString(payload);
        return input + "." + Base64Url.EncodeToString(signer.Sign(Encoding.ASCII.GetBytes(input)));
    }

    /// <summary>Takes a token apart without verifying it. Bounded by <paramref name="maxChars"/>; refuses non-canonical base64url.</summary>
    public static Result<Jws> Parse(string? token, int maxChars)
    {
        if (string.IsNullOrEmpty(token) || token.Length > maxChars)
            return CryptoErrors.Malformed.Of("empty or too long");
        var first = token.IndexOf('.', StringComparison.Ordinal);
        var last = token.LastIndexOf('.');
        if (first <= 0 || last == first || first > MaxHeaderChars || token.Length - last - 1 != SignatureChars
            || token.AsSpan(first + 1, last - first - 1).Contains('.'))
            return CryptoErrors.Malformed.Of("not three parts");
        if (Decode(token.AsSpan(0, first)) is not { } header || Decode(token.AsSpan(first + 1, last - first - 1)) is not { } payload
            || Decode(token.AsSpan(last + 1)) is not { Length: 64 } signature)
            return CryptoErrors.Malformed.Of("not base64url");
        if (ReadHeader(header) is not { } names)
            return CryptoErrors.Malformed.Of("header");
        return new Jws(names.Kid, names.Typ, payload, Encoding.ASCII.GetBytes(token, 0, last), signature);
    }

    /// <summary>True when <paramref name="key"/> is the named key and its signature is valid.</summary>
    public bool VerifiesWith(PublicKey key)
        => key.KeyId == KeyId && key.Algorithm == PublicKey.Ed25519 && key.Verify(_signingInput, _signature);

    private static Header? ReadHeader(byte[] utf8)
    {
        try
        {
            var header = JsonSerializer.Deserialize<Header>(utf8, KernelJson.Options);
            return header is { Alg: Algorithm, Kid.Length: > 0 and <= MaxNameChars, Typ.Length: > 0 and <= MaxNameChars } ? header : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Null unless the text is the one canonical spelling of its bytes (no padding, spaces or stray low bits).</summary>
    internal static byte[]? Decode(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (!Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var written))
            return null;
        bytes = bytes[..written];
        return text.SequenceEqual(Base64Url.EncodeToString(bytes)) ? bytes : null;
    }

    private sealed record Header(string Alg, string Kid, string Typ);
}
