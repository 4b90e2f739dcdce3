using System.Numerics;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Noise;

namespace DataSpace.Privacy.Tests.Noise;

public class NoisePlanTests
{
    private static readonly MeasureShape Invest = new("invest", 2, -50, 2_000, Squares: true);
    private static readonly MeasureShape Value = new("value", 0, -9, 3, Squares: false);

    private static NoiseTerms Terms(long epsilon = 400_000, int contributions = 2, int honest = 1) => new(epsilon, contributions, honest);

    [Fact]
    public void One_subject_moves_each_figure_by_its_bound_in_every_group_it_counts_in()
    {
        var plan = NoisePlan.Create(Terms(), 10, [Invest, Value], 3).Value;
        Assert.Equal(["count", "sum(invest)", "sumsq(invest)", "sum(value)"], plan.Describe(3).Select(f => f.Statistic));
        Assert.Equal([2, 4_000, 8_000_000, 18], plan.Describe(3).Select(f => f.Sensitivity));
        Assert.Equal([0, 2, 4, 0], plan.Describe(3).Select(f => f.Decimals));
        Assert.All(plan.Describe(3), f => Assert.Equal(100_000, f.EpsilonMicro));
        Assert.Equal(NoiseScale.Create(4_000_000_000, 100_000), plan.Figures[1].Scale);
    }

    [Fact]
    public void More_contributions_than_groups_are_no_more_than_groups()
        => Assert.Equal(3, NoisePlan.Create(Terms(contributions: 50), 3, [], 2).Value.Describe(2)[0].Sensitivity);

    [Fact]
    public void Parts_never_exceed_the_whole_epsilon()
    {
        var figures = NoisePlan.Create(Terms(epsilon: 999_999), 10, [Invest, Value], 3).Value.Describe(3);
        Assert.InRange(figures.Sum(f => f.EpsilonMicro), 999_990, 999_999);
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(-5, 1, 1)]
    [InlineData(1_000_000_001, 1, 1)]
    [InlineData(1_000, 0, 1)]
    [InlineData(1_000, 4_097, 1)]
    [InlineData(1_000, 1, 0)]
    [InlineData(1_000, 1, 4)]
    public void Terms_without_a_bound_are_refused(long epsilon, int contributions, int honest)
    {
        var refused = NoisePlan.Create(new NoiseTerms(epsilon, contributions, honest), 10, [Invest], 3);
        Assert.Equal(PrivacyErrors.NoiseTermsInvalid, refused.Error?.Kind);
        Assert.Equal(PrivacyErrors.NoiseTermsInvalid, AggregationShape.Create(10, [Invest], 3, 3, 1000, new NoiseTerms(epsilon, contributions, honest)).Error?.Kind);
    }

    [Fact]
    public void An_epsilon_that_cannot_be_divided_is_refused()
        => Assert.Equal(PrivacyErrors.NoiseEpsilonTooSmall, NoisePlan.Create(Terms(epsilon: 2), 10, [Invest], 3).Error?.Kind);

    [Fact]
    public void A_measure_with_one_possible_value_is_refused()
        => Assert.Equal(PrivacyErrors.NoiseTermsInvalid, NoisePlan.Create(Terms(), 10, [new MeasureShape("x", 0, 0, 0, false)], 3).Error?.Kind);

    [Fact]
    public void The_range_of_the_noise_is_counted_before_anything_runs()
    {
        var wide = new MeasureShape("x", 0, 0, 100_000_000, Squares: false);
        Assert.True(AggregationShape.Create(10, [wide], 3, 3, 1000).IsOk);
        Assert.True(AggregationShape.Create(10, [wide], 3, 3, 1000, Terms(epsilon: 1_000_000, contributions: 1)).IsOk);
        Assert.False(AggregationShape.Create(10, [wide], 3, 3, 1000, Terms(epsilon: 1_000_000, contributions: 1)).Value.HasWideSums);
        // A hundredth of the epsilon: the noise alone goes beyond one modulus.
        Assert.True(AggregationShape.Create(10, [wide], 3, 3, 1000, Terms(epsilon: 10_000, contributions: 1)).Value.HasWideSums);
        var (exact, noisy) = (AggregationShape.Create(10, [wide], 3, 3, 1000).Value, AggregationShape.Create(10, [wide], 3, 3, 1000, Terms(epsilon: 1_000_000, contributions: 1)).Value);
        Assert.Equal((BigInteger)3 * 1000 + (3 * 45 * 2), noisy.Describe()[0].Bound);
        Assert.True(noisy.Describe()[1].Bound > exact.Describe()[1].Bound);
        Assert.NotEqual(exact.Digest.ToArray(), noisy.Digest.ToArray());
        Assert.NotEqual(exact, noisy);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_standard_error_said_is_that_of_the_noise_added(int honest)
    {
        const int parties = 3, samples = 20_000;
        var plan = NoisePlan.Create(new NoiseTerms(300_000, 2, honest), 10, [Invest], parties).Value;
        var secrets = Enumerable.Range(0, parties).Select(i => new NoiseSecret(Enumerable.Repeat((byte)i, 32).ToArray())).ToList();
        var groups = Enumerable.Range(0, samples).Select(i => $"g{i}").ToList();
        var shares = secrets.Select(s => s.For(new byte[32], groups)).ToList();
        var squares = new double[3];
        for (var group = 0; group < samples; group++)
        {
            var joint = shares.Select(s => s.Of(plan, group)).Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)]);
            for (var i = 0; i < squares.Length; i++)
                squares[i] += (double)joint[i] * (double)joint[i] / samples;
        }
        foreach (var (figure, square) in plan.Describe(parties).Zip(squares))
            Assert.InRange(Math.Sqrt(square) / ((double)figure.StandardErrorMilli / 1000), 0.94, 1.06);
    }
}
