using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy;

/// <summary>Evaluates single checks against a request. No allocation: this is the hot path.</summary>
internal static class PolicyChecks
{
    /// <summary>In a permission: true when the condition holds. Everything used must be allowed; what is missing is not allowed.</summary>
    public static bool Holds(Check check, PolicyRequest request, CompiledPolicy policy)
    {
        switch (check.Kind)
        {
            case CheckKind.NotBefore:
            case CheckKind.NotAfter:
                return InTime(check, request.Now.UtcTicks);
            case CheckKind.Recipient:
                return check.Set.Contains(request.Consumer);
            case CheckKind.Purpose:
                return request.Purpose is { } purpose && check.Set.Contains(purpose);
            case CheckKind.Computation:
                return request.Computation is { } computation && check.Set.Contains(computation);
            case CheckKind.Column:
                return All(request.Columns, check) && All(request.GroupKeys, check);
            case CheckKind.GroupKey:
                return All(request.GroupKeys, check);
            case CheckKind.CoProvider:
                return AllAccepted(request.CoProviders, check);
            case CheckKind.IndependentCoProviders:
                return Independent(request) >= check.Number;
            case CheckKind.MinimumGroupSize:
                return request.MinimumGroupSize is not { } size || size >= check.Number;
            case CheckKind.DominancePercent:
                return request.DominancePercent is not { } percent || (percent >= 1 && percent <= check.Number);
            case CheckKind.MaxRows:
                return request.MaxRows is not { } rows || (rows >= 0 && rows <= check.Number);
            case CheckKind.Count:
                // With several counters the single number of the request says nothing about any one of them; the ledger decides.
                return request.UsesSpent is not { } spent || policy.Permissions.Length != 1 || spent < check.Number;
            default:
                return false;
        }
    }

    /// <summary>In a prohibition: true when the condition applies. One forbidden item among those used is enough; what is missing might be the forbidden one.</summary>
    public static bool Matches(Check check, PolicyRequest request)
    {
        switch (check.Kind)
        {
            case CheckKind.NotBefore:
            case CheckKind.NotAfter:
                return InTime(check, request.Now.UtcTicks);
            case CheckKind.Recipient:
                return check.Set.Contains(request.Consumer);
            case CheckKind.Purpose:
                return request.Purpose is not { } purpose || check.Set.Contains(purpose);
            case CheckKind.Computation:
                return request.Computation is not { } computation || check.Set.Contains(computation);
            case CheckKind.Column:
                return Any(request.Columns, check) || Any(request.GroupKeys, check);
            case CheckKind.GroupKey:
                return Any(request.GroupKeys, check);
            case CheckKind.CoProvider:
                return AnyNamed(request.CoProviders, check);
            default:
                return true;
        }
    }

    /// <summary>The reason that a failed check of a permission gives.</summary>
    public static FailedRule Failure(CompiledRule rule, Check check) => new(rule.Name, TermOf(check.Kind), KindOf(check.Kind));

    public static string TermOf(CheckKind kind) => kind switch
    {
        CheckKind.NotBefore or CheckKind.NotAfter => PolicyTerms.DateTime,
        CheckKind.Recipient => PolicyTerms.Recipient,
        CheckKind.Purpose => PolicyTerms.Purpose,
        CheckKind.Computation => PolicyTerms.Computation,
        CheckKind.Column => PolicyTerms.Column,
        CheckKind.GroupKey => PolicyTerms.GroupKey,
        CheckKind.CoProvider => PolicyTerms.CoProvider,
        CheckKind.IndependentCoProviders => PolicyTerms.IndependentCoProviders,
        CheckKind.MinimumGroupSize => PolicyTerms.MinimumGroupSize,
        CheckKind.DominancePercent => PolicyTerms.DominancePercent,
        CheckKind.MaxRows => PolicyTerms.MaxRows,
        CheckKind.Count => PolicyTerms.Count,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static ErrorKind KindOf(CheckKind kind) => kind switch
    {
        CheckKind.NotBefore => PolicyErrors.ContractNotYetValid,
        CheckKind.NotAfter => PolicyErrors.ContractExpired,
        CheckKind.Recipient => PolicyErrors.RecipientNotAllowed,
        CheckKind.Purpose => PolicyErrors.PurposeNotAllowed,
        CheckKind.Computation => PolicyErrors.ComputationNotAllowed,
        CheckKind.Column => PolicyErrors.ColumnNotAllowed,
        CheckKind.GroupKey => PolicyErrors.GroupKeyNotAllowed,
        CheckKind.CoProvider => PolicyErrors.CoProviderNotAccepted,
        CheckKind.IndependentCoProviders => PolicyErrors.TooFewIndependent,
        CheckKind.MinimumGroupSize => PolicyErrors.GroupTooSmall,
        CheckKind.DominancePercent => PolicyErrors.DominanceTooWeak,
        CheckKind.MaxRows => PolicyErrors.TooManyRows,
        CheckKind.Count => PolicyErrors.UsesExhausted,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static bool InTime(Check check, long nowTicks) => (check.Kind == CheckKind.NotBefore, check.Strict) switch
    {
        (true, false) => nowTicks >= check.Number,
        (true, true) => nowTicks > check.Number,
        (false, false) => nowTicks <= check.Number,
        (false, true) => nowTicks < check.Number,
    };

    private static bool All(IReadOnlyList<string> used, Check check)
    {
        for (var i = 0; i < used.Count; i++)
        {
            if (!check.Set.Contains(used[i]))
                return false;
        }
        return true;
    }

    private static bool Any(IReadOnlyList<string> used, Check check)
    {
        for (var i = 0; i < used.Count; i++)
        {
            if (check.Set.Contains(used[i]))
                return true;
        }
        return false;
    }

    private static bool AllAccepted(IReadOnlyList<CoProvider> roster, Check check)
    {
        for (var i = 0; i < roster.Count; i++)
        {
            if (!Contains(check, roster[i]))
                return false;
        }
        return true;
    }

    /// <summary>A prohibition names participants; another key of the same participant does not escape it.</summary>
    private static bool AnyNamed(IReadOnlyList<CoProvider> roster, Check check)
    {
        for (var i = 0; i < roster.Count; i++)
        {
            if (check.Set.Contains(roster[i].Did))
                return true;
        }
        return false;
    }

    /// <summary>Looks up <c>did#keyId</c> without building the text on the heap.</summary>
    private static bool Contains(Check check, CoProvider member)
    {
        var length = member.Did.Length + 1 + member.KeyId.Length;
        if (length > 1024)
            return false;
        Span<char> text = stackalloc char[length];
        member.Did.CopyTo(text);
        text[member.Did.Length] = '#';
        member.KeyId.CopyTo(text[(member.Did.Length + 1)..]);
        return check.Set.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text);
    }

    /// <summary>Distinct co-providers that are neither the deciding owner, nor the consumer, nor of the consumer's group.</summary>
    private static int Independent(PolicyRequest request)
    {
        var count = 0;
        var roster = request.CoProviders;
        for (var i = 0; i < roster.Count; i++)
        {
            var did = roster[i].Did;
            var counts = did != request.Consumer && did != request.Provider && !Contains(request.ConsumerGroup, did);
            for (var j = 0; counts && j < i; j++)
                counts = roster[j].Did != did; // one participant with two keys is one participant
            if (counts)
                count++;
        }
        return count;
    }

    private static bool Contains(IReadOnlyList<string> list, string value)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] == value)
                return true;
        }
        return false;
    }
}
