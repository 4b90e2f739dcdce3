using System.Collections.Frozen;
using System.Globalization;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy;

/// <summary>Meaning of one constraint: a check, a clamp list, or the explicit absence of a dominance rule.</summary>
internal readonly record struct Term(Check? Check, IReadOnlyList<ClampBound>? Clamps);

/// <summary>
/// The semantics stage: for every left operand its operators and values. This table is the whole vocabulary; what falls through is refused.
/// </summary>
internal static class PolicyVocabulary
{
    public static Result<Term> Read(OdrlComparison c)
    {
        if (c.Unit is not null)
            return PolicyErrors.UnknownMember.Of("unit of " + PolicyReader.Show(c.LeftOperand));
        return c.LeftOperand switch
        {
            PolicyTerms.Purpose => Set(c, CheckKind.Purpose, PolicyValues.IsPurpose),
            PolicyTerms.Recipient => Set(c, CheckKind.Recipient, static v => ParticipantId.Parse(v).IsOk),
            PolicyTerms.Computation => Set(c, CheckKind.Computation, static v => PolicyTerms.Computations.Contains(v, StringComparer.Ordinal)),
            PolicyTerms.Column => Set(c, CheckKind.Column, PolicyValues.IsColumn),
            PolicyTerms.GroupKey => Set(c, CheckKind.GroupKey, PolicyValues.IsColumn),
            PolicyTerms.CoProvider => Set(c, CheckKind.CoProvider, PolicyValues.IsCoProvider),
            PolicyTerms.DateTime => Moment(c),
            PolicyTerms.Count => Number(c, CheckKind.Count, "lteq", 1, 1_000_000_000),
            PolicyTerms.MaxRows => Number(c, CheckKind.MaxRows, "lteq", 1, 1_000_000_000),
            // One subject is no group: a minimum of 1 would read as protection and give none.
            PolicyTerms.MinimumGroupSize => Number(c, CheckKind.MinimumGroupSize, "gteq", 2, 1_000_000),
            PolicyTerms.IndependentCoProviders => Number(c, CheckKind.IndependentCoProviders, "gteq", 0, 1000),
            PolicyTerms.DominancePercent => Dominance(c),
            PolicyTerms.Clamp => Clamp(c),
            _ => PolicyErrors.UnknownTerm.Of(PolicyReader.Show(c.LeftOperand)),
        };
    }

    private static Result<Term> Set(OdrlComparison c, CheckKind kind, Func<string, bool> isValid)
    {
        if (!(c.Operator == "isAnyOf" || (c.Operator == "eq" && !c.IsList)))
            return BadOperator(c);
        foreach (var value in c.RightOperand)
        {
            if (!isValid(value))
                return BadValue(c, value);
        }
        return new Term(new Check(kind, c.RightOperand.ToFrozenSet(StringComparer.Ordinal), 0), null);
    }

    private static Result<Term> Number(OdrlComparison c, CheckKind kind, string op, long least, long most)
    {
        if (c.Operator != op)
            return BadOperator(c);
        if (c.IsList || PolicyValues.Integer(c.RightOperand[0]) is not { } number || number < least || number > most)
            return BadValue(c, c.RightOperand[0]);
        return new Term(new Check(kind, FrozenSet<string>.Empty, number), null);
    }

    private static Result<Term> Moment(OdrlComparison c)
    {
        if (c.Operator is not ("gteq" or "gt" or "lteq" or "lt"))
            return BadOperator(c);
        if (c.IsList || PolicyValues.Moment(c.RightOperand[0]) is not { } moment)
            return BadValue(c, c.RightOperand[0]);
        var kind = c.Operator is "gteq" or "gt" ? CheckKind.NotBefore : CheckKind.NotAfter;
        return new Term(new Check(kind, FrozenSet<string>.Empty, moment.UtcTicks, Strict: c.Operator is "gt" or "lt"), null);
    }

    /// <summary>"off" is kept as 101: weaker than any percentage, and still a statement somebody signed.</summary>
    private static Result<Term> Dominance(OdrlComparison c)
    {
        if (c.Operator == "lteq" && !c.IsList && c.RightOperand[0] == PolicyTerms.Off)
            return new Term(new Check(CheckKind.DominancePercent, FrozenSet<string>.Empty, PolicyValues.DominanceOff), null);
        return Number(c, CheckKind.DominancePercent, "lteq", 1, 100);
    }

