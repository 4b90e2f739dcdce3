using CsCheck;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Noise;
using DataSpace.Privacy.Tests.Seal;

namespace DataSpace.Privacy.Tests.Aggregation;

/// <summary>Figures that need both moduli: sums beyond one of them, and products of measures. Equal to the plain arithmetic to the last digit.</summary>
public sealed class WideFigureTests(SealFixture seal)
{
    private const long Most = 1_000_000_000_000_000; // the largest scaled bound of a measure

    private static readonly MeasureShape Wide = new("w", 9, -Most, Most, Squares: false);

    [Fact]
    public void Sums_beyond_one_modulus_come_back_with_their_signs()
    {
        var shape = AggregationShape.Create(3, [Wide, new("n", 0, 0, 9, Squares: true)], 3, 3, 1_000_000).Value;
        Assert.Equal([1, 2, 1, 2], shape.Describe().Select(s => s.Moduli));
        var scenario = new Scenario(seal.Engine, shape);
        LocalCell Cell(long rows, Int128 each) => new(rows, rows, [(rows * each, 0), (rows, rows)], Dominated: false);
        var cells = scenario.Decode(scenario.ContributeAll(i => [Cell(1_000_000, Most), Cell(1_000_000, -Most), Cell(5, i - 1)])).Value.Cells;
        Assert.Equal([3_000_000 * (Int128)Most, -3_000_000 * (Int128)Most, 0], cells.Select(c => c.Measures[0].Sum));
        Assert.All(cells, c => Assert.Equal(c.Count, c.Measures[1].Sum));
        Assert.Equal(3_000_000_000_000m, cells[0].Measures[0].Total);
    }

    [Fact]
    public void A_hidden_wide_sum_is_uniform_under_both_moduli()
    {
        var shape = AggregationShape.Create(1500, [Wide], 3, 2, 1000).Value;
        var scenario = new Scenario(seal.Engine, shape);
        var sum = ContributionAdder.Sum(shape, scenario.ContributeAll(i => [.. Enumerable.Repeat(new LocalCell(i + 2, i + 2, [(7, 0)], false), 1500)])).Value;
        var (first, second) = scenario.Open(sum);
        Statistics.AssertUniform(Statistics.Bins(Enumerable.Range(0, 1500).Select(c => first[shape.Layout.First.SlotOf(shape.Layout.FirstStatistics(c).Start + 1)]), shape.Layout.First.Modulus));
        Statistics.AssertUniform(Statistics.Bins(Enumerable.Range(0, 1500).Select(c => second[shape.Layout.Second.SlotOf(shape.Layout.SecondStatistics(c).Start)]), shape.Layout.Second.Modulus));
    }

    [Fact]
    public void Random_products_are_those_of_the_plain_rows()
    {
        MeasureShape[] measures = [new("a", 0, -1000, 1000, true), new("b", 3, 0, 50_000, true), new("c", 2, -70, 70_000_000, true)];
        var row = Gen.Select(Gen.Long[-1000, 1000], Gen.Long[0, 50_000], Gen.Long[-70, 70_000_000], (a, b, c) => new[] { a, b, c });
        row.Array[5, 9].Array[2].Array[2, 3].Sample(
            parts =>
            {
                var scenario = new Scenario(seal.Engine, AggregationShape.Create(2, measures, 5, parts.Length, 1000, products: true).Value);
                var result = scenario.Decode(scenario.ContributeAll(i => [.. parts[i].Select(Cell)])).Value;
                for (var cell = 0; cell < 2; cell++)
                {
                    var all = Cell([.. parts.SelectMany(p => p[cell])]);
                    Assert.Equal(all.Rows, result.Cells[cell].Count);
                    Assert.Equal(all.Products, result.Cells[cell].Products);
                    Assert.Equal(all.Measures, result.Cells[cell].Measures.Select(m => (m.Sum, m.SumOfSquares!.Value)));
                }
            },
            iter: 6,
            threads: 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_product_that_no_rows_have_is_a_sealed_failure(int which)
    {
        MeasureShape[] measures = [new("a", 0, -10, 10, true), new("b", 0, -10, 10, true)];
        var scenario = new Scenario(seal.Engine, AggregationShape.Create(1, measures, 4, 2, 1000, products: true).Value);
        var good = Cell([[1, 2], [3, -4], [5, 6], [7, 8]]);
        // Beyond the bounds; within them, and beyond Cauchy-Schwarz.
        var bad = good with { Products = [which == 0 ? 401 : 101] };
        Assert.Equal(PrivacyErrors.ProviderFailed, scenario.Decode(scenario.ContributeAll(i => [i == 0 ? bad : good])).Error?.Kind);
        Assert.Equal(PrivacyErrors.CellsMismatch, scenario.Contribute(0, [good with { Products = [] }]).Error?.Kind);
    }

    [Fact]
    public void Noise_reaches_wide_sums_and_products_and_every_figure_pays_its_part()
    {
        MeasureShape[] measures = [new("b", 0, 0, 200_000_000, true), new("a", 0, -100, 100, true)];
        var shape = AggregationShape.Create(2, measures, 4, 2, 10_000, new NoiseTerms(600_000, 1, 1), products: true).Value;
        Assert.True(shape.HasWideSums);
        Assert.Equal(["count", "sum(b)", "sumsq(b)", "sum(a)", "sumsq(a)", "sumprod(b,a)"], shape.Noise!.Describe(2).Select(f => f.Statistic));
        Assert.All(shape.Noise.Describe(2), f => Assert.Equal(100_000, f.EpsilonMicro));
        Assert.Equal(20_000_000_000, shape.Noise.Describe(2)[5].Sensitivity);
        var scenario = new Scenario(seal.Engine, shape);
        NoiseShare Share(int party) => new NoiseSecret([.. Enumerable.Repeat((byte)(party + 1), 32)]).For(new byte[32], ["x", "y"]);
        var good = Cell([[1, 2], [200_000_000, -4], [5, 6], [7, 8]]);
        var messages = Enumerable.Range(0, 2).Select(i => scenario.Contribute(i, [good, good], Share(i)).Value.Payload.ToArray()).ToList();
        var cell = scenario.Decode(messages).Value.Cells[1];
        var noise = Share(0).Of(shape.Noise, 1).Zip(Share(1).Of(shape.Noise, 1), (a, b) => a + b).ToList();
        Assert.Equal(2 * good.Measures[0].Sum + noise[1], cell.Measures[0].Sum);
        Assert.Equal(2 * good.Products[0] + noise[5], cell.Products[0]);
        Assert.NotEqual(0, noise[5]);
    }

    private static LocalCell Cell(long[][] rows)
    {
        Int128 Sum(Func<long[], Int128> of) => rows.Aggregate((Int128)0, (sum, row) => sum + of(row));
        var measures = Enumerable.Range(0, rows[0].Length).Select(i => (Sum(r => r[i]), Sum(r => (Int128)r[i] * r[i]))).ToList();
        IReadOnlyList<Int128> products = [.. CellStatistic.Pairs([.. Enumerable.Range(0, rows[0].Length)]).Select(p => Sum(r => (Int128)r[p.First] * r[p.Second]))];
        return new LocalCell(rows.Length, rows.Length, measures, Dominated: false) { Products = products };
    }
}
