using System.Collections.Frozen;
using System.Net;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy;

/// <summary>What a check compares. The order of kinds is the order in which reasons are reported.</summary>
internal enum CheckKind
{
    NotBefore,
    NotAfter,
    Elapsed,
    Recipient,
    Role,
    ConsumerRegion,
    NetworkAddress,
    Purpose,
    Computation,
    Algorithm,
    ExecutionEnv,
    ExecutionRegion,
    EncryptMode,
    DeliveryMethod,
    Column,
    GroupKey,
    CoProvider,
    IndependentCoProviders,
    MinimumGroupSize,
    DominancePercent,
    MaxRows,
    OutputBytes,
    EpsilonPerUse,

    // From here on: not conditions of a request but provisions of a permission.
    Count,
    Frequency,
    PrivacyBudget,
    ContributionBound,
    Retention,
    StampExtension,
}

/// <summary>How a given value is compared with the set of a check.</summary>
internal enum CheckMode
{
    /// <summary>Numbers and moments: the kind says how.</summary>
    Bound,

    /// <summary>Given value is in the set; of several used items, all are.</summary>
    In,

    /// <summary>Given value is not in the set; of several used items, none is.</summary>
    NotIn,

    /// <summary>Given value is in the set or below one of its members (regions, purposes).</summary>
    Within,

    /// <summary>Given value is neither in the set nor below one of its members.</summary>
    NotWithin,

    /// <summary>All of the set is among the given names.</summary>
    ContainsAll,

    /// <summary>Something of the set is not among the given names.</summary>
    NotContainsAll,
}

/// <summary>One comparison. In a permission it must hold; in a prohibition it says whether the rule applies.</summary>
/// <param name="Kind">What is compared.</param>
/// <param name="Mode">How.</param>
/// <param name="Set">Values, for set comparisons.</param>
/// <param name="Number">Bound, UTC ticks, or ticks of a duration.</param>
/// <param name="Strict">Whether the bound itself is excluded (moments).</param>
internal sealed record Check(CheckKind Kind, CheckMode Mode, FrozenSet<string> Set, long Number, bool Strict = false)
{
    /// <summary>Address blocks, for <see cref="CheckKind.NetworkAddress"/>.</summary>
    public IReadOnlyList<IPNetwork> Networks { get; init; } = [];

    /// <summary>Length of a window in ticks, for <see cref="CheckKind.Frequency"/>.</summary>
    public long WindowTicks { get; init; }

    /// <summary>Equal for checks that say the same. Not kept: a copy with another mode would keep the old one.</summary>
    public string Identity => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(int)Kind}|{(int)Mode}|{Number}|{Strict}|")
        + (Set.Count == 0 ? "" : string.Join('\n', Set.Order(StringComparer.Ordinal)));

    /// <summary>True for a condition of a request, false for a provision of a permission.</summary>
    public bool IsCondition => Kind < CheckKind.Count;

    /// <summary>The opposite, or null where a use cannot be tested against it. What is unknown satisfies neither.</summary>
    public Check? Opposite() => Kind switch
    {
        CheckKind.NotBefore => this with { Kind = CheckKind.NotAfter, Strict = !Strict },
        CheckKind.NotAfter => this with { Kind = CheckKind.NotBefore, Strict = !Strict },
        CheckKind.Recipient or CheckKind.Role or CheckKind.ConsumerRegion or CheckKind.NetworkAddress or CheckKind.Purpose or CheckKind.Computation or CheckKind.Algorithm
            or CheckKind.ExecutionEnv or CheckKind.ExecutionRegion or CheckKind.EncryptMode or CheckKind.DeliveryMethod => this with
            {
                Mode = Mode switch
                {
                    CheckMode.In => CheckMode.NotIn,
                    CheckMode.NotIn => CheckMode.In,
                    CheckMode.Within => CheckMode.NotWithin,
                    CheckMode.NotWithin => CheckMode.Within,
                    CheckMode.ContainsAll => CheckMode.NotContainsAll,
                    _ => CheckMode.ContainsAll,
                },
            },
        _ => null,
    };
}

/// <summary>Evaluates single checks against a request. No allocation: this is the hot path.</summary>
internal static class PolicyChecks
{
    /// <summary>In a permission: true when the condition holds. Everything used must be allowed; what is missing is not allowed.</summary>
    public static bool Holds(Check check, PolicyRequest request) => Evaluate(check, request, anyItem: false) ?? false;

    /// <summary>In a prohibition: true when the condition applies. One forbidden item among those used is enough; what is missing might be the forbidden one.</summary>
    public static bool Matches(Check check, PolicyRequest request) => Evaluate(check, request, anyItem: true) ?? true;

