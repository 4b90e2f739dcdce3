using System.Numerics;

namespace DataSpace.Privacy.Aggregation;

/// <summary>What must be true of any count, sum and sum of squares of clamped values, whoever computed them.</summary>
internal static class StatisticBounds
{
    /// <summary>
    /// Sum between count·min and count·max; sum of squares at most count·max², and count·Σx² ≥ (Σx)² (Cauchy-Schwarz).
    /// </summary>
    public static bool Hold(MeasureShape measure, Int128 count, Int128 sum, Int128? sumOfSquares)
    {
        if ((BigInteger)sum < (BigInteger)count * measure.MinScaled || (BigInteger)sum > (BigInteger)count * measure.MaxScaled)
            return false;
        return sumOfSquares is not { } squares
            || (squares >= 0
                && (BigInteger)squares <= (BigInteger)count * measure.LargestMagnitude * measure.LargestMagnitude
                && (BigInteger)count * (BigInteger)squares >= (BigInteger)sum * (BigInteger)sum);
    }

    /// <summary>Every figure of a noisy cell within the bound that values and noise can reach together.</summary>
    public static bool HoldWithNoise(AggregationShape shape, Int128 count, IReadOnlyList<MeasureResult> measures)
    {
        List<Int128> figures = [count];
        foreach (var measure in measures)
        {
            figures.Add(measure.Sum);
            if (measure.SumOfSquares is { } squares)
                figures.Add(squares);
        }
        return shape.Bounds.Zip(figures).All(p => BigInteger.Abs(p.Second) <= p.First);
    }
}
