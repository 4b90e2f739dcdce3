using System.Globalization;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Aggregation.Hidden;
using DataSpace.Privacy.Noise;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Hosting.Jobs;

/// <summary>The public shape of a joint statistic, derived from the plan by everyone alike.</summary>
public static class AggregationShapes
{
    /// <summary>Shape of <paramref name="query"/> among that many providers; refuses overflow in advance.</summary>
    public static Result<AggregationShape> Of(AggregateQuery query, int parties)
    {
        var measures = new List<MeasureShape>();
        foreach (var measure in query.Measures)
        {
            if (Scaled(measure.Min, measure.Decimals) is not { } min || Scaled(measure.Max, measure.Decimals) is not { } max)
                return JobErrors.BadOrder.Of($"bounds of '{measure.Column}'");
            measures.Add(new MeasureShape(measure.Column, measure.Decimals, min, max, measure.NeedsSquares));
        }
        if (query.Hidden is { } hidden)
        {
            if (hidden.Maximum is < 1 or > HiddenGroupQuery.MostGroups)
                return HiddenGroupErrors.TermsInvalid.Of($"maximum: 1 to {HiddenGroupQuery.MostGroups}");
            if (Beside(query) is { } other)
                return HiddenGroupErrors.Unsupported.Of(other);
            measures.AddRange(GroupSlots.LabelMeasures);
        }
        return AggregationShape.Create(query.CellCount, measures, query.MinGroupSize, parties, query.MaxRowsPerParty,
            query.Noise is { } noise ? new NoiseTerms(noise.EpsilonMicro, noise.ContributionBound, noise.HonestParties) : null, query.Matrix is not null);
    }

    /// <summary>
    /// What hidden groups do not go with, or null. Noise would have to be paid for slots that nobody names, and would spoil the labels; without some owners the others' places would
    /// remain, and a second sum over them; bins of groups would need places of their own.
    /// </summary>
    private static string? Beside(AggregateQuery query) => query switch
    {
        { Noise: not null } => "epsilonMicro",
        { MinimumParties: not null } => "minimumParties",
        { Bins: not null } => "histogram or quantiles",
        { Matrix: not null } => "covariance",
        { Groups.Count: > 0 } or { GroupColumn.Length: 0 } => "a list of groups",
        _ => null,
    };

    /// <summary>Rows per provider for which counts and sums stay under one modulus if they can; fewer, and they take both.</summary>
    private const long AmpleRows = 100_000;

    private const long MostRows = 1_000_000_000;

    /// <summary>
    /// The public bound on rows per provider: the largest power of ten whose sums still fit the plaintext moduli; one of them where that leaves ample rows, both where it
    /// does not. Follows from the query and the number of parties alone, so that nobody chooses it. 0 when none fits.
    /// </summary>
    public static long LargestRowBound(AggregateQuery query, int parties)
        => query.Hidden is null ? LargestOfFigures(query, parties) : LargestWithLabels(query, parties);

    /// <summary>Labels take both moduli whatever the bound is: the figures decide, as far as the labels fit too.</summary>
    private static long LargestWithLabels(AggregateQuery query, int parties)
    {
        var rows = LargestOfFigures(query with { Hidden = null, Groups = [""] }, parties);
        while (rows > 0 && !Of(query with { MaxRowsPerParty = rows }, parties).IsOk)
            rows /= 10;
        return rows;
    }

    private static long LargestOfFigures(AggregateQuery query, int parties)
        => Largest(query, parties, AmpleRows, shape => !shape.HasWideSums) is > 0 and var rows ? rows : Largest(query, parties, 10, _ => true);

    private static long Largest(AggregateQuery query, int parties, long least, Func<AggregationShape, bool> accepts)
    {
        for (var rows = MostRows; rows >= least; rows /= 10)
        {
            if (Of(query with { MaxRowsPerParty = rows }, parties).TryGet(out var shape, out _) && accepts(shape))
                return rows;
        }
        return 0;
    }

    /// <summary>Decimal text as a scaled integer, or null when it does not fit the scale.</summary>
    public static long? Scaled(string text, int decimals)
    {
        if (decimals is < 0 or > 9 || !decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            return null;
        for (var i = 0; i < decimals; i++)
            value *= 10;
        return value == decimal.Truncate(value) && value is >= long.MinValue and <= long.MaxValue ? (long)value : null;
    }

    /// <summary>A scaled integer as decimal text.</summary>
    public static string Unscaled(long value, int decimals)
    {
        decimal result = value;
        for (var i = 0; i < decimals; i++)
            result /= 10;
        return result.ToString(CultureInfo.InvariantCulture);
    }
}
