using System.Security.Cryptography;
using DataSpace.Privacy.Regression.Horizontal;

namespace DataSpace.Privacy.Tests.Regression.Horizontal;

/// <summary>What the analyst gets is what a fit over all rows in one place gives.</summary>
public sealed class RightAnswerTests
{
    public static TheoryData<HorizontalModel, int, bool, double> Cases { get; } = new()
    {
        { HorizontalModel.Linear, 2, true, 0 },
        { HorizontalModel.Linear, 3, false, 0 },
        { HorizontalModel.Linear, 2, true, 7.5 },
        { HorizontalModel.Logistic, 2, true, 0 },
        { HorizontalModel.Logistic, 5, true, 2 },
        { HorizontalModel.Logistic, 2, false, 0 },
        { HorizontalModel.Poisson, 3, true, 0 },
        { HorizontalModel.Poisson, 2, false, 1 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Weights_are_those_of_the_pooled_rows(HorizontalModel model, int owners, bool intercept, double ridge)
    {
        var rows = Enumerable.Range(0, owners).Select(i => People.Rows(model, 260 + (60 * i), i)).ToList();
        using var run = new Owners(People.Design(model, owners, ridge, intercept), rows);
        var fitted = run.Fit();
        Assert.True(fitted.HasConverged, $"last step {fitted.LastStep}");
        var plain = People.PlainFit(run.Design, rows.SelectMany(r => r));
        Assert.Equal(plain.Length, fitted.Weights.Count);
        Assert.Equal(rows.Sum(r => r.Count), fitted.Rows);
        var norm = Math.Sqrt(plain.Sum(w => w * w));
        foreach (var (weight, expected) in fitted.Weights.Zip(plain))
            Assert.True(Math.Abs(weight.Value - expected) <= 1e-6 * Math.Max(Math.Abs(expected), 1e-3 * norm), $"{weight.Name}: {weight.Value} instead of {expected}");
    }

    [Fact]
    public void Doctor_visits_over_hospitals_are_fitted_as_over_one()
    {
        // One hospital of the sample, cut between persons into three parts.
        var rows = People.Hospital("hospital-c");
        var parts = rows.GroupBy(r => int.Parse(r[0]![1..], System.Globalization.CultureInfo.InvariantCulture) % 3).Select(g => g.ToList()).ToList();
        // Made up so that nobody is alone in a category of a part; the real hospitals are large enough without.
        var design = HorizontalDesign.Create(HorizontalModel.Poisson, new("mdvis", 0, 0, 100), [.. People.HospitalDesign(3).Features.Take(6)], true, 0, 8, 3, 5, 100_000).Value;
        using var run = new Owners(design, parts);
        var fitted = run.Fit();
        Assert.True(fitted.HasConverged);
        foreach (var (weight, expected) in fitted.Weights.Zip(People.PlainFit(design, rows)))
            Assert.True(Math.Abs(weight.Value - expected) <= 1e-6 * Math.Max(Math.Abs(expected), 1e-3), $"{weight.Name}: {weight.Value} instead of {expected}");
        // y·ln(y/μ) − (y−μ) over all rows, twice.
        var (x, y) = People.Plain(design, rows);
        var deviance = 2 * x.Zip(y, (z, count) => z.Zip(fitted.Weights, (a, w) => a * w.Value).Sum() is var eta ? (count == 0 ? 0 : count * (Math.Log(count) - eta)) - count + Math.Exp(eta) : 0).Sum();
        Assert.Equal(deviance, fitted.Deviance, deviance * 1e-6);
        Assert.InRange(fitted.Deviance, 1, fitted.NullDeviance);
    }

    [Fact]
    public void Errors_and_fit_of_least_squares_are_the_textbooks()
    {
        var rows = new[] { People.Rows(HorizontalModel.Linear, 300, 1), People.Rows(HorizontalModel.Linear, 300, 2) };
        using var run = new Owners(People.Design(HorizontalModel.Linear), rows);
        var fitted = run.Fit();
        var (x, y) = People.Plain(run.Design, rows.SelectMany(r => r));
        var residuals = x.Zip(y, (row, label) => label - row.Zip(fitted.Weights, (a, w) => a * w.Value).Sum()).ToList();
        Assert.Equal(residuals.Sum(r => r * r), fitted.Deviance, fitted.Deviance * 1e-9);
        Assert.Equal(y.Sum(v => (v - y.Average()) * (v - y.Average())), fitted.NullDeviance, fitted.NullDeviance * 1e-9);
        // The error of the dose's weight, from the residual that the other columns leave of it.
        var dose = fitted.Weights.ToList().FindIndex(w => w.Name == "dose");
        var others = People.PlainFit(HorizontalDesign.Create(HorizontalModel.Linear, People.Dose, [People.Age, People.Site], true, 0, 1, 2, 5, 1000).Value, rows.SelectMany(r => r).Select(r => (string?[])[r[0], r[3], r[2], r[4]]));
        var left = x.Sum(row => Math.Pow(row[dose] - others[0] - (others[1] * row[1]) - (others[2] * row[3]) - (others[3] * row[4]), 2));
        Assert.Equal(Math.Sqrt(fitted.Deviance / (y.Count - 5) / left), fitted.Weights[dose].StandardError, 1e-9);
    }

    [Theory]
    [InlineData(HorizontalModel.Linear)]
    [InlineData(HorizontalModel.Logistic)]
    [InlineData(HorizontalModel.Poisson)]
    public void Opened_sums_are_exact_to_the_last_digit_whoever_holds_which_row(HorizontalModel model)
    {
        var rows = People.Rows(model, 1200, 9);
        var design = People.Design(model);
        double[] weights = model == HorizontalModel.Linear ? new double[5] : [0.3, -0.7, 0.2, 0.1, -0.4];
        var whole = RoundSums.Of(Owners.RowsOf(design, rows), weights).Slots;
        for (var cut = 0; cut < 3; cut++)
        {
            var at = RandomNumberGenerator.GetInt32(1, rows.Count);
            var sum = RoundSums.Of(Owners.RowsOf(design, rows.Take(at)), weights).Slots.Zip(RoundSums.Of(Owners.RowsOf(design, rows.Skip(at)), weights).Slots, (a, b) => a + b);
            Assert.Equal(whole, sum);
        }
        Assert.Equal(1200, (int)whole[2]);
    }

    [Fact]
    public void Values_are_moved_into_the_bounds_and_rows_without_a_value_are_left_out()
    {
        var column = new BoundedColumn("x", 2, -150, 999);
        (string Text, long Units)[] cases =
        [
            ("1.005", 101), ("-1.005", -101), ("1.004999", 100), ("9.99", 999), ("10", 999), ("-1.6", -150), ("true", 100), ("false", 0), ("Infinity", 999), ("-Infinity", -150),
            ("1E+300", 999), ("-1E+300", -150), ("1E-300", 0), ("99999999999999999999999999999999999999", 999),
        ];
        foreach (var (text, units) in cases)
            Assert.Equal(units, OwnerRows.Builder.Number(column, text));
        var builder = new OwnerRows.Builder(People.Design(HorizontalModel.Poisson, maxRows: 5));
        builder.Add(true, null, ["1", "2", "3", "north"]);
        builder.Add(true, "a", ["1", null, "3", "north"]);
        Assert.Equal(2, builder.Incomplete);
        for (var i = 0; i < 6; i++)
            builder.Add(true, "a", ["1", "2", "3", "north"]);
        Assert.True(builder.IsFull);
        Assert.Equal((5, 1), (builder.Build().Count, builder.Build().SubjectCount));
    }

    [Fact]
    public void Labels_that_are_all_equal_and_columns_that_follow_from_others_are_told_at_the_end()
    {
        var constant = People.Rows(HorizontalModel.Logistic, 300, 4).Select(r => (string?[])[r[0], "1", .. r[2..]]).ToList();
        using var labels = new Owners(People.Design(HorizontalModel.Logistic), [constant, constant]);
        Assert.Null(labels.Converse());
        Assert.Same(HorizontalErrors.LabelConstant, labels.Analyst.Result().Error!.Kind);
        Assert.All(labels.Parts, p => Assert.True(p.IsComplete));

        var twice = new BoundedColumn("again", 1, 0, 1000);
        var doubled = People.Rows(HorizontalModel.Poisson, 300, 4).Select(r => (string?[])[.. r[..4], r[2]]).ToList();
        using var columns = new Owners(People.Design(HorizontalModel.Poisson, features: [People.Age, People.Dose, twice]), [doubled, doubled]);
        Assert.Null(columns.Converse());
        Assert.Same(HorizontalErrors.Singular, columns.Analyst.Result().Error!.Kind);
        using var ridge = new Owners(People.Design(HorizontalModel.Poisson, ridge: 1, features: [People.Age, People.Dose, twice]), [doubled, doubled]);
        Assert.True(ridge.Fit().HasConverged);
    }
}
