using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataSpace.Protocol.Jobs;

/// <summary>
/// What a job computes and from whom: everything the analyst saw in the dry run and signs. Its canonical JSON (RFC 8785) hashed with
/// SHA-256 is the <em>plan hash</em> that the job order and every Grant carry.
/// </summary>
/// <param name="Version">Format version, 1.</param>
/// <param name="Kind">One of <see cref="JobKinds"/>.</param>
/// <param name="Title">For people.</param>
/// <param name="Purpose">Purpose code that the contracts must allow.</param>
/// <param name="SpaceId">Logical space; several share one node.</param>
/// <param name="CaseId">Business case the use belongs to, or null.</param>
/// <param name="Aggregate">The joint statistic; null for other kinds.</param>
/// <param name="Sql">The SELECT; null for other kinds.</param>
/// <param name="Roster">Exactly the providers of this job, in mask order (ordinal by participant).</param>
/// <param name="WallLimitMs">Longest time one provider may compute.</param>
/// <param name="Intersect">The intersection; null for other kinds.</param>
/// <param name="Regress">The model; null for other kinds.</param>
/// <param name="Lookup">The hidden look-up; null for other kinds.</param>
/// <param name="Score">The scoring; null for other kinds.</param>
public sealed record JobPlan(
    int Version, string Kind, string Title, string Purpose, string SpaceId, IReadOnlyList<RosterEntry> Roster, int WallLimitMs,
    string? CaseId = null, AggregateQuery? Aggregate = null, SqlQuery? Sql = null, IntersectQuery? Intersect = null, RegressQuery? Regress = null, LookupQuery? Lookup = null, ScoreQuery? Score = null)
{
    /// <summary>Most providers in one job.</summary>
    public const int MaxParties = 64;

    /// <summary>Longest plan accepted, as canonical JSON.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>Micro-epsilon that this job asks every owner with a privacy budget to spend; null when it asks for exact figures.</summary>
    [JsonIgnore]
    public long? EpsilonMicro => Aggregate?.Noise?.EpsilonMicro;

    /// <summary>What contracts must permit: the kind, or what it tells where that has a name of its own.</summary>
    [JsonIgnore]
    public string Computation => Intersect?.Result switch
    {
        IntersectQuery.Ids => JobKinds.Intersect + ":" + IntersectQuery.Ids,
        IntersectQuery.Sum or IntersectQuery.Mean => JobKinds.Intersect + ":" + IntersectQuery.Sum,
        _ => Kind,
    };

    /// <summary>True where owners find out which of their subjects are common, or how many.</summary>
    [JsonIgnore]
    public bool Intersects => Intersect is not null || IsAligned;

    /// <summary>True where two owners with other columns of the same subjects first find out which of their rows are common.</summary>
    [JsonIgnore]
    public bool IsAligned => Score is not null || Regress is { Mode: RegressQuery.Vertical };

    /// <summary>Who talks with whom while the owners compute.</summary>
    [JsonIgnore]
    public JobConversation Conversation => this switch
    {
        { Intersect: not null, Roster.Count: > 2 } or { Aggregate.Hidden: not null } => JobConversation.LeaderWithOwners,
        { Intersect: not null } or { IsAligned: true } => JobConversation.BetweenOwners,
        { Regress: not null } or { Lookup: not null } => JobConversation.WithAnalyst,
        _ => JobConversation.None,
    };

    /// <summary>
    /// The owner (DID) that talks with each other one where somebody does: the receiver of an intersection, the holder of the key that places hidden groups. The latter is never the analyst, who could
    /// test codes with it.
    /// </summary>
    /// <param name="consumer">The analyst (DID).</param>
    public string LeaderOf(string consumer) => Intersect?.Receiver ?? Roster.First(r => r.Participant != consumer).Participant;

    /// <summary>True when the job may go on without some of its owners.</summary>
    [JsonIgnore]
    public bool HasDropout => Aggregate?.MinimumParties is not null;

    /// <summary>Fewest subjects of which this job tells anything, where the plan says so.</summary>
    [JsonIgnore]
    public int? MinimumGroup => Aggregate?.MinGroupSize ?? Intersect?.Minimum ?? Regress?.MinimumSubjects ?? Score?.MinimumSubjects;
}

/// <summary>Conversations that a job's parties have with each other, carried by the coordinator.</summary>
public enum JobConversation
{
    /// <summary>Each owner computes alone.</summary>
    None,

    /// <summary>The two owners of the roster with each other.</summary>
    BetweenOwners,

