using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataSpace.Connector.Jobs;

/// <summary>What an analyst asks for (contracts/schemas/job-spec.schema.json), before it is bound to contracts.</summary>
internal sealed record JobSpec(
    int Version, string Kind, string Title, string Purpose, IReadOnlyList<SpecInput> Inputs,
    SpecGroupBy? GroupBy = null, IReadOnlyList<SpecMeasure>? Measures = null, IReadOnlyList<SpecFilter>? Where = null,
    string? Sql = null, string? CaseId = null, SpecLimits? Limits = null, long? EpsilonMicro = null,
    SpecIntersect? Intersect = null, SpecRegress? Regress = null, SpecLookup? Lookup = null, SpecScore? Score = null,
    SpecHistogram? Histogram = null, SpecQuantiles? Quantiles = null, SpecCovariance? Covariance = null, int? MinimumParties = null);

/// <param name="Key">Kinds intersect, regress, lookup and score: the columns that hold the parts of the key; without it they are named like the parts.</param>
/// <param name="Features">Kind regress, vertically: this owner's columns.</param>
/// <param name="Value">Kind intersect, results sum and mean: this owner's column that is added up.</param>
internal sealed record SpecInput(string Participant, string Dataset, string? Agreement = null, IReadOnlyList<string>? Key = null, IReadOnlyList<SpecFeature>? Features = null, string? Value = null);

/// <summary>The intersection of two inputs.</summary>
internal sealed record SpecIntersect(IReadOnlyList<SpecKeyPart> Key, string Result = Protocol.Jobs.IntersectQuery.Cardinality, string? Receiver = null, int? MaxItems = null);

/// <summary>Records of one input by keyword.</summary>
/// <param name="Key">Parts of the key.</param>
/// <param name="Columns">Columns of a record.</param>
/// <param name="Keywords">What is looked for: a text, or a list with one text per part. They stay in this node.</param>
/// <param name="Questions">How many questions are put, at least as many as there are keywords; null: as many.</param>
/// <param name="RecordBytes">Size of a record as the catalogue shows it.</param>
internal sealed record SpecLookup(
    IReadOnlyList<SpecKeyPart> Key, IReadOnlyList<string> Columns, IReadOnlyList<JsonElement> Keywords, int? Questions = null, int RecordBytes = LookupConfig.DefaultRecordBytes)
{
    /// <summary>Keywords as lists of parts; null when one is of another form.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? Parts()
    {
        var all = Keywords?.Select(k => k.ValueKind switch
        {
            JsonValueKind.String => (IReadOnlyList<string>)[k.GetString()!],
            JsonValueKind.Array when k.EnumerateArray().All(p => p.ValueKind == JsonValueKind.String) => [.. k.EnumerateArray().Select(p => p.GetString()!)],
            _ => [],
        }).ToList();
        return all?.TrueForAll(k => k.Count == Key.Count) == true ? all : null;
    }
}

internal sealed record SpecKeyPart(string Name, IReadOnlyList<string>? Steps = null);

/// <summary>A model over the inputs.</summary>
internal sealed record SpecRegress(
    string Mode, string Model, SpecLabel Label, IReadOnlyList<SpecFeature>? Features = null, bool Intercept = true, string L2 = "0", int? Iterations = null, IReadOnlyList<SpecKeyPart>? Key = null, int? HalfPeriod = null, int? MaxRows = null);

/// <summary>Scores of common rows by a vertical model.</summary>
/// <param name="Model">Job that trained it.</param>
/// <param name="Rows">Most rows; null: as many as the grid's levels allow.</param>
/// <param name="Scale">The score itself, or of a logistic model its probability.</param>
/// <param name="Digits">Decimal places of what is told.</param>
/// <param name="Thresholds">Instead of digits: rising decimal texts, between which are classes.</param>
/// <param name="Grid">Levels of this node's own part of a score; null: wide ones.</param>
/// <param name="MaxRows">Most rows of each owner's set.</param>
internal sealed record SpecScore(
    string Model, int? Rows = null, string Scale = Protocol.Jobs.ScoreTelling.Score, int? Digits = null, IReadOnlyList<string>? Thresholds = null, SpecGrid? Grid = null, int? MaxRows = null)
{
    /// <summary>The model's order and its hash, once this node has found it; no part of a spec.</summary>
    [JsonIgnore]
    public (Protocol.Jobs.JobOrder Order, string JobHash)? Trained { get; init; }
}

/// <param name="Step">Width of a level, decimal text.</param>
/// <param name="From">Lowest level, a multiple of the step; null: levels lie evenly about where parts do.</param>
/// <param name="Levels">A power of two.</param>
internal sealed record SpecGrid(string? Step = null, string? From = null, int? Levels = null);

/// <param name="Participant">Vertically: who has it.</param>
internal sealed record SpecLabel(string Column, string? Participant = null);

/// <param name="Codes">Of a categorical column: its public list; every other value is what they are compared with.</param>
internal sealed record SpecFeature(string Column, IReadOnlyList<string>? Codes = null);

/// <summary>Rows per bin of a column.</summary>
internal sealed record SpecHistogram(string Column, IReadOnlyList<string> Edges);

/// <summary>The bins of a grid that contain quantiles of a column.</summary>
/// <param name="At">Levels; the median without it.</param>
internal sealed record SpecQuantiles(string Column, IReadOnlyList<string> Grid, IReadOnlyList<string>? At = null);

/// <summary>How columns vary together.</summary>
/// <param name="Statistics">Which matrices; covariances without it.</param>
internal sealed record SpecCovariance(IReadOnlyList<string> Columns, IReadOnlyList<string>? Statistics = null);

/// <summary>Groups that nobody lists.</summary>
/// <param name="Maximum">Most groups of one owner.</param>
internal sealed record SpecHiddenGroups(int Maximum);

internal sealed record SpecGroupBy(string Column, IReadOnlyList<JsonElement>? Values = null, SpecRange? Range = null, SpecHiddenGroups? Hidden = null)
{
    private const int MaxGroups = 1024;

    /// <summary>The public list of groups as text, or null when it is malformed. Empty where the groups are hidden.</summary>
    public IReadOnlyList<string>? Groups() => (Values, Range) switch
    {
        (null, null) when Hidden is not null => [],
        _ when Hidden is not null => null,
        ({ Count: > 0 and <= MaxGroups } values, null) => [.. values.Select(v => v.ValueKind == JsonValueKind.String ? v.GetString()! : v.GetRawText())],
        (null, { } range) when range.To >= range.From && range.To - range.From < MaxGroups
            => [.. Enumerable.Range(0, (int)(range.To - range.From + 1)).Select(i => (range.From + i).ToString(CultureInfo.InvariantCulture))],
        _ => null,
    };
}

internal sealed record SpecRange(long From, long To);

internal sealed record SpecMeasure(string Column, IReadOnlyList<string> Statistics);

internal sealed record SpecFilter(string Column, string Operator, string Value);

internal sealed record SpecLimits(int? WallLimitMs = null, int? NotAfterMinutes = null);
