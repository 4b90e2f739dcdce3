using System.Numerics;

namespace DataSpace.Privacy.Aggregation;

/// <summary>What the analyst gets: one cell per group, in order.</summary>
/// <param name="Cells">Released or suppressed cells.</param>
public sealed record AggregationResult(IReadOnlyList<CellResult> Cells);

/// <summary>One cell of the joint table.</summary>
/// <param name="Suppressed">True when some provider's own part was too small or dominated; nobody learns whose. Then nothing else is known.</param>
/// <param name="Count">Joint number of rows (of subjects where noise is added; then it may be negative); 0 when suppressed.</param>
/// <param name="Measures">Joint statistics in shape order; empty when suppressed.</param>
/// <param name="Products">Joint scaled sums of products of each pair of measures i &lt; j, in pair order; empty when not released.</param>
public sealed record CellResult(bool Suppressed, long Count, IReadOnlyList<MeasureResult> Measures, IReadOnlyList<Int128> Products);

/// <summary>Joint statistics of one measure in one cell. All arithmetic is on integers until the last rounding.</summary>
/// <param name="Name">Measure name.</param>
/// <param name="Decimals">Decimal places of <paramref name="Sum"/>; the sum of squares has twice as many.</param>
/// <param name="Count">Rows.</param>
/// <param name="Sum">Scaled sum.</param>
/// <param name="SumOfSquares">Scaled sum of squares, null when not released.</param>
public sealed record MeasureResult(string Name, int Decimals, long Count, Int128 Sum, Int128? SumOfSquares)
{
    /// <summary>Most decimal places of a derived figure.</summary>
    public const int MostDigits = 12;

    /// <summary>The sum in the measure's own unit, exact.</summary>
    public decimal Total => Rounded((BigInteger)Sum, PowerOfTen(Decimals), Decimals);

    /// <summary>Σx / n rounded half away from zero, null for an empty cell (or one whose noisy count is not positive).</summary>
    public decimal? Mean(int digits = 6)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digits, MostDigits);
        return Count <= 0 ? null : Rounded((BigInteger)Sum, Count * PowerOfTen(Decimals), digits);
    }

    /// <summary>√(n·Σx² − (Σx)²) / n, rounded half up at the last digit; null for an empty cell, when no sum of squares was released, or
    /// when noise left no variance.</summary>
    public decimal? PopulationStdDev(int digits = 6)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digits, MostDigits);
        if (Count <= 0 || SumOfSquares is not { } squares)
            return null;
        var variance = (Count * (BigInteger)squares) - ((BigInteger)Sum * (BigInteger)Sum);
        if (variance.Sign < 0)
            return null;
        // The nearest integer to r = √v·10^digits / (n·10^decimals) is floor((2r + 1) / 2), and floor(2r) follows from an integer root.
        var denominator = Count * PowerOfTen(Decimals);
        var twice = FloorSquareRoot(4 * variance * PowerOfTen(2 * digits) / (denominator * denominator));
        return (decimal)((twice + 1) / 2) / (decimal)PowerOfTen(digits);
    }

    /// <summary>Largest integer whose square is at most <paramref name="value"/> (Newton's iteration).</summary>
    internal static BigInteger FloorSquareRoot(BigInteger value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        if (value < 2)
            return value;
        var root = BigInteger.One << (int)((value.GetBitLength() + 1) / 2);
        while (true)
        {
            var next = (root + (value / root)) >> 1;
            if (next >= root)
                return root;
            root = next;
        }
    }

    private static BigInteger PowerOfTen(int exponent) => BigInteger.Pow(10, exponent);

    private static decimal Rounded(BigInteger numerator, BigInteger denominator, int digits)
    {
        var scaled = 2 * BigInteger.Abs(numerator) * PowerOfTen(digits);
        var rounded = (scaled + denominator) / (2 * denominator);
        return (numerator.Sign < 0 ? -1 : 1) * (decimal)rounded / (decimal)PowerOfTen(digits);
    }
}