    /// <summary>Every owner with the analyst's node.</summary>
    WithAnalyst,

    /// <summary>One owner with each other one: the receiver of an intersection of more than two, or the holder of the key that places hidden groups (<see cref="JobPlan.LeaderOf"/>).</summary>
    LeaderWithOwners,
}

/// <summary>Computation kinds of this version.</summary>
public static class JobKinds
{
    /// <summary>Joint GROUP BY statistics by secure aggregation.</summary>
    public const string Aggregate = "aggregate";

    /// <summary>Aggregates from one provider through its SQL sandbox.</summary>
    public const string Sql = "sql";

    /// <summary>Private set intersection of two providers, or of up to <see cref="IntersectQuery.MostOwners"/>.</summary>
    public const string Intersect = "intersect";

    /// <summary>A model fitted over the rows of several providers.</summary>
    public const string Regress = "regress";

    /// <summary>Records of one provider by keywords that it does not learn.</summary>
    public const string Lookup = "lookup";

    /// <summary>Scores of common rows by a model that two owners trained before.</summary>
    public const string Score = "score";
}

/// <summary>One provider of a job and the contract under which it takes part.</summary>
/// <param name="Participant">DID.</param>
/// <param name="KeyId">Id of the provider's signing key that the analyst pinned.</param>
/// <param name="DatasetId">Dataset at that provider.</param>
/// <param name="AgreementId">Agreement between consumer and provider.</param>
/// <param name="AgreementHash">Hex SHA-256 of the agreement's canonical JSON.</param>
public sealed record RosterEntry(string Participant, string KeyId, string DatasetId, string AgreementId, string AgreementHash);

/// <summary>
/// A joint GROUP BY over a public list of groups, or over those that the owners have: statistics of measures; or with <paramref name="Bins"/> the rows per bin and nothing of measures; or with <paramref name="Matrix"/>
/// how the measures vary together.
/// </summary>
/// <param name="GroupColumn">Declared group key; empty with bins or a matrix over all rows.</param>
/// <param name="Groups">Public code list; groups without rows are zero-filled. Empty where there is no group key, and where groups are hidden.</param>
/// <param name="Measures">Columns to aggregate; none with bins.</param>
/// <param name="Where">Conjunction of predicates, applied by each provider.</param>
/// <param name="MinGroupSize">k of the cell rule: the largest of all contracts.</param>
/// <param name="DominancePercent">Dominance threshold: the smallest of all contracts, or null when every contract says <c>off</c>.</param>
/// <param name="MaxRowsPerParty">Public bound on rows per provider: the overflow check uses it.</param>
/// <param name="Noise">Noise that every provider adds its share of, or null: exact figures.</param>
/// <param name="Bins">Public bins of a column, each a cell of its own in every group; null for other statistics.</param>
/// <param name="Matrix">Which matrices of the measures: <see cref="Covariance"/>, <see cref="Correlation"/>; null for other statistics.</param>
/// <param name="MinimumParties">
/// Fewest owners over whose contributions there is a result when others are gone; above two thirds of all, of at least <see cref="FewestForDropout"/>, and without noise. Null: whoever is gone fails the job.
/// </param>
/// <param name="Hidden">Groups without a public list; null where there is one, or no groups.</param>
public sealed record AggregateQuery(
    string GroupColumn, IReadOnlyList<string> Groups, IReadOnlyList<MeasureQuery> Measures, IReadOnlyList<PredicateQuery> Where,
    int MinGroupSize, long MaxRowsPerParty, int? DominancePercent = null, NoiseQuery? Noise = null, BinQuery? Bins = null, IReadOnlyList<string>? Matrix = null, int? MinimumParties = null,
    HiddenGroupQuery? Hidden = null)
{
    /// <summary>Fewest owners of a job that may go on without one of them.</summary>
    public const int FewestForDropout = 5;

    /// <summary>True when that many owners of <paramref name="parties"/> may do without the others.</summary>
    public static bool IsMinimumParties(int minimum, int parties) => parties >= FewestForDropout && minimum < parties && 3L * minimum > 2L * parties;

    /// <summary>Population covariances; the only statistic of a matrix' measures.</summary>
    public const string Covariance = "covariance";

    /// <summary>Correlation coefficients.</summary>
    public const string Correlation = "correlation";

    /// <summary>The group key, or nothing.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> GroupKeys => GroupColumn.Length == 0 ? [] : [GroupColumn];

    /// <summary>Groups, all rows being one where there is no group key; of hidden groups as many as an owner may have.</summary>
    [JsonIgnore]
    public int GroupCount => Hidden?.Maximum ?? Math.Max(1, Groups.Count);

    /// <summary>Cells that the cell rule judges: groups, or bins of groups (group by group), or slots of hidden groups.</summary>
    [JsonIgnore]
    public int CellCount => Hidden?.Slots ?? (GroupCount * (Bins?.Count ?? 1));

    /// <summary>Answers of which an owner's history keeps the subjects, at most.</summary>
    [JsonIgnore]
    public int AnswerCount => Hidden?.Maximum ?? CellCount;

    /// <summary>Figures that the analyst is told.</summary>
    [JsonIgnore]
    public int FigureCount => this switch
    {
        { Bins: not null } => CellCount,
        // Count, sums, and one triangle of second powers: both matrices follow from them.
        { Matrix: not null } => GroupCount * (1 + Measures.Count + (Measures.Count * (Measures.Count + 1) / 2)),
        _ => (Hidden?.Maximum ?? Groups.Count) * Measures.Sum(m => m.Statistics.Count),
    };
}

