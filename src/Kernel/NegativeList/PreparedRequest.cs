namespace DataSpace.Kernel.NegativeList;

/// <summary>What rules can be about.</summary>
[Flags]
internal enum RuleMembers
{
    None = 0,
    Industry = 1,
    Scenario = 2,
    Field = 4,
    Pattern = 8,
    Grade = 16,
    Purpose = 32,
    Participant = 64,
    Destination = 128,
    Volume = 256,
}

/// <summary>One value of the request, with its wider codes.</summary>
internal readonly record struct ScopedValue(string Value, string[] Ancestors)
{
    public static ScopedValue Of(string text)
    {
        var folded = RuleText.Fold(text);
        return new ScopedValue(CodeScope.Shorten(folded), CodeScope.Ancestors(folded));
    }
}

/// <summary>A request in the spelling of compiled rules: folded once, compared many times. Null still means "not known".</summary>
internal sealed class PreparedRequest
{
    private const RuleMembers AtListing = RuleMembers.Industry | RuleMembers.Scenario | RuleMembers.Field | RuleMembers.Pattern | RuleMembers.Grade | RuleMembers.Participant;
    private const RuleMembers AtNegotiation = AtListing | RuleMembers.Purpose | RuleMembers.Destination;

    public PreparedRequest(RegulationRequest request)
    {
        Judged = request.Stage switch
        {
            RegulationStage.Listing => AtListing,
            RegulationStage.Negotiation => AtNegotiation,
            _ => AtNegotiation | RuleMembers.Volume,
        };
        Industries = Scope(request.Industries);
        Scenarios = Scope(request.Scenarios);
        Purposes = Fold(request.Purposes);
        Grade = request.GradeRank;
        Destination = request.DestinationRegion is { } region ? ScopedValue.Of(region) : null;
        DestinationIsAbroad = RegionScope.IsAbroad(request.DestinationRegion);
        Records = request.RecordsThisYear;
        Subjects = request.SubjectsThisYear;
        var withConsumer = request.Stage != RegulationStage.Listing;
        ConsumerIsKnown = !withConsumer || request.Consumer is not null;
        Parties = new string[1 + (withConsumer && request.Consumer is not null ? 1 : 0) + request.OtherParties.Count];
        Parties[0] = request.Provider;
        if (withConsumer && request.Consumer is not null)
            Parties[1] = request.Consumer;
        for (var i = 0; i < request.OtherParties.Count; i++)
            Parties[^(i + 1)] = request.OtherParties[i];
        if (request.Columns is not { } columns)
            return;
        Fields = new string[columns.Count];
        Classes = new string[columns.Count][];
        AllLookedAt = true;
        for (var i = 0; i < columns.Count; i++)
        {
            Fields[i] = RuleText.Fold(columns[i].Name);
            Classes[i] = Fold(columns[i].DataClasses) ?? [];
            AllLookedAt &= columns[i].DataClasses is not null;
        }
    }

    /// <summary>What this stage is judged by.</summary>
    public RuleMembers Judged { get; }

    public ScopedValue[]? Industries { get; }

    public ScopedValue[]? Scenarios { get; }

    public string[]? Purposes { get; }

    /// <summary>Column names; null when not known.</summary>
    public string[]? Fields { get; }

    /// <summary>Data classes, per column; null when the columns are not known.</summary>
    public string[][]? Classes { get; }

    /// <summary>Every column's content was looked at.</summary>
    public bool AllLookedAt { get; }

    public int? Grade { get; }

    public ScopedValue? Destination { get; }

    public bool DestinationIsAbroad { get; }

    public long? Records { get; }

    public long? Subjects { get; }

    public string[] Parties { get; }

    public bool ConsumerIsKnown { get; }

    /// <summary>Members that this stage is judged by and the request is silent on.</summary>
    public RuleMembers Unknown => Judged & (
        (Industries is null ? RuleMembers.Industry : 0) | (Scenarios is null ? RuleMembers.Scenario : 0) | (Fields is null ? RuleMembers.Field : 0)
        | (AllLookedAt ? 0 : RuleMembers.Pattern) | (Grade is null ? RuleMembers.Grade : 0) | (Purposes is null ? RuleMembers.Purpose : 0)
        | (ConsumerIsKnown ? 0 : RuleMembers.Participant) | (Destination is null ? RuleMembers.Destination : 0)
        | (Records is null || Subjects is null ? RuleMembers.Volume : 0));

    private static ScopedValue[]? Scope(IReadOnlyList<string>? values)
    {
        if (values is null)
            return null;
        var scoped = new ScopedValue[values.Count];
        for (var i = 0; i < scoped.Length; i++)
            scoped[i] = ScopedValue.Of(values[i]);
        return scoped;
    }

    private static string[]? Fold(IReadOnlyList<string>? values)
    {
        if (values is null)
            return null;
        var folded = new string[values.Count];
        for (var i = 0; i < folded.Length; i++)
            folded[i] = RuleText.Fold(values[i]);
        return folded;
    }
}
