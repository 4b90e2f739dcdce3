namespace DataSpace.Kernel.NegativeList;

/// <summary>
/// One rule, ready to be compared. A rule that restricts matches when it might apply (a value that is unknown, or coarser than the rule's, counts
/// as a match); a rule that allows matches only when it certainly does. Immutable.
/// </summary>
internal sealed class CompiledRule
{
    private readonly string[]? _industries;
    private readonly string[]? _scenarios;
    private readonly string[]? _fields;
    private readonly string[]? _globs;
    private readonly HashSet<string>? _patterns;
    private readonly HashSet<string>? _purposes;
    private readonly HashSet<string>? _participants;
    private readonly string[]? _destinations;
    private readonly bool _abroad;
    private readonly VolumePerYear? _volume;

    public CompiledRule(Rule rule)
    {
        Rule = rule;
        var match = rule.Match;
        _industries = Codes(match.Industry);
        _scenarios = Codes(match.Scenario);
        var fields = match.Field?.Select(RuleText.Fold).ToArray();
        _fields = fields?.Where(f => !Glob.IsPattern(f)).ToArray();
        _globs = fields?.Where(Glob.IsPattern).ToArray();
        _patterns = Set(match.Pattern);
        _purposes = Set(match.Purpose);
        _participants = match.Participant?.ToHashSet(StringComparer.Ordinal);
        _abroad = match.DestinationRegion?.Contains(RegionScope.Abroad) == true;
        _destinations = Codes(match.DestinationRegion?.Where(r => r != RegionScope.Abroad));
        _volume = match.Volume;
        Members = (match.Industry is null ? 0 : RuleMembers.Industry) | (match.Scenario is null ? 0 : RuleMembers.Scenario)
            | (match.Field is null ? 0 : RuleMembers.Field) | (match.Pattern is null ? 0 : RuleMembers.Pattern)
            | (match.GradeAtLeast is null && match.GradeAtMost is null ? 0 : RuleMembers.Grade) | (match.Purpose is null ? 0 : RuleMembers.Purpose)
            | (match.Participant is null ? 0 : RuleMembers.Participant) | (match.DestinationRegion is null ? 0 : RuleMembers.Destination)
            | (match.Volume is null ? 0 : RuleMembers.Volume);
    }

    public Rule Rule { get; }

    /// <summary>Members that the rule gives.</summary>
    public RuleMembers Members { get; }

    /// <summary>For a restricting route: true unless some member certainly does not hold. A member that is judged at a later stage cannot hold yet.</summary>
    public bool Restricts(PreparedRequest request)
        => (Members & ~request.Judged) == 0
            && GradeMayHold(request) && VolumeMayHold(request)
            && (_participants is null || !request.ConsumerIsKnown || Array.Exists(request.Parties, _participants.Contains))
            && MayOverlap(_industries, request.Industries)
            && MayOverlap(_scenarios, request.Scenarios)
            && (_purposes is null || request.Purposes is not { } purposes || Array.Exists(purposes, _purposes.Contains))
            && DestinationMayHold(request)
            && (_patterns is null || !request.AllLookedAt || Array.Exists(request.Classes!, c => Array.Exists(c, _patterns.Contains)))
            && (_fields is null || request.Fields is not { } fields || Array.Exists(fields, NamesField));

    /// <summary>For <see cref="RuleRoute.Allowed"/>: true when every member that this stage is judged by certainly holds for all values of the request.</summary>
    public bool Allows(PreparedRequest request)
    {
        var judged = Members & request.Judged;
        return (!judged.HasFlag(RuleMembers.Grade) || (request.Grade is { } grade && grade >= (Rule.Match.GradeAtLeast ?? 1) && grade <= (Rule.Match.GradeAtMost ?? int.MaxValue)))
            && (!judged.HasFlag(RuleMembers.Volume)
                || (_volume!.Records is { } records ? request.Records < records : request.Subjects < _volume.Subjects))
            && (!judged.HasFlag(RuleMembers.Participant) || (request.ConsumerIsKnown && Array.TrueForAll(request.Parties, _participants!.Contains)))
            && (!judged.HasFlag(RuleMembers.Industry) || ContainsAll(_industries!, request.Industries))
            && (!judged.HasFlag(RuleMembers.Scenario) || ContainsAll(_scenarios!, request.Scenarios))
            && (!judged.HasFlag(RuleMembers.Purpose) || (request.Purposes is { Length: > 0 } purposes && Array.TrueForAll(purposes, _purposes!.Contains)))
            && (!judged.HasFlag(RuleMembers.Destination)
                || (request.Destination is { } to && ((_abroad && request.DestinationIsAbroad) || Contains(_destinations!, to))))
            && (!judged.HasFlag(RuleMembers.Pattern)
                || (request.AllLookedAt && Array.Exists(request.Classes!, c => c.Length > 0)
                    && Array.TrueForAll(request.Classes!, c => Array.TrueForAll(c, _patterns!.Contains))))
            && (!judged.HasFlag(RuleMembers.Field) || (request.Fields is { Length: > 0 } fields && Array.TrueForAll(fields, NamesField)));
    }

    private bool GradeMayHold(PreparedRequest request)
        => request.Grade is not { } grade || (grade >= (Rule.Match.GradeAtLeast ?? int.MinValue) && grade <= (Rule.Match.GradeAtMost ?? int.MaxValue));

    private bool VolumeMayHold(PreparedRequest request)
        => _volume is null || (_volume.Records is { } records ? request.Records is not { } r || r >= records : request.Subjects is not { } s || s >= _volume.Subjects);

    private bool DestinationMayHold(PreparedRequest request)
        => _destinations is null || request.Destination is not { } to || (_abroad && request.DestinationIsAbroad) || Overlaps(_destinations, to);

    private bool NamesField(string field)
    {
        if (Array.IndexOf(_fields!, field) >= 0)
            return true;
        foreach (var glob in _globs!)
        {
            if (Glob.Matches(glob, field))
                return true;
        }
        return false;
    }

    private static bool MayOverlap(string[]? rule, ScopedValue[]? request)
    {
        if (rule is null || request is null)
            return true;
        foreach (var value in request)
        {
            if (Overlaps(rule, value))
                return true;
        }
        return false;
    }

    /// <summary>One contains the other: the request may be coarser than the rule, and then part of it is meant.</summary>
    private static bool Overlaps(string[] rule, ScopedValue value)
    {
        if (Contains(rule, value))
            return true;
        foreach (var code in rule)
        {
            if (code.Length > value.Value.Length && code.StartsWith(value.Value, StringComparison.Ordinal) && Array.IndexOf(CodeScope.Ancestors(code), value.Value) > 0)
                return true;
        }
        return false;
    }

    private static bool Contains(string[] rule, ScopedValue value)
    {
        foreach (var code in value.Ancestors)
        {
            if (Array.IndexOf(rule, code) >= 0)
                return true;
        }
        return false;
    }

    private static bool ContainsAll(string[] rule, ScopedValue[]? request)
        => request is { Length: > 0 } && Array.TrueForAll(request, v => Contains(rule, v));

    private static string[]? Codes(IEnumerable<string>? values) => values?.Select(v => CodeScope.Shorten(RuleText.Fold(v))).ToArray();

    private static HashSet<string>? Set(IReadOnlyList<string>? values) => values?.Select(RuleText.Fold).ToHashSet(StringComparer.Ordinal);
}
