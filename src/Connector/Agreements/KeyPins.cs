using DataSpace.Connector.Datasets;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Membership;

namespace DataSpace.Connector.Agreements;

/// <summary>
/// Which keys of other participants this owner has confirmed by itself: <c>pins</c> in the configuration and the co-providers (<c>did#keyId</c>) of its own
/// offers. The coordinator's registry is a phone book: it may bring a document, but no contract is concluded with a key that is not confirmed here.
/// </summary>
internal sealed class KeyPins(DatasetRegistry datasets, NodeIdentity self)
{
    /// <summary>Null when the participant's key is confirmed, else why a contract with it is refused.</summary>
    public DsError? Problem(MemberDocument? member, string did)
        => member is null ? ConnectorErrors.ParticipantUnknown.Of(did)
            : member.Did == self.Did && member.KeyId == self.Signer.PublicKey.KeyId ? null
            : Of(member.Did).Contains(member.KeyId) ? null
            : ConnectorErrors.PeerNotPinned.Of($"{member.Did}#{member.KeyId}");

    /// <summary>True when the owner confirmed other keys for this participant, and not this one: such a document is not even listened to.</summary>
    public bool Contradicts(MemberDocument member) => Of(member.Did) is { Count: > 0 } pins && !pins.Contains(member.KeyId);

    private HashSet<string> Of(string did)
    {
        var pins = datasets.All.Values.SelectMany(d => d.Offers).SelectMany(o => o.Compiled.Terms).SelectMany(t => t.CoProviders)
            .Where(p => p.StartsWith(did + "#", StringComparison.Ordinal)).Select(p => p[(did.Length + 1)..]).ToHashSet(StringComparer.Ordinal);
        if (datasets.Pins.TryGetValue(did, out var configured))
            pins.Add(configured);
        return pins;
    }
}
