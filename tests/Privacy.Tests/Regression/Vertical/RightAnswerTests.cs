using DataSpace.Privacy.Regression.Vertical;

namespace DataSpace.Privacy.Tests.Regression.Vertical;

/// <summary>
/// The whole protocol on shares, with slots in the clear: weights and loss against the exact fit. CI takes each of four splits with one of the two tables; <c>DATASPACE_ALL_POINTS=1</c> each with both.
/// </summary>
public sealed class RightAnswerTests
{
    private static TheoryData<string> Splits(params string[] sample)
        => Environment.GetEnvironmentVariable("DATASPACE_ALL_POINTS") == "1" ? new("halves", "odd-even", "few", "last-three") : new(sample);

    public static TheoryData<string> OfCancer => Splits("halves", "few");

    public static TheoryData<string> OfCredit => Splits("odd-even", "last-three");

    [Theory]
    [MemberData(nameof(OfCancer))]
    public void Breast_cancer_is_within_five_percent(string split) => Check(Tables.Wdbc(), split, halfPeriod: 64, iterations: 128);

    [Theory]
    [MemberData(nameof(OfCredit))]
    public void German_credit_is_within_five_percent(string split) => Check(Tables.German(), split, halfPeriod: 16, iterations: 40);

    [Fact]
    public void A_range_that_scores_leave_is_refused_by_the_certificate_on_both_sides()
    {
        var table = Tables.Wdbc();
        using var owners = Owners(table, "halves", halfPeriod: 16, iterations: 128);
        Assert.Null(owners.Converse());
        Assert.Equal("DS-PRV-246", owners.First.Outcome.Error!.Code);
        Assert.Equal("DS-PRV-246", owners.Second.Outcome.Error!.Code);
    }

    [Fact]
    public void Too_few_iterations_are_refused_by_the_certificate()
    {
        using var owners = Owners(Tables.Wdbc(), "halves", halfPeriod: 64, iterations: 8);
        Assert.Null(owners.Converse());
        Assert.Equal("DS-PRV-246", owners.First.Outcome.Error!.Code);
        Assert.Equal("DS-PRV-246", owners.Second.Outcome.Error!.Code);
    }

    private static TwoOwners Owners(Tables table, string split, int halfPeriod, int iterations)
    {
        var (first, second) = table.Split(split);
        var terms = new VerticalTerms(table.Rows, first.Length, second.Length, 1, halfPeriod, iterations);
        return new TwoOwners(terms, [.. first.Select(j => table.Columns[j])], [.. second.Select(j => table.Columns[j])], table.Labels);
    }

    private static void Check(Tables table, string split, int halfPeriod, int iterations)
    {
        var (first, second) = table.Split(split);
        using var owners = Owners(table, split, halfPeriod, iterations);
        var (a, b) = owners.Models();
        var weights = new double[table.Columns.Length + 1];
        for (var i = 0; i < first.Length; i++)
            weights[first[i]] = a.Own.StandardWeights[i];
        for (var i = 0; i < second.Length; i++)
            weights[second[i]] = b.Own.StandardWeights[i];
        weights[^1] = a.Own.StandardIntercept;
        var (exact, loss) = table.Exact(ridge: 1);
        var norm = Math.Sqrt(exact.Sum(weight => weight * weight));
        var worst = weights.Zip(exact, (x, y) => Math.Abs(x - y)).Max() / norm;
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{split}: worst {worst:F4}, loss {table.Loss(weights):F5} told {a.Loss:F3} exact {loss:F5}"));
        Assert.InRange(worst, 0, 0.05);
        Assert.Equal(loss, table.Loss(weights), 0.02);
        Assert.Equal(table.Loss(weights), a.Loss, 0.0015);
        Assert.Equal(a.Loss, b.Loss);
    }
}
