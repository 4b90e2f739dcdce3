using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.NegativeList;

/// <summary>
/// One regulator's verified word, as a node holds it. Immutable and safe to share between threads; whoever replaces it persists
/// <see cref="Mark"/> first.
/// </summary>
public sealed class RegulationState
{
    private readonly PublicKey _onlineKey;
    private readonly OrdersIndex _orders;

    private RegulationState(
        RegulatorPin pin, RegulationBundle bundle, RuleSetDocument document, NegativeListIndex index, PublicKey onlineKey,
        StandingOrders orders, string ordersHash, OrdersIndex ordersIndex, Stamp stamp)
    {
        (Pin, Bundle, Document, Index, _onlineKey) = (pin, bundle, document, index, onlineKey);
        (Orders, OrdersHash, _orders, Stamp) = (orders, ordersHash, ordersIndex, stamp);
    }

    /// <summary>The regulator as this node trusts it.</summary>
    public RegulatorPin Pin { get; }

    /// <summary>What was accepted, to be handed on.</summary>
    public RegulationBundle Bundle { get; }

    /// <summary>The rule set and its hash.</summary>
    public RuleSetDocument Document { get; }

    /// <summary>The rule set.</summary>
    public RuleSet RuleSet => Document.Content;

    /// <summary>The compiled rule set.</summary>
    public NegativeListIndex Index { get; }

    /// <summary>Freezes and clearances.</summary>
    public StandingOrders Orders { get; }

    /// <summary>Hash of <see cref="Orders"/>.</summary>
    public string OrdersHash { get; }

    /// <summary>The newest stamp.</summary>
    public Stamp Stamp { get; }

    /// <summary>What has to be remembered across restarts.</summary>
    public RegulationMark Mark => new(Pin.Did, RuleSet.Version, Document.Hash, Orders.Sequence, OrdersHash, Stamp.Time);

    /// <summary>Accepts a bundle after what is held already. The rule set is compiled once per content.</summary>
    public static Result<RegulationState> Accept(RegulationState previous, RegulationBundle bundle, DateTimeOffset now)
        => Accept(previous.Pin, previous.Mark, previous, bundle, now);

    /// <summary>Accepts a bundle after what is remembered; with no memory, as the first one.</summary>
    public static Result<RegulationState> Accept(RegulatorPin pin, RegulationMark? mark, RegulationBundle bundle, DateTimeOffset now)
        => Accept(pin, mark, null, bundle, now);

    /// <summary>The same state under a newer stamp: cheap, for every minute. A stamp of anything else asks for the whole bundle (<c>DS-NEG-014</c>).</summary>
    public Result<RegulationState> AcceptStamp(string stamp, DateTimeOffset now)
    {
        if (!CheckStamp(stamp, Document, _onlineKey, now).TryGet(out var read, out var error))
            return error;
        if (read.OrdersSequence != Orders.Sequence || read.OrdersHash != OrdersHash)
            return NegativeListErrors.StampMismatch.Of("other freezes or clearances");
        if (read.Time < Stamp.Time)
            return NegativeListErrors.StampOlder.Of();
        return new RegulationState(Pin, Bundle with { Stamp = stamp }, Document, Index, _onlineKey, Orders, OrdersHash, _orders, read);
    }

    /// <summary>
    /// Null when the list may be asked at this moment, else why not. <paramref name="extended"/>: general-grade data under a contract that accepts
    /// a stamp up to 24 h old.
    /// </summary>
    public DsError? WhyUnavailable(DateTimeOffset now, bool extended) => WhyUnavailable(now, extended ? Stamp.ExtendedLifetime : Stamp.Lifetime);