    private static bool? Evaluate(Check check, PolicyRequest request, bool anyItem)
    {
        switch (check.Kind)
        {
            case CheckKind.NotBefore:
                return check.Strict ? request.Now.UtcTicks > check.Number : request.Now.UtcTicks >= check.Number;
            case CheckKind.NotAfter:
            case CheckKind.Elapsed:
                return check.Strict ? request.Now.UtcTicks < check.Number : request.Now.UtcTicks <= check.Number;
            case CheckKind.Recipient:
                return One(check, request.Consumer);
            case CheckKind.Role:
                return One(check, request.Role);
            case CheckKind.Purpose:
                return check.Mode is CheckMode.Within or CheckMode.NotWithin ? BelowPurpose(check, request.Purpose) : One(check, request.Purpose);
            case CheckKind.Computation:
                return One(check, request.Computation);
            case CheckKind.ExecutionEnv:
                return One(check, request.ExecutionEnv);
            case CheckKind.EncryptMode:
                return One(check, request.EncryptMode);
            case CheckKind.DeliveryMethod:
                return One(check, request.DeliveryMethod);
            case CheckKind.ConsumerRegion:
                return InRegion(check, request.ConsumerRegion);
            case CheckKind.ExecutionRegion:
                return InRegion(check, request.ExecutionRegion);
            case CheckKind.NetworkAddress:
                return AtAddress(check, request.ConsumerAddress);
            case CheckKind.Algorithm:
                return Names(check, request.Algorithms);
            case CheckKind.Column:
                return Items(check, request.Columns, request.GroupKeys, anyItem);
            case CheckKind.GroupKey:
                return Items(check, request.GroupKeys, [], anyItem);
            case CheckKind.CoProvider:
                return Rosters.Accepted(check, request.CoProviders, anyItem);
            case CheckKind.IndependentCoProviders:
                return Rosters.Independent(request) >= check.Number;
            case CheckKind.MinimumGroupSize:
                return request.MinimumGroupSize is not { } size || size >= check.Number;
            case CheckKind.DominancePercent:
                return request.DominancePercent is not { } percent || (percent is >= 1 and <= PolicyTerms.MaxDominancePercent && percent <= check.Number);
            case CheckKind.MaxRows:
                return request.MaxRows is not { } rows || (rows >= 0 && rows <= check.Number);
            case CheckKind.OutputBytes:
                return request.OutputBytes is not { } bytes || (bytes >= 0 && bytes <= check.Number);
            case CheckKind.EpsilonPerUse:
                return request.EpsilonMicro is { } epsilon ? epsilon >= 1 && epsilon <= check.Number : null;
            default:
                return null;
        }
    }

    private static bool? One(Check check, string? given)
        => given is null ? null : check.Mode == CheckMode.In ? check.Set.Contains(given) : !check.Set.Contains(given);

    private static bool? InRegion(Check check, string? given) => given is null ? null : check.Mode switch
    {
        CheckMode.In => check.Set.Contains(given),
        CheckMode.NotIn => !check.Set.Contains(given),
        CheckMode.Within => Region.IsWithinAny(given, check.Set),
        // A region wider than a forbidden one overlaps it: whoever is "somewhere in CN" may be in the forbidden city.
        _ => !Region.IsWithinAny(given, check.Set) && !Overlaps(given, check.Set),
    };

    private static bool Overlaps(string given, FrozenSet<string> set)
    {
        foreach (var region in set)
        {
            if (Region.IsWithin(region, given))
                return true;
        }
        return false;
    }

