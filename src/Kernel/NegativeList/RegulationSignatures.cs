using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.NegativeList;

/// <summary>
/// The three signatures of a regulator: compact JWS over canonical JSON. They have no audience (whoever pins the regulator is meant) and no expiry of
/// their own: rule sets carry their validity, stamps their time, and both numbers only rise.
/// </summary>
public static class RegulationSignatures
{
    /// <summary>JWS type of an approval by a root key.</summary>
    public const string ApprovalType = "dataspace-rule-set-approval+jws";

    /// <summary>JWS type of standing orders by the online key.</summary>
    public const string OrdersType = "dataspace-standing-orders+jws";

    /// <summary>JWS type of a stamp by the online key.</summary>
    public const string StampType = "dataspace-regulation-stamp+jws";

    /// <summary>Longest approval and stamp, in characters.</summary>
    public const int MaxShortChars = 4 * 1024;

    /// <summary>Longest standing orders, in characters.</summary>
    public const int MaxOrdersChars = 6 * 1024 * 1024;

    /// <summary>Most freezes and most clearances.</summary>
    public const int MaxOrders = 10_000;

    /// <summary>One person's approval of a rule set.</summary>
    public static string Approve(RuleSetDocument document, ISigner rootKey)
        => Jws.Sign(rootKey, ApprovalType, CanonicalJson.Of(new RuleSetApproval(document.Content.Regulator, document.Content.Version, document.Hash)));

    /// <summary>A stamp.</summary>
    public static string Sign(Stamp stamp, ISigner onlineKey) => Jws.Sign(onlineKey, StampType, CanonicalJson.Of(stamp));

    /// <summary>Standing orders; refused beyond the limits that readers hold to.</summary>
    public static Result<string> Sign(StandingOrders orders, ISigner onlineKey)
    {
        if (Problem(orders) is { } problem)
            return problem;
        if (!CanonicalJson.FromUtf8(JsonSerializer.SerializeToUtf8Bytes(orders, KernelJson.Options)).TryGet(out var canonical, out var error))
            return NegativeListErrors.TooLarge.Of(error.Detail);
        return Jws.Sign(onlineKey, OrdersType, canonical);
    }

    /// <summary>Hash by which a stamp names standing orders.</summary>
    public static string HashOf(Jws orders) => Digest.Sha256Hex(orders.Payload.Span);

    /// <summary>The approval, if this pinned key signed it.</summary>
    internal static Result<RuleSetApproval> OpenApproval(Jws token, PublicKey key) => Open<RuleSetApproval>(token, ApprovalType, key);

    /// <summary>The stamp and its number of characters are bounded; the key is the delegated one.</summary>
    internal static Result<Stamp> OpenStamp(string token, PublicKey key)
        => Jws.Parse(token, MaxShortChars).TryGet(out var jws, out var error) ? Open<Stamp>(jws, StampType, key) : NegativeListErrors.Malformed.Of("stamp: " + error.Detail);

    /// <summary>The standing orders and their hash.</summary>
    internal static Result<(StandingOrders Orders, string Hash)> OpenOrders(string token, PublicKey key)
    {
        if (!Jws.Parse(token, MaxOrdersChars).TryGet(out var jws, out var error))
            return NegativeListErrors.Malformed.Of("orders: " + error.Detail);
        if (!Open<StandingOrders>(jws, OrdersType, key).TryGet(out var orders, out error))
            return error;
        return Problem(orders) is { } problem ? problem : (orders, HashOf(jws));
    }

    private static Result<T> Open<T>(Jws token, string type, PublicKey key)
        where T : class
    {
        if (token.Type != type)
            return NegativeListErrors.Malformed.Of($"type is not {type}");
        if (token.KeyId != key.KeyId)
            return NegativeListErrors.UnpinnedKey.Of($"{type}: {(RuleText.IsRuleId(token.KeyId) ? token.KeyId : "?")}");
        if (!token.VerifiesWith(key))
            return NegativeListErrors.BadSignature.Of(type);
        // One spelling per content, so that a hash of it means one thing.
        if (!CanonicalJson.FromUtf8(token.Payload).TryGet(out var canonical, out _) || !token.Payload.Span.SequenceEqual(canonical))
            return NegativeListErrors.Malformed.Of($"{type}: not canonical");
        try
        {
            return JsonSerializer.Deserialize<T>(token.Payload.Span, KernelJson.Options) is { } value ? value : NegativeListErrors.Malformed.Of(type);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return NegativeListErrors.Malformed.Of(type);
        }
    }

    /// <summary>What is wrong with standing orders, or null.</summary>
    public static DsError? Problem(StandingOrders orders)
    {
        if (orders.Freezes.Count > MaxOrders || orders.Clearances.Count > MaxOrders)
            return NegativeListErrors.TooLarge.Of($"at most {MaxOrders} freezes and as many clearances");
        if (orders.Sequence < 0)
            return NegativeListErrors.RuleInvalid.Of("sequence begins at 0");
        var frozen = new HashSet<(FreezeTarget, string, string?)>();
        var cleared = new HashSet<(string?, string, string, string)>();
        foreach (var freeze in orders.Freezes)
        {
            if (freeze is null)
                return NegativeListErrors.Malformed.Of("a freeze is null");
            if (Problem("freeze", freeze.Id, freeze.CaseId) is { } problem)
                return problem;
            if (freeze.Provider is not null && (freeze.Target != FreezeTarget.Dataset || !ParticipantId.Parse(freeze.Provider).IsOk))
                return NegativeListErrors.RuleInvalid.Of("freeze: the owner of a dataset is named by its did:web");
            if (!frozen.Add((freeze.Target, freeze.Id, freeze.Provider)))
                return NegativeListErrors.DuplicateId.Of("a target is frozen twice");
        }
        foreach (var clearance in orders.Clearances)
        {
            if (clearance is null)
                return NegativeListErrors.Malformed.Of("a clearance is null");
            if ((Problem("clearance", clearance.DatasetId, clearance.CaseId) ?? Problem("clearance", clearance.Participant, clearance.RuleId)) is { } problem)
                return problem;
            if (clearance.Provider is not null && !ParticipantId.Parse(clearance.Provider).IsOk)
                return NegativeListErrors.RuleInvalid.Of("clearance: the owner of a dataset is named by its did:web");
            if (!cleared.Add((clearance.Provider, clearance.DatasetId, clearance.Participant, clearance.RuleId)))
                return NegativeListErrors.DuplicateId.Of("a clearance stands twice");
        }
        return null;
    }

    private static DsError? Problem(string what, string id, string caseId)
    {
        if (id.Length is 0 or > RuleText.MaxValueChars || caseId.Length is 0 or > RuleText.MaxTitleChars)
            return NegativeListErrors.RuleInvalid.Of($"{what}: an id is missing or too long");
        return VisibleText.IsSafe(id) && VisibleText.IsSafe(caseId) ? null : NegativeListErrors.UnsafeText.Of(what);
    }
}
