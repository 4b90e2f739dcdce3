using System.Runtime.CompilerServices;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>
/// One party's shares of weights and momentum of both blocks (the first party's columns, then the second's), and what it does with them alone.
/// </summary>
internal sealed class VerticalShares(VerticalTerms terms, bool isFirst, ShareVector start)
{
    /// <summary>Share of v.</summary>
    public ShareVector Weights { get; private set; } = start;

    /// <summary>Share of x, where the next gradient is taken.</summary>
    public ShareVector Point { get; private set; } = start;

    /// <summary>v' = x - g/2^m; x' = v' + β_k(v' - v). After the last iteration x' = v', where the certificate is taken.</summary>
    /// <param name="gradient">Share of g of all columns.</param>
    /// <param name="iteration">k, from 0.</param>
    public void Descend(ShareVector gradient, int iteration)
    {
        var next = Point.Minus(Scaled(gradient, WavePair.Descent));
        var momentum = VerticalTerms.Momentum(iteration);
        // β_0 = 0 is left out: a factor 0 makes both shares 0, and 0 does not truncate to 0.
        Point = momentum == 0 || iteration == terms.Iterations - 1 ? next : next.Plus(next.Minus(Weights).Times(momentum).Truncated(10, isFirst));
        Weights = next;
    }

    /// <summary>g/2^m in the weights' fraction bits.</summary>
    public ShareVector Scaled(ShareVector gradient, WavePair waves)
        => gradient.Truncated(VerticalTerms.ColumnBits + waves.Bits - VerticalTerms.WeightBits + terms.StepBits, isFirst);

    /// <summary>Angles πz/L of this party's half of scores, below 2π.</summary>
    public double[] Angles(ShareVector scores, int halfPeriod)
        => Array.ConvertAll(
            scores.Lifted((2UL * (ulong)halfPeriod) << VerticalTerms.ScoreBits, isFirst),
            part => Math.ScaleB(part, -VerticalTerms.ScoreBits) * Math.PI / halfPeriod);

    /// <summary>Errors of rows with the point behind them, for the ridge.</summary>
    public ShareVector WithRidge(ShareVector errors, WavePair waves)
        => errors.Then(Point.Times(1L << (waves.Bits - WavePair.Descent.Bits)));

    /// <summary>Q·x of one block over the data rows.</summary>
    public static ShareVector Scores(long[][] columns, ShareVector point, int rows)
        => ShareVector.FromResidues(point.Ring, which => Scores(columns, point.Residues(which), rows, point.Ring.Moduli[which]));

    /// <summary>Qᵀ·e of one block, ridge rows included.</summary>
    public static ShareVector Gradient(long[][] columns, ShareVector errors)
        => ShareVector.FromResidues(errors.Ring, which => Array.ConvertAll(columns, column => Product(column, errors.Residues(which), errors.Ring.Moduli[which])));

    /// <summary>
    /// Residues are below 2^40: in halves of 20 bits, whose products with a column add up within a word, 2^9 of them. Whitened columns are below 2^21 and the ridge below 2^31, so the limit is never met.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong[] Scores(long[][] columns, ulong[] point, int rows, ulong modulus)
    {
        var (lower, upper) = (new long[rows], new long[rows]);
        for (var j = 0; j < columns.Length; j++)
        {
            var column = columns[j].AsSpan(0, rows);
            var (low, high) = ((long)(point[j] & HalfMask), (long)(point[j] >> HalfBits));
            if (column.ContainsAnyExceptInRange(-MostFactor, MostFactor))
                throw new ArgumentOutOfRangeException(nameof(columns));
            for (var row = 0; row < column.Length; row++)
            {
                lower[row] += column[row] * low;
                upper[row] += column[row] * high;
            }
        }

        var sums = new ulong[rows];
        for (var row = 0; row < rows; row++)
            sums[row] = Join(lower[row], upper[row], modulus);
        return sums;
    }

    /// <summary>As above along a column: halves are brought below the modulus every 2^9 rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Product(long[] column, ulong[] errors, ulong modulus)
    {
        if (column.AsSpan().ContainsAnyExceptInRange(-MostFactor, MostFactor))
            throw new ArgumentOutOfRangeException(nameof(column));
        var sum = 0UL;
        for (var start = 0; start < column.Length; start += MostTerms)
        {
            var (lower, upper, end) = (0L, 0L, Math.Min(start + MostTerms, column.Length));
            for (var row = start; row < end; row++)
            {
                lower += column[row] * (long)(errors[row] & HalfMask);
                upper += column[row] * (long)(errors[row] >> HalfBits);
            }

            sum += Join(lower, upper, modulus);
        }

        return sum % modulus;
    }

    private const int HalfBits = 20;
    private const ulong HalfMask = (1UL << HalfBits) - 1;
    private const int MostTerms = 1 << 9;
    private const long MostFactor = 1L << (62 - HalfBits - 9);

    /// <summary>lower + 2^20·upper modulo a modulus below 2^40.</summary>
    private static ulong Join(long lower, long upper, ulong modulus)
        => (ShareRing.Reduce(lower, modulus) + (ulong)(((UInt128)ShareRing.Reduce(upper, modulus) << HalfBits) % modulus)) % modulus;
}