    /// <summary><c>research</c> contains <c>research:cancer</c>, <c>research/cancer</c> and <c>research.cancer</c>.</summary>
    private static bool? BelowPurpose(Check check, string? given)
    {
        if (given is null)
            return null;
        var below = check.Set.Contains(given);
        var lookup = check.Set.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var i = 1; !below && i < given.Length; i++)
            below = given[i] is ':' or '/' or '.' or '#' && lookup.Contains(given.AsSpan(0, i));
        return below == (check.Mode == CheckMode.Within);
    }

    private static bool? AtAddress(Check check, string? given)
    {
        if (given is null)
            return null;
        var found = check.Set.Contains(given);
        if (!found && check.Networks.Count > 0 && IPAddress.TryParse(given, out var address))
        {
            for (var i = 0; !found && i < check.Networks.Count; i++)
                found = check.Networks[i].Contains(address);
        }
        return found == (check.Mode == CheckMode.In);
    }

    /// <summary>Several names of one thing: one of them is enough to be in a set; none may be in a forbidden one.</summary>
    private static bool? Names(Check check, IReadOnlyList<string> given)
    {
        if (given.Count == 0)
            return null;
        var found = 0;
        for (var i = 0; i < given.Count; i++)
        {
            if (check.Set.Contains(given[i]))
                found++;
        }
        return check.Mode switch
        {
            CheckMode.In => found > 0,
            CheckMode.NotIn => found == 0,
            CheckMode.ContainsAll => found == check.Set.Count,
            _ => found < check.Set.Count,
        };
    }

    /// <summary>Columns used. Permission: all in the set, or none in a forbidden one. Prohibition: one of the set, or one outside an allowed one.</summary>
    private static bool Items(Check check, IReadOnlyList<string> used, IReadOnlyList<string> more, bool anyItem)
    {
        int inside = Count(used, check.Set) + Count(more, check.Set), all = used.Count + more.Count;
        return (check.Mode == CheckMode.In, anyItem) switch
        {
            (true, false) => inside == all,
            (false, false) => inside == 0,
            (true, true) => inside > 0,
            (false, true) => inside < all,
        };
    }

    private static int Count(IReadOnlyList<string> used, FrozenSet<string> set)
    {
        var count = 0;
        for (var i = 0; i < used.Count; i++)
        {
            if (set.Contains(used[i]))
                count++;
        }
        return count;
    }

    /// <summary>The reason that a failed check of a permission gives.</summary>
    public static FailedRule Failure(string rule, Check check) => new(rule, TermOf(check.Kind), KindOf(check.Kind));

    public static string TermOf(CheckKind kind) => Rows[(int)kind].Term;

    private static ErrorKind KindOf(CheckKind kind) => Rows[(int)kind].Error;

    /// <summary>By <see cref="CheckKind"/>.</summary>
    private static readonly (string Term, ErrorKind Error)[] Rows =
    [
        (PolicyTerms.DateTime, PolicyErrors.ContractNotYetValid),
        (PolicyTerms.DateTime, PolicyErrors.ContractExpired),
        (PolicyTerms.ElapsedTime, PolicyErrors.WindowOver),
        (PolicyTerms.Recipient, PolicyErrors.RecipientNotAllowed),
        (PolicyTerms.Role, PolicyErrors.RoleNotAllowed),
        (PolicyTerms.ConsumerRegion, PolicyErrors.RegionNotAllowed),
        (PolicyTerms.NetworkAddress, PolicyErrors.AddressNotAllowed),
        (PolicyTerms.Purpose, PolicyErrors.PurposeNotAllowed),
        (PolicyTerms.Computation, PolicyErrors.ComputationNotAllowed),
        (PolicyTerms.Algorithm, PolicyErrors.AlgorithmNotAllowed),
        (PolicyTerms.ExecutionEnv, PolicyErrors.EnvironmentNotAllowed),
        (PolicyTerms.ExecutionRegion, PolicyErrors.RegionNotAllowed),
        (PolicyTerms.EncryptMode, PolicyErrors.DeliveryNotAllowed),
        (PolicyTerms.DeliveryMethod, PolicyErrors.DeliveryNotAllowed),
        (PolicyTerms.Column, PolicyErrors.ColumnNotAllowed),
        (PolicyTerms.GroupKey, PolicyErrors.GroupKeyNotAllowed),
        (PolicyTerms.CoProvider, PolicyErrors.CoProviderNotAccepted),
        (PolicyTerms.IndependentCoProviders, PolicyErrors.TooFewIndependent),
        (PolicyTerms.MinimumGroupSize, PolicyErrors.GroupTooSmall),
        (PolicyTerms.DominancePercent, PolicyErrors.DominanceTooWeak),
        (PolicyTerms.MaxRows, PolicyErrors.TooManyRows),
        (PolicyTerms.OutputBytes, PolicyErrors.OutputTooLarge),
        (PolicyTerms.EpsilonPerUse, PolicyErrors.EpsilonTooLarge),
        (PolicyTerms.Count, PolicyErrors.UsesExhausted),
        (PolicyTerms.Frequency, PolicyErrors.TooFrequent),
        (PolicyTerms.PrivacyBudget, PolicyErrors.PrivacyBudgetExhausted),
        (PolicyTerms.ContributionBound, PolicyErrors.EpsilonMissing),
        (PolicyTerms.Retention, PolicyErrors.DutyPending),
        (PolicyTerms.StampExtension, NegativeList.NegativeListErrors.StampStale),
    ];
}
