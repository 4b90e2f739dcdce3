using System.Numerics;
using DataSpace.Privacy.Aggregation;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>Standard errors of a noisy matrix, to first order in the noise: each figure's gradient over the sums that it is made of.</summary>
internal static class MatrixErrors
{
    private const int Sums = 6; // n, Σx, Σy, Σx², Σy², Σxy

    /// <summary>Errors of a row: of the count, the mean, and of each figure; null where there is no figure.</summary>
    public static IReadOnlyList<string?> Of(AggregationShape shape, AggregateQuery query, CellResult cell, string kind, int row)
    {
        var errors = shape.Noise!.Describe(shape.Parties).ToDictionary(f => f.Statistic, f => Real(f.StandardErrorMilli, f.Decimals + 3));
        var (name, count) = (query.Measures[row].Column, (double)cell.Count);
        var mean = cell.Count > 0 ? Real((BigInteger)cell.Measures[row].Sum, cell.Measures[row].Decimals) / count : 0;
        return
        [
            NoiseView.Significant(errors["count"]),
            cell.Count > 0 ? NoiseView.Significant(Length([errors["count"] * mean / count, errors[$"sum({name})"] / count])) : null,
            .. query.Measures.Select((_, j) => cell.Count > 0 ? Figure(errors, query, JointMoments.Of(cell, row, j), kind, row, j) : null),
        ];
    }

    private static string? Figure(Dictionary<string, double> errors, AggregateQuery query, JointMoments joint, string kind, int i, int j)
    {
        var isCorrelation = kind == AggregateQuery.Correlation;
        if (isCorrelation && i == j)
            return null; // 1, whatever the noise
        var (x, y) = (query.Measures[i].Column, query.Measures[j].Column);
        var product = i == j ? $"sumsq({x})" : i < j ? $"sumprod({x},{y})" : $"sumprod({y},{x})";
        double[] noise = [errors["count"], errors[$"sum({x})"], errors[$"sum({y})"], errors[$"sumsq({x})"], errors[$"sumsq({y})"], errors[product]];
        var n = (double)joint.Count;
        var (meanX, meanY) = (Real((BigInteger)joint.X, joint.DecimalsOfX) / n, Real((BigInteger)joint.Y, joint.DecimalsOfY) / n);
        var meanXX = Real((BigInteger)joint.XX, 2 * joint.DecimalsOfX) / n;
        var meanYY = Real((BigInteger)joint.YY, 2 * joint.DecimalsOfY) / n;
        var meanXY = Real((BigInteger)joint.XY, joint.DecimalsOfX + joint.DecimalsOfY) / n;
        // d(Σxy/n − ΣxΣy/n²)
        double[] covariance = [((2 * meanX * meanY) - meanXY) / n, -meanY / n, -meanX / n, 0, 0, 1 / n];
        if (i == j)
            covariance = [covariance[0], -2 * meanX / n, 0, 0, 0, 1 / n]; // one sum, not two
        if (!isCorrelation)
            return NoiseView.Significant(Length(Scaled(covariance, noise)));
        var (varianceX, varianceY) = (meanXX - (meanX * meanX), meanYY - (meanY * meanY));
        if (varianceX <= 0 || varianceY <= 0)
            return null;
        double[] ofX = [((2 * meanX * meanX) - meanXX) / n, -2 * meanX / n, 0, 1 / n, 0, 0];
        double[] ofY = [((2 * meanY * meanY) - meanYY) / n, 0, -2 * meanY / n, 0, 1 / n, 0];
        var deviations = Math.Sqrt(varianceX * varianceY);
        var correlation = (meanXY - (meanX * meanY)) / deviations;
        var gradient = Enumerable.Range(0, Sums).Select(k => (covariance[k] / deviations) - (correlation / 2 * ((ofX[k] / varianceX) + (ofY[k] / varianceY)))).ToArray();
        return NoiseView.Significant(Length(Scaled(gradient, noise)));
    }

    private static double[] Scaled(double[] gradient, double[] noise) => [.. gradient.Zip(noise, (g, e) => g * e)];

    private static double Length(double[] parts) => Math.Sqrt(parts.Sum(p => p * p));

    private static double Real(BigInteger scaled, int decimals) => (double)scaled / Math.Pow(10, decimals);
}
