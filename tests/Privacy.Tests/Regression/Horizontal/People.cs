using System.Globalization;
using DataSpace.Privacy.Regression.Horizontal;

namespace DataSpace.Privacy.Tests.Regression.Horizontal;

/// <summary>Data and designs of these tests, and a fit in the clear by other code: columns as they are, Gaussian elimination, many rounds.</summary>
internal static class People
{
    public static readonly BoundedColumn Age = new("age", 1, 0, 1000);
    public static readonly BoundedColumn Dose = new("dose", 2, -500, 500);
    public static readonly BoundedColumn Site = new("site", 0, 0, 1, ["north", "south"]);

    public static BoundedColumn Label(HorizontalModel model) => model switch
    {
        HorizontalModel.Linear => new("cost", 2, -10_000, 100_000),
        HorizontalModel.Logistic => new("ill", 0, 0, 1),
        _ => new("visits", 0, 0, 60),
    };

    public static HorizontalDesign Design(HorizontalModel model, int owners = 2, double ridge = 0, bool intercept = true, int rounds = 8, int minimum = 5, int maxRows = 100_000, IReadOnlyList<BoundedColumn>? features = null)
        => HorizontalDesign.Create(model, Label(model), features ?? [Age, Dose, Site], intercept, ridge, model == HorizontalModel.Linear ? 1 : rounds, owners, minimum, maxRows).Value;

    /// <summary>Seeded rows: subject, label, age, dose, site. Everybody has two rows.</summary>
    public static List<string?[]> Rows(HorizontalModel model, int count, int seed, string prefix = "s")
    {
        var random = new Random(seed);
        var rows = new List<string?[]>();
        for (var i = 0; i < count; i++)
        {
            var (age, dose) = (Math.Round(random.NextDouble() * 90, 1), Math.Round((random.NextDouble() * 8) - 4, 2));
            var site = random.Next(3) switch { 0 => "north", 1 => "south", _ => "east" };
            var eta = -1 + (0.02 * age) + (0.4 * dose) + (site == "north" ? 0.5 : 0);
            var label = model switch
            {
                HorizontalModel.Linear => Math.Round((30 * eta) + (random.NextDouble() * 20), 2),
                HorizontalModel.Logistic => random.NextDouble() < 1 / (1 + Math.Exp(-eta)) ? 1 : 0,
                _ => Poisson(random, Math.Exp(eta)),
            };
            rows.Add([$"{prefix}{i / 2}", Text(label), Text(age), Text(dose), site]);
        }
        return rows;
    }

    /// <summary>Rows of the sample's hospital: subject, visits, then the columns of <see cref="HospitalDesign"/>.</summary>
    public static List<string?[]> Hospital(string name)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "DataSpace.sln")))
            root = root.Parent;
        return [.. File.ReadLines(Path.Combine(root.FullName, "samples", "hospital-and-lab", name, "visits.csv")).Skip(1).Select(l => (string?[])l.Split(','))];
    }

    public static HorizontalDesign HospitalDesign(int owners) => HorizontalDesign.Create(
        HorizontalModel.Poisson, new("mdvis", 0, 0, 100),
        [new("lncoins", 6, 0, 5_000_000), new("idp", 0, 0, 1), new("lpi", 6, 0, 8_000_000), new("fmde", 6, 0, 9_000_000), new("physlm", 7, 0, 10_000_000), new("disea", 6, 0, 60_000_000), new("health", 0, 0, 1, ["good", "fair", "poor"])],
        intercept: true, ridge: 0, rounds: 8, owners, minimum: 5, maxRows: 100_000).Value;

    /// <summary>Weights in the columns' own units, at which the gradient vanishes.</summary>
    public static double[] PlainFit(HorizontalDesign design, IEnumerable<string?[]> rows, int rounds = 40)
    {
        var (x, y) = Plain(design, rows);
        var weights = new double[x[0].Length];
        if (design.Intercept && design.Model == HorizontalModel.Poisson)
            weights[0] = Math.Log(y.Average());
        for (var round = 0; round < rounds; round++)
        {
            var (gradient, hessian) = (new double[weights.Length], new double[weights.Length, weights.Length]);
            for (var r = 0; r < x.Count; r++)
            {
                var eta = x[r].Zip(weights, (a, b) => a * b).Sum();
                var (mu, w) = design.Model switch
                {
                    HorizontalModel.Linear => (eta, 1.0),
                    HorizontalModel.Logistic => (1 / (1 + Math.Exp(-eta)), Math.Exp(-eta) / Math.Pow(1 + Math.Exp(-eta), 2)),
                    _ => (Math.Exp(eta), Math.Exp(eta)),
                };
                for (var i = 0; i < weights.Length; i++)
                {
                    gradient[i] += (y[r] - mu) * x[r][i];
                    for (var j = 0; j < weights.Length; j++)
                        hessian[i, j] += w * x[r][i] * x[r][j];
                }
            }
            var (_, half) = Centres(design);
            for (var i = design.Intercept ? 1 : 0; i < weights.Length; i++)
            {
                // A ridge on scaled weights, in the columns' units: the weight times its column's half width.
                gradient[i] -= design.Ridge * half[i] * half[i] * weights[i];
                hessian[i, i] += design.Ridge * half[i] * half[i];
            }
            var step = Solve(hessian, gradient);
            for (var i = 0; i < weights.Length; i++)
                weights[i] += step[i];
        }
        return weights;
    }

    public static (List<double[]> X, List<double> Y) Plain(HorizontalDesign design, IEnumerable<string?[]> rows)
    {
        var (x, y) = (new List<double[]>(), new List<double>());
        foreach (var row in rows)
        {
            y.Add(Number(row[1]!));
            x.Add([.. design.Intercept ? [1.0] : Array.Empty<double>(), .. design.Features.SelectMany((f, i) => f.Codes?.Select(c => row[i + 2] == c ? 1.0 : 0) ?? [Number(row[i + 2]!)])]);
        }
        return (x, y);
    }

    private static (double[] Centre, double[] Half) Centres(HorizontalDesign design)
    {
        var scales = design.Features.SelectMany(f => Enumerable.Repeat((Scale: design.ScaleOf(f), Power: Math.Pow(10, f.Decimals)), f.Width)).ToList();
        if (design.Intercept)
            scales.Insert(0, ((0, 1), 1));
        // Least squares also scale the label: the ridge is in its units then.
        return ([.. scales.Select(s => s.Scale.Centre / s.Power)], [.. scales.Select(s => s.Scale.Half / s.Power)]);
    }

    private static double[] Solve(double[,] a, double[] b)
    {
        var n = b.Length;
        var (m, x) = ((double[,])a.Clone(), (double[])b.Clone());
        for (var c = 0; c < n; c++)
        {
            var p = Enumerable.Range(c, n - c).MaxBy(r => Math.Abs(m[r, c]));
            for (var k = 0; k < n; k++)
                (m[c, k], m[p, k]) = (m[p, k], m[c, k]);
            (x[c], x[p]) = (x[p], x[c]);
            for (var r = 0; r < n; r++)
            {
                var f = r == c ? 0 : m[r, c] / m[c, c];
                for (var k = c; k < n && f != 0; k++)
                    m[r, k] -= f * m[c, k];
                x[r] -= f * x[c];
            }
        }
        return [.. x.Select((v, i) => v / m[i, i])];
    }

    private static int Poisson(Random random, double mean)
    {
        var (count, product, limit) = (0, random.NextDouble(), Math.Exp(-mean));
        for (; product > limit; count++)
            product *= random.NextDouble();
        return Math.Min(count, 60);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
