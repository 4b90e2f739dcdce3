using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy;

/// <summary>Answer of the decision point. The default value denies.</summary>
public enum PolicyOutcome
{
    /// <summary>The operation must not run.</summary>
    Deny,

    /// <summary>The operation may run, under the decision's obligations.</summary>
    Allow,
}

/// <summary>One reason against a request.</summary>
/// <param name="Rule">The rule: <c>permission/&lt;8 hex&gt;</c>, <c>prohibition/&lt;8 hex&gt;</c> (a digest of its content, independent of order) or <c>contract</c>.</param>
/// <param name="Term">The term that failed, for example <c>purpose</c>.</param>
/// <param name="Kind">Catalogue row: code, title and advice in English and Chinese.</param>
public sealed record FailedRule(string Rule, string Term, ErrorKind Kind)
{
    /// <summary>Stable code.</summary>
    public string Code => Kind.Code;

    /// <summary>English, one line.</summary>
    public string Reason => $"{Kind.Title} ({Rule}: {Term})";

    /// <summary>Chinese, one line.</summary>
    public string ReasonZh => $"{Kind.TitleZh}（{Rule}：{Term}）";
}

/// <summary>A counter that must be debited in the transaction of the Grant.</summary>
/// <param name="Key">Counter name within the contract: <c>uses/&lt;16 hex&gt;</c>, one per permission.</param>
/// <param name="Limit">Most that may ever be spent.</param>
/// <param name="Amount">What this use spends.</param>
public sealed record BudgetDebit(string Key, long Limit, long Amount);

/// <summary>Values of a column are clamped into [<paramref name="Min"/>, <paramref name="Max"/>] before anything is computed from them.</summary>
/// <param name="Column">Column name.</param>
/// <param name="Decimals">Decimals kept, 0 to 9; bounds are integers in units of 10^-Decimals.</param>
/// <param name="Min">Lower bound, inclusive.</param>
/// <param name="Max">Upper bound, inclusive.</param>
public sealed record ClampBound(string Column, int Decimals, long Min, long Max);

/// <summary>What the enforcement point must do when it allows a use.</summary>
public sealed record UseObligations
{
    /// <summary>Counters to debit, all or nothing, before data is read.</summary>
    public IReadOnlyList<BudgetDebit> Debits { get; init; } = [];

    /// <summary>Columns that may be read.</summary>
    public IReadOnlyList<string> AllowedColumns { get; init; } = [];

    /// <summary>Columns that may be grouped by.</summary>
    public IReadOnlyList<string> AllowedGroupKeys { get; init; } = [];

    /// <summary>Least number of distinct subjects in a released group.</summary>
    public int MinimumGroupSize { get; init; }

    /// <summary>Largest share of one subject in a released total, percent; null when the contract says "off".</summary>
    public int? DominancePercent { get; init; }

    /// <summary>Most result rows; null when the contract sets none.</summary>
    public long? MaxRows { get; init; }

    /// <summary>Value bounds, one per column.</summary>
    public IReadOnlyList<ClampBound> Clamps { get; init; } = [];

    /// <summary>Price of this use; null when it is free.</summary>
    public Money.Money? Price { get; init; }
}

/// <summary>A decision, to be kept with the Grant or Denied entry.</summary>
/// <param name="Outcome">Allow or deny.</param>
/// <param name="DecisionId">Random 128-bit id.</param>
/// <param name="PolicyVersion">SHA-256 of the canonical policy, lower-case hex; empty when there was none.</param>
/// <param name="Reason">The first reason of a denial, null when allowed.</param>
/// <param name="FailedRules">Every reason of a denial, in an order that does not depend on the order of rules.</param>
/// <param name="Obligations">What allowing entails; null when denied, and for negotiation and publishing.</param>
public sealed record PolicyDecision(
    PolicyOutcome Outcome, string DecisionId, string PolicyVersion, FailedRule? Reason, IReadOnlyList<FailedRule> FailedRules, UseObligations? Obligations)
{
    /// <summary>True when the operation may run.</summary>
    public bool IsAllowed => Outcome == PolicyOutcome.Allow;

    /// <summary>The denial as an error for the caller; throws when allowed.</summary>
    public DsError ToError() => Reason is { } reason
        ? reason.Kind.Of($"{reason.Rule}: {reason.Term}; decision {DecisionId}")
        : throw new InvalidOperationException("An allowed decision is no error.");
}
