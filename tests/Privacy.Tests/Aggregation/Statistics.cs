namespace DataSpace.Privacy.Tests.Aggregation;

/// <summary>Chi-square against the uniform distribution, with a threshold that a correct implementation exceeds once in about 10^9 runs.</summary>
internal static class Statistics
{
    private const double NormalQuantile = 6.0;

    public static double ChiSquare(IReadOnlyList<int> counts)
    {
        var expected = counts.Sum(count => (double)count) / counts.Count;
        return counts.Sum(count => (count - expected) * (count - expected) / expected);
    }

    /// <summary>Wilson-Hilferty: a chi-square with n degrees of freedom stays below n·(1 − 2/9n + z·√(2/9n))³.</summary>
    public static double Limit(int degrees)
    {
        var spread = 2.0 / (9 * degrees);
        return degrees * Math.Pow(1 - spread + (NormalQuantile * Math.Sqrt(spread)), 3);
    }

    public static void AssertUniform(IReadOnlyList<int> counts) => Assert.InRange(ChiSquare(counts), 0, Limit(counts.Count - 1));

    /// <summary>Values below <paramref name="modulus"/> counted into 64 equal bins.</summary>
    public static int[] Bins(IEnumerable<ulong> values, ulong modulus)
    {
        var bins = new int[64];
        foreach (var value in values)
            bins[(int)((UInt128)value * 64 / modulus)]++;
        return bins;
    }
}
