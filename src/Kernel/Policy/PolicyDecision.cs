using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy;

/// <summary>Answer of the decision point. The default value denies.</summary>
public enum PolicyOutcome
{
    /// <summary>The operation must not run.</summary>
    Deny,

    /// <summary>The operation may run, under the decision's obligations.</summary>
    Allow,

    /// <summary>The operation may run once the pending duties were carried out: perform them, ask again.</summary>
    AllowAfterDuty,
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

/// <summary>To whom a counter belongs.</summary>
public enum BudgetScope
{
    /// <summary>Consumer, dataset and rules: the same offer negotiated again continues it.</summary>
    Rules,

    /// <summary>Dataset and consumer group, over all contracts; each contract bounds the same sum.</summary>
    DatasetAndConsumerGroup,
}

/// <summary>A counter that must be debited in the transaction of the Grant.</summary>
/// <param name="Key">Counter name within its scope: <c>uses/&lt;16 hex&gt;</c>, <c>rate/&lt;16 hex&gt;/&lt;window&gt;</c>, <c>epsilon</c>, <c>credit/&lt;currency&gt;</c>.</param>
/// <param name="Limit">Most that may ever be spent.</param>
/// <param name="Amount">What this use spends.</param>
/// <param name="Scope">To whom the counter belongs.</param>
public sealed record BudgetDebit(string Key, long Limit, long Amount, BudgetScope Scope = BudgetScope.Rules)
{
    /// <summary>Key of the privacy budget, in micro-epsilon.</summary>
    public const string Epsilon = "epsilon";

    private const string CreditPrefix = "credit/";

    /// <summary>What is owed in this currency, in minor units; only payments bring the limit up again.</summary>
    public bool IsCredit => Key.StartsWith(CreditPrefix, StringComparison.Ordinal);

    /// <summary>A count of uses.</summary>
    public bool IsUses => Key.StartsWith("uses/", StringComparison.Ordinal);

    /// <summary>Key of what is owed in a currency.</summary>
    public static string CreditOf(Money.Currency currency) => CreditPrefix + currency.Code;
}

/// <summary>A predicate on rows that the contract adds to every use.</summary>
/// <param name="Column">Column name; need not be among the columns a consumer may read.</param>
/// <param name="Operator"><c>eq</c>, <c>neq</c>, <c>lt</c>, <c>lteq</c>, <c>gt</c> or <c>gteq</c>.</param>
/// <param name="Value">Constant as text in the column's type.</param>
public sealed record RowPredicate(string Column, string Operator, string Value);

/// <summary>Differential privacy that the contract demands.</summary>
/// <param name="BudgetMicroEpsilon">Most micro-epsilon in all, per dataset and consumer group.</param>
/// <param name="EpsilonPerUseMicro">Most micro-epsilon of one use; null when only the budget bounds it.</param>
/// <param name="ContributionBound">Most groups in which one subject may count; the sensitivity of the noise follows from it.</param>
public sealed record PrivacyTerms(long BudgetMicroEpsilon, long? EpsilonPerUseMicro, int ContributionBound)
{
    /// <summary>Groups in which one subject counts, unless the contract says otherwise.</summary>
    public const int DefaultContributionBound = 1;
}

/// <summary>When a duty is carried out.</summary>
public enum DutyPhase
{
    /// <summary>Before the data is read; a failure denies the use.</summary>
    Before,

    /// <summary>With the use.</summary>
    During,

    /// <summary>After the result was delivered; a missed deadline is a breach.</summary>
    After,
}

/// <summary>Something that must be done for a use.</summary>
/// <param name="Id"><c>duty/&lt;16 hex&gt;</c>, a digest of what the duty says.</param>
/// <param name="Action"><see cref="RuleActions.Inform"/>, <see cref="RuleActions.Delete"/> or <see cref="RuleActions.LogRecordSend"/>.</param>
/// <param name="Phase">When.</param>
/// <param name="Party">DID of the informed party; null where the action names none.</param>
/// <param name="Within">Deadline after the delivery of the result; null when at once.</param>
public sealed record DutyTerm(string Id, string Action, DutyPhase Phase, string? Party, TimeSpan? Within);

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

