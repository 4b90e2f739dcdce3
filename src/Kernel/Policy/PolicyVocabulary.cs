using System.Collections.Frozen;
using System.Net;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy;

/// <summary>Meaning of one constraint: a check, value bounds, or a row filter.</summary>
internal readonly record struct Term(Check? Check, IReadOnlyList<ClampBound>? Clamps = null, IReadOnlyList<RowPredicate>? Filter = null);

/// <summary>One left operand of the vocabulary.</summary>
/// <param name="Name">The term, see <see cref="PolicyTerms"/>.</param>
/// <param name="Operators">Operators that the engine enforces for it.</param>
/// <param name="InProhibition">Whether it may stand in a prohibition: whether a use can be tested against it.</param>
public sealed record VocabularyTerm(string Name, IReadOnlyList<string> Operators, bool InProhibition)
{
    internal Func<OdrlComparison, Result<Term>>? Reader { get; init; }
}

/// <summary>
/// The semantics stage: for every left operand its operators and values. This table is the whole vocabulary; what falls through is refused.
/// </summary>
public static class PolicyVocabulary
{
    private static readonly string[] OneOf = ["eq", "neq", "isAnyOf", "isNoneOf", "isPartOf"];
    private static readonly string[] OnlyOne = ["eq", "isAnyOf", "isPartOf"];
    private static readonly string[] Hierarchy = ["eq", "neq", "isAnyOf", "isNoneOf", "isPartOf", "isA"];
    private static readonly string[] Named = ["eq", "neq", "isAnyOf", "isNoneOf", "isAllOf", "hasPart"];
    private static readonly string[] AtMost = ["lteq", "lt"];
    private static readonly string[] AtLeast = ["gteq", "gt"];
    private static readonly string[] Moments = ["gteq", "gt", "lteq", "lt"];
    private static readonly string[] Lists = ["isAnyOf", "isAllOf"];

    private const long MaxCount = 1_000_000_000;
    private const long MaxMicroEpsilon = 1_000_000_000;
    private const long MaxBytes = 1L << 40;

    /// <summary>Every term, in the order of the documentation.</summary>
    public static IReadOnlyList<VocabularyTerm> Terms { get; } =
    [
        Term(PolicyTerms.Purpose, Hierarchy, true, static c => Set(c, CheckKind.Purpose, PolicyValues.IsPurpose)),
        Term(PolicyTerms.Role, OneOf, true, static c => Set(c, CheckKind.Role, PolicyValues.IsPurpose)),
        Term(PolicyTerms.Recipient, OneOf, true, static c => Set(c, CheckKind.Recipient, static v => ParticipantId.Parse(v).IsOk)),
        Term(PolicyTerms.ConsumerRegion, Hierarchy, true, static c => Set(c, CheckKind.ConsumerRegion, Region.IsValid)),
        Term(PolicyTerms.NetworkAddress, OneOf, true, Address),
        Term(PolicyTerms.DateTime, Moments, true, Moment),
        Term(PolicyTerms.ElapsedTime, AtMost, false, static c => Duration(c, CheckKind.Elapsed)),
        Term(PolicyTerms.Count, AtMost, false, static c => Number(c, CheckKind.Count, 1, MaxCount)),
        Term(PolicyTerms.Frequency, ["lteq"], false, Frequency),
        Term(PolicyTerms.Computation, OneOf, true, static c => Set(c, CheckKind.Computation, static v => PolicyTerms.Computations.Contains(v, StringComparer.Ordinal))),
        Term(PolicyTerms.Algorithm, Named, true, static c => Set(c, CheckKind.Algorithm, PolicyValues.IsAlgorithm)),
        Term(PolicyTerms.ExecutionEnv, OneOf, true, static c => Set(c, CheckKind.ExecutionEnv, static v => PolicyTerms.Environments.Contains(v, StringComparer.Ordinal))),
        Term(PolicyTerms.ExecutionRegion, Hierarchy, true, static c => Set(c, CheckKind.ExecutionRegion, Region.IsValid)),
        // Results travel in one way: to exclude it would deny every use, and to forbid another would forbid nothing.
        Term(PolicyTerms.EncryptMode, OnlyOne, false, static c => Set(c, CheckKind.EncryptMode, static v => v == "ciphertext")),
        Term(PolicyTerms.DeliveryMethod, OnlyOne, false, static c => Set(c, CheckKind.DeliveryMethod, static v => v == "api")),
        Term(PolicyTerms.Column, OneOf, true, static c => Set(c, CheckKind.Column, PolicyValues.IsColumn)),
        Term(PolicyTerms.GroupKey, OneOf, true, static c => Set(c, CheckKind.GroupKey, PolicyValues.IsColumn)),
        Term(PolicyTerms.RowFilter, ["isAllOf", "eq"], false, Filter),
        Term(PolicyTerms.Clamp, Lists, false, Clamp),
        Term(PolicyTerms.CoProvider, OneOf, true, CoProviders),
        // Needs no test of its own in a prohibition: whoever wants more independence states it in the permission.
        Term(PolicyTerms.IndependentCoProviders, AtLeast, false, static c => Number(c, CheckKind.IndependentCoProviders, 0, 1000)),
        // One subject is no group: a minimum of 1 would read as protection and give none.
        Term(PolicyTerms.MinimumGroupSize, AtLeast, false, Minimum),
        Term(PolicyTerms.DominancePercent, AtMost, false, Dominance),
        Term(PolicyTerms.MaxRows, AtMost, false, static c => Number(c, CheckKind.MaxRows, 1, MaxCount)),
        Term(PolicyTerms.OutputBytes, AtMost, false, static c => Number(c, CheckKind.OutputBytes, 1, MaxBytes)),
        Term(PolicyTerms.PrivacyBudget, ["lteq"], false, static c => Number(c, CheckKind.PrivacyBudget, 1, MaxMicroEpsilon)),
        Term(PolicyTerms.EpsilonPerUse, AtMost, false, static c => Number(c, CheckKind.EpsilonPerUse, 1, MaxMicroEpsilon)),
        Term(PolicyTerms.ContributionBound, ["lteq"], false, static c => Number(c, CheckKind.ContributionBound, 1, 4096)),
        Term(PolicyTerms.Retention, ["lteq"], false, static c => Duration(c, CheckKind.Retention)),
        Term(PolicyTerms.StampExtension, ["lteq"], false, StampAge),
    ];

