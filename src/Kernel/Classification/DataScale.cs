namespace DataSpace.Kernel.Classification;

/// <summary>
/// Size of a dataset. Outside its owner it is known as powers of ten only: an exact number of subjects would tell of every single one that comes or goes.
/// </summary>
/// <param name="Rows">Rows.</param>
/// <param name="Subjects">Distinct persons or firms; rows where no subject is declared.</param>
public sealed record DataScale(long Rows, long Subjects)
{
    /// <summary>Nothing.</summary>
    public static DataScale Empty { get; } = new(0, 0);

    /// <summary>Each number cut to the power of ten below it: 0, 1, 10, 100 …</summary>
    public DataScale Coarse() => new(Floor(Rows), Floor(Subjects));

    /// <summary>The largest scale with the same coarse form: what must be assumed of somebody else's data.</summary>
    public DataScale AtMost() => new(Ceiling(Floor(Rows)), Ceiling(Floor(Subjects)));

    /// <summary>Both together. Subjects may overlap; the sum is the most there can be.</summary>
    public DataScale Plus(DataScale other) => new(Sum(Rows, other.Rows), Sum(Subjects, other.Subjects));

    private static long Floor(long value)
    {
        var power = value > 0 ? 1L : 0;
        while (power > 0 && power <= value / 10)
            power *= 10;
        return power;
    }

    private static long Ceiling(long floor) => floor > long.MaxValue / 10 ? long.MaxValue : Math.Max(0, (floor * 10) - 1);

    private static long Sum(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;
}
