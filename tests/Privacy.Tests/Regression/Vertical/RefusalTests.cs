using DataSpace.Privacy.Regression.Vertical;

namespace DataSpace.Privacy.Tests.Regression.Vertical;

/// <summary>What is refused before anything is said, and what of a peer.</summary>
public sealed class RefusalTests
{
    private static readonly VerticalTerms Good = new(40, 1, 1, 1, 16, 2);

    [Theory]
    [InlineData(29, 1, 1, 1, 16, 2, "DS-PRV-241")] // ten rows per column, intercept included
    [InlineData(40, 1, 1, 0, 16, 2, "DS-PRV-243")]
    [InlineData(40, 1, 1, -1, 16, 2, "DS-PRV-243")]
    [InlineData(40, 1, 1, double.NaN, 16, 2, "DS-PRV-240")]
    [InlineData(40, 1, 1, 1, 12, 2, "DS-PRV-240")]
    [InlineData(40, 1, 1, 1, 18, 2, "DS-PRV-240")]
    [InlineData(40, 1, 1, 1, 260, 2, "DS-PRV-240")]
    [InlineData(40, 0, 1, 1, 16, 2, "DS-PRV-240")]
    [InlineData(40, 1, 1, 1, 16, 0, "DS-PRV-240")]
    [InlineData(100_000, 25, 25, 1, 64, 2, "DS-PRV-240")] // more products than the noise has room for
    [InlineData(5_000_000, 1, 1, 1, 16, 2, "DS-PRV-240")]
    public void Terms(int rows, int first, int second, double ridge, int halfPeriod, int iterations, string code)
        => Assert.Equal(code, new VerticalTerms(rows, first, second, ridge, halfPeriod, iterations).Problem!.Code);

    [Fact]
    public void The_terms_that_the_guide_has_for_large_tables_are_accepted()
        => Assert.Null(new VerticalTerms(100_000, 25, 25, 1, 32, 64).Problem);

    [Fact]
    public void Columns_and_labels()
    {
        double[] column = [.. Enumerable.Range(0, 40).Select(i => (double)(i % 7))], labels = [.. Enumerable.Range(0, 40).Select(i => (double)(i % 2))];
        double[] constant = [.. Enumerable.Repeat(3.0, 40)], broken = [.. column];
        broken[4] = double.PositiveInfinity;
        Assert.Equal("DS-PRV-242", First(constant, labels));
        Assert.Equal("DS-PRV-245", First(broken, labels));
        Assert.Equal("DS-PRV-244", First(column, constant));
        Assert.Equal("DS-PRV-244", First(column, [.. Enumerable.Repeat(1.0, 40)]));
        Assert.Equal("DS-PRV-244", First(column, column));
        Assert.Equal("DS-PRV-240", First(column[..39], labels));
        Assert.Null(First(column, labels));

        static string? First(double[] column, double[] labels) => VerticalFirst.Create(Good, [column], labels, ClearSlots.Pair(100), TwoOwners.Context).Error?.Code;
    }

    [Fact]
    public void A_part_that_is_longer_or_shorter_than_what_is_due_closes_the_run()
    {
        foreach (var change in new Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>[] { m => m[..^1], m => new byte[m.Length + 1], _ => default })
        {
            using var owners = Owners();
            Assert.Equal("DS-PRV-247", owners.Converse((fromFirst, part) => part.Step == VerticalStep.Waves ? change(part.Payload) : part.Payload)!.Code);
            Assert.Equal("DS-PRV-250", owners.Second.Script.Next().Error!.Code);
            Assert.Equal("DS-PRV-250", owners.Second.Script.Take(default).Error!.Code);
        }
    }

    [Fact]
    public void A_part_out_of_turn_closes_the_run()
    {
        using var owners = Owners();
        Assert.True(owners.First.Script.Next().IsOk);
        Assert.Equal("DS-PRV-248", Twice(owners));

        static string Twice(TwoOwners owners)
        {
            using var other = Owners();
            // Not its turn: the first party speaks first.
            return other.First.Script.Start().IsOk ? other.First.Script.Take(default).Error!.Code : "";
        }
    }

    private static TwoOwners Owners()
        => new(Good, [[.. Enumerable.Range(0, 40).Select(i => (double)(i % 7))]], [[.. Enumerable.Range(0, 40).Select(i => (double)(i % 5))]], [.. Enumerable.Range(0, 40).Select(i => (double)(i % 2))]);
}
