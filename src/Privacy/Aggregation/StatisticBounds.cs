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
}
