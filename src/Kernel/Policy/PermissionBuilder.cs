using System.Collections.Frozen;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy;

/// <summary>Builds one alternative of a permission: its checks, what it entails, and its open terms; refuses missing and contradictory terms.</summary>
/// <param name="name">Name in decisions.</param>
/// <param name="digest">Digest of the whole rule: alternatives share the counters of terms that stand outside their <c>or</c>.</param>
/// <param name="actions">What the rule speaks about.</param>
/// <param name="duties">Duties of the rule and of the policy, with the price of one use.</param>
/// <param name="agreedAt">When the agreement was concluded; null in an offer.</param>
/// <param name="terms">Reads constraints.</param>
internal sealed class PermissionBuilder(
    string name, string digest, ActionSet actions, DutyCompiler.Compiled duties, DateTimeOffset? agreedAt, TermReader terms)
{
    private static readonly (CheckKind Kind, string Term)[] Required =
    [
        (CheckKind.Computation, PolicyTerms.Computation),
        (CheckKind.Column, PolicyTerms.Column),
        (CheckKind.MinimumGroupSize, PolicyTerms.MinimumGroupSize),
        (CheckKind.DominancePercent, PolicyTerms.DominancePercent),
    ];

    private static readonly Check NoGroupKey = new(CheckKind.GroupKey, CheckMode.In, FrozenSet<string>.Empty, 0);
    private static readonly Check NoCoProvider = new(CheckKind.CoProvider, CheckMode.In, FrozenSet<string>.Empty, 0);

    private readonly List<Check> _checks = [];
    private readonly Dictionary<CheckKind, List<string>?> _common = [];
    private readonly List<DebitRule> _debits = [];
    private readonly Dictionary<string, ClampBound> _clamps = new(StringComparer.Ordinal);
    private readonly List<RowPredicate> _filter = [];

    public Result<CompiledRule> Build(IReadOnlyList<Literal> literals)
    {
        foreach (var literal in literals)
        {
            if (Add(literal) is { } problem)
                return problem;
        }
        if (actions.HasFlag(ActionSet.Compute))
        {
            foreach (var (kind, term) in Required)
            {
                if (!_checks.Exists(c => c.Kind == kind && c.Mode is (CheckMode.In or CheckMode.Bound)))
                    return PolicyErrors.TermMissing.Of(term);
            }
            // Joint computations and grouping exist only where the contract names with whom and by what.
            AddDefault(CheckKind.GroupKey);
            AddDefault(CheckKind.CoProvider);
            if (RecordsProblem() is { } unkept)
                return PolicyErrors.NotAboutRecords.Of(unkept);
        }
        if (Bound(CheckKind.PrivacyBudget, largest: false) is null
            && _checks.Exists(c => c.Kind is CheckKind.EpsilonPerUse or CheckKind.ContributionBound))
            return PolicyErrors.TermMissing.Of(PolicyTerms.PrivacyBudget);
        if (Bound(CheckKind.PrivacyBudget, largest: false) is { } budget && !_checks.Exists(c => c.Kind == CheckKind.EpsilonPerUse))
            _checks.Add(new Check(CheckKind.EpsilonPerUse, CheckMode.Bound, FrozenSet<string>.Empty, budget)); // a budget makes epsilon a must
        return Contradiction() is { } contradiction ? PolicyErrors.Contradiction.Of(contradiction) : Finish();
    }

    private DsError? Add(Literal literal)
    {
        if (!terms.Read(literal.Comparison).TryGet(out var term, out var error))
            return error;
        var check = term.Check;
        if (literal.Opposite)
        {
            check = check?.Opposite();
            if (check is null)
                return PolicyErrors.LogicNotEnforced.Of("xone over " + PolicyReader.Show(literal.Comparison.LeftOperand));
        }
        if (check is { Kind: CheckKind.Elapsed })
            check = agreedAt is { } since ? check with { Number = (since.UtcDateTime + TimeSpan.FromTicks(check.Number)).Ticks } : null; // an offer has no beginning yet
        if (check is not null)
            AddCheck(literal.Comparison, check);
        _filter.AddRange(term.Filter ?? []);
        foreach (var clamp in term.Clamps ?? [])
        {
            if (!Add(clamp))
                return PolicyErrors.Contradiction.Of("clamps of " + PolicyReader.Show(clamp.Column));
        }
        return _filter.Count > PolicyValues.MaxRowPredicates ? PolicyErrors.TooLarge.Of("row filter") : null;
    }

    private void AddCheck(OdrlComparison comparison, Check check)
    {
        _checks.Add(check);
        if (DebitOf(comparison, check, PolicyChecks.Failure(name, check)) is { } debit)
            _debits.Add(debit);
    }

    private DebitRule? DebitOf(OdrlComparison comparison, Check check, FailedRule exhausted) => check.Kind switch
    {
        CheckKind.Count => new DebitRule("uses/" + CounterOf(comparison), check.Number, 0, false, exhausted),
        CheckKind.Frequency => new DebitRule("rate/" + CounterOf(comparison), check.Number, check.WindowTicks, false, exhausted),
        CheckKind.PrivacyBudget => new DebitRule(BudgetDebit.Epsilon, check.Number, 0, true, exhausted),
        _ => null,
    };

    private string CounterOf(OdrlComparison comparison)
        => Digest.Sha256Hex(CanonicalJson.Of((string[])[digest, comparison.LeftOperand, comparison.Operator, comparison.RightOperand[0]]))[..16];

    private void AddDefault(CheckKind kind)
    {
        if (!_checks.Exists(c => c.Kind == kind && c.Mode == CheckMode.In))
            _checks.Add(kind == CheckKind.GroupKey ? NoGroupKey : NoCoProvider);
    }

    /// <summary>A look-up opens single records: what bounds groups, totals or noise it could not keep, so it has a permission of its own that says so. Nothing else goes without a minimum.</summary>
    private string? RecordsProblem()
    {
        var computations = Common(CheckKind.Computation)!;
        var isGrouped = Bound(CheckKind.MinimumGroupSize, largest: true) != PolicyValues.MinimumOff;
        if (!computations.Contains(PolicyComputations.Lookup))
            return isGrouped ? null : PolicyTerms.MinimumGroupSize + " off";
        return computations.Count > 1 ? PolicyComputations.Lookup + " beside " + computations.First(c => c != PolicyComputations.Lookup)
            : isGrouped ? PolicyTerms.MinimumGroupSize
            : Bound(CheckKind.DominancePercent, largest: false) != PolicyValues.DominanceOff ? PolicyTerms.DominancePercent
            : Bound(CheckKind.PrivacyBudget, largest: false) is not null ? PolicyTerms.PrivacyBudget
            : _clamps.Count > 0 ? PolicyTerms.Clamp
            : null;
    }

    private bool Add(ClampBound clamp)
    {
        if (_clamps.TryGetValue(clamp.Column, out var other))
        {
            if (other.Decimals != clamp.Decimals || Math.Max(other.Min, clamp.Min) > Math.Min(other.Max, clamp.Max))
                return false;
            clamp = clamp with { Min = Math.Max(other.Min, clamp.Min), Max = Math.Min(other.Max, clamp.Max) };
        }
        _clamps[clamp.Column] = clamp;
        return true;
    }

    private string? Contradiction()
    {
        CheckKind[] sets =
        [
            CheckKind.Purpose, CheckKind.Recipient, CheckKind.Role, CheckKind.Computation, CheckKind.Column, CheckKind.ExecutionEnv, CheckKind.EncryptMode,
            CheckKind.DeliveryMethod, CheckKind.NetworkAddress,
        ];
        foreach (var kind in sets)
        {
            if (Common(kind) is { Count: 0 })
                return PolicyChecks.TermOf(kind) + " leaves nothing";
        }
        if (actions.HasFlag(ActionSet.Compute))
        {
            var columns = Common(CheckKind.Column)!;
            if (Common(CheckKind.GroupKey)!.FirstOrDefault(k => !columns.Contains(k)) is { } key)
                return "group key " + PolicyReader.Show(key) + " is not among the columns";
            if (_clamps.Keys.FirstOrDefault(c => !columns.Contains(c)) is { } clamped)
                return "clamp of " + PolicyReader.Show(clamped) + ", which is not among the columns";
        }
        if (Bound(CheckKind.NotAfter, largest: false) is not { } until || Bound(CheckKind.NotBefore, largest: true) is not { } from)
            return null;
        return from > until || (from == until && _checks.Exists(c => c is { Kind: CheckKind.NotBefore or CheckKind.NotAfter, Strict: true } && c.Number == from))
            ? "dateTime leaves no moment"
            : null;
    }

    private CompiledRule Finish()
    {
        var dominance = Bound(CheckKind.DominancePercent, largest: false) ?? PolicyValues.DominanceOff;
        var all = duties.Duties.ToList();
        TimeSpan? retention = Bound(CheckKind.Retention, largest: false) is { } ticks ? TimeSpan.FromTicks(ticks) : null;
        if (retention is { } keep)
            all.Add(DutyCompiler.DeleteWithin(keep));
        var inOrder = UseObligationMerge.Duties(all);
        if (duties.Payment is { Credit: { } credit } payment)
            _debits.Add(new DebitRule(BudgetDebit.CreditOf(credit.Currency), credit.Minor, 0, false, new FailedRule(name, PolicyTerms.CreditLimit, PolicyErrors.CreditExhausted), payment.Price.Minor));
        var obligations = new UseObligations
        {
            Debits = [.. _debits.Where(d => d.IsConstant).Select(d => d.For(null!)).OrderBy(d => d.Key, StringComparer.Ordinal)],
            AllowedColumns = Common(CheckKind.Column) ?? [],
            AllowedGroupKeys = Common(CheckKind.GroupKey) ?? [],
            MinimumGroupSize = (int)(Bound(CheckKind.MinimumGroupSize, largest: true) ?? 0),
            DominancePercent = dominance == PolicyValues.DominanceOff ? null : (int)dominance,
            MaxRows = Bound(CheckKind.MaxRows, largest: false),
            MaxOutputBytes = Bound(CheckKind.OutputBytes, largest: false),
            RowFilter = _filter.Count == 0 ? [] : [.. _filter.Distinct().OrderBy(p => p.Column, StringComparer.Ordinal).ThenBy(p => p.Operator, StringComparer.Ordinal).ThenBy(p => p.Value, StringComparer.Ordinal)],
            Privacy = Privacy(),
            Retention = inOrder.FirstOrDefault(d => d.Action == RuleActions.Delete)?.Within,
            StampExtension = Bound(CheckKind.StampExtension, largest: false) is { } age ? TimeSpan.FromTicks(age) : null,
            Duties = inOrder,
            Clamps = _clamps.Count == 0 ? [] : [.. _clamps.Values.OrderBy(c => c.Column, StringComparer.Ordinal)],
            Price = duties.Payment?.Price,
            PricePlan = duties.Payment?.Plan,
            Credit = duties.Payment?.Credit,
            DeliveryOnly = !actions.HasFlag(ActionSet.Compute),
        };
        var until = Least(Bound(CheckKind.NotAfter, largest: false), Bound(CheckKind.Elapsed, largest: false));
        var open = new PermissionTerms(
            name, Common(CheckKind.Purpose), Common(CheckKind.Recipient), Common(CheckKind.Computation) ?? [], Common(CheckKind.CoProvider) ?? [],
            (int)(Bound(CheckKind.IndependentCoProviders, largest: true) ?? 0),
            Moment(Bound(CheckKind.NotBefore, largest: true)), Moment(until), obligations);
        var checks = PolicyCompiler.Sorted(_checks.FindAll(c => c.IsCondition));
        return new CompiledRule(
            name, actions, checks, Array.ConvertAll(checks, c => PolicyChecks.Failure(name, c)), [.. _debits.OrderBy(d => d.Key, StringComparer.Ordinal)], obligations, open);
    }

    private PrivacyTerms? Privacy() => Bound(CheckKind.PrivacyBudget, largest: false) is { } budget
        ? new PrivacyTerms(budget, Bound(CheckKind.EpsilonPerUse, largest: false), (int)(Bound(CheckKind.ContributionBound, largest: false) ?? PrivacyTerms.DefaultContributionBound))
        : null;

    private static long? Least(long? a, long? b) => a is not { } x ? b : b is not { } y || x <= y ? a : b;

    private static DateTimeOffset? Moment(long? utcTicks) => utcTicks is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>Values that every constraint of this kind allows, sorted; null when no constraint lists allowed ones. Asked only when all checks are there.</summary>
    private List<string>? Common(CheckKind kind)
        => _common.TryGetValue(kind, out var known) ? known : _common[kind] = CommonOf(kind);

    private List<string>? CommonOf(CheckKind kind)
    {
        if (!_checks.Exists(c => c.Kind == kind))
            return null;
        List<string>? common = null;
        foreach (var check in _checks.FindAll(c => c.Kind == kind && c.Mode == CheckMode.In))
        {
            if (common is null)
                common = [.. check.Set.Items];
            else
                common.RemoveAll(v => !check.Set.Contains(v));
        }
        if (common is null)
            return null;
        foreach (var check in _checks.FindAll(c => c.Kind == kind && c.Mode == CheckMode.NotIn))
            common.RemoveAll(v => check.Set.Contains(kind == CheckKind.CoProvider ? v.Split('#')[0] : v));
        common.Sort(StringComparer.Ordinal);
        return common;
    }

    private long? Bound(CheckKind kind, bool largest)
    {
        long? bound = null;
        foreach (var check in _checks)
        {
            if (check.Kind != kind)
                continue;
            bound = bound is not { } b ? check.Number : largest ? Math.Max(b, check.Number) : Math.Min(b, check.Number);
        }
        return bound;
    }
}
