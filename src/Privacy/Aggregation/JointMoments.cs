using System.Numerics;

namespace DataSpace.Privacy.Aggregation;

/// <summary>Joint sums of two measures over the same rows, scaled; all arithmetic is on integers until the last rounding.</summary>
/// <param name="Count">n, rows.</param>
/// <param name="X">Σx, scaled by 10^<paramref name="DecimalsOfX"/>.</param>
/// <param name="Y">Σy, likewise.</param>
/// <param name="XX">Σx², scaled by twice as many decimals.</param>
/// <param name="YY">Σy².</param>
/// <param name="XY">Σxy, scaled by the decimals of both.</param>
/// <param name="DecimalsOfX">Decimal places of x.</param>
/// <param name="DecimalsOfY">Decimal places of y.</param>
public sealed record JointMoments(long Count, Int128 X, Int128 Y, Int128 XX, Int128 YY, Int128 XY, int DecimalsOfX, int DecimalsOfY)
{
    /// <summary>Measure i with measure j of a cell; of a measure with itself its variance.</summary>
    public static JointMoments Of(CellResult cell, int i, int j)
    {
        var (x, y) = (cell.Measures[i], cell.Measures[j]);
        var squares = (X: x.SumOfSquares!.Value, Y: y.SumOfSquares!.Value);
        return new(cell.Count, x.Sum, y.Sum, squares.X, squares.Y, i == j ? squares.X : cell.Products[PairIndex(i, j, cell.Measures.Count)], x.Decimals, y.Decimals);
    }

    /// <summary>Position of a pair among all pairs i &lt; j of so many measures, whichever of both is named first.</summary>
    public static int PairIndex(int i, int j, int measures)
    {
        var (low, high) = i < j ? (i, j) : (j, i);
        return (low * (2 * measures - low - 1) / 2) + high - low - 1;
    }

    /// <summary>(n·Σxy − Σx·Σy) / n², rounded half away from zero; null for an empty cell, and where noise left a count that is not positive.</summary>
    public decimal? Covariance(int digits = 6)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digits, MeasureResult.MostDigits);
        if (Count <= 0)
            return null;
        var denominator = (BigInteger)Count * Count * BigInteger.Pow(10, DecimalsOfX + DecimalsOfY);
        var numerator = Cross * BigInteger.Pow(10, digits);
        var rounded = ((2 * BigInteger.Abs(numerator)) + denominator) / (2 * denominator);
        return rounded > (BigInteger)decimal.MaxValue ? null : numerator.Sign * (decimal)rounded / (decimal)BigInteger.Pow(10, digits);
    }

    /// <summary>
    /// Covariance over the product of both standard deviations, rounded half away from zero; null where a deviation is zero, and where noise left no variance or a value beyond ±1.
    /// </summary>
    public decimal? Correlation(int digits = 6)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digits, MeasureResult.MostDigits);
        var varianceOfX = ((BigInteger)Count * XX) - ((BigInteger)X * X);
        var varianceOfY = ((BigInteger)Count * YY) - ((BigInteger)Y * Y);
        if (Count <= 0 || varianceOfX.Sign <= 0 || varianceOfY.Sign <= 0)
            return null;
        var (square, both) = (Cross * Cross, varianceOfX * varianceOfY);
        if (square > both)
            return null;
        // The nearest integer to r is floor((2r + 1) / 2), and floor(2r) follows from an integer root.
        var twice = MeasureResult.FloorSquareRoot(4 * square * BigInteger.Pow(10, 2 * digits) / both);
        return Cross.Sign * (decimal)((twice + 1) / 2) / (decimal)BigInteger.Pow(10, digits);
    }

    private BigInteger Cross => ((BigInteger)Count * XY) - ((BigInteger)X * Y);
}
