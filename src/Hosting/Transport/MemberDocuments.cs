using System.Buffers.Text;
using DataSpace.Kernel.Crypto;
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

    /// <summary>The document, if its signature verifies with the key that stands in it and it speaks about its signer.</summary>
    public static Result<MemberDocument> Verify(string document, TimeProvider clock)
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
        return signed.Body.Did == signed.Issuer && signed.Body.KeyId == signed.KeyId && KeyOf(signed.Body)?.KeyId == signed.KeyId
            ? signed.Body
            : CryptoErrors.WrongIssuer.Of("the document speaks about somebody else");
    }

    /// <summary>The key in a document, or null when it is malformed.</summary>
    public static PublicKey? KeyOf(MemberDocument member)
        => Base64Url.IsValid(member.PublicKey) ? PublicKey.TryCreate(PublicKey.Ed25519, Base64Url.DecodeFromChars(member.PublicKey)) : null;

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
