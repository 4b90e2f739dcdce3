using DataSpace.Connector.Agreements;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;

namespace DataSpace.Connector.Duties;

/// <summary>
/// Which duties this node carries out, asked when a contract is concluded and at every use. A contract with any other duty is neither concluded nor used, for a duty that
/// nobody carries out would only look like a protection.
/// </summary>
internal sealed class DutyGuard(PeerDirectory peers, KeyPins pins, NodeIdentity self)
{
    /// <summary>The first duty that would not be carried out, as a refusal; null when there is none.</summary>
    /// <param name="obligations">Terms of the use, or of a permission.</param>
    /// <param name="consumer">DID of the contract's consumer.</param>
    public DsError? Problem(UseObligations obligations, string consumer)
        => obligations.Duties.FirstOrDefault(d => !IsCarriedOut(d, consumer)) is { } duty
            ? DutyErrors.NotCarriedOut.Of(string.Join(' ', new[] { duty.Action, duty.Id, duty.Party }.OfType<string>()))
            : null;

    private bool IsCarriedOut(DutyTerm duty, string consumer) => duty.Action switch
    {
        RuleActions.LogRecordSend => true,
        // The consumer's node deletes and proves it; what it does not prove in time denies its next uses.
        RuleActions.Delete => duty is { Phase: DutyPhase.After, Within: { } within } && within > TimeSpan.Zero,
        // Notices go where an acknowledgement can be held against a key that this owner confirmed by itself.
        RuleActions.Inform => duty.Party is { } party
            && (party == self.Did || party == consumer || pins.Problem(peers.Find(party), party) is null),
        _ => false,
    };
}
