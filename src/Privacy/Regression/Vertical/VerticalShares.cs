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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ShareVector Scores(long[][] columns, ShareVector point, int rows)
    {
        return ShareVector.FromResidues(point.Ring, One);

        ulong[] One(int which)
        {
            var (sums, factors) = (new Int128[rows], point.Residues(which));
            for (var j = 0; j < columns.Length; j++)
            {
                var (column, factor) = (columns[j], (long)factors[j]);
                for (var row = 0; row < sums.Length; row++)
                    sums[row] += Math.BigMul(column[row], factor);
            }

            return Array.ConvertAll(sums, sum => ShareRing.Reduce(sum, point.Ring.Moduli[which]));
        }
    }

    /// <summary>Qᵀ·e of one block, ridge rows included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ShareVector Gradient(long[][] columns, ShareVector errors)
    {
        return ShareVector.FromResidues(errors.Ring, One);

        ulong[] One(int which) => Array.ConvertAll(columns, column =>
        {
            Int128 sum = 0;
            var residues = errors.Residues(which);
            for (var row = 0; row < column.Length; row++)
                sum += Math.BigMul(column[row], (long)residues[row]);
            return ShareRing.Reduce(sum, errors.Ring.Moduli[which]);
        });
    }
}
