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

    /// <summary>Every sum of products at most count·|x|·|y| in magnitude, and (Σxy)² ≤ Σx²·Σy² (Cauchy-Schwarz).</summary>
    public static bool ProductsHold(IReadOnlyList<MeasureShape> measures, Int128 count, IReadOnlyList<Int128> squares, IReadOnlyList<Int128> products)
    {
        var pairs = CellStatistic.Pairs([.. measures.Zip(squares)]).ToList();
        return pairs.Count == products.Count && pairs.Zip(products).All(p => Holds(p.First.First, p.First.Second, p.Second));

        bool Holds((MeasureShape Shape, Int128 Squares) x, (MeasureShape Shape, Int128 Squares) y, BigInteger product)
            => BigInteger.Abs(product) <= (BigInteger)count * x.Shape.LargestMagnitude * y.Shape.LargestMagnitude
                && product * product <= (BigInteger)x.Squares * (BigInteger)y.Squares;
    }

    /// <summary>Every figure of a noisy cell within the bound that values and noise can reach together.</summary>
    public static bool HoldWithNoise(AggregationShape shape, IReadOnlyList<Int128> figures) => shape.Bounds.Zip(figures).All(p => BigInteger.Abs(p.Second) <= p.First);
}
