using System.Numerics;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;

namespace DataSpace.Privacy.Noise;

/// <summary>What a job says about its noise; all parties know it and all shares follow from it.</summary>
/// <param name="EpsilonMicro">Privacy loss of the whole use for one subject of one dataset, in millionths.</param>
/// <param name="ContributionBound">Most groups in which one subject counts; the sandbox leaves the subject out of all others.</param>
/// <param name="HonestParties">
/// Among how many parties the noise is divided, 1 to the number of providers: with h, any h shares hide a subject fully, so an owner relies on h−1 co-providers
/// that do not collude with the consumer. With 1 every owner adds the whole noise and relies on nobody.
/// </param>
public sealed record NoiseTerms(long EpsilonMicro, int ContributionBound, int HonestParties)
{
    /// <summary>Most of one use: 1,000 epsilon, far beyond anything that protects.</summary>
    public const long MostEpsilonMicro = 1_000_000_000;

    /// <summary>Most groups that one subject may count in.</summary>
    public const int MostContributions = 4096;
}

/// <summary>One figure's noise, for the dry run and the result.</summary>
/// <param name="Statistic">As in <see cref="SlotBits"/>: <c>count</c>, <c>sum(x)</c>, <c>sumsq(x)</c>, <c>sumprod(x,y)</c>.</param>
/// <param name="Decimals">Decimal places of the scaled integer.</param>
/// <param name="EpsilonMicro">Its part of the use's privacy loss.</param>
/// <param name="Sensitivity">How far one subject can move the figure, over all groups together, scaled.</param>
/// <param name="StandardErrorMilli">Standard deviation of the joint noise, in thousandths of the scaled unit, rounded up.</param>
public sealed record NoiseFigure(string Statistic, int Decimals, long EpsilonMicro, BigInteger Sensitivity, BigInteger StandardErrorMilli);

/// <summary>
/// From terms to scales, in integers. Pure. Neighbours are datasets of one owner that differ by one subject with all its rows. The sandbox lets a subject
/// count at most once per group, with one clamped value, in at most C groups; so in all groups together it moves the count by C, a sum by C·M, a sum of
/// squares by C·M² and a sum of products by C·M·M′, M = max(|Min|, |Max|) scaled (the L1 sensitivity Δ). A use's ε is divided equally among the figures of a group, rounded down, and each
/// figure gets discrete Laplace noise of scale Δ/ε′: by composition the use spends at most ε.
/// </summary>
public sealed class NoisePlan
{
    private const int Million = 1_000_000;

    private NoisePlan(NoiseTerms terms, IReadOnlyList<Figure> figures) => (Terms, Figures) = (terms, figures);

    /// <summary>What it was made from.</summary>
    public NoiseTerms Terms { get; }

    /// <summary>In slot order (<see cref="CellStatistic.Of"/>).</summary>
    internal IReadOnlyList<Figure> Figures { get; }

    /// <summary>Refuses terms without a bound, and a use whose ε is too small to be divided.</summary>
    public static Result<NoisePlan> Create(NoiseTerms terms, int groups, IReadOnlyList<MeasureShape> measures, int parties, bool products = false)
    {
        if (terms.EpsilonMicro is < 1 or > NoiseTerms.MostEpsilonMicro)
            return PrivacyErrors.NoiseTermsInvalid.Of("epsilon is 1 to 1,000,000,000 millionths");
        if (terms.ContributionBound is < 1 or > NoiseTerms.MostContributions)
            return PrivacyErrors.NoiseTermsInvalid.Of("a subject counts in 1 to 4,096 groups");
        if (terms.HonestParties < 1 || terms.HonestParties > parties)
            return PrivacyErrors.NoiseTermsInvalid.Of("honest parties are 1 to the number of providers");
        if (measures.FirstOrDefault(m => m.LargestMagnitude.IsZero) is { } flat)
            return PrivacyErrors.NoiseTermsInvalid.Of($"the bounds of '{flat.Name}' leave one value only");
        var statistics = CellStatistic.Of(measures, products);
        var epsilon = terms.EpsilonMicro / statistics.Count;
        if (epsilon < 1)
            return PrivacyErrors.NoiseEpsilonTooSmall.Of();
        BigInteger contributions = int.Min(terms.ContributionBound, groups);
        var figures = new List<Figure>();
        foreach (var statistic in statistics)
        {
            var sensitivity = contributions * statistic.Largest;
            if (NoiseScale.Create(sensitivity * Million, epsilon) is not { } scale)
                return PrivacyErrors.NoiseTermsInvalid.Of($"{statistic.Name}: bounds or decimals are too large for noise");
            figures.Add(new Figure(statistic.Name, statistic.Label, statistic.Decimals, epsilon, sensitivity, scale));
        }
        return new NoisePlan(terms, figures);
    }

    /// <summary>What the dry run and the result say about each figure.</summary>
    public IReadOnlyList<NoiseFigure> Describe(int parties)
        => [.. Figures.Select(f => new NoiseFigure(f.Statistic, f.Decimals, f.EpsilonMicro, f.Sensitivity, StandardErrorMilli(f.Scale, parties)))];

    /// <summary>
    /// √(2·b²·m/h) for m shares of which h make one discrete Laplace of scale b: an upper bound that is exact for large b, since the variance is
    /// 1/(cosh(1/b)−1) ≤ 2b².
    /// </summary>
    private BigInteger StandardErrorMilli(NoiseScale scale, int parties)
    {
        var (t, s) = ((BigInteger)scale.T, (BigInteger)scale.S);
        var square = 2 * parties * t * t * Million / (Terms.HonestParties * s * s);
        return MeasureResult.FloorSquareRoot(square) + 1;
    }

    /// <summary>A figure of every group.</summary>
    internal sealed record Figure(string Statistic, string Label, int Decimals, long EpsilonMicro, BigInteger Sensitivity, NoiseScale Scale);
}