    /// <summary>Least number of distinct subjects in a released group; 1 where the contract opens single records.</summary>
    public int MinimumGroupSize { get; init; }

    /// <summary>Largest share of one subject in a released total, percent; null when the contract says "off".</summary>
    public int? DominancePercent { get; init; }

    /// <summary>Most result rows; null when the contract sets none.</summary>
    public long? MaxRows { get; init; }

    /// <summary>Value bounds, one per column.</summary>
    public IReadOnlyList<ClampBound> Clamps { get; init; } = [];

    /// <summary>Rows that may be used; all predicates are added to the query.</summary>
    public IReadOnlyList<RowPredicate> RowFilter { get; init; } = [];

    /// <summary>Most plaintext bytes of the result; null when the contract sets none.</summary>
    public long? MaxOutputBytes { get; init; }

    /// <summary>Noise and its budget; null when exact figures are allowed.</summary>
    public PrivacyTerms? Privacy { get; init; }

    /// <summary>Longest time the consumer may keep the result; null when the contract sets none. The same as the earliest <c>delete</c> duty.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>How old a regulator's stamp may be, for data of a general grade; null: no older than usual.</summary>
    public TimeSpan? StampExtension { get; init; }

    /// <summary>Duties in the order in which they are carried out.</summary>
    public IReadOnlyList<DutyTerm> Duties { get; init; } = [];

    /// <summary>Price of this use; null when it is free.</summary>
    public Money.Money? Price { get; init; }

    /// <summary>SHA-256 of the price plan that is billed by, lower-case hex; null when the contract pins none and <see cref="Price"/> is the price.</summary>
    public string? PricePlan { get; init; }

    /// <summary>Most that may be owed at a time under these rules; null when the contract sets none, and uses go on whether they are paid or not.</summary>
    public Money.Money? Credit { get; init; }

    /// <summary>The count of uses that catalogue and plan show; null when there is none.</summary>
    public BudgetDebit? Uses => Debits.FirstOrDefault(d => d.IsUses);

    /// <summary>True for a permission that speaks of delivery alone: it says nothing about columns and groups.</summary>
    internal bool DeliveryOnly { get; init; }
}

/// <summary>A decision, to be kept with the Grant or Denied entry.</summary>
/// <param name="Outcome">Allow or deny.</param>
/// <param name="DecisionId">Random 128-bit id.</param>
/// <param name="PolicyVersion">SHA-256 of the canonical policy, lower-case hex; empty when there was none.</param>
/// <param name="Reason">The first reason of a denial, null when allowed.</param>
/// <param name="Obligations">What allowing entails; null when denied, and for negotiation and publishing.</param>
public sealed record PolicyDecision(
    PolicyOutcome Outcome, string DecisionId, string PolicyVersion, FailedRule? Reason, UseObligations? Obligations)
{
    private readonly Func<IReadOnlyList<FailedRule>>? _allReasons;

    /// <summary>Every reason of a denial, in an order that does not depend on the order of rules; worked out when somebody looks.</summary>
    public IReadOnlyList<FailedRule> FailedRules => _allReasons?.Invoke() ?? (Reason is { } reason ? [reason] : []);

    internal Func<IReadOnlyList<FailedRule>>? AllReasons { init => _allReasons = value; }

    /// <summary>Duties to carry out before asking again; empty unless the outcome is <see cref="PolicyOutcome.AllowAfterDuty"/>.</summary>
    public IReadOnlyList<DutyTerm> PendingDuties { get; init; } = [];

    /// <summary>True when the operation may run.</summary>
    public bool IsAllowed => Outcome == PolicyOutcome.Allow;

    /// <summary>The denial as an error for the caller; throws when allowed.</summary>
    public DsError ToError() => Reason is { } reason
        ? reason.Kind.Of($"{reason.Rule}: {reason.Term}; decision {DecisionId}")
        : Outcome == PolicyOutcome.AllowAfterDuty ? PolicyErrors.DutyPending.Of($"{PendingDuties[0].Action}: {PendingDuties[0].Id}; decision {DecisionId}")
        : throw new InvalidOperationException("An allowed decision is no error.");
}