/// <summary>
/// Groups that nobody lists: every owner places those it has, by a function whose key one owner has, in one slot of each of two tables. A slot is a cell; its label is told with its figures.
/// </summary>
/// <param name="Maximum">Most groups of one owner, 1 to <see cref="MostGroups"/>.</param>
public sealed record HiddenGroupQuery(int Maximum)
{
    /// <summary>Most groups of one owner.</summary>
    public const int MostGroups = 512;

    /// <summary>Slots of each table for every group that an owner may have: few groups meet, also where owners have different ones.</summary>
    private const int SlotsPerGroup = 4;

    /// <summary>Slots of one of the two tables.</summary>
    [JsonIgnore]
    public int TableSlots => SlotsPerGroup * Maximum;

    /// <summary>Slots of both.</summary>
    [JsonIgnore]
    public int Slots => 2 * TableSlots;
}

/// <summary>Public bins of a number: below the first edge, between two edges (the lower one included), from the last edge on. Every row with a value is in exactly one.</summary>
/// <param name="Column">Column that is binned.</param>
/// <param name="Edges">1 to <see cref="MostEdges"/> numbers as decimal text, rising.</param>
/// <param name="Quantiles">Levels between 0 and 1 as decimal text: the result is the bin that contains each; null: the counts themselves.</param>
public sealed record BinQuery(string Column, IReadOnlyList<string> Edges, IReadOnlyList<string>? Quantiles = null)
{
    /// <summary>Most edges.</summary>
    public const int MostEdges = 255;

    /// <summary>Most levels of one job.</summary>
    public const int MostQuantiles = 16;

    /// <summary>A level has at most this many decimal places.</summary>
    public const int QuantileDecimals = 4;

    /// <summary>Number of bins.</summary>
    [JsonIgnore]
    public int Count => Edges.Count + 1;

    /// <summary>What is wrong with the edges or levels, or null.</summary>
    public string? Problem()
    {
        if (Edges.Count is 0 or > MostEdges || Edges.Any(e => Number(e) is null) || Edges.Zip(Edges.Skip(1)).Any(p => Number(p.First) >= Number(p.Second)))
            return $"bins have 1 to {MostEdges} rising edges, numbers in decimal notation";
        return Quantiles is { } levels && (levels.Count is 0 or > MostQuantiles || levels.Distinct(StringComparer.Ordinal).Count() != levels.Count || levels.Any(l => Level(l) is null))
            ? $"1 to {MostQuantiles} quantiles, each between 0 and 1 with at most {QuantileDecimals} decimal places"
            : null;
    }

    /// <summary>A level in units of 10^-<see cref="QuantileDecimals"/>, or null when it is none.</summary>
    public static int? Level(string text)
        => Number(text) is { } level && level is > 0 and < 1 && level * 10_000 is var scaled && scaled == decimal.Truncate(scaled) ? (int)scaled : null;

