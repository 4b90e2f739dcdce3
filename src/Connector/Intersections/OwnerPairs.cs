using System.Text.Json;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Keys;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Intersections;

/// <summary>Two owners whose rows meet by their keys.</summary>
/// <param name="Context">Of the intersection in which the first owner receives. The roster hash in it covers the job, both owners' keys of round 0 and the versions of their data: one conversation, once.</param>
/// <param name="Peer">The other owner's key as the contract pins it.</param>
/// <param name="IsFirst">This owner is the first.</param>
internal sealed record OwnerPair(IntersectionContext Context, PublicKey Peer, bool IsFirst);

/// <summary>What an intersection, a model and scores of two owners begin with alike: who the other one is, by this node's own pins, and what their conversation is bound to.</summary>
internal sealed class OwnerPairs(ProviderDesk desk, NodeIdentity self, TimeProvider clock)
{
    /// <param name="row">The use; its statements of round 0 are verified again.</param>
    /// <param name="use">The use with its order.</param>
    /// <param name="rule">How keys are compared.</param>
    /// <param name="first">The owner (DID) that receives first.</param>
    /// <param name="terms">Of the intersection.</param>
    public Result<OwnerPair> Of(UseRow row, UseRequest use, KeyRule rule, string first, IntersectionTerms terms)
    {
        var roster = use.Order.Plan.Roster;
        var statements = JsonSerializer.Deserialize<List<string>>(row.RoundZeros!, JobJson.Options)!;
        if (!JobOrders.VerifyRoster(use.Order, row.JobHash, statements, self.Did, desk.PinnedCoProvider, clock).TryGet(out var verified, out var error))
            return error;
        var peer = roster.First(r => r.Participant != self.Did);
        if (desk.PinnedCoProvider(peer.Participant, peer.KeyId) is not { } key)
            return JobErrors.RosterBroken.Of("key of the other owner");
        var second = roster.First(r => r.Participant != first).Participant;
        string VersionOf(string did) => verified.First(s => s.Participant == did).DatasetVersion;
        return new OwnerPair(
            new IntersectionContext(row.RosterHash!, string.Join(' ', roster.Select(r => r.AgreementId)), use.Order.PlanHash, first, second, VersionOf(first), VersionOf(second), rule.Digest, terms), key, first == self.Did);
    }

    /// <summary>Whether an error of such a conversation is about the sets: then it has one code, whichever it is. Any other says that the other party did not keep to the protocol.</summary>
    public static bool IsAboutSets(DsError error)
        => error.Kind == IntersectionErrors.SetTooSmall || error.Kind == IntersectionErrors.SetTooLarge || error.Kind == ConversationErrors.SpoolFull;
}
