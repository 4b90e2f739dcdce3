using System.Globalization;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Intersection;

/// <summary>What the receiver is entitled to.</summary>
public enum IntersectionMode
{
    /// <summary>Which of its rows the sender has too.</summary>
    Ids = 1,

    /// <summary>How many, and not which.</summary>
    Cardinality = 2,

    /// <summary>How many, and not which; the sender learns the sum of its own values over the common ones.</summary>
    Sum = 3,
}

/// <summary>Limits that the contract sets. How many runs there may be is the use gate's business: every run needs a Grant of its own.</summary>
/// <param name="Mode">What the receiver learns.</param>
/// <param name="MinimumIntersection">Fewest common items that are told at all; sets that are smaller by themselves are refused before anything is masked.</param>
/// <param name="MaxReceiverItems">Most items of the receiver, at most <see cref="MostItems"/>.</param>
/// <param name="MaxSenderItems">Most items of the sender, at most <see cref="MostItems"/>.</param>
/// <param name="Values">Bounds of a sender's value, of the mode <see cref="IntersectionMode.Sum"/> alone.</param>
public sealed record IntersectionTerms(IntersectionMode Mode, int MinimumIntersection, int MaxReceiverItems, int MaxSenderItems, ValueBounds? Values = null)
{
    /// <summary>Most items of one party: 2^25, a gigabyte of digests.</summary>
    public const int MostItems = 1 << 25;

    /// <summary>The first thing that is wrong with these terms, or null.</summary>
    public DsError? Problem
        => !Enum.IsDefined(Mode) ? IntersectionErrors.TermsInvalid.Of("mode")
            : MinimumIntersection is < 0 or > MostItems ? IntersectionErrors.TermsInvalid.Of("minimum intersection")
            : MaxReceiverItems is < 0 or > MostItems ? IntersectionErrors.TermsInvalid.Of("most items of the receiver")
            : MaxSenderItems is < 0 or > MostItems ? IntersectionErrors.TermsInvalid.Of("most items of the sender")
            : Mode == IntersectionMode.Sum != Values is not null || Values is { IsValid: false } || (Values is not null && !Sums.SumPlan.Fits(this)) ? IntersectionErrors.TermsInvalid.Of("value bounds")
            : null;
}

/// <summary>Public bounds of one item's value, in units of the last decimal: what is above or below counts as the bound.</summary>
/// <param name="Least">Smallest value.</param>
/// <param name="Most">Largest value.</param>
public sealed record ValueBounds(long Least, long Most)
{
    /// <summary>Most that one item can change a sum by.</summary>
    public long Magnitude => Math.Max(Math.Abs(Least), Math.Abs(Most));

    internal bool IsValid => Least != long.MinValue && Least <= Most && Magnitude > 0;
}

/// <summary>
/// What a run is bound to. Every message carries the digest, every hash to the curve depends on it, so nothing of one run means anything in another.
/// </summary>
/// <param name="JobId">The job.</param>
/// <param name="ContractId">The contract that the run is a use of.</param>
/// <param name="PlanHash">Digest of the signed plan, lower-case hex.</param>
/// <param name="Receiver">Participant that learns the result.</param>
/// <param name="Sender">Participant that learns the size of the receiver's set.</param>
/// <param name="ReceiverVersion">Version of the receiver's dataset.</param>
/// <param name="SenderVersion">Version of the sender's dataset.</param>
/// <param name="KeyRuleDigest">How both make keys comparable, <see cref="Keys.KeyRule.Digest"/>.</param>
/// <param name="Terms">Limits.</param>
public sealed record IntersectionContext(
    string JobId, string ContractId, string PlanHash, string Receiver, string Sender, string ReceiverVersion, string SenderVersion, string KeyRuleDigest, IntersectionTerms Terms)
{
    private const string Tag = "DataSpace private-set-intersection/1";

    /// <summary>SHA-256 over the canonical JSON of everything above, 32 bytes.</summary>
    public ReadOnlyMemory<byte> Digest => Kernel.Crypto.Digest.Sha256(CanonicalJson.OfTexts(
    [
        Tag, JobId, ContractId, PlanHash, Receiver, Sender, ReceiverVersion, SenderVersion, KeyRuleDigest,
        Terms.Mode.ToString(), Number(Terms.MinimumIntersection), Number(Terms.MaxReceiverItems), Number(Terms.MaxSenderItems),
        .. Terms.Values is { } values ? (IEnumerable<string>)[Number(values.Least), Number(values.Most)] : [],
    ]));

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One party's part in one run.</summary>
/// <param name="Grant">Proof that this party's use is in its ledger.</param>
/// <param name="Context">What the run is bound to.</param>
/// <param name="Own">Signs this party's messages.</param>
/// <param name="Peer">The other party's key as the signed job names it; never a key that came with a message.</param>
public sealed record IntersectionRun(GrantHandle Grant, IntersectionContext Context, ISigner Own, PublicKey Peer);
