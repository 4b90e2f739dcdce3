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
public sealed record JobPlan(
    int Version, string Kind, string Title, string Purpose, string SpaceId, IReadOnlyList<RosterEntry> Roster, int WallLimitMs,
    string? CaseId = null, AggregateQuery? Aggregate = null, SqlQuery? Sql = null, IntersectQuery? Intersect = null, RegressQuery? Regress = null, LookupQuery? Lookup = null)
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
    public string Computation => Intersect is { Result: IntersectQuery.Ids } ? JobKinds.Intersect + ":" + IntersectQuery.Ids : Kind;

    /// <summary>True where owners find out which of their subjects are common, or how many.</summary>
    [JsonIgnore]
    public bool Intersects => Intersect is not null || Regress is { Mode: RegressQuery.Vertical };

    /// <summary>Who talks with whom while the owners compute.</summary>
    [JsonIgnore]
    public JobConversation Conversation => this switch
    {
        { Intersect: not null, Roster.Count: > 2 } => JobConversation.LeaderWithOwners,
        { Intersect: not null } or { Regress.Mode: RegressQuery.Vertical } => JobConversation.BetweenOwners,
        { Regress: not null } or { Lookup: not null } => JobConversation.WithAnalyst,
        _ => JobConversation.None,
    };

    /// <summary>Fewest subjects of which this job tells anything, where the plan says so.</summary>
    [JsonIgnore]
    public int? MinimumGroup => Aggregate?.MinGroupSize ?? Intersect?.Minimum ?? Regress?.MinimumSubjects;
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

    /// <summary>The receiver of an intersection of more than two owners with each other one.</summary>
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
}

/// <summary>One provider of a job and the contract under which it takes part.</summary>
/// <param name="Participant">DID.</param>
/// <param name="KeyId">Id of the provider's signing key that the analyst pinned.</param>
/// <param name="DatasetId">Dataset at that provider.</param>
/// <param name="AgreementId">Agreement between consumer and provider.</param>
/// <param name="AgreementHash">Hex SHA-256 of the agreement's canonical JSON.</param>
public sealed record RosterEntry(string Participant, string KeyId, string DatasetId, string AgreementId, string AgreementHash);

/// <summary>A joint GROUP BY over a public list of groups.</summary>
/// <param name="GroupColumn">Declared group key.</param>
/// <param name="Groups">Public code list; groups without rows are zero-filled.</param>
/// <param name="Measures">Columns to aggregate.</param>
/// <param name="Where">Conjunction of predicates, applied by each provider.</param>
/// <param name="MinGroupSize">k of the cell rule: the largest of all contracts.</param>
/// <param name="DominancePercent">Dominance threshold: the smallest of all contracts, or null when every contract says <c>off</c>.</param>
/// <param name="MaxRowsPerParty">Public bound on rows per provider: the overflow check uses it.</param>
/// <param name="Noise">Noise that every provider adds its share of, or null: exact figures.</param>
public sealed record AggregateQuery(
    string GroupColumn, IReadOnlyList<string> Groups, IReadOnlyList<MeasureQuery> Measures, IReadOnlyList<PredicateQuery> Where,
    int MinGroupSize, long MaxRowsPerParty, int? DominancePercent = null, NoiseQuery? Noise = null);

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
/// <param name="Statistics">Subset of count, sum, mean, variance_pop, stddev_pop.</param>
public sealed record MeasureQuery(string Column, int Decimals, string Min, string Max, IReadOnlyList<string> Statistics)
{
    /// <summary>True when a statistic needs the sum of squares.</summary>
    [JsonIgnore]
    public bool NeedsSquares => Statistics.Any(static s => s is "variance_pop" or "stddev_pop");
}

/// <summary>Column, operator (eq, neq, lt, lteq, gt, gteq, isAnyOf) and constants as text in the column's type.</summary>
public sealed record PredicateQuery(string Column, string Operator, IReadOnlyList<string> Values);

/// <summary>What two or more owners have in common, by keys that all write alike. Sets are whole datasets, as far as the contracts open them: nobody chooses who is in them.</summary>
/// <param name="Result">What the analyst is told: <see cref="Cardinality"/> or <see cref="Ids"/>.</param>
/// <param name="Receiver">The owner (DID) whose node finds the common subjects, learns how many they are, and tells the analyst.</param>
/// <param name="Key">Parts of the key, the same for all.</param>
/// <param name="Columns">Columns that hold the parts, one list per party in the order of the roster.</param>
/// <param name="Minimum">Fewest common subjects that are told, and fewest subjects of a set: the largest of all contracts. Told numbers are its multiples.</param>
/// <param name="MaxItems">Most subjects of each party, in the order of the roster.</param>
public sealed record IntersectQuery(
    string Result, string Receiver, IReadOnlyList<KeyPartQuery> Key, IReadOnlyList<IReadOnlyList<string>> Columns, int Minimum, IReadOnlyList<int> MaxItems)
{
    /// <summary>Most owners of one intersection.</summary>
    public const int MostOwners = 8;

    /// <summary>Their number, rounded down to a multiple of the minimum.</summary>
    public const string Cardinality = "cardinality";

    /// <summary>Which of its own subjects the others have too: only where the analyst is the receiver, whose node they do not leave.</summary>
    public const string Ids = "ids";
}

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
