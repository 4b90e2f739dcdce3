using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>
/// One party's columns, whitened by itself: standardised to X, M = XᵀX/4 + λI = V S Vᵀ, Q = X·G with G = V·S^(-½)·2^((m-1)/2), so that w = G·v and the Hessian of both blocks in v is at most 2^m·I. The ridge is
/// diagonal there, D_j = λ·2^(m-1)/s_j, and stands in rows behind the data, one per column of either party. All as integers.
/// </summary>
internal sealed class OwnBlock
{
    private readonly double[] _means, _deviations;
    private readonly double[,] _back; // G, intercept left out
    private readonly double _interceptScale;
    private readonly bool _intercept;

    private OwnBlock(double[] means, double[] deviations, double[,] back, double interceptScale, bool intercept, long[][] columns)
    {
        (_means, _deviations, _back, _interceptScale, _intercept) = (means, deviations, back, interceptScale, intercept);
        Columns = columns;
    }

    /// <summary>Q with the ridge's rows, a vector of n + d integers per column; the intercept is the first where there is one.</summary>
    public long[][] Columns { get; }

    /// <summary>Standardises and whitens.</summary>
    /// <param name="features">A column each, n rows.</param>
    /// <param name="terms">Agreed beforehand.</param>
    /// <param name="isFirst">The first party's block has the intercept.</param>
    /// <returns>DS-PRV-240, 242 or 245.</returns>
    public static Result<OwnBlock> Of(IReadOnlyList<double[]> features, VerticalTerms terms, bool isFirst)
    {
        if (features.Count != (isFirst ? terms.FirstFeatures : terms.SecondFeatures) || features.Any(column => column.Length != terms.Rows))
            return VerticalErrors.TermsInvalid.Of("columns");
        if (!Standardise(features).TryGet(out var standardised, out var error))
            return error;
        var (standard, means, deviations) = (standardised.Columns, standardised.Means, standardised.Deviations);
        var eigen = SymmetricEigen.Of(Gram(standard, terms.Ridge));
        var scale = Math.Pow(2, (terms.StepBits - 1) / 2.0);
        var back = (double[,])eigen.Vectors.Clone();
        for (var i = 0; i < means.Length; i++)
        {
            for (var j = 0; j < means.Length; j++)
                back[i, j] *= scale / Math.Sqrt(eigen.Values[j]);
        }

        var interceptScale = scale / Math.Sqrt(terms.Rows / 4.0);
        var place = terms.Rows + (isFirst ? 1 : terms.FirstColumns);
        var columns = new List<long[]>();
        if (isFirst)
            columns.Add(Whole(terms, _ => interceptScale, -1, 0));
        for (var j = 0; j < means.Length; j++)
        {
            var column = j;
            columns.Add(Whole(terms, row => Dot(standard, back, row, column), place + j, terms.Ridge * Math.ScaleB(1, terms.StepBits - 1) / eigen.Values[j]));
        }

        return new OwnBlock(means, deviations, back, interceptScale, isFirst, [.. columns]);
    }

    /// <summary>Columns with mean 0 and deviation 1; DS-PRV-242 or 245.</summary>
    internal static Result<(double[][] Columns, double[] Means, double[] Deviations)> Standardise(IReadOnlyList<double[]> features)
    {
        if (features.Any(column => !column.All(double.IsFinite)))
            return VerticalErrors.ValueInvalid.Of();
        var means = features.Select(column => column.Average()).ToArray();
        var deviations = features.Select((column, j) => Math.Sqrt(column.Average(value => (value - means[j]) * (value - means[j])))).ToArray();
        if (Enumerable.Range(0, means.Length).Any(j => !(deviations[j] > 1e-9 * Math.Max(1e-300, Math.Abs(means[j])))))
            return VerticalErrors.ConstantColumn.Of();
        return (features.Select((column, j) => Array.ConvertAll(column, value => (value - means[j]) / deviations[j])).ToArray(), means, deviations);
    }

    /// <summary>From v of this block to weights: of standardised columns, and of columns as they are, with the share of the intercept that belongs to this block.</summary>
    public VerticalWeights Weights(double[] opened)
    {
        var own = _intercept ? opened[1..] : opened;
        var standard = new double[own.Length];
        for (var i = 0; i < own.Length; i++)
        {
            for (var j = 0; j < own.Length; j++)
                standard[i] += _back[i, j] * own[j];
        }

        var raw = standard.Select((weight, j) => weight / _deviations[j]).ToArray();
        var intercept = _intercept ? opened[0] * _interceptScale : 0;
        return new VerticalWeights(raw, intercept - raw.Select((weight, j) => weight * _means[j]).Sum(), standard, intercept);
    }

    private static double[,] Gram(double[][] columns, double ridge)
    {
        var gram = new double[columns.Length, columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = 0.0;
                for (var row = 0; row < columns[i].Length; row++)
                    sum += columns[i][row] * columns[j][row];
                gram[i, j] = gram[j, i] = (sum / 4) + (i == j ? ridge : 0);
            }
        }

        return gram;
    }

    private static double Dot(double[][] columns, double[,] back, int row, int column)
    {
        var sum = 0.0;
        for (var k = 0; k < columns.Length; k++)
            sum += columns[k][row] * back[k, column];
        return sum;
    }

    private static long[] Whole(VerticalTerms terms, Func<int, double> value, int ridgeRow, double ridge)
    {
        var column = new long[terms.Rows + terms.Columns];
        for (var row = 0; row < terms.Rows; row++)
            column[row] = (long)Math.Round(Math.ScaleB(value(row), VerticalTerms.ColumnBits));
        if (ridgeRow >= 0)
            column[ridgeRow] = (long)Math.Round(Math.ScaleB(ridge, VerticalTerms.ColumnBits + WavePair.Descent.Bits - VerticalTerms.WeightBits));
        return column;
    }
}

/// <summary>One owner's part of a model; the score of a row is the sum of both parts.</summary>
/// <param name="Weights">Per column as it is, in the order of the columns.</param>
/// <param name="Offset">This part's constant.</param>
/// <param name="StandardWeights">Per standardised column.</param>
/// <param name="StandardIntercept">Intercept of standardised columns; 0 at the second party.</param>
public sealed record VerticalWeights(IReadOnlyList<double> Weights, double Offset, IReadOnlyList<double> StandardWeights, double StandardIntercept);
