using System.Collections.Concurrent;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Membership;

namespace DataSpace.Hosting.Transport;

/// <summary>
/// The participants this node knows, each by its own signed member document and the keys in it. Thread-safe. A document is accepted when its signature
/// verifies with the key inside it; a later one of the same DID when a key that the known one lists as valid now has signed it. So a participant changes its key
/// by announcing the next one under the present one, and nobody else can.
/// </summary>
public sealed class PeerDirectory(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Known> _byDid = new(StringComparer.Ordinal);
    private readonly Lock _learning = new();

    /// <summary>The participant, or null.</summary>
    public MemberDocument? Find(string did) => _byDid.GetValueOrDefault(did)?.Member;

    /// <summary>Everyone known.</summary>
    public IReadOnlyCollection<MemberDocument> All => [.. _byDid.Values.Select(k => k.Member)];

    /// <summary>Adds a document that came over a trusted channel (configuration), unsigned.</summary>
    public void Trust(MemberDocument document)
        => _byDid[document.Did] = new Known(document, document, MemberDocuments.KeysOf(document) is { IsOk: true } keys ? keys.Value : null, DateTimeOffset.MinValue);

    /// <summary>
    /// Verifies a self-signed document and adds it, unless <paramref name="accept"/> objects to the document by which the participant was first known. A
    /// key that the known document does not list is refused; an older document than the known one changes nothing.
    /// </summary>
    public Result<MemberDocument> Learn(string document, Func<MemberDocument, bool>? accept = null)
    {
        if (!MemberDocuments.Verify(document, clock).TryGet(out var signed, out var error) || !MemberDocuments.KeysOf(signed.Body).TryGet(out var keys, out error))
            return error;
        var member = signed.Body;
        lock (_learning)
        {
            var known = _byDid.GetValueOrDefault(member.Did);
            if (accept is not null && !accept(known?.First ?? member))
                return CryptoErrors.UnknownKey.Of($"{member.Did} presents a key that contradicts the pinned one");
            if (known is not null && Key(member.Did, member.KeyId) is null)
                return CryptoErrors.UnknownKey.Of($"{member.Did} presents a key that is not the one known");
            if (known is not null && signed.IssuedAt < known.IssuedAt)
                return known.Member;
            _byDid[member.Did] = new Known(member, known?.First ?? member, keys, signed.IssuedAt);
            return member;
        }
    }

    /// <summary>Forgets a participant.</summary>
    public void Forget(string did) => _byDid.TryRemove(did, out _);

    /// <summary>Key resolver for signed messages: any key of the participant that is valid now.</summary>
    public PublicKey? Key(string did, string keyId) => _byDid.GetValueOrDefault(did)?.Keys?.Find(keyId, clock.GetUtcNow());

    /// <summary>The transport's view of a participant.</summary>
    public static Peer PeerOf(MemberDocument member) => new(member.Did, member.Url, member.TlsSpki);

    /// <param name="Member">The newest document.</param>
    /// <param name="First">The one by which it became known, which pins are held against.</param>
    /// <param name="Keys">Keys of the newest document; null when they are malformed.</param>
    /// <param name="IssuedAt">When the newest document was signed.</param>
    private sealed record Known(MemberDocument Member, MemberDocument First, KeySet? Keys, DateTimeOffset IssuedAt);
}
