using System.Collections.Concurrent;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Membership;

namespace DataSpace.Hosting.Transport;

/// <summary>
/// The participants this node knows, each by its own signed member document. Thread-safe. A document is accepted only when its
/// signature verifies with the key inside it; a later document of the same DID must carry the same key (rotation is a separate act).
/// </summary>
public sealed class PeerDirectory(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, MemberDocument> _byDid = new(StringComparer.Ordinal);

    /// <summary>The participant, or null.</summary>
    public MemberDocument? Find(string did) => _byDid.GetValueOrDefault(did);

    /// <summary>Everyone known.</summary>
    public IReadOnlyCollection<MemberDocument> All => (IReadOnlyCollection<MemberDocument>)_byDid.Values;

    /// <summary>Adds a document that came over a trusted channel (configuration), unsigned.</summary>
    public void Trust(MemberDocument document) => _byDid[document.Did] = document;

    /// <summary>Verifies a self-signed document and adds it, unless <paramref name="accept"/> objects. A different key for a known DID is refused.</summary>
    public Result<MemberDocument> Learn(string document, Func<MemberDocument, bool>? accept = null)
    {
        var read = MemberDocuments.Verify(document, clock);
        if (!read.TryGet(out var member, out var error))
            return error;
        if (accept is not null && !accept(member))
            return CryptoErrors.UnknownKey.Of($"{member.Did} presents a key that contradicts the pinned one");
        var known = _byDid.GetOrAdd(member.Did, member);
        if (known.PublicKey != member.PublicKey)
            return CryptoErrors.UnknownKey.Of($"{member.Did} presents a key that is not the one known");
        _byDid[member.Did] = member;
        return member;
    }

    /// <summary>Forgets a participant.</summary>
    public void Forget(string did) => _byDid.TryRemove(did, out _);

    /// <summary>Key resolver for signed messages.</summary>
    public PublicKey? Key(string did, string keyId)
        => Find(did) is { } member && member.KeyId == keyId ? MemberDocuments.KeyOf(member) : null;

    /// <summary>The transport's view of a participant.</summary>
    public static Peer PeerOf(MemberDocument member) => new(member.Did, member.Url, member.TlsSpki);
}
