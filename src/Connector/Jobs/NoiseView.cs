using System.Globalization;
using System.Numerics;
using DataSpace.Privacy.Aggregation;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>What the noise of a job costs and how far figures may be off, for plan and result. All of it follows from the plan.</summary>
internal sealed record NoiseView(
    long EpsilonMicro, string Mechanism, int ContributionBound, int HonestParties, IReadOnlyList<NoiseFigureView> Figures)
{
    public static NoiseView Of(AggregationShape shape, NoiseQuery noise) => new(
        noise.EpsilonMicro, "discrete Laplace, added in shares before encryption", noise.ContributionBound, noise.HonestParties,
        [.. shape.Noise!.Describe(shape.Parties).Select(f => new NoiseFigureView(
            f.Statistic, f.EpsilonMicro, Unscaled(f.Sensitivity, f.Decimals), Significant(Real(f.StandardErrorMilli, f.Decimals + 3))))]);

    /// <summary>Standard errors of one group's figures, three digits; null where a figure is missing. First order in the noise.</summary>
    public static IReadOnlyList<string?> ErrorsOf(AggregationShape shape, AggregateQuery query, CellResult cell)
    {
        var errors = shape.Noise!.Describe(shape.Parties).ToDictionary(f => f.Statistic, f => Real(f.StandardErrorMilli, f.Decimals + 3));
        var found = new List<string?>();
        foreach (var (measure, values) in query.Measures.Zip(cell.Measures))
        {
            var (count, sum) = (errors["count"], errors[$"sum({measure.Column})"]);
            var (n, mean) = ((double)values.Count, values.Count > 0 ? Real((BigInteger)values.Sum, values.Decimals) / values.Count : 0);
            var meanSquare = values is { Count: > 0, SumOfSquares: { } squares } ? Real((BigInteger)squares, 2 * values.Decimals) / values.Count : 0;
            var variance = errors.TryGetValue($"sumsq({measure.Column})", out var square)
                ? Length(square, 2 * mean * sum, ((2 * mean * mean) - meanSquare) * count) / n : 0;
            var deviation = Math.Sqrt(Math.Max(0, meanSquare - (mean * mean)));
            found.AddRange(measure.Statistics.Select(statistic => statistic switch
            {
                "count" => Significant(count),
                "sum" => Significant(sum),
                _ when values.Count <= 0 => null,
                "mean" => Significant(Length(sum, mean * count) / n),
                "variance_pop" => Significant(variance),
                _ => deviation > 0 ? Significant(variance / (2 * deviation)) : null,
            }));
        }
        return found;
    }

    /// <summary>Standard error of the sum of so many noisy counts.</summary>
    public static string CountError(AggregationShape shape, int counts)
    {
        var one = shape.Noise!.Describe(shape.Parties)[0];
        return Significant(Math.Sqrt(counts) * Real(one.StandardErrorMilli, 3));
    }

    /// <summary>Three digits, without an exponent.</summary>
    internal static string Significant(double value)
    {
        if (value == 0 || !double.IsFinite(value))
            return "0";
        var places = 2 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        var rounded = places >= 0 ? Math.Round(value, Math.Min(places, 15)) : Math.Round(value / Math.Pow(10, -places)) * Math.Pow(10, -places);
        return rounded.ToString(places > 0 ? "F" + Math.Min(places, 15).ToString(CultureInfo.InvariantCulture) : "F0", CultureInfo.InvariantCulture);
    }

    private static double Length(params ReadOnlySpan<double> parts)
    {
        var total = 0.0;
        foreach (var part in parts)
            total += part * part;
        return Math.Sqrt(total);
    }

    private static double Real(BigInteger scaled, int decimals) => (double)scaled / Math.Pow(10, decimals);

    private static string Unscaled(BigInteger scaled, int decimals)
    {
        var digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        return decimals == 0 ? digits : (digits[..^decimals] + "." + digits[^decimals..]).TrimEnd('0').TrimEnd('.');
    }
}

/// <summary>Noise of one figure.</summary>
/// <param name="Statistic"><c>count</c>, <c>sum(x)</c>, <c>sumsq(x)</c> or <c>sumprod(x,y)</c>.</param>
/// <param name="EpsilonMicro">Its part of the epsilon.</param>
/// <param name="Sensitivity">How far one subject can move it, over all groups, in the measure's unit (squared for squares).</param>
/// <param name="StandardError">Standard deviation of the joint noise, three digits.</param>
internal sealed record NoiseFigureView(string Statistic, long EpsilonMicro, string Sensitivity, string StandardError);
