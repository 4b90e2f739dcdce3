using System.Numerics;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Tests.Aggregation;

public sealed class ShapeTests
{
    private static readonly MeasureShape Value = new("value", 2, -100_000, 100_000, Squares: true);

    [Fact]
    public void The_million_row_job_fits()
    {
        var shape = AggregationShape.Create(100, [Value], 3, 3, 1_000_000).Value;
        Assert.Equal(2, shape.TotalCiphertexts);
        var bits = shape.Describe();
        Assert.Equal(["count", "sum(value)", "sumsq(value)"], bits.Select(statistic => statistic.Statistic));
        Assert.Equal([3_000_000, 300_000_000_000, 30_000_000_000_000_000], bits.Select(statistic => statistic.Bound));
        Assert.Equal([0, 2, 4], bits.Select(statistic => statistic.Decimals));
        Assert.Equal([40, 40, 80], bits.Select(statistic => statistic.BitsAvailable));
        Assert.Equal([23, 40, 56], bits.Select(statistic => statistic.BitsNeeded));
    }

    [Fact]
    public void A_sum_beyond_half_of_one_modulus_takes_both()
    {
        // t1 = 1,099,511,480,321: the largest |Σ| under t1 alone is (t1 − 1) / 2 = 549,755,740,160.
        var half = new MeasureShape("x", 0, 0, 274_877_870_080, Squares: false);
        Assert.Equal((false, 1), Of(half));
        Assert.Equal((true, 2), Of(half with { MaxScaled = half.MaxScaled + 1 }));
        Assert.Equal((true, 2), Of(half with { MinScaled = -half.MaxScaled - 1 }));
        Assert.False(AggregationShape.Create(1, [], 1, 2, 274_877_870_080).Value.HasWideSums);
        Assert.True(AggregationShape.Create(1, [], 1, 2, 274_877_870_081).Value.HasWideSums);

        static (bool, int) Of(MeasureShape measure)
        {
            var shape = AggregationShape.Create(1, [measure], 2, 2, 1).Value;
            return (shape.HasWideSums, shape.Describe()[1].Moduli);
        }
    }

