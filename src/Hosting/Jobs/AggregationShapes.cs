using System.Globalization;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
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
        return AggregationShape.Create(query.Groups.Count, measures, query.MinGroupSize, parties, query.MaxRowsPerParty,
            query.Noise is { } noise ? new NoiseTerms(noise.EpsilonMicro, noise.ContributionBound, noise.HonestParties) : null);
    }

    /// <summary>
    /// The public bound on rows per provider: the largest power of ten whose sums still fit the plaintext moduli. Follows from the query and the number of
    /// parties alone, so that nobody chooses it. 0 when none fits.
    /// </summary>
    public static long LargestRowBound(AggregateQuery query, int parties)
    {
        for (var rows = 1_000_000_000L; rows >= 10; rows /= 10)
        {
            if (Of(query with { MaxRowsPerParty = rows }, parties).IsOk)
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
