namespace DataSpace.Privacy.Regression.Horizontal;

/// <summary>One weight of a model, in the units of its column.</summary>
/// <param name="Name">Column, column=code, or <see cref="FittedModel.Constant"/>.</param>
/// <param name="Value">Change of the label (or of its log odds, or of the logarithm of its mean) per unit of the column.</param>
/// <param name="StandardError">Of the estimate, by the Hessian; with a ridge by the sandwich around the shrunk value.</param>
public sealed record FittedWeight(string Name, double Value, double StandardError);

/// <summary>What the analyst gets: weights, and how well they fit.</summary>
/// <param name="Weights">In the order of the design, the constant first.</param>
/// <param name="Rows">Rows of all owners.</param>
/// <param name="Deviance">Least squares: sum of squared residuals in the label's units. Else twice the log-likelihood's distance from the saturated model's.</param>
/// <param name="NullDeviance">The same of the constant alone (without one: of weights 0).</param>
/// <param name="LastStep">The last Newton step before the weights, largest change in scaled units; 0 for least squares.</param>
/// <param name="HasConverged">That step was at most 10^-6.</param>
/// <param name="RoundsTaken">Rounds.</param>
public sealed record FittedModel(
    IReadOnlyList<FittedWeight> Weights, long Rows, double Deviance, double NullDeviance, double LastStep, bool HasConverged, int RoundsTaken)
{
    /// <summary>Name of the constant's weight.</summary>
    public const string Constant = "(constant)";

    /// <summary>From scaled weights back to the columns' units: value and covariance pass through one linear map.</summary>
    internal static FittedModel Of(HorizontalDesign design, NewtonFit fit)
    {
        var (scaled, at, nullHalf, converged) = fit.Fitted;
        var linear = design.Model == HorizontalModel.Linear;
        var half = at.HalfDeviance - (linear ? Explained(at, scaled) : 0);
        var (labelCentre, labelHalf) = linear ? Units(design, design.Label) : (0, 1);
        var covariance = Covariance(design, at.Hessian);
        var noise = linear ? 2 * half / Math.Max(1, at.Rows - design.Width) : 1;
        var map = Map(design, labelHalf);
        var names = (design.Intercept ? [Constant] : Array.Empty<string>()).Concat(design.Features.SelectMany(f => f.Codes?.Select(c => f.Name + "=" + c) ?? [f.Name])).ToList();
        var weights = new List<FittedWeight>(names.Count);
        for (var i = 0; i < names.Count; i++)
        {
            double value = design.Intercept && i == 0 ? labelCentre : 0, variance = 0;
            for (var j = 0; j < names.Count; j++)
            {
                value += map[i, j] * scaled[j];
                for (var k = 0; k < names.Count; k++)
                    variance += map[i, j] * covariance[j, k] * map[i, k];
            }
            weights.Add(new FittedWeight(names[i], value, Math.Sqrt(Math.Max(0, variance * noise))));
        }
        return new FittedModel(weights, at.Rows, 2 * half * labelHalf * labelHalf, 2 * nullHalf * labelHalf * labelHalf, fit.LastStep, converged, fit.Round);
    }

    /// <summary>Least squares at weights 0: Σy²/2 − (g'w − w'Hw/2) is half the residuals' squares.</summary>
    private static double Explained(OpenedRound at, double[] weights)
    {
        double sum = 0;
        for (var j = 0; j < weights.Length; j++)
        {
            sum += at.Gradient[j] * weights[j];
            for (var k = 0; k < weights.Length; k++)
                sum -= weights[j] * at.Hessian[j, k] * weights[k] / 2;
        }
        return sum;
    }

    private static double[,] Covariance(HorizontalDesign design, double[,] hessian)
    {
        var n = design.Width;
        var solver = Cholesky.Of(NewtonFit.Penalised(design, hessian))!;
        var inverse = new double[n, n];
        for (var j = 0; j < n; j++)
        {
            var unit = new double[n];
            unit[j] = 1;
            var column = solver.Solve(unit);
            for (var i = 0; i < n; i++)
                inverse[i, j] = column[i];
        }
        return design.Ridge == 0 ? inverse : Product(Product(inverse, hessian), inverse);
    }

    private static double[,] Product(double[,] a, double[,] b)
    {
        var n = a.GetLength(0);
        var c = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < n; k++)
            {
                for (var j = 0; j < n; j++)
                    c[i, j] += a[i, k] * b[k, j];
            }
        }
        return c;
    }

    private static double[,] Map(HorizontalDesign design, double labelHalf)
    {
        var map = new double[design.Width, design.Width];
        var at = 0;
        if (design.Intercept)
            map[at, at++] = labelHalf;
        foreach (var feature in design.Features)
        {
            var (centre, half) = Units(design, feature);
            for (var i = 0; i < feature.Width; i++, at++)
            {
                map[at, at] = labelHalf / half;
                if (design.Intercept)
                    map[0, at] = -labelHalf * centre / half;
            }
        }
        return map;
    }

    private static (double Centre, double Half) Units(HorizontalDesign design, BoundedColumn column)
    {
        var (centre, half) = design.ScaleOf(column);
        var power = Math.Pow(10, column.Decimals);
        return (centre / power, half / power);
    }
}
