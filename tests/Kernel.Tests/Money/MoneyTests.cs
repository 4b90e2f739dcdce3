using CsCheck;
using DataSpace.Kernel.Money;
using Xunit;
using Amount = DataSpace.Kernel.Money.Money;

namespace DataSpace.Kernel.Tests.Money;

public class MoneyTests
{
    private static Amount Cny(long minor) => new(minor, Currency.Cny);

    [Theory]
    [InlineData(200, "CNY", "¥2.00")]
    [InlineData(5, "CNY", "¥0.05")]
    [InlineData(-5, "CNY", "-¥0.05")]
    [InlineData(0, "EUR", "€0.00")]
    [InlineData(1234, "JPY", "JPY 1234")]
    [InlineData(long.MinValue, "USD", "-$92233720368547758.08")]
    public void Amounts_read_alike_everywhere(long minor, string code, string expected)
        => Assert.Equal(expected, new Amount(minor, Currency.Find(code)!).ToString());

    [Theory]
    [InlineData("2", 200)]
    [InlineData("2.0", 200)]
    [InlineData("2.00", 200)]
    [InlineData("0.05", 5)]
    [InlineData("92233720368547758.07", long.MaxValue)]
    public void Decimal_texts_parse_exactly(string text, long minor) => Assert.Equal(Cny(minor), Amount.Parse(text, "CNY").Value);

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("1.005")]
    [InlineData("1,00")]
    [InlineData("1e3")]
    [InlineData(" 1")]
    [InlineData("１")]
    [InlineData("92233720368547758.08")]
    public void Other_texts_are_refused(string? text) => Assert.Equal(MoneyErrors.NotAnAmount, Amount.Parse(text, "CNY").Error?.Kind);

    [Fact]
    public void Unknown_currencies_are_refused() => Assert.Equal(MoneyErrors.UnknownCurrency, Amount.Parse("1", "XBT").Error?.Kind);

    [Fact]
    public void Arithmetic_neither_wraps_nor_mixes()
    {
        Assert.Equal(Cny(700), (Cny(200) * 3) + Cny(100));
        Assert.Throws<OverflowException>(() => Cny(long.MaxValue) + Cny(1));
        Assert.Throws<OverflowException>(() => Cny(long.MinValue) - Cny(1));
        Assert.Throws<OverflowException>(() => -Cny(long.MinValue));
        Assert.Throws<OverflowException>(() => Cny(long.MaxValue) * 2);
        Assert.Throws<InvalidOperationException>(() => Cny(1) + new Amount(1, Currency.Eur));
        Assert.Throws<InvalidOperationException>(() => Cny(1) < new Amount(1, Currency.Eur));
        Assert.Throws<InvalidOperationException>(() => default(Amount) + default(Amount));
    }

    [Fact]
    public void Left_over_units_go_to_the_largest_remainders_then_in_declared_order()
    {
        Assert.Equal([34, 33, 33], Cny(100).Allocate(1, 1, 1).Select(m => m.Minor));
        Assert.Equal([1, 6, 3], Cny(10).Allocate(1, 6, 3).Select(m => m.Minor));
        Assert.Equal([16, 67, 17], Cny(100).Allocate(16, 67, 17).Select(m => m.Minor));
        Assert.Equal([33, 67], Cny(100).Allocate(1, 2).Select(m => m.Minor));
        Assert.Equal([-34, -33, -33], Cny(-100).Allocate(1, 1, 1).Select(m => m.Minor));
        Assert.Equal([0, 5], Cny(5).Allocate(0, 7).Select(m => m.Minor));
        Assert.Throws<ArgumentException>(() => Cny(5).Allocate(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Cny(5).Allocate(1, -1));
    }

    [Fact]
    public void Allocation_loses_nothing_and_is_fair_to_a_unit() => Gen.Select(Gen.Long, Gen.Long[0, long.MaxValue].Array[1, 12])
        .Where((_, weights) => weights.Any(w => w > 0)).Sample((minor, weights) =>
        {
            var parts = Cny(minor).Allocate(weights);
            var total = weights.Aggregate(System.Numerics.BigInteger.Zero, (a, w) => a + w);
            return parts.Aggregate(System.Numerics.BigInteger.Zero, (a, p) => a + p.Minor) == minor
                && parts.Zip(weights).All(x => System.Numerics.BigInteger.Abs((x.First.Minor * total) - ((System.Numerics.BigInteger)minor * x.Second)) < total);
        });

    [Fact]
    public void Text_and_amount_are_inverse() => Gen.Long[0, long.MaxValue].Sample(minor =>
        Amount.Parse(Cny(minor).ToString()[1..], "CNY").Value == Cny(minor));
}
