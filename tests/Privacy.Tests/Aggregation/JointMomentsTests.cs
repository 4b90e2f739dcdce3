using System.Numerics;
using CsCheck;
using DataSpace.Privacy.Aggregation;

namespace DataSpace.Privacy.Tests.Aggregation;

/// <summary>What is derived from joint sums, against definitions over the plain rows.</summary>
public sealed class JointMomentsTests
{
    private static readonly Gen<(long X, long Y)[]> Rows = Gen.Select(Gen.Long[-1000, 100_000], Gen.Long[-50, 50], (x, y) => (x, (x / 100) + y)).Array[2, 40];

    [Fact]
    public void Covariances_are_those_of_the_definition_to_the_last_digit()
        => Rows.Sample(rows =>
        {
            // Σ(x−x̄)(y−ȳ)/n in fractions: n²·cov = Σ(n·x−Σx)(n·y−Σy)/n, with x to two places and y to one.
            var n = (BigInteger)rows.Length;
            var (sumX, sumY) = (rows.Aggregate(BigInteger.Zero, (s, r) => s + r.X), rows.Aggregate(BigInteger.Zero, (s, r) => s + r.Y));
            var cubed = rows.Aggregate(BigInteger.Zero, (s, r) => s + (((n * r.X) - sumX) * ((n * r.Y) - sumY)));
            Assert.Equal(Round(cubed, n * n * n * 1000), Of(rows).Covariance());
        });

    [Fact]
    public void Correlations_are_those_of_the_definition_and_lines_give_exactly_one()
    {
        Rows.Sample(rows =>
        {
            var (meanX, meanY) = (rows.Average(r => (double)r.X), rows.Average(r => (double)r.Y));
            var (varianceX, varianceY) = (rows.Sum(r => Math.Pow(r.X - meanX, 2)), rows.Sum(r => Math.Pow(r.Y - meanY, 2)));
            var found = Of(rows).Correlation();
            if (rows.Select(r => r.X).Distinct().Count() == 1 || rows.Select(r => r.Y).Distinct().Count() == 1)
                Assert.Null(found);
            else
                Assert.Equal(rows.Sum(r => (r.X - meanX) * (r.Y - meanY)) / Math.Sqrt(varianceX * varianceY), (double)found!.Value, 2e-6);
        });
        (long, long)[] rising = [(1, 10), (2, 20), (7, 70)], falling = [(1, -10), (2, -20), (7, -70)];
        Assert.Equal((1m, -1m), (Of(rising).Correlation(), Of(falling).Correlation()));
        Assert.Equal(0.5m, Of([(0, 0), (0, 0), (1, 0), (1, 1), (0, 1), (1, 1), (0, 0), (1, 1)]).Correlation(1));
    }

    [Fact]
    public void Nothing_is_told_where_noise_left_nothing()
    {
        Assert.Null(new JointMoments(0, 0, 0, 0, 0, 0, 0, 0).Covariance());
        Assert.Null(new JointMoments(-4, 1, 1, 1, 1, 1, 0, 0).Correlation());
        Assert.Null(new JointMoments(4, 4, 0, 1, 5, 1, 0, 0).Correlation()); // no variance
        Assert.Null(new JointMoments(4, 0, 0, 4, 4, 5, 0, 0).Correlation()); // beyond 1
    }

    [Fact]
    public void A_pair_has_one_place_whichever_is_named_first()
    {
        for (var d = 2; d <= 8; d++)
        {
            var pairs = CellStatistic.Pairs([.. Enumerable.Range(0, d)]).ToList();
            Assert.Equal(Enumerable.Range(0, pairs.Count), pairs.Select(p => JointMoments.PairIndex(p.First, p.Second, d)));
            Assert.Equal(Enumerable.Range(0, pairs.Count), pairs.Select(p => JointMoments.PairIndex(p.Second, p.First, d)));
        }
    }

    [Fact]
    public void A_quantile_is_in_the_bin_that_is_named()
        => Gen.Select(Gen.Int[0, 30].Array[1, 60], Gen.Int[1, 9999], (values, level) => (values, level)).Sample(
            test =>
            {
                int[] edges = [3, 10, 11, 25];
                int Bin(int value) => edges.Count(e => value >= e);
                var counts = Enumerable.Range(0, edges.Length + 1).Select(b => (long)test.values.Count(v => Bin(v) == b)).ToList();
                var sorted = test.values.Order().ToList();
                var rank = (int)Math.Ceiling(test.level * (decimal)sorted.Count / 10_000);
                var found = GridQuantile.Of(counts, test.level);
                Assert.Equal(Bin(sorted[rank - 1]), found.Bin);
                Assert.Equal((sorted.Count(v => Bin(v) < found.Bin), sorted.Count(v => Bin(v) == found.Bin), sorted.Count), ((int)found.Below, (int)found.Inside, (int)found.Total));
            });

    [Fact]
    public void Without_rows_there_is_no_quantile()
    {
        Assert.Null(GridQuantile.Of([0, 0], 5000).Bin);
        Assert.Null(GridQuantile.Of([3, -9], 5000).Bin); // noise
        Assert.Equal(1, GridQuantile.Of([-2, 9, 1], 5000).Bin);
        Assert.Throws<ArgumentOutOfRangeException>(() => GridQuantile.Of([1], 10_000));
    }

    private static JointMoments Of((long X, long Y)[] rows)
    {
        Int128 Sum(Func<(long X, long Y), Int128> of) => rows.Aggregate((Int128)0, (sum, row) => sum + of(row));
        return new(rows.Length, Sum(r => r.X), Sum(r => r.Y), Sum(r => (Int128)r.X * r.X), Sum(r => (Int128)r.Y * r.Y), Sum(r => (Int128)r.X * r.Y), 2, 1);
    }

    /// <summary>Six places, half away from zero.</summary>
    private static decimal Round(BigInteger numerator, BigInteger denominator)
    {
        var twice = BigInteger.Abs(numerator) * 2_000_000 / denominator;
        return numerator.Sign * (decimal)((twice + 1) / 2) / 1_000_000m;
    }
}
