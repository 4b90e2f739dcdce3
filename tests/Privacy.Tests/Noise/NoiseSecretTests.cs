using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Noise;

namespace DataSpace.Privacy.Tests.Noise;

public class NoiseSecretTests
{
    private static readonly NoisePlan Plan = NoisePlan.Create(new NoiseTerms(100_000, 1, 2), 3, [new MeasureShape("x", 2, 0, 1000, Squares: true)], 2).Value;

    private static NoiseSecret Secret(byte of) => new(Enumerable.Repeat(of, 32).ToArray());

    private static byte[] Digest(byte of) => [.. Enumerable.Repeat(of, 32)];

    [Fact]
    public void Equal_queries_get_equal_noise_and_group_order_does_not_matter()
    {
        var first = Secret(1).For(Digest(1), ["a", "b", "c"]);
        var again = Secret(1).For(Digest(1), ["c", "a", "b"]);
        Assert.Equal(first.Of(Plan, 0), again.Of(Plan, 1));
        Assert.Equal(first.Of(Plan, 2), again.Of(Plan, 0));
        Assert.Equal(first.Of(Plan, 1), first.Of(Plan, 1));
    }

    [Fact]
    public void Another_query_another_secret_another_group_and_another_figure_have_other_noise()
    {
        var all = new List<Int128[]>
        {
            Secret(1).For(Digest(1), ["a"]).Of(Plan, 0), Secret(1).For(Digest(2), ["a"]).Of(Plan, 0),
            Secret(2).For(Digest(1), ["a"]).Of(Plan, 0), Secret(1).For(Digest(1), ["b"]).Of(Plan, 0),
        };
        Assert.Equal(all.Count, all.Select(n => n[1]).Distinct().Count());
        Assert.Equal(all.Count, all.Select(n => n[2]).Distinct().Count());
        Assert.All(all, n => Assert.NotEqual(n[1], n[2]));
    }

    [Fact]
    public void The_public_name_changes_with_secret_and_engine_and_tells_neither()
    {
        string[] names = [Secret(1).Id("duckdb/1"), Secret(1).Id("duckdb/2"), Secret(2).Id("duckdb/1")];
        Assert.Equal(3, names.Distinct().Count());
        Assert.Equal(names[0], Secret(1).Id("duckdb/1"));
        Assert.All(names, n => Assert.Matches("^[0-9a-f]{32}$", n));
    }

    [Fact]
    public void Lengths_are_checked()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new NoiseSecret(new byte[31]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Secret(1).For(new byte[31], ["a"]));
    }
}
