using System.Globalization;

namespace DataSpace.Privacy.Tests.Regression.Vertical;

/// <summary>Real tables as columns of numbers, and the exact answer to compare with.</summary>
internal sealed record Tables(double[][] Columns, double[] Labels)
{
    public int Rows => Labels.Length;

    /// <summary>569 rows, 30 columns.</summary>
    public static Tables Wdbc()
    {
        var (_, rows) = Read("wdbc.csv");
        return new Tables([.. Enumerable.Range(0, 30).Select(j => rows.Select(row => Number(row[j])).ToArray())], [.. rows.Select(row => Number(row[30]))]);
    }

    /// <summary>1,000 rows; categories as columns of 0 and 1, the first of each left out.</summary>
    public static Tables German()
    {
        var (names, rows) = Read("german_credit.csv");
        var columns = new List<double[]>();
        for (var j = 0; j < names.Length - 1; j++)
        {
            var column = j;
            if (rows.All(row => double.TryParse(row[column], CultureInfo.InvariantCulture, out _)))
                columns.Add([.. rows.Select(row => Number(row[column]))]);
            else
                columns.AddRange(rows.Select(row => row[column]).Distinct().Order(StringComparer.Ordinal).Skip(1).Select(level => rows.Select(row => row[column] == level ? 1.0 : 0.0).ToArray()));
        }

        return new Tables([.. columns], [.. rows.Select(row => row[^1] == "good" ? 1.0 : 0.0)]);
    }

    /// <summary>Which columns the first party holds, for the four splits of the accuracy tests.</summary>
    public (int[] First, int[] Second) Split(string name)
    {
        var all = Enumerable.Range(0, Columns.Length).ToArray();
        var first = name switch
        {
            "halves" => all[..(all.Length / 2)],
            "odd-even" => [.. all.Where(j => j % 2 == 0)],
            "few" => [.. all.Where(j => j * 7 % all.Length % 6 == 1)],
            _ => all[^3..],
        };
        return (first, [.. all.Except(first)]);
    }

    /// <summary>The ridge fit of standardised columns: weights, intercept last.</summary>
    public double[] LeastSquares(double ridge)
    {
        var columns = Columns.Select(Standard).Append([.. Enumerable.Repeat(1.0, Rows)]).ToArray();
        var (gram, side) = (new double[columns.Length, columns.Length], new double[columns.Length]);
        for (var i = 0; i < columns.Length; i++)
        {
            side[i] = columns[i].Zip(Labels, (x, y) => x * y).Sum();
            for (var j = 0; j <= i; j++)
                gram[i, j] = gram[j, i] = columns[i].Zip(columns[j], (x, y) => x * y).Sum() + (i == j && i < Columns.Length ? ridge : 0);
        }

        return Solve(gram, side);
    }

    /// <summary>Mean squared error of weights as above with the ridge's penalty.</summary>
    public double SquaredError(double[] weights, double ridge)
    {
        var columns = Columns.Select(Standard).Append([.. Enumerable.Repeat(1.0, Rows)]).ToArray();
        var squares = Enumerable.Range(0, Rows).Sum(row => Math.Pow(Labels[row] - Score(columns, weights, row), 2));
        return (squares + (ridge * weights.SkipLast(1).Sum(w => w * w))) / Rows;
    }

    /// <summary>The penalised fit of standardised columns by Newton's method: weights, intercept last, and mean log-loss.</summary>
    public (double[] Weights, double Loss) Exact(double ridge)
    {
        var columns = Columns.Select(Standard).Append([.. Enumerable.Repeat(1.0, Rows)]).ToArray();
        var weights = new double[columns.Length];
        for (var round = 0; round < 40; round++)
        {
            var gradient = new double[columns.Length];
            var hessian = new double[columns.Length, columns.Length];
            for (var row = 0; row < Rows; row++)
            {
                var p = 1 / (1 + Math.Exp(-Score(columns, weights, row)));
                for (var i = 0; i < columns.Length; i++)
                {
                    gradient[i] += columns[i][row] * (p - Labels[row]);
                    for (var j = 0; j <= i; j++)
                        hessian[i, j] += columns[i][row] * columns[j][row] * p * (1 - p);
                }
            }

            for (var i = 0; i < columns.Length - 1; i++)
            {
                gradient[i] += ridge * weights[i];
                hessian[i, i] += ridge;
            }

            var step = Solve(hessian, gradient);
            for (var i = 0; i < weights.Length; i++)
                weights[i] -= step[i];
            if (step.Max(Math.Abs) < 1e-10)
                break;
        }

        return (weights, Loss(weights));
    }

    /// <summary>Mean log-loss of weights of standardised columns, intercept last.</summary>
    public double Loss(double[] weights)
    {
        var columns = Columns.Select(Standard).Append([.. Enumerable.Repeat(1.0, Rows)]).ToArray();
        return Enumerable.Range(0, Rows).Average(row =>
        {
            var z = Score(columns, weights, row);
            return Math.Max(z, 0) + Math.Log(1 + Math.Exp(-Math.Abs(z))) - (Labels[row] * z);
        });
    }

    private static double Score(double[][] columns, double[] weights, int row)
    {
        var sum = 0.0;
        for (var j = 0; j < columns.Length; j++)
            sum += columns[j][row] * weights[j];
        return sum;
    }

    private static double[] Standard(double[] column)
    {
        var mean = column.Average();
        var deviation = Math.Sqrt(column.Average(value => (value - mean) * (value - mean)));
        return Array.ConvertAll(column, value => (value - mean) / deviation);
    }

    /// <summary>Cholesky; reads the lower triangle.</summary>
    private static double[] Solve(double[,] matrix, double[] right)
    {
        var n = right.Length;
        var l = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = matrix[i, j];
                for (var k = 0; k < j; k++)
                    sum -= l[i, k] * l[j, k];
                l[i, j] = i == j ? Math.Sqrt(sum) : sum / l[j, j];
            }
        }

        var x = (double[])right.Clone();
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++)
                x[i] -= l[i, k] * x[k];
            x[i] /= l[i, i];
        }

        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++)
                x[i] -= l[k, i] * x[k];
            x[i] /= l[i, i];
        }

        return x;
    }

    private static (string[] Names, List<string[]> Rows) Read(string file)
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "regression", file));
        return (lines[0].Split(','), [.. lines.Skip(1).Where(line => line.Length > 0).Select(line => line.Split(','))]);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