    [Fact]
    public void The_bound_is_exactly_half_the_product_of_both_moduli()
    {
        var both = (BigInteger)SealParameterSet.Aggregation1.PlainModulus * SealParameterSet.Aggregation2.PlainModulus;
        const long most = 1L << 40;
        var rows = (long)((both - 1) / 2 / 2 / most); // two parties
        Assert.True(AggregationShape.Create(1, [new("x", 0, 0, most, false)], 2, 2, rows).IsOk);
        var error = AggregationShape.Create(1, [new("x", 0, 0, most, false)], 2, 2, rows + 1).Error;
        Assert.Equal(PrivacyErrors.ShapeOverflow, error?.Kind);
        Assert.Contains("sum(x)", error!.Detail, StringComparison.Ordinal);
        Assert.Contains("sumsq(x)", AggregationShape.Create(1, [new("x", 0, 0, most, true)], 3, 2, 1).Error!.Detail, StringComparison.Ordinal);
        Assert.Contains("count", AggregationShape.Create(1, [], 1, 2, long.MaxValue).Error!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Products_of_d_measures_need_groups_of_d_plus_2()
    {
        MeasureShape[] Some(int n) => [.. Enumerable.Range(0, n).Select(i => Value with { Name = "m" + i })];
        for (var d = 2; d <= AggregationShape.MostProductMeasures; d++)
        {
            Assert.True(AggregationShape.Create(1, Some(d), d + 2, 2, 1, products: true).IsOk);
            Assert.Equal(PrivacyErrors.ShapeGroupSize, AggregationShape.Create(1, Some(d), d + 1, 2, 1, products: true).Error?.Kind);
        }
        Assert.Equal(PrivacyErrors.ShapeInvalid, AggregationShape.Create(1, Some(9), 20, 2, 1, products: true).Error?.Kind);
        Assert.Equal(PrivacyErrors.ShapeInvalid, AggregationShape.Create(1, Some(1), 20, 2, 1, products: true).Error?.Kind);
        Assert.Equal(PrivacyErrors.ShapeInvalid, AggregationShape.Create(1, [Value, Value with { Name = "y", Squares = false }], 20, 2, 1, products: true).Error?.Kind);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1025)]
    public void Fewer_than_two_or_too_many_parties_are_refused(int parties)
        => Assert.Equal(PrivacyErrors.ShapeParties, AggregationShape.Create(1, [], 1, parties, 1).Error?.Kind);

    [Fact]
    public void Minimum_group_size_is_released_moments_plus_one()
    {
        Assert.True(AggregationShape.Create(1, [Value], 3, 2, 1).IsOk);
        Assert.Equal(PrivacyErrors.ShapeGroupSize, AggregationShape.Create(1, [Value], 2, 2, 1).Error?.Kind);
        var sumsOnly = Value with { Squares = false };
        Assert.True(AggregationShape.Create(1, [sumsOnly], 2, 2, 1).IsOk);
        Assert.Equal(PrivacyErrors.ShapeGroupSize, AggregationShape.Create(1, [sumsOnly], 1, 2, 1).Error?.Kind);
        Assert.Equal(PrivacyErrors.ShapeGroupSize, AggregationShape.Create(1, [], 0, 2, 1).Error?.Kind);
    }

    [Fact]
    public void Malformed_shapes_are_refused_with_a_reason()
    {
        MeasureShape[][] bad =
        [
            [Value with { Name = "" }],
            [Value with { Name = new string('x', 65) }],
            [Value with { Name = "a\"b" }],
            [Value with { Name = "a\nb" }],
            [Value with { Decimals = 10 }],
            [Value with { Decimals = -1 }],
            [Value with { MinScaled = 1, MaxScaled = 0 }],
            [Value, Value],
            [.. Enumerable.Range(0, 65).Select(i => Value with { Name = "m" + i })],
        ];
        Assert.All(bad, measures =>
        {
            var error = AggregationShape.Create(1, measures, 3, 2, 1).Error;
            Assert.Equal(PrivacyErrors.ShapeInvalid, error?.Kind);
            Assert.NotNull(error!.Detail);
        });
        Assert.Equal(PrivacyErrors.ShapeInvalid, AggregationShape.Create(0, [], 1, 2, 1).Error?.Kind);
        Assert.Equal(PrivacyErrors.ShapeInvalid, AggregationShape.Create(1, [], 1, 2, 0).Error?.Kind);
    }

    [Fact]
    public void At_most_64_ciphertexts()
    {
        // Counts only: 1 + 2·groups values in 64 × 4,095 slots.
        Assert.Equal(64, AggregationShape.Create(131_039, [], 1, 2, 1).Value.TotalCiphertexts);
        Assert.Equal(PrivacyErrors.ShapeTooLarge, AggregationShape.Create(131_040, [], 1, 2, 1).Error?.Kind);
        Assert.Equal(PrivacyErrors.ShapeTooLarge, AggregationShape.Create(int.MaxValue, [Value], 3, 2, 1).Error?.Kind);
    }

    [Fact]
    public void Every_member_of_the_shape_is_in_its_digest()
    {
        var shape = AggregationShape.Create(5, [Value], 3, 3, 100).Value;
        AggregationShape[] others =
        [
            AggregationShape.Create(6, [Value], 3, 3, 100).Value,
            AggregationShape.Create(5, [Value with { Name = "other" }], 3, 3, 100).Value,
            AggregationShape.Create(5, [Value with { Decimals = 3 }], 3, 3, 100).Value,
            AggregationShape.Create(5, [Value with { MinScaled = 0 }], 3, 3, 100).Value,
            AggregationShape.Create(5, [Value with { MaxScaled = 1 }], 3, 3, 100).Value,
            AggregationShape.Create(5, [Value with { Squares = false }], 3, 3, 100).Value,
            AggregationShape.Create(5, [Value], 4, 3, 100).Value,
            AggregationShape.Create(5, [Value], 3, 4, 100).Value,
            AggregationShape.Create(5, [Value], 3, 3, 101).Value,
        ];
        MeasureShape[] two = [Value, Value with { Name = "other" }];
        Assert.NotEqual(AggregationShape.Create(5, two, 4, 3, 100).Value, AggregationShape.Create(5, two, 4, 3, 100, products: true).Value);
        Assert.All(others, other => Assert.NotEqual(shape.Digest.ToArray(), other.Digest.ToArray()));
        Assert.All(others, other => Assert.NotEqual(shape, other));
        Assert.Equal(shape, AggregationShape.Create(5, [Value], 3, 3, 100).Value);
    }

    [Fact]
    public void Mean_and_deviation_are_exact_to_the_last_digit()
    {
        // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, population deviation 2.
        var textbook = new MeasureResult("x", 0, 8, 40, 232);
        Assert.Equal(5m, textbook.Mean());
        Assert.Equal(2m, textbook.PopulationStdDev());
        Assert.Equal(40m, textbook.Total);

        // One third and two thirds, and negative halves, at the rounding point.
        Assert.Equal(0.333m, new MeasureResult("x", 0, 3, 1, null).Mean(3));
        Assert.Equal(-0.667m, new MeasureResult("x", 0, 3, -2, null).Mean(3));
        Assert.Equal(-1m, new MeasureResult("x", 0, 2, -1, null).Mean(0));
        Assert.Equal(1.4142136m, new MeasureResult("x", 0, 2, 0, 4).PopulationStdDev(7));
        Assert.Equal(66.400m, new MeasureResult("x", 3, 11, 730_398, null).Mean(3));
        Assert.Null(new MeasureResult("x", 0, 0, 0, 0).Mean());
        Assert.Null(new MeasureResult("x", 0, 5, 0, null).PopulationStdDev());

        // Two values 10^-9 apart near 10^2: in floating point the difference of squares would be lost.
        const long low = 99_999_999_999, high = 100_000_000_000;
        var close = new MeasureResult("x", 9, 2, (Int128)low + high, ((Int128)low * low) + ((Int128)high * high));
        Assert.Equal(0.0000000005m, close.PopulationStdDev(10));
    }

    [Fact]
    public void Integer_square_root_is_the_floor()
    {
        for (var value = 0; value < 5000; value++)
            Assert.Equal((int)Math.Sqrt(value), (int)MeasureResult.FloorSquareRoot(value));
        var big = BigInteger.Pow(10, 60) + 12345;
        Assert.Equal(big, MeasureResult.FloorSquareRoot(big * big));
        Assert.Equal(big - 1, MeasureResult.FloorSquareRoot((big * big) - 1));
    }
}
