using System.Globalization;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Intersection.Many;

/// <summary>Limits that the contracts set.</summary>
/// <param name="Mode">What the leader learns: which of its items all others have, or how many.</param>
/// <param name="MinimumIntersection">Fewest common items that are told at all; sets that are smaller by themselves are refused before anything is masked.</param>
/// <param name="MaxLeaderItems">Most items of the leader.</param>
/// <param name="MaxPartyItems">Most items of each other party, in their order.</param>
public sealed record ManyTerms(IntersectionMode Mode, int MinimumIntersection, int MaxLeaderItems, IReadOnlyList<int> MaxPartyItems)
{
    /// <summary>Fewest and most parties beside the leader.</summary>
    public const int FewestOthers = 2, MostOthers = 7;
}

/// <summary>What a run is bound to; every message of every conversation in it carries a digest of all of this.</summary>
/// <param name="RosterHash">Hex digest of the job and of everybody's keys of round 0: unlike any other's, since those keys are fresh.</param>
/// <param name="ContractIds">The contracts that the run is a use of.</param>
/// <param name="PlanHash">Digest of the signed plan, lower-case hex.</param>
/// <param name="Leader">Participant that learns the result.</param>
/// <param name="Others">All other participants, 2 to 7, in an order that all parties know.</param>
/// <param name="LeaderVersion">Version of the leader's dataset.</param>
/// <param name="OtherVersions">Versions of the others' datasets, in their order.</param>
/// <param name="KeyRuleDigest">How all make keys comparable, <see cref="Keys.KeyRule.Digest"/>.</param>
/// <param name="Terms">Limits.</param>
public sealed record ManyContext(
    string RosterHash, string ContractIds, string PlanHash, string Leader, IReadOnlyList<string> Others, string LeaderVersion, IReadOnlyList<string> OtherVersions, string KeyRuleDigest, ManyTerms Terms)
{
    private const string Tag = "DataSpace many-party-intersection/1";

    /// <summary>SHA-256 over the canonical JSON of everything above, 32 bytes.</summary>
    public ReadOnlyMemory<byte> Digest => Kernel.Crypto.Digest.Sha256(CanonicalJson.OfTexts(
    [
        Tag, RosterHash, ContractIds, PlanHash, Leader, LeaderVersion, Number(Others.Count), .. Others, .. OtherVersions, KeyRuleDigest,
        Terms.Mode.ToString(), Number(Terms.MinimumIntersection), Number(Terms.MaxLeaderItems), .. Terms.MaxPartyItems.Select(Number),
    ]));

    /// <summary>What the conversation of the leader with one other is bound to.</summary>
    internal ReadOnlyMemory<byte> DigestWith(int other) => Kernel.Crypto.Digest.Sha256([.. "DataSpace PSI many 1 pair\n"u8, .. Digest.Span, (byte)other]);

    /// <summary>The first problem, or null.</summary>
    internal DsError? Problem
        => Others.Count is < ManyTerms.FewestOthers or > ManyTerms.MostOthers || Others.Append(Leader).Distinct(StringComparer.Ordinal).Count() != Others.Count + 1
            || OtherVersions.Count != Others.Count || Terms.MaxPartyItems.Count != Others.Count || !Kernel.Crypto.Digest.IsSha256Hex(RosterHash) ? IntersectionErrors.TermsInvalid.Of("parties")
            : Terms.Mode is not (IntersectionMode.Ids or IntersectionMode.Cardinality) ? IntersectionErrors.TermsInvalid.Of("mode")
            : Terms.MinimumIntersection is < 0 or > IntersectionTerms.MostItems ? IntersectionErrors.TermsInvalid.Of("minimum intersection")
            : Terms.MaxPartyItems.Append(Terms.MaxLeaderItems).Any(most => most is < 0 or > IntersectionTerms.MostItems) ? IntersectionErrors.TermsInvalid.Of("most items of a party")
            : null;

    /// <summary>Why this set cannot go in, or null.</summary>
    internal DsError? ProblemOf(ItemSet items, int mostItems)
        => Problem ?? ProblemOf(items.Count, mostItems);

    /// <summary>Why a set of this size cannot.</summary>
    internal DsError? ProblemOf(int count, int mostItems)
        => count < 0 || count > mostItems ? IntersectionErrors.SetTooLarge.Of() : count < Terms.MinimumIntersection ? IntersectionErrors.SetTooSmall.Of() : null;

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One party's part in one run.</summary>
/// <param name="Grant">Proof that this party's use is in its ledger.</param>
/// <param name="Context">What the run is bound to.</param>
/// <param name="Own">Signs this party's messages.</param>
public sealed record ManyRun(GrantHandle Grant, ManyContext Context, ISigner Own);
