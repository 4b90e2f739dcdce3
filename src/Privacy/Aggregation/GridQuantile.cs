using System.Numerics;

namespace DataSpace.Privacy.Aggregation;

/// <summary>
/// A quantile as far as a public grid tells it: the bin that holds the value of rank ⌈level·n⌉ among all n joint rows in rising order (the inverse of the empirical distribution). Exact: the
/// value itself lies in that bin, and where in the bin nobody is told.
/// </summary>
/// <param name="Bin">Number of the bin; null when there are no rows, or noise left none.</param>
/// <param name="Below">Rows in the bins before it.</param>
/// <param name="Inside">Rows in it.</param>
/// <param name="Total">n.</param>
public sealed record GridQuantile(int? Bin, long Below, long Inside, long Total)
{
    /// <summary>Units of a level.</summary>
    public const int LevelsPerUnit = 10_000;

    /// <summary>From the joint counts of all bins; noise may make some of them negative, which counts as it stands.</summary>
    /// <param name="counts">Rows per bin, in the order of the grid.</param>
    /// <param name="level">Level in ten-thousandths, 1 to 9,999.</param>
    public static GridQuantile Of(IReadOnlyList<long> counts, int level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(level, LevelsPerUnit);
        var total = counts.Sum();
        var rank = ((level * (BigInteger)total) + LevelsPerUnit - 1) / LevelsPerUnit;
        long below = 0;
        for (var bin = 0; bin < counts.Count && total > 0; bin++)
        {
            if (below + counts[bin] >= rank)
                return new GridQuantile(bin, below, counts[bin], total);
            below += counts[bin];
        }

        return new GridQuantile(null, 0, 0, total);
    }
}
