using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using DataSpace.Privacy.Aggregation;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>A suppressed group with the code that says why.</summary>
internal sealed record SuppressedGroup(string Group, string Code);

/// <summary>A result as people read it; numbers as exact decimal text.</summary>
internal sealed record ResultTable(
    IReadOnlyList<ResultColumn> Columns, IReadOnlyList<IReadOnlyList<string?>> Rows, IReadOnlyList<SuppressedGroup> Suppressed, bool Clamped)
{
    /// <summary>Standard errors beside <see cref="Rows"/>, null for what is exact; null when all figures are exact.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<IReadOnlyList<string?>>? Errors { get; init; }

    /// <summary>Random text that keeps a digest of few possible tables from being guessed; null where the table's digest is told to nobody who could.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Salt { get; init; }

    /// <summary>What the noise cost and how large it is; null when all figures are exact.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NoiseView? Noise { get; init; }

    /// <summary>What could not be read of groups that nobody listed; null where there was a list.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HiddenGroups.HiddenGroupCounts? HiddenGroups { get; init; }

    /// <summary>What stands beside a model's weights; null of other kinds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public object? Card { get; init; }

    /// <summary>The table that this query asks for.</summary>
    public static ResultTable Of(AggregateQuery query, AggregationShape shape, AggregationResult result, bool clamped)
    {
        var table = query switch
        {
            { Bins: { } bins } => BinTable.Of(query, bins, shape, result),
            { Matrix: { } matrix } => MatrixTable.Of(query, matrix, shape, result),
            _ => Measures(query, shape, result),
        };
        return table with { Clamped = clamped, Noise = shape.Noise is null ? null : NoiseView.Of(shape, query.Noise!) };
    }

    /// <summary>A row per group with the measures' statistics.</summary>
    public static ResultTable Measures(AggregateQuery query, AggregationShape shape, AggregationResult result)
    {
        var columns = new List<ResultColumn> { new(query.GroupColumn, query.GroupColumn) };
        foreach (var measure in query.Measures)
            columns.AddRange(measure.Statistics.Select(s => new ResultColumn($"{measure.Column}_{s}", $"{s}({measure.Column})")));
        var rows = new List<IReadOnlyList<string?>>();
        var errors = new List<IReadOnlyList<string?>>();
        var suppressed = new List<SuppressedGroup>();
        foreach (var (group, cell) in query.Groups.Zip(result.Cells))
        {
            if (cell.Suppressed)
            {
                suppressed.Add(new SuppressedGroup(group, JobErrors.GroupSuppressed.Code));
                continue;
            }
            var row = new List<string?> { group };
            foreach (var (measure, values) in query.Measures.Zip(cell.Measures))
                row.AddRange(measure.Statistics.Select(s => Spell(Statistic(s, cell, values))));
            rows.Add(row);
            if (shape.Noise is not null)
                errors.Add([null, .. NoiseView.ErrorsOf(shape, query, cell)]);
        }
        return new ResultTable(columns, rows, suppressed, Clamped: false) { Errors = shape.Noise is null ? null : errors };
    }

    public static ResultTable Of(JsonElement released)
    {
        var columns = released.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("name").GetString()!).Select(n => new ResultColumn(n, n)).ToList();
        IReadOnlyList<IReadOnlyList<string?>> rows = [.. released.GetProperty("rows").EnumerateArray().Select(r => (IReadOnlyList<string?>)[.. r.EnumerateArray().Select(Text)])];
        return new ResultTable(columns, rows, [], false);
    }

    private static decimal? Statistic(string name, CellResult cell, MeasureResult values) => name switch
    {
        "count" => cell.Count,
        "sum" => values.Total,
        "mean" => values.Mean(),
        "variance_pop" => Variance(values),
        _ => values.PopulationStdDev(),
    };

    /// <summary>(n·Σx² − (Σx)²) / n², exact until the division, six places.</summary>
    private static decimal? Variance(MeasureResult values)
    {
        if (values.Count <= 0 || values.SumOfSquares is not { } squares)
            return null;
        var n = (System.Numerics.BigInteger)values.Count;
        var scale = System.Numerics.BigInteger.Pow(10, 2 * values.Decimals);
        var numerator = ((n * squares) - ((System.Numerics.BigInteger)values.Sum * values.Sum)) * 1_000_000;
        if (numerator.Sign < 0)
            return null; // noise left no variance
        var millionths = (numerator + (n * n * scale / 2)) / (n * n * scale);
        return millionths <= (System.Numerics.BigInteger)decimal.MaxValue ? (decimal)millionths / 1_000_000m : null;
    }

    /// <summary>A figure as exact decimal text.</summary>
    public static string? Spell(decimal? value) => value?.ToString(CultureInfo.InvariantCulture);

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };
}

/// <summary>A column of a result.</summary>
internal sealed record ResultColumn(string Name, string Title);