    private static Result<Term> Clamp(OdrlComparison c)
    {
        if (c.Operator != "isAnyOf")
            return BadOperator(c);
        var clamps = new List<ClampBound>(c.RightOperand.Count);
        foreach (var value in c.RightOperand)
        {
            if (PolicyValues.Clamp(value) is not { } clamp || clamps.Any(x => x.Column == clamp.Column))
                return BadValue(c, value);
            clamps.Add(clamp);
        }
        return new Term(null, clamps);
    }

    private static DsError BadOperator(OdrlComparison c)
        => PolicyErrors.UnknownOperator.Of(PolicyReader.Show(c.LeftOperand) + " " + PolicyReader.Show(c.Operator));

    private static DsError BadValue(OdrlComparison c, string value)
        => PolicyErrors.InvalidValue.Of(PolicyReader.Show(c.LeftOperand) + " " + PolicyReader.Show(value));
}

/// <summary>Value grammars of the vocabulary.</summary>
internal static class PolicyValues
{
    /// <summary>Stands for "off" in a dominance check.</summary>
    public const long DominanceOff = 101;

    private const int MaxColumnChars = 64;

    private static readonly string[] MomentForms =
    [
        "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>RFC 3339 with an explicit offset; a local time means nothing between organisations.</summary>
    public static DateTimeOffset? Moment(string text)
        => (text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-'))
           && DateTimeOffset.TryParseExact(text, MomentForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment) ? moment : null;

    /// <summary>Digits only, no leading zero, so that a number has one spelling.</summary>
    public static long? Integer(string text)
        => text.Length is > 0 and <= 18 && text.All(char.IsAsciiDigit) && (text.Length == 1 || text[0] != '0')
            ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>A term or IRI: letters of any script, digits and <c>-_.:/#</c>, at most 256; no spaces, so that what looks equal is equal.</summary>
    public static bool IsPurpose(string text)
        => text.Length is > 0 and <= 256 && text.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or '/' or '#');

    /// <summary>A letter or underscore, then letters, digits and underscores; letters of any script.</summary>
    public static bool IsColumn(string text)
        => text.Length is > 0 and <= MaxColumnChars && (char.IsLetter(text[0]) || text[0] == '_') && text.All(c => char.IsLetterOrDigit(c) || c == '_');

    /// <summary><c>did:web:…#keyId</c>.</summary>
    public static bool IsCoProvider(string text)
    {
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        return hash > 0 && ParticipantId.Parse(text[..hash]).IsOk && text.Length - hash - 1 is > 0 and <= 128
            && text.AsSpan(hash + 1).IndexOfAnyExcept(KeyIdChars) < 0;
    }

    /// <summary><c>column:decimals:min:max</c>, the bounds as decimal numbers with at most that many decimals.</summary>
    public static ClampBound? Clamp(string text)
    {
        var parts = text.Split(':');
        if (parts.Length != 4 || !IsColumn(parts[0]) || Integer(parts[1]) is not { } decimals || decimals > 9
            || Scaled(parts[2], (int)decimals) is not { } min || Scaled(parts[3], (int)decimals) is not { } max || min > max)
            return null;
        return new ClampBound(parts[0], (int)decimals, min, max);
    }

    private static readonly System.Buffers.SearchValues<char> KeyIdChars =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    private static long? Scaled(string text, int decimals)
    {
        var negative = text.StartsWith('-');
        var digits = negative ? text[1..] : text;
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? digits : digits[..point];
        var fraction = point < 0 ? "" : digits[(point + 1)..];
        if (whole.Length == 0 || (point >= 0 && fraction.Length == 0) || fraction.Length > decimals || whole.Length + decimals > 18
            || !whole.All(char.IsAsciiDigit) || !fraction.All(char.IsAsciiDigit))
            return null;
        var value = long.Parse(whole + fraction.PadRight(decimals, '0'), CultureInfo.InvariantCulture);
        return negative ? -value : value;
    }
}
