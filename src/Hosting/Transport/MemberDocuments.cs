using System.Buffers.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Membership;

namespace DataSpace.Hosting.Transport;

/// <summary>Makes and verifies self-signed member documents.</summary>
public static class MemberDocuments
{
    /// <summary>Audience of member documents: whoever belongs to the space.</summary>
    public const string Audience = "dataspace:members";

    /// <summary>How long a document is valid; the node renews it well before.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <summary>Signs this node's own document.</summary>
    public static string Sign(MemberDocument self, ISigner signer, TimeProvider clock)
        => SignedDocument.Create(self, signer, self.Did, [Audience], MemberDocument.Typ, clock.GetUtcNow() + Lifetime, clock);

    /// <summary>The document, if its signature verifies with the key that stands in it, that key is valid now, and it speaks about its signer.</summary>
    public static Result<SignedDocument<MemberDocument>> Verify(string document, TimeProvider clock)
    {
        PublicKey? claimed = null;
        if (!Jws.Parse(document, SignedMessage.MaxRequestTokenChars).TryGet(out var jws, out var error))
            return error;
        if (KeyInside(jws) is { } key)
            claimed = key;
        var verified = SignedDocument.Verify<MemberDocument>(
            document, new DocumentExpectation(MemberDocument.Typ, Audience), (_, kid) => claimed?.KeyId == kid ? claimed : null, clock);
        if (!verified.TryGet(out var signed, out error))
            return error;
        if (signed.Body.Did != signed.Issuer || signed.Body.KeyId != signed.KeyId || KeyOf(signed.Body)?.KeyId != signed.KeyId)
            return CryptoErrors.WrongIssuer.Of("the document speaks about somebody else");
        if (!KeysOf(signed.Body).TryGet(out var keys, out error))
            return error;
        return keys.Find(signed.KeyId, clock.GetUtcNow()) is null ? CryptoErrors.UnknownKey.Of("the document's own key is not valid at this time") : signed;
    }

    /// <summary>The key in a document, or null when it is malformed.</summary>
    public static PublicKey? KeyOf(MemberDocument member)
        => Base64Url.IsValid(member.PublicKey) ? PublicKey.TryCreate(PublicKey.Ed25519, Base64Url.DecodeFromChars(member.PublicKey)) : null;

    /// <summary>All keys of a document, each with its validity; the key that signs it is one of them.</summary>
    public static Result<KeySet> KeysOf(MemberDocument member)
    {
        if (KeyOf(member) is not { } current || current.KeyId != member.KeyId)
            return IdentityErrors.InvalidKeySet.Of("the current key is malformed");
        if (member.Keys is not { } listed)
            return KeySet.Single(current, DateTimeOffset.UnixEpoch);
        var keys = new List<KeyValidity>();
        foreach (var key in listed.Take(KeySet.MaxKeys + 1))
        {
            if (!Base64Url.IsValid(key.PublicKey) || PublicKey.TryCreate(PublicKey.Ed25519, Base64Url.DecodeFromChars(key.PublicKey)) is not { } parsed || parsed.KeyId != key.KeyId)
                return IdentityErrors.InvalidKeySet.Of("a key is malformed or has another id");
            keys.Add(new KeyValidity(parsed, key.ValidFrom, key.ValidUntil));
        }
        return keys.Exists(k => k.Key.KeyId == current.KeyId) ? KeySet.Create(keys) : IdentityErrors.InvalidKeySet.Of("the current key is not listed");
    }

    private static PublicKey? KeyInside(Jws jws)
    {
        if (!CanonicalJson.Parse(jws.Payload).TryGet(out var payload, out _))
            return null;
        return payload.TryGetProperty("body", out var body) && body.ValueKind == System.Text.Json.JsonValueKind.Object
            && body.TryGetProperty("publicKey", out var key) && key.ValueKind == System.Text.Json.JsonValueKind.String && key.GetString() is { Length: < 64 } text && Base64Url.IsValid(text)
            ? PublicKey.TryCreate(PublicKey.Ed25519, Base64Url.DecodeFromChars(text))
            : null;
    }
}