    private static readonly FrozenDictionary<string, VocabularyTerm> ByName = Terms.ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);

    /// <summary>The term of that name, or null.</summary>
    public static VocabularyTerm? Find(string leftOperand) => ByName.GetValueOrDefault(leftOperand);

    internal static Result<Term> Read(OdrlComparison c)
    {
        if (c.Unit is not null)
            return PolicyErrors.UnknownMember.Of("unit of " + PolicyReader.Show(c.LeftOperand));
        if (Find(c.LeftOperand) is not { } term)
            return PolicyErrors.UnknownTerm.Of(PolicyReader.Show(c.LeftOperand));
        if (!term.Operators.Contains(c.Operator, StringComparer.Ordinal))
            return PolicyErrors.UnknownOperator.Of(PolicyReader.Show(c.LeftOperand) + " " + PolicyReader.Show(c.Operator));
        if (c.IsList && c.Operator is ("eq" or "neq" or "lt" or "lteq" or "gt" or "gteq"))
            return PolicyErrors.UnknownOperator.Of(PolicyReader.Show(c.LeftOperand) + " " + c.Operator + " with a list");
        return term.Reader!(c);
    }

    private static VocabularyTerm Term(string name, string[] operators, bool inProhibition, Func<OdrlComparison, Result<Term>> read)
        => new(name, operators, inProhibition) { Reader = read };

    private static Result<Term> Set(OdrlComparison c, CheckKind kind, Func<string, bool> isValid)
    {
        foreach (var value in c.RightOperand)
        {
            if (!isValid(value))
                return BadValue(c, value);
        }
        var hierarchical = kind is CheckKind.ConsumerRegion or CheckKind.ExecutionRegion;
        var mode = c.Operator switch
        {
            "isA" => CheckMode.Within,
            "isAllOf" or "hasPart" => CheckMode.ContainsAll,
            "neq" or "isNoneOf" => hierarchical ? CheckMode.NotWithin : CheckMode.NotIn,
            "eq" => CheckMode.In,
            _ => hierarchical ? CheckMode.Within : CheckMode.In,
        };
        return new Term(new Check(kind, mode, c.RightOperand.ToFrozenSet(StringComparer.Ordinal), 0));
    }

    /// <summary>Accepted co-providers are named with their keys; refused ones as participants, whatever their key.</summary>
    private static Result<Term> CoProviders(OdrlComparison c)
    {
        if (!Set(c, CheckKind.CoProvider, PolicyValues.IsCoProvider).TryGet(out var term, out var error) || term.Check!.Mode == CheckMode.In)
            return error is null ? term : error;
        return new Term(term.Check with { Set = Participants(term.Check) });
    }

    /// <summary>The participants of a co-provider check, without keys.</summary>
    internal static FrozenSet<string> Participants(Check check)
        => check.Set.Select(v => v.Split('#')[0]).ToFrozenSet(StringComparer.Ordinal);

    private static Result<Term> Address(OdrlComparison c)
    {
        var networks = new List<IPNetwork>();
        foreach (var value in c.RightOperand)
        {
            if (PolicyValues.Network(value) is { } network)
                networks.Add(network);
            else if (!PolicyValues.IsHost(value))
                return BadValue(c, value);
        }
        var mode = c.Operator is "neq" or "isNoneOf" ? CheckMode.NotIn : CheckMode.In;
        return new Term(new Check(CheckKind.NetworkAddress, mode, c.RightOperand.ToFrozenSet(StringComparer.Ordinal), 0) { Networks = networks });
    }

    /// <summary>Whole numbers; <c>lt n</c> is <c>lteq n-1</c>, <c>gt n</c> is <c>gteq n+1</c>.</summary>
    private static Result<Term> Number(OdrlComparison c, CheckKind kind, long least, long most)
    {
        if (PolicyValues.Integer(c.RightOperand[0]) is not { } number)
            return BadValue(c, c.RightOperand[0]);
        number += c.Operator switch { "lt" => -1, "gt" => 1, _ => 0 };
        return number < least || number > most
            ? BadValue(c, c.RightOperand[0])
            : new Term(new Check(kind, CheckMode.Bound, FrozenSet<string>.Empty, number));
    }

    private static Result<Term> Moment(OdrlComparison c)
    {
        if (PolicyValues.Moment(c.RightOperand[0]) is not { } moment)
            return BadValue(c, c.RightOperand[0]);
        var kind = c.Operator is "gteq" or "gt" ? CheckKind.NotBefore : CheckKind.NotAfter;
        return new Term(new Check(kind, CheckMode.Bound, FrozenSet<string>.Empty, moment.UtcTicks, Strict: c.Operator is "gt" or "lt"));
    }

    private static Result<Term> Duration(OdrlComparison c, CheckKind kind) => PolicyValues.Duration(c.RightOperand[0]) is { } duration
        ? new Term(new Check(kind, CheckMode.Bound, FrozenSet<string>.Empty, duration.Ticks, Strict: c.Operator == "lt"))
        : BadValue(c, c.RightOperand[0]);

    /// <summary>Longer than what holds anyway and no longer than what the list's law allows: anything else would read as a promise that nobody keeps.</summary>
    private static Result<Term> StampAge(OdrlComparison c)
        => PolicyValues.Duration(c.RightOperand[0]) is { } age && age > NegativeList.Stamp.Lifetime && age <= NegativeList.Stamp.ExtendedLifetime
            ? Duration(c, CheckKind.StampExtension)
            : BadValue(c, c.RightOperand[0]);

    private static Result<Term> Frequency(OdrlComparison c)
        => c.RightOperand[0].Split('/') is [var count, var window] && PolicyValues.Integer(count) is >= 1 and <= MaxCount and { } number
           && window is "PT1M" or "PT1H" or "P1D"
            ? new Term(new Check(CheckKind.Frequency, CheckMode.Bound, FrozenSet<string>.Empty, number) { WindowTicks = PolicyValues.Duration(window)!.Value.Ticks })
            : BadValue(c, c.RightOperand[0]);

    /// <summary>"off" is kept as 101: weaker than any percentage, and still a statement somebody signed.</summary>
    private static Result<Term> Dominance(OdrlComparison c)
        => c.Operator == "lteq" && c.RightOperand[0] == PolicyTerms.Off
            ? new Term(new Check(CheckKind.DominancePercent, CheckMode.Bound, FrozenSet<string>.Empty, PolicyValues.DominanceOff))
            : Number(c, CheckKind.DominancePercent, 1, PolicyTerms.MaxDominancePercent);

    private static Result<Term> Minimum(OdrlComparison c)
        => c.Operator == "gteq" && c.RightOperand[0] == PolicyTerms.Off
            ? new Term(new Check(CheckKind.MinimumGroupSize, CheckMode.Bound, FrozenSet<string>.Empty, PolicyValues.MinimumOff))
            : Number(c, CheckKind.MinimumGroupSize, 2, 1_000_000);

    private static Result<Term> Clamp(OdrlComparison c)
    {
        var clamps = new List<ClampBound>(c.RightOperand.Count);
        foreach (var value in c.RightOperand)
        {
            if (PolicyValues.Clamp(value) is not { } clamp || clamps.Any(x => x.Column == clamp.Column))
                return BadValue(c, value);
            clamps.Add(clamp);
        }
        return new Term(null, clamps);
    }

    private static Result<Term> Filter(OdrlComparison c)
    {
        var predicates = new List<RowPredicate>(c.RightOperand.Count);
        foreach (var value in c.RightOperand)
        {
            if (predicates.Count == PolicyValues.MaxRowPredicates || PolicyValues.RowPredicate(value) is not { } predicate)
                return BadValue(c, value);
            predicates.Add(predicate);
        }
        return new Term(null, null, predicates);
    }

    private static DsError BadValue(OdrlComparison c, string value)
        => PolicyErrors.InvalidValue.Of(PolicyReader.Show(c.LeftOperand) + " " + PolicyReader.Show(value));
}
