using System.Runtime.CompilerServices;
using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Regression.Vertical.Linear;

/// <summary>
/// One party's columns, whitened by itself: standardised to X, M = XᵀX + λI = V S Vᵀ, Q = X·V·S^(-½). Then QᵀQ ≤ I, and with u = S^½·Vᵀ·w the system of both blocks is [I K; Kᵀ I] with K = Q₁ᵀQ₂ of norm below 1.
/// As integers with 42 fraction bits. Columns have mean 0, so the intercept is the label's mean, which its owner knows.
/// </summary>
internal sealed class LinearBlock
{
    private readonly double[] _means, _deviations;
    private readonly double[,] _back; // V·S^(-½)

    private LinearBlock(double[] means, double[] deviations, double[,] back, long[][] columns)
        => (_means, _deviations, _back, Columns) = (means, deviations, back, columns);

    /// <summary>Q, a vector of n integers per column.</summary>
    public long[][] Columns { get; }

    /// <summary>Standardises and whitens.</summary>
    /// <param name="features">A column each, n rows.</param>
    /// <param name="terms">Agreed beforehand.</param>
    /// <param name="isFirst">Whose columns they are.</param>
    /// <returns>DS-PRV-240, 242 or 245.</returns>
    public static Result<LinearBlock> Of(IReadOnlyList<double[]> features, LinearTerms terms, bool isFirst)
    {
        if (features.Count != (isFirst ? terms.FirstFeatures : terms.SecondFeatures) || features.Any(column => column.Length != terms.Rows))
            return VerticalErrors.TermsInvalid.Of("columns");
        if (!OwnBlock.Standardise(features).TryGet(out var standard, out var error))
            return error;
        var columns = standard.Columns;
        var eigen = SymmetricEigen.Of(Gram(columns, terms.Ridge));
        var back = (double[,])eigen.Vectors.Clone();
        for (var i = 0; i < columns.Length; i++)
        {
            for (var j = 0; j < columns.Length; j++)
                back[i, j] /= Math.Sqrt(eigen.Values[j]);
        }

        return new LinearBlock(standard.Means, standard.Deviations, back, [.. Enumerable.Range(0, columns.Length).Select(j => Whole(columns, back, j))]);
    }

    /// <summary>The label without its mean as integers, of norm at most 1; DS-PRV-244 or 245.</summary>
    public static Result<(long[] Values, double Mean)> Label(double[] labels, LinearTerms terms)
    {
        if (labels.Length != terms.Rows || !labels.All(double.IsFinite) || labels.Any(label => label < terms.LabelMin || label > terms.LabelMax))
            return VerticalErrors.ValueInvalid.Of();
        if (labels.All(label => label == labels[0]))
            return VerticalErrors.ConstantLabel.Of();
        var (mean, scale) = (labels.Average(), Math.ScaleB(1 / (terms.HalfRange * Math.Sqrt(terms.Rows)), LinearTerms.Bits));
        return (Array.ConvertAll(labels, label => (long)Math.Round((label - mean) * scale)), mean);
    }

    /// <summary>From u of this block to weights: of standardised columns, and of columns as they are, with the share of the intercept that belongs to this block.</summary>
    /// <param name="opened">u, as a fraction of <paramref name="scale"/>.</param>
    /// <param name="scale">Half the label's range times √n.</param>
    /// <param name="intercept">The label's mean at its owner, else 0.</param>
    public VerticalWeights Weights(double[] opened, double scale, double intercept)
    {
        var standard = new double[opened.Length];
        for (var i = 0; i < opened.Length; i++)
        {
            for (var j = 0; j < opened.Length; j++)
                standard[i] += _back[i, j] * opened[j] * scale;
        }

        var raw = standard.Select((weight, j) => weight / _deviations[j]).ToArray();
        return new VerticalWeights(raw, intercept - raw.Select((weight, j) => weight * _means[j]).Sum(), standard, intercept);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
                gram[i, j] = gram[j, i] = sum + (i == j ? ridge : 0);
            }
        }

        return gram;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long[] Whole(double[][] columns, double[,] back, int column)
    {
        var whole = new long[columns[0].Length];
        for (var row = 0; row < whole.Length; row++)
        {
            var sum = 0.0;
            for (var k = 0; k < columns.Length; k++)
                sum += columns[k][row] * back[k, column];
            whole[row] = (long)Math.Round(Math.ScaleB(sum, LinearTerms.Bits));
        }

        return whole;
    }
}