    private static decimal? Number(string text)
        => text.Length <= 40 && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>Differential privacy of a joint statistic. Whoever's contract has a privacy budget debits <paramref name="EpsilonMicro"/> from it.</summary>
/// <param name="EpsilonMicro">Privacy loss of this use in millionths, asked for by the analyst within what every contract allows per use.</param>
/// <param name="ContributionBound">Most groups in which one subject counts: the smallest of all contracts.</param>
/// <param name="HonestParties">
/// Among how many providers the noise is divided: one more than the co-providers that every contract requires to be independent of the consumer, the smallest of all contracts.
/// </param>
public sealed record NoiseQuery(long EpsilonMicro, int ContributionBound, int HonestParties);

/// <summary>One measured column with its public clamping bounds (from the contracts, never from data).</summary>
/// <param name="Column">Column name.</param>
/// <param name="Decimals">Fixed-point scale: values times 10^Decimals.</param>
/// <param name="Min">Lower clamp, unscaled decimal text.</param>
/// <param name="Max">Upper clamp, unscaled decimal text.</param>
/// <param name="Statistics">Subset of count, sum, mean, variance_pop, stddev_pop; in a matrix <see cref="AggregateQuery.Covariance"/> alone.</param>
public sealed record MeasureQuery(string Column, int Decimals, string Min, string Max, IReadOnlyList<string> Statistics)
{
    /// <summary>True when a statistic needs the sum of squares.</summary>
    [JsonIgnore]
    public bool NeedsSquares => Statistics.Any(static s => s is "variance_pop" or "stddev_pop" or AggregateQuery.Covariance);
}

/// <summary>Column, operator (eq, neq, lt, lteq, gt, gteq, isAnyOf) and constants as text in the column's type.</summary>
public sealed record PredicateQuery(string Column, string Operator, IReadOnlyList<string> Values);

/// <summary>What two or more owners have in common, by keys that all write alike. Sets are whole datasets, as far as the contracts open them: nobody chooses who is in them.</summary>
/// <param name="Result">What the analyst is told: <see cref="Cardinality"/>, <see cref="Ids"/>, <see cref="Sum"/> or <see cref="Mean"/>; the last two of two owners alone.</param>
/// <param name="Receiver">The owner (DID) whose node finds the common subjects, learns how many they are, and tells the analyst.</param>
/// <param name="Key">Parts of the key, the same for all.</param>
/// <param name="Columns">Columns that hold the parts, one list per party in the order of the roster.</param>
/// <param name="Minimum">Fewest common subjects that are told, and fewest subjects of a set: the largest of all contracts. Told numbers are its multiples.</param>
/// <param name="MaxItems">Most subjects of each party, in the order of the roster.</param>
/// <param name="Value">The column of the owner that is not the receiver that is added up; null for other results.</param>
public sealed record IntersectQuery(
    string Result, string Receiver, IReadOnlyList<KeyPartQuery> Key, IReadOnlyList<IReadOnlyList<string>> Columns, int Minimum, IReadOnlyList<int> MaxItems, ValueQuery? Value = null)
{
    /// <summary>Most owners of one intersection.</summary>
    public const int MostOwners = 8;

    /// <summary>Their number, rounded down to a multiple of the minimum.</summary>
    public const string Cardinality = "cardinality";

    /// <summary>Which of its own subjects the others have too: only where the analyst is the receiver, whose node they do not leave.</summary>
    public const string Ids = "ids";

    /// <summary>
    /// Their number, and the sum of the other owner's values over them, rounded down to a multiple of the minimum times the largest value that the contract's bounds allow.
    /// </summary>
    public const string Sum = "sum";

    /// <summary>The same, and what the told sum divided by the told number is.</summary>
    public const string Mean = "mean";
}

/// <summary>
/// A column that is added up over subjects, with its public bounds, which are the contract's. A subject weighs what its rows add up to, brought within the bounds; a row without a value does not count.
/// </summary>
/// <param name="Column">Column name.</param>
/// <param name="Decimals">Fixed-point scale: values times 10^Decimals, rounded half away from zero.</param>
/// <param name="Min">Lower bound, unscaled decimal text.</param>
/// <param name="Max">Upper bound, unscaled decimal text.</param>
public sealed record ValueQuery(string Column, int Decimals, string Min, string Max);

/// <summary>One part of a key: what it means, and how it is written before it is compared (contracts/schemas/job-spec.schema.json names the steps).</summary>
public sealed record KeyPartQuery(string Name, IReadOnlyList<string> Steps);

/// <summary>One SELECT over one dataset of one provider.</summary>
public sealed record SqlQuery(string Text);

/// <summary>JSON settings of every job message.</summary>
public static class JobJson
{
    /// <summary>Camel case, strict, nulls left out: the same spelling that signed documents use.</summary>
    public static JsonSerializerOptions Options => DataSpace.Kernel.Crypto.KernelJson.Options;
}
