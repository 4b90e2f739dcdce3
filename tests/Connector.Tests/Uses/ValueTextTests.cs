using DataSpace.Connector.Intersections;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>How a row's value becomes a whole number, and a sum becomes text again.</summary>
public sealed class ValueTextTests
{
    [Theory]
    [InlineData("7.5", 2, 750)]
    [InlineData("-7.505", 2, -751)]
    [InlineData("7.505", 2, 751)]
    [InlineData("0.004", 2, 0)]
    [InlineData("12", 0, 12)]
    [InlineData("1.2E-05", 6, 12)]
    [InlineData("9223372036854775807", 0, long.MaxValue)]
    [InlineData("9223372036854775807", 2, long.MaxValue)]
    [InlineData("-99999999999999999999999999999999999999", 3, -long.MaxValue)]
    [InlineData("Infinity", 0, long.MaxValue)]
    [InlineData("-Infinity", 0, -long.MaxValue)]
    public void Values_are_rounded_half_away_from_zero_and_never_wrap(string text, int decimals, long expected) => Assert.Equal(expected, ValueText.Scaled(text, decimals));

    [Fact]
    public void No_value_is_no_number()
    {
        Assert.Null(ValueText.Scaled(null, 2));
        Assert.Null(ValueText.Scaled("a", 2));
    }

    [Theory]
    [InlineData(0, 2, "0")]
    [InlineData(5, 2, "0.05")]
    [InlineData(-1250, 2, "-12.5")]
    [InlineData(1200, 2, "12")]
    [InlineData(1200, 0, "1200")]
    public void Sums_are_written_without_needless_zeros(long scaled, int decimals, string expected) => Assert.Equal(expected, ValueText.Unscaled(scaled, decimals));
}
