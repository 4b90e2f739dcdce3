using System.Collections.Frozen;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Classification;

/// <summary>
/// Industry of data: a section, division, group or class of GB/T 4754 (<c>C</c>, <c>C31</c>, <c>C311</c>, <c>C3110</c>), or a topic code of the catalogue
/// (<c>B0100</c>). The two do not meet: a topic ends in 00, and GB/T 4754 has no such class in sections A to D.
/// </summary>
public sealed record IndustryCategory
{
    private const int MaxDigits = 4;

    /// <summary>First and last division of each section A to T, GB/T 4754-2017.</summary>
    private static readonly (int First, int Last)[] Divisions =
    [
        (1, 5), (6, 12), (13, 43), (44, 46), (47, 50), (51, 52), (53, 60), (61, 62), (63, 65), (66, 69),
        (70, 70), (71, 72), (73, 75), (76, 79), (80, 82), (83, 83), (84, 85), (86, 90), (91, 96), (97, 97),
    ];

    private static readonly FrozenSet<string> Topics = FrozenSet.Create(
        StringComparer.Ordinal,
        "A0000", "A0100", "A0200", "A0300", "A0400", "A0500", "B0000", "B0100", "B0200", "B0300", "B0400", "B0500",
        "C0000", "C0100", "C0200", "C0300", "C0400", "C0500", "D0000", "D0100", "D0200", "D0300", "D0400", "D0500");

    private IndustryCategory(string code) => Code = code;

    /// <summary>The code as written.</summary>
    public string Code { get; }

    /// <summary>True for a topic of the catalogue, false for GB/T 4754.</summary>
    public bool IsTopic => Topics.Contains(Code);

    /// <summary>
    /// The widest category: the section of GB/T 4754, or the topic's large class with its zeros. Two categories with different ones count as two industries.
    /// </summary>
    public string Sector => IsTopic ? Code[..1] + "0000" : Code[..1];

    /// <summary>Reads a code; the division must belong to the section.</summary>
    public static Result<IndustryCategory> Parse(string? code)
        => code is not null && (Topics.Contains(code) || IsIndustry(code))
            ? new IndustryCategory(code)
            : ClassificationErrors.IndustryUnknown.Of("a code of GB/T 4754 such as C31, or a topic such as B0200");

    /// <summary>True when <paramref name="other"/> is this category or lies in it.</summary>
    public bool Contains(IndustryCategory other)
        => IsTopic == other.IsTopic && other.Code.StartsWith(IsTopic ? Code.TrimEnd('0') : Code, StringComparison.Ordinal);

    /// <inheritdoc />
    public override string ToString() => Code;

    private static bool IsIndustry(string code)
    {
        if (code.Length is 0 or 2 or > 1 + MaxDigits || code[0] is < 'A' or > 'T' || code.AsSpan(1).IndexOfAnyExceptInRange('0', '9') >= 0)
            return false;
        if (code.Length == 1)
            return true;
        var division = ((code[1] - '0') * 10) + (code[2] - '0');
        var (first, last) = Divisions[code[0] - 'A'];
        return division >= first && division <= last;
    }
}
