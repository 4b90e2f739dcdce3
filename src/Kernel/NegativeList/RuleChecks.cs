using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.NegativeList;

/// <summary>What makes a rule sound. Collects, does not stop at the first finding.</summary>
internal static class RuleChecks
{
    private const int MaxRank = 6;

    /// <summary>Adds the findings about one rule; returns how many values its lists hold.</summary>
    public static int Rule(List<DsError> found, Rule rule)
    {
        var name = Name(rule.Id);
        var where = $"rule {name}: ";
        if (!RuleText.IsRuleId(rule.Id))
            found.Add(NegativeListErrors.RuleInvalid.Of(where + "id is 1 to 64 of A-Z a-z 0-9 . _ -"));
        Text(found, where + "basis", rule.Basis);
        Text(found, where + "titleEn", rule.TitleEn);
        Text(found, where + "titleZh", rule.TitleZh);
        var match = rule.Match;
        if (match == new RuleMatch())
            found.Add(NegativeListErrors.RuleInvalid.Of(where + "match names nothing; a rule about everything would stop the whole space"));
        var values = List(found, "industry", match.Industry, where) + List(found, "scenario", match.Scenario, where) + List(found, "field", match.Field, where)
            + List(found, "pattern", match.Pattern, where) + List(found, "purpose", match.Purpose, where) + List(found, "participant", match.Participant, where)
            + List(found, "destinationRegion", match.DestinationRegion, where);
        foreach (var did in match.Participant ?? [])
        {
            if (did is not null && !ParticipantId.Parse(did).IsOk)
                found.Add(NegativeListErrors.RuleInvalid.Of(where + "participant: a value is no did:web"));
        }
        foreach (var region in match.DestinationRegion ?? [])
        {
            if (region is not null && !IsRegion(region))
                found.Add(NegativeListErrors.RuleInvalid.Of(where + "destinationRegion: a value is no region code such as CN, CN-310000, US, or abroad"));
        }
        Rank(found, where + "gradeAtLeast", match.GradeAtLeast);
        Rank(found, where + "gradeAtMost", match.GradeAtMost);
        if (match.GradeAtLeast > match.GradeAtMost)
            found.Add(NegativeListErrors.RuleInvalid.Of(where + "gradeAtLeast is above gradeAtMost"));
        if (match.Volume is { } volume && ((volume.Records is null) == (volume.Subjects is null) || (volume.Records ?? volume.Subjects) < 1))
            found.Add(NegativeListErrors.RuleInvalid.Of(where + "volume: exactly one of records and subjects, at least 1"));
        return values;
    }

    /// <summary>Adds the findings about one list; returns how many values it holds.</summary>
    public static int List(List<DsError> found, string member, IReadOnlyList<string>? values, string where)
    {
        if (values is null)
            return 0;
        if (values.Count == 0)
            found.Add(NegativeListErrors.RuleInvalid.Of($"{where}{member}: an empty list; leave the member out"));
        if (values.Count > RuleSetReader.MaxValues)
            found.Add(NegativeListErrors.TooLarge.Of($"{where}{member}: {values.Count} values, more than {RuleSetReader.MaxValues}"));
        foreach (var value in values.Take(RuleSetReader.MaxValues))
        {
            if (value is null || value.Length is 0 or > RuleText.MaxValueChars || value.Trim().Length != value.Length)
                found.Add(NegativeListErrors.RuleInvalid.Of($"{where}{member}: a value is empty, has spaces around it or is longer than {RuleText.MaxValueChars} characters"));
            else if (!VisibleText.IsSafe(value))
                found.Add(NegativeListErrors.UnsafeText.Of($"{where}{member}"));
            else if (member == "field" && value.Count(c => c == '*') > Glob.MaxStars)
                found.Add(NegativeListErrors.RuleInvalid.Of($"{where}{member}: at most {Glob.MaxStars} stars in one pattern"));
        }
        return values.Count;
    }

    /// <summary>An id as a finding may show it: never with characters that would mislead the reader.</summary>
    public static string Name(string id) => RuleText.IsRuleId(id) ? id : "(unreadable id)";

    private static void Text(List<DsError> found, string where, string text)
    {
        if (text.Length > RuleText.MaxTitleChars || string.IsNullOrWhiteSpace(text))
            found.Add(NegativeListErrors.RuleInvalid.Of($"{where} is empty or longer than {RuleText.MaxTitleChars} characters"));
        else if (!VisibleText.IsSafe(text))
            found.Add(NegativeListErrors.UnsafeText.Of(where));
    }

    private static void Rank(List<DsError> found, string where, int? rank)
    {
        if (rank is < 1 or > MaxRank)
            found.Add(NegativeListErrors.RuleInvalid.Of($"{where} is a rank from 1 to {MaxRank}: general 1 to 4, important 5, core 6"));
    }

    private static bool IsRegion(string text)
    {
        if (text == RegionScope.Abroad)
            return true;
        var parts = text.Split('-');
        return parts.Length <= 2 && parts[0].Length == 2 && parts[0].All(char.IsAsciiLetterUpper)
            && (parts.Length == 1 || (parts[1].Length is >= 1 and <= 6 && parts[1].All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c))
                && (parts[0] != "CN" || (parts[1].Length == 6 && parts[1].All(char.IsAsciiDigit)))));
    }
}
