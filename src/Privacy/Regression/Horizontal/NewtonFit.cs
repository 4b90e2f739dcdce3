namespace DataSpace.Privacy.Regression.Horizontal;

/// <summary>The sums of all owners in one round, decoded.</summary>
internal sealed record OpenedRound(long Rows, double HalfDeviance, double[] Gradient, double[,] Hessian)
{
    /// <summary>From the ring: two's complement, and so many binary digits after the point.</summary>
    public static OpenedRound Of(HorizontalDesign design, ReadOnlySpan<UInt128> sums)
    {
        var (width, at) = (design.Width, HorizontalDesign.Head);
        var gradient = new double[width];
        var hessian = new double[width, width];
        for (var j = 0; j < width; j++)
            gradient[j] = Number(sums[at++], design.FractionBits);
        for (var j = 0; j < width; j++)
        {
            for (var k = j; k < width; k++)
                hessian[j, k] = hessian[k, j] = Number(sums[at++], design.FractionBits);
        }
        return new OpenedRound((long)(Int128)sums[2], Number(sums[3], design.FractionBits), gradient, hessian);
    }

    private static double Number(UInt128 value, int fractionBits) => Math.ScaleB((double)(Int128)value, -fractionBits);
}

/// <summary>
/// The analyst's arithmetic: from the opened sums of one round the weights of the next. Ridge Newton by Cholesky; where the penalised deviance did not fall, half of the step is tried; a step that
/// would leave the public box is shortened. A fixed number of rounds whatever happens: what goes wrong is kept and told at the end, with weights 0 in between.
/// </summary>
internal sealed class NewtonFit(HorizontalDesign design)
{
    private const double Converged = 1e-6;
    private double[] _weights = new double[design.Width];
    private double[]? _best;
    private double _bestObjective;
    private OpenedRound? _bestRound;
    private double _nullHalf;
    private double _labelSum;

    /// <summary>Weights at which the next sums are due.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>Rounds that were taken.</summary>
    public int Round { get; private set; }

    /// <summary>Why there is no model, or null.</summary>
    public Kernel.Results.DsError? Failure { get; private set; }

    /// <summary>The last Newton step, in scaled units.</summary>
    public double LastStep { get; private set; } = double.PositiveInfinity;

    public bool IsOver => Round == design.Rounds;

    /// <summary>The fitted weights in scaled units and the round that they follow from; only when all rounds are over and nothing failed.</summary>
    public (double[] Weights, OpenedRound At, double NullHalfDeviance, bool HasConverged) Fitted => (_weights, _bestRound!, _nullHalf, LastStep <= Converged);

    /// <summary>Sum of scaled labels, known from the first round.</summary>
    public double LabelSum => _labelSum;

    /// <summary>Nothing can be made of the sums any more.</summary>
    public void Fail(Kernel.Results.DsError why)
    {
        Failure ??= why;
        Round++;
        _weights = new double[design.Width];
    }

    /// <summary>Takes one round's sums.</summary>
    public void Take(OpenedRound round)
    {
        if (Failure is not null)
        {
            Fail(Failure);
            return;
        }
        Round++;
        if (Round == 1 && Begin(round))
            return;
        if (Round == 2 && design.Intercept)
            _nullHalf = round.HalfDeviance;
        var objective = round.HalfDeviance + Penalty(_weights);
        if (_best is null || objective <= _bestObjective + (1e-12 * Math.Abs(_bestObjective)))
        {
            (_best, _bestObjective, _bestRound) = (_weights, objective, round);
            Step(round);
            return;
        }
        // The step was too long: between where it was good and here.
        _weights = IsOver ? _best : [.. _best.Zip(_weights, (a, b) => (a + b) / 2)];
        if (IsOver)
            LastStep = double.PositiveInfinity;
    }

    /// <summary>The first round is at weights 0. Its gradient tells the labels' mean, with which the constant alone is the next.</summary>
    private bool Begin(OpenedRound round)
    {
        _nullHalf = round.HalfDeviance;
        if (!design.Intercept)
            return false;
        var mean = round.Gradient[0] / round.Rows;
        _labelSum = round.Gradient[0];
        if (design.Model == HorizontalModel.Linear)
        {
            _nullHalf = round.HalfDeviance - (round.Rows * mean * mean / 2);
            return false;
        }
        mean += design.Model == HorizontalModel.Logistic ? 0.5 : 1;
        if (mean <= 0 || (design.Model == HorizontalModel.Logistic && mean >= 1))
        {
            Failure = HorizontalErrors.LabelConstant.Of();
            return true;
        }
        _weights = new double[design.Width];
        _weights[0] = design.Model == HorizontalModel.Logistic ? Math.Log(mean / (1 - mean)) : Math.Log(mean);
        return true;
    }

    private void Step(OpenedRound round)
    {
        var (penalised, slope) = (Penalised(design, round.Hessian), new double[design.Width]);
        for (var j = 0; j < slope.Length; j++)
            slope[j] = round.Gradient[j] - (RidgeOf(design, j) * _weights[j]);
        if (Cholesky.Of(penalised) is not { } solver)
        {
            Failure = HorizontalErrors.Singular.Of();
            _weights = new double[design.Width];
            return;
        }
        var step = solver.Solve(slope);
        LastStep = step.Max(Math.Abs);
        var share = 1.0;
        var next = Moved(step, share);
        // Least squares are not evaluated again: no box.
        while (design.Model != HorizontalModel.Linear && !IsInside(next) && share > 1e-9)
            next = Moved(step, share /= 2);
        if (share < 1)
            LastStep = double.PositiveInfinity;
        _weights = next;
        if (design.Model == HorizontalModel.Linear)
            LastStep = 0;
    }

    private double[] Moved(double[] step, double share) => [.. _weights.Zip(step, (w, s) => w + (share * s))];

    private bool IsInside(double[] weights) => HorizontalOwner.Problem(design, int.MaxValue, weights) is null;

    private double Penalty(ReadOnlySpan<double> weights)
    {
        double sum = 0;
        for (var j = 0; j < weights.Length; j++)
            sum += RidgeOf(design, j) * weights[j] * weights[j] / 2;
        return sum;
    }

    /// <summary>The constant is not shrunk.</summary>
    internal static double RidgeOf(HorizontalDesign design, int weight) => design.Intercept && weight == 0 ? 0 : design.Ridge;

    internal static double[,] Penalised(HorizontalDesign design, double[,] hessian)
    {
        var matrix = (double[,])hessian.Clone();
        for (var j = 0; j < design.Width; j++)
            matrix[j, j] += RidgeOf(design, j);
        return matrix;
    }
}
