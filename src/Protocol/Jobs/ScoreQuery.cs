using System.Globalization;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Protocol.Jobs;

/// <summary>
/// Scores of rows that two owners have in common, by a vertical model that they trained in an earlier job: each has its own weights, and the analyst, who is one of them and asked for the model, is told a class or a rounded
/// number for each row.
/// </summary>
/// <param name="Model">Which model.</param>
/// <param name="Features">Its columns, one list per party in the order of the roster, with the bounds of the contracts of this job.</param>
/// <param name="Key">Parts of the key by which rows meet.</param>
/// <param name="KeyColumns">Columns that hold the parts, one list per party.</param>
/// <param name="Rows">Most rows that are scored, which the quota of the other owner counts whether they are common or not: of the common rows the first, in the order of the digests of their keys.</param>
/// <param name="MinimumSubjects">Fewest common subjects: the largest minimum of all contracts.</param>
/// <param name="MaxRowsPerParty">Most rows of each party's set.</param>
/// <param name="Telling">What is told of a score.</param>
public sealed record ScoreQuery(
    ScoredModel Model, IReadOnlyList<IReadOnlyList<RegressFeature>> Features, IReadOnlyList<KeyPartQuery> Key, IReadOnlyList<IReadOnlyList<string>> KeyColumns, int Rows, int MinimumSubjects, int MaxRowsPerParty,
    ScoreTelling Telling)
{
    /// <summary>Most rows of one job; with many levels fewer.</summary>
    public const int MostRows = 1 << 17;

    private const int MostLevels = 4096;
    private const int MostThresholds = 63;
    private const int MaxTextChars = 128;
    private const int MaxNumberChars = 40;

    /// <summary>The serializer lets null into lists whatever the type says.</summary>
    internal bool HasNull
        => Model is null || Telling is null || Features is null || Key is null || KeyColumns is null || Features.Any(list => list is null || list.Any(f => f is null || f.Codes?.Any(c => c is null) == true))
            || Key.Any(k => k?.Name is null || k.Steps is null || k.Steps.Any(s => s is null)) || KeyColumns.Any(c => c is null || c.Any(n => n is null)) || Telling.Thresholds?.Any(t => t is null) == true;

    /// <summary>The form in an order: what needs neither contract nor data.</summary>
    internal DsError? Problem(IReadOnlyList<RosterEntry> roster, string consumer)
        => roster.All(r => r.Participant != consumer) ? Bad("the analyst is one of the owners")
            : !Digest.IsSha256Hex(Model.JobHash) || !Digest.IsSha256Hex(Model.PlanHash) || Model.JobId.Length is 0 or > MaxTextChars || !VisibleText.IsSafe(Model.JobId)
                || Model.Kind is not (RegressQuery.Linear or RegressQuery.Logistic or RegressQuery.LinearProbability) ? Bad("model")
            : RegressOrders.VerticalProblem(Features, Key, KeyColumns, roster) is { } wrong ? Bad(wrong)
            : Rows is < 1 or > MostRows || MinimumSubjects is < 2 or > 1_000_000 || MaxRowsPerParty < MinimumSubjects || MaxRowsPerParty > 1 << 24 ? Bad("limits")
            : TellingProblem() ?? Features.SelectMany(f => f).Select(RegressOrders.Feature).FirstOrDefault(e => e is not null);

    private DsError? TellingProblem()
        => Telling.Scale is not (ScoreTelling.Score or ScoreTelling.Probability) || (Telling.Scale == ScoreTelling.Probability && Model.Kind != RegressQuery.Logistic) ? Bad("scale")
            : !IsNumber(Telling.Step) || Telling.Levels is < 2 or > MostLevels || Telling.Digits is null == Telling.Thresholds is null || Telling.Thresholds is { Count: 0 or > MostThresholds }
                || Telling.Thresholds?.All(IsNumber) == false ? Bad("grid, digits or thresholds") : null;

    private static bool IsNumber(string? text)
        => text is { Length: > 0 and <= MaxNumberChars } && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);

    private static DsError Bad(string what) => JobErrors.BadOrder.Of("score: " + what);
}

/// <summary>A model that an earlier job trained; each owner looks for its own part of it.</summary>
/// <param name="JobId">The job, as its analyst calls it.</param>
/// <param name="JobHash">Hash of its signed order, by which both owners keep their parts.</param>
/// <param name="PlanHash">Hash of its plan.</param>
/// <param name="Kind">Kind of model.</param>
public sealed record ScoredModel(string JobId, string JobHash, string PlanHash, string Kind);

/// <summary>What is told of a score. The first one that is told to a consumer of a dataset's rows by one model stays the only one.</summary>
/// <param name="Scale"><see cref="Score"/> or, of logistic models, <see cref="Probability"/>.</param>
/// <param name="Step">Width of the grid in which either owner's part of a score counts, decimal text.</param>
/// <param name="First">Lowest level of the analyst's part, in steps.</param>
/// <param name="Levels">Number of levels, a power of two.</param>
/// <param name="Digits">Decimal places of the told number; null where classes are told.</param>
/// <param name="Thresholds">Rising; the class is how many are reached. Null where numbers are told.</param>
public sealed record ScoreTelling(string Scale, string Step, int First, int Levels, int? Digits = null, IReadOnlyList<string>? Thresholds = null)
{
    /// <summary>The score itself: of logistic models the log odds.</summary>
    public const string Score = "score";

    /// <summary>The sigmoid of the score.</summary>
    public const string Probability = "probability";
}
