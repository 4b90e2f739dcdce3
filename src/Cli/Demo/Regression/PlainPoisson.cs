using System.Globalization;

namespace DataSpace.Cli.Demo.Regression;

/// <summary>The sample's model fitted in the clear over all files together: columns as they are, Newton's method by Gaussian elimination, far more rounds than needed. A check that only a demo can do.</summary>
internal static class PlainPoisson
{
    private const int Rounds = 30;
    private static readonly string[] Numbers = ["lncoins", "idp", "lpi", "fmde", "physlm", "disea"];
    private static readonly string[] Codes = ["good", "fair", "poor"];

    /// <summary>Weights by term.</summary>
    public static IReadOnlyDictionary<string, double> Fit(IEnumerable<string> files)
    {
        var rows = files.SelectMany(Rows).ToList();
        string[] terms = ["(constant)", .. Numbers, .. Codes.Select(c => "health=" + c)];
        var weights = new double[terms.Length];
        weights[0] = Math.Log(rows.Average(r => r.Label));
        for (var round = 0; round < Rounds; round++)
        {
            var system = new double[terms.Length, terms.Length + 1];
            foreach (var (label, x) in rows)
            {
                var eta = 0.0;
                for (var j = 0; j < x.Length; j++)
                    eta += x[j] * weights[j];
                var mean = Math.Exp(eta);
                for (var j = 0; j < x.Length; j++)
                {
                    system[j, terms.Length] += (label - mean) * x[j];
                    for (var k = 0; k < x.Length; k++)
                        system[j, k] += mean * x[j] * x[k];
                }
            }
            var step = Solve(system);
            for (var j = 0; j < weights.Length; j++)
                weights[j] += step[j];
        }
        return terms.Zip(weights).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
    }

    private static IEnumerable<(double Label, double[] X)> Rows(string file)
    {
        var lines = File.ReadLines(file).ToList();
        var header = lines[0].Split(',');
        foreach (var line in lines.Skip(1))
        {
            var fields = line.Split(',');
            double Number(string name) => double.Parse(fields[Array.IndexOf(header, name)], CultureInfo.InvariantCulture);
            var health = fields[Array.IndexOf(header, "health")];
            yield return (Number("mdvis"), [1, .. Numbers.Select(Number), .. Codes.Select(c => c == health ? 1.0 : 0)]);
        }
    }

    /// <summary>Gauss and Jordan with the largest pivot of each column.</summary>
    private static double[] Solve(double[,] system)
    {
        var n = system.GetLength(0);
        for (var c = 0; c < n; c++)
        {
            var pivot = Enumerable.Range(c, n - c).MaxBy(r => Math.Abs(system[r, c]));
            for (var k = 0; k <= n; k++)
                (system[c, k], system[pivot, k]) = (system[pivot, k], system[c, k]);
            for (var r = 0; r < n; r++)
            {
                var factor = r == c ? 0 : system[r, c] / system[c, c];
                for (var k = c; k <= n && factor != 0; k++)
                    system[r, k] -= factor * system[c, k];
            }
        }
        return [.. Enumerable.Range(0, n).Select(i => system[i, n] / system[i, i])];
    }
}
