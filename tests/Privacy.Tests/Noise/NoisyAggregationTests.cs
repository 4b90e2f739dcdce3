using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Noise;
using DataSpace.Privacy.Tests.Aggregation;
using DataSpace.Privacy.Tests.Seal;

namespace DataSpace.Privacy.Tests.Noise;

public class NoisyAggregationTests(SealFixture seal)
{
    private static readonly MeasureShape Measure = new("x", 0, 0, 100, Squares: true);
    private static readonly string[] Groups = ["a", "b", "c"];

    private static AggregationShape Shape(int parties = 3, int honest = 2, long epsilon = 600_000)
        => AggregationShape.Create(Groups.Length, [Measure], 3, parties, 1000, new NoiseTerms(epsilon, 1, honest)).Value;

    private static NoiseShare Share(int party, byte query = 1)
        => new NoiseSecret(Enumerable.Repeat((byte)(party + 10), 32).ToArray()).For(Enumerable.Repeat(query, 32).ToArray(), Groups);

    private static IReadOnlyList<LocalCell> Cells(int rows) => [Scenario.Cell(rows, 7), Scenario.Cell(0, 7), Scenario.Cell(rows, 90)];

    [Fact]
    public void The_analyst_gets_the_sum_of_values_and_all_shares_and_nothing_exact()
    {
        var shape = Shape();
        var scenario = new Scenario(seal.Engine, shape);
        var messages = Enumerable.Range(0, 3).Select(i => scenario.Contribute(i, Cells(5 + i), Share(i)).Value.Payload.ToArray()).ToList();
        var result = scenario.Decode(messages).Value;
        for (var group = 0; group < Groups.Length; group++)
        {
            var noise = Enumerable.Range(0, 3).Select(i => Share(i).Of(shape.Noise!, group)).Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)]);
            var (rows, value) = group switch { 0 => (18, 7), 1 => (0, 7), _ => (18, 90) };
            var cell = result.Cells[group];
            Assert.False(cell.Suppressed);
            Assert.Equal(rows + (long)noise[0], cell.Count);
            Assert.Equal((rows * value) + noise[1], cell.Measures[0].Sum);
            Assert.Equal((rows * value * value) + noise[2], cell.Measures[0].SumOfSquares!.Value);
            Assert.True(noise.Count(n => n != 0) >= 2);
        }
    }

    [Fact]
    public void The_cell_rule_and_the_check_slots_stay_exact_under_noise()
    {
        var scenario = new Scenario(seal.Engine, Shape());
        var messages = Enumerable.Range(0, 3)
            .Select(i => scenario.Contribute(i, [Scenario.Cell(i == 1 ? 2 : 5), Scenario.Cell(5), Scenario.Cell(5, dominated: i == 2)], Share(i)).Value.Payload.ToArray()).ToList();
        Assert.Equal([true, false, true], scenario.Decode(messages).Value.Cells.Select(c => c.Suppressed));
        var (first, _) = scenario.Open(ContributionAdder.Sum(scenario.Shape, messages).Value);
        Assert.Equal(3UL, first[ModulusSlots.CheckSlot]);
        Assert.All(first[scenario.Shape.Layout.First.PaddingStart..scenario.Shape.Layout.First.Set.Degree], slot => Assert.Equal(0UL, slot));
    }

    [Fact]
    public void Nothing_leaves_without_the_noise_that_the_shape_demands()
    {
        var noisy = new Scenario(seal.Engine, Shape());
        Assert.Equal(PrivacyErrors.NoiseMissing, noisy.Contribute(0, Cells(5)).Error?.Kind);
        var exact = new Scenario(seal.Engine, Scenario.NewShape(3, 3));
        Assert.Equal(PrivacyErrors.NoiseMissing, exact.Contribute(0, Cells(5), Share(0)).Error?.Kind);
        var foreign = new NoiseSecret(new byte[32]).For(new byte[32], ["a"]);
        Assert.Equal(PrivacyErrors.NoiseMissing, noisy.Contribute(0, Cells(5), foreign).Error?.Kind);
    }

    [Fact]
    public void A_message_has_one_size_with_noise_and_without()
        => Assert.Equal(AggregationShape.Create(3, [Measure], 3, 3, 1000).Value.MessageBytes, Shape().MessageBytes);

    /// <summary>
    /// Differencing N against N−1 subjects: no released count may be more than e^ε′ times likelier with the subject than without. Exact figures would fail: each
    /// outcome would be certain with one dataset and impossible with the other.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void With_and_without_one_subject_no_outcome_tells_which(int honest)
    {
        const int uses = 24_000;
        var plan = NoisePlan.Create(new NoiseTerms(900_000, 1, honest), 1, [Measure], 2).Value;
        var most = Math.Exp(plan.Figures[0].EpsilonMicro / 1e6);
        var with = Outcomes(101);
        var without = Outcomes(100);
        foreach (var outcome in with.Keys.Intersect(without.Keys).Where(o => with[o] + without[o] > 2_000))
            Assert.InRange((double)with[outcome] / without[outcome], 0.85 / most, most / 0.85);
        var overlap = with.Sum(o => Math.Min(o.Value, without.GetValueOrDefault(o.Key))) / (double)uses;
        Assert.InRange(overlap, 0.8, 1.0);

        Dictionary<long, int> Outcomes(int subjects)
        {
            var seen = new Dictionary<long, int>();
            var groups = Enumerable.Range(0, uses).Select(i => $"{subjects}/{i}").ToList();
            var shares = Enumerable.Range(0, honest).Select(i => new NoiseSecret(Enumerable.Repeat((byte)i, 32).ToArray()).For(new byte[32], groups)).ToList();
            for (var use = 0; use < uses; use++)
            {
                var released = subjects + (long)shares.Sum(s => (double)s.Of(plan, use)[0]);
                seen[released] = seen.GetValueOrDefault(released) + 1;
            }
            return seen;
        }
    }

    [Fact]
    public void Derived_figures_live_with_negative_counts_and_variances()
    {
        Assert.Null(new MeasureResult("x", 0, -3, 10, 100).Mean());
        Assert.Null(new MeasureResult("x", 0, -3, 10, 100).PopulationStdDev());
        Assert.Null(new MeasureResult("x", 0, 10, 1_000, 10).PopulationStdDev());
    }
}