    /// <summary>The same with the age that a contract accepts; beyond 24 h none counts.</summary>
    public DsError? WhyUnavailable(DateTimeOffset now, TimeSpan oldest)
    {
        if (CheckTimes(RuleSet, now) is { } error)
            return error;
        if (Stamp.Time > now + Stamp.MaxSkew)
            return NegativeListErrors.StampFromFuture.Of();
        var age = now - Stamp.Time;
        return age <= Stamp.Lifetime || (age <= oldest && age <= Stamp.ExtendedLifetime) ? null : NegativeListErrors.StampStale.Of($"{(long)age.TotalMinutes} min");
    }

    /// <summary>The answer: freshness, then freezes, then rules and clearances.</summary>
    public RegulationDecision Decide(RegulationRequest request)
    {
        // The extension is the contract's word about data of a general grade; an undeclared grade is not general.
        var extended = request is { ContractExtendsStamp: true, GradeRank: >= 1 and <= RegulationRequest.LastGeneralGrade };
        if (WhyUnavailable(request.Now, extended ? request.StampExtension ?? Stamp.ExtendedLifetime : Stamp.Lifetime) is { } error)
            return Deny(error);
        if (_orders.FreezeOf(request) is { } freeze)
            return Deny(NegativeListErrors.Frozen.Of($"{freeze.Target} {freeze.Id}, case {freeze.CaseId}")) with { CaseId = freeze.CaseId };
        var decision = Index.Evaluate(request, _orders) with { OrdersSequence = Orders.Sequence };
        return decision with { Degraded = decision.Allowed && request.Now - Stamp.Time > Stamp.Lifetime };
    }

    private RegulationDecision Deny(DsError error)
        => new(false, null, null, error, Pin.Did, RuleSet.Version, Document.Hash, Orders.Sequence);

    private static Result<RegulationState> Accept(RegulatorPin pin, RegulationMark? mark, RegulationState? previous, RegulationBundle bundle, DateTimeOffset now)
    {
        if (mark is not null && mark.Regulator != pin.Did)
            throw new ArgumentException("The mark belongs to another regulator.", nameof(mark));
        // Signatures first: whoever holds no root key cannot make this node hash and compile megabytes.
        if (!CheckApprovals(pin, bundle.Approvals).TryGet(out var approval, out var error) || !CheckDocument(approval, bundle).TryGet(out var document, out error))
            return error;
        if (mark is not null && document.Content.Version < mark.Version)
            return NegativeListErrors.VersionRollback.Of($"version {document.Content.Version}, known {mark.Version}");
        if (mark is not null && document.Content.Version == mark.Version && document.Hash != mark.RuleSetHash)
            return NegativeListErrors.VersionConflict.Of($"version {document.Content.Version}");
        if (CheckTimes(document.Content, now) is { } untimely)
            return untimely;
        var onlineKey = RegulatorPin.ReadKey(document.Content.StampKey.PublicKey)!;
        if (!CheckStamp(bundle.Stamp, document, onlineKey, now).TryGet(out var stamp, out error) || !RegulationSignatures.OpenOrders(bundle.Orders, onlineKey).TryGet(out var opened, out error))
            return error;
        var (orders, ordersHash) = opened;
        if (orders.Regulator != pin.Did || stamp.OrdersSequence != orders.Sequence || stamp.OrdersHash != ordersHash)
            return NegativeListErrors.StampMismatch.Of("other freezes or clearances");
        if (mark is not null && orders.Sequence < mark.OrdersSequence)
            return NegativeListErrors.OrdersRollback.Of($"number {orders.Sequence}, known {mark.OrdersSequence}");
        if (mark is not null && orders.Sequence == mark.OrdersSequence && ordersHash != mark.OrdersHash)
            return NegativeListErrors.OrdersConflict.Of($"number {orders.Sequence}");
        if (mark is not null && stamp.Time < mark.StampTime)
            return NegativeListErrors.StampOlder.Of();
        var index = previous is not null && previous.Document.Hash == document.Hash ? previous.Index : NegativeListIndex.Compile(document);
        return new RegulationState(pin, bundle, document, index, onlineKey, orders, ordersHash, new OrdersIndex(orders), stamp);
    }

