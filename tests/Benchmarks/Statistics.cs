namespace DataSpace.Benchmarks;

/// <summary>What is done to samples before they are printed.</summary>
internal static class Statistics
{
    /// <summary>The middle sample; the upper one of two.</summary>
    public static double Median(IEnumerable<double> samples)
    {
        var sorted = samples.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
