using System.Collections.Frozen;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy;

/// <summary>Builds one permission: its checks, what it entails, and its open terms; refuses missing and contradictory terms.</summary>
internal sealed class PermissionBuilder(string digest, Money.Money? price)
{
    private static readonly (CheckKind Kind, string Term)[] Required =
    [
        (CheckKind.Computation, PolicyTerms.Computation),
        (CheckKind.Column, PolicyTerms.Column),
        (CheckKind.MinimumGroupSize, PolicyTerms.MinimumGroupSize),
        (CheckKind.DominancePercent, PolicyTerms.DominancePercent),
    ];

    private readonly List<Check> _checks = [];
    private readonly Dictionary<string, ClampBound> _clamps = new(StringComparer.Ordinal);
    private readonly string _name = "permission/" + digest[..8];

    public Result<CompiledRule> Build(List<OdrlComparison> comparisons)
    {
        foreach (var comparison in comparisons)
        {
            if (!PolicyVocabulary.Read(comparison).TryGet(out var term, out var error))
                return error;
            if (term.Check is { } check)
                _checks.Add(check);
            foreach (var clamp in term.Clamps ?? [])
            {
                if (!Add(clamp))
                    return PolicyErrors.Contradiction.Of("clamps of " + PolicyReader.Show(clamp.Column));
            }
        }
        foreach (var (kind, term) in Required)
        {
            if (!_checks.Exists(c => c.Kind == kind))
                return PolicyErrors.TermMissing.Of(term);
        }
        // Joint computations and grouping exist only where the contract names with whom and by what.
        AddDefault(CheckKind.GroupKey);
        AddDefault(CheckKind.CoProvider);
        return Contradiction() is { } contradiction ? PolicyErrors.Contradiction.Of(contradiction) : Finish();
    }

    private void AddDefault(CheckKind kind)
    {
        if (!_checks.Exists(c => c.Kind == kind))
            _checks.Add(new Check(kind, FrozenSet<string>.Empty, 0));
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
        foreach (var kind in (CheckKind[])[CheckKind.Purpose, CheckKind.Recipient, CheckKind.Computation, CheckKind.Column])
        {
            if (Common(kind) is { Count: 0 })
                return kind + " leaves nothing";
        }
        var columns = Common(CheckKind.Column)!;
        if (Common(CheckKind.GroupKey)!.FirstOrDefault(k => !columns.Contains(k)) is { } key)
            return "group key " + PolicyReader.Show(key) + " is not among the columns";
        if (_clamps.Keys.FirstOrDefault(c => !columns.Contains(c)) is { } clamped)
            return "clamp of " + PolicyReader.Show(clamped) + ", which is not among the columns";
        return Bound(CheckKind.NotBefore, largest: true) is { } from && Bound(CheckKind.NotAfter, largest: false) is { } until && from > until
            ? "dateTime leaves no moment"
            : null;
    }

    private CompiledRule Finish()
    {
        var dominance = Bound(CheckKind.DominancePercent, largest: false)!.Value;
        var obligations = new UseObligations
        {
            Debits = Bound(CheckKind.Count, largest: false) is { } limit ? [new BudgetDebit("uses/" + digest[..16], limit, 1)] : [],
            AllowedColumns = Common(CheckKind.Column)!,
            AllowedGroupKeys = Common(CheckKind.GroupKey)!,
            MinimumGroupSize = (int)Bound(CheckKind.MinimumGroupSize, largest: true)!.Value,
            DominancePercent = dominance == PolicyValues.DominanceOff ? null : (int)dominance,
            MaxRows = Bound(CheckKind.MaxRows, largest: false),
            Clamps = [.. _clamps.Values.OrderBy(c => c.Column, StringComparer.Ordinal)],
            Price = price,
        };
        var terms = new PermissionTerms(
            _name, Common(CheckKind.Purpose), Common(CheckKind.Recipient), Common(CheckKind.Computation)!, Common(CheckKind.CoProvider)!,
            (int)(Bound(CheckKind.IndependentCoProviders, largest: true) ?? 0),
            Moment(Bound(CheckKind.NotBefore, largest: true)), Moment(Bound(CheckKind.NotAfter, largest: false)), obligations);
        return new CompiledRule(_name, PolicyCompiler.Sorted(_checks), obligations, terms);
    }

    private static DateTimeOffset? Moment(long? utcTicks) => utcTicks is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>Values that every constraint of this kind allows, sorted; null when there is none of the kind.</summary>
    private List<string>? Common(CheckKind kind)
    {
        IEnumerable<string>? common = null;
        foreach (var check in _checks.Where(c => c.Kind == kind))
            common = common is null ? check.Set : common.Where(check.Set.Contains);
        return common?.Order(StringComparer.Ordinal).ToList();
    }

    private long? Bound(CheckKind kind, bool largest)
    {
        long? bound = null;
        foreach (var check in _checks.Where(c => c.Kind == kind))
            bound = bound is not { } b ? check.Number : largest ? Math.Max(b, check.Number) : Math.Min(b, check.Number);
        return bound;
    }
}