    /// <summary>The approval that enough distinct root keys gave. Signatures by other keys count for nothing; a wrong one by a pinned key is an alarm.</summary>
    private static Result<RuleSetApproval> CheckApprovals(RegulatorPin pin, IReadOnlyList<string> approvals)
    {
        if (approvals.Count > RegulatorPin.MaxRootKeys * 2)
            return NegativeListErrors.TooLarge.Of("approvals");
        var signers = new Dictionary<RuleSetApproval, HashSet<string>>();
        string? stranger = null;
        foreach (var token in approvals)
        {
            if (!Jws.Parse(token, RegulationSignatures.MaxShortChars).TryGet(out var jws, out var error))
                return NegativeListErrors.Malformed.Of("approval: " + error.Detail);
            if (pin.Find(jws.KeyId) is not { } key)
            {
                stranger = RuleText.IsRuleId(jws.KeyId) ? jws.KeyId : "?";
                continue;
            }
            if (!RegulationSignatures.OpenApproval(jws, key).TryGet(out var approval, out error))
                return error;
            if (!signers.TryGetValue(approval, out var keys))
                signers[approval] = keys = new HashSet<string>(StringComparer.Ordinal);
            keys.Add(key.KeyId);
        }
        // One approval per content: two people who signed two different lists did not agree on either.
        var most = signers.OrderByDescending(s => s.Value.Count).FirstOrDefault();
        if (most.Value is null || most.Value.Count < pin.Threshold)
        {
            return stranger is null
                ? NegativeListErrors.TooFewSignatures.Of($"{most.Value?.Count ?? 0} of {pin.Threshold}")
                : NegativeListErrors.UnpinnedKey.Of(stranger);
        }
        return most.Key.Regulator == pin.Did ? most.Key : NegativeListErrors.UnknownRegulator.Of("approved for another regulator");
    }

    private static Result<RuleSetDocument> CheckDocument(RuleSetApproval approval, RegulationBundle bundle)
    {
        if (!RuleSetReader.Read(bundle.RuleSet).TryGet(out var document, out var error))
            return error;
        if (document.Hash != approval.RuleSetHash)
            return NegativeListErrors.BadSignature.Of("the rule set is not the one that was approved");
        return document.Content.Version == approval.Version && document.Content.Regulator == approval.Regulator
            ? document
            : NegativeListErrors.BadSignature.Of("the approval names another version or regulator");
    }

    private static DsError? CheckTimes(RuleSet set, DateTimeOffset now)
    {
        if (now < set.ValidFrom)
            return NegativeListErrors.NotYetValid.Of($"version {set.Version}, from {set.ValidFrom:u}");
        if (now >= set.ValidUntil)
            return NegativeListErrors.RuleSetExpired.Of($"version {set.Version}, until {set.ValidUntil:u}");
        return now >= set.StampKey.NotAfter ? NegativeListErrors.StampKeyExpired.Of($"until {set.StampKey.NotAfter:u}") : null;
    }

    private static Result<Stamp> CheckStamp(string token, RuleSetDocument document, PublicKey onlineKey, DateTimeOffset now)
    {
        if (CheckTimes(document.Content, now) is { } untimely)
            return untimely;
        if (!RegulationSignatures.OpenStamp(token, onlineKey).TryGet(out var stamp, out var error))
            return error;
        if (stamp.Regulator != document.Content.Regulator || stamp.Version != document.Content.Version || stamp.RuleSetHash != document.Hash)
            return NegativeListErrors.StampMismatch.Of($"stamp of version {stamp.Version}");
        if (stamp.Time > now + Stamp.MaxSkew)
            return NegativeListErrors.StampFromFuture.Of($"{(long)(stamp.Time - now).TotalSeconds} s");
        return now - stamp.Time > Stamp.ExtendedLifetime ? NegativeListErrors.StampStale.Of($"{(long)(now - stamp.Time).TotalHours} h") : stamp;
    }
}
