namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>
/// Eigenvalues and eigenvectors of a small symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations, section 8.5).
/// Rotations go on until every element off the diagonal vanishes beside the diagonal.
/// </summary>
/// <param name="Values">Eigenvalues s, in no order.</param>
/// <param name="Vectors">V; column j belongs to value j, and VᵀV = I.</param>
internal sealed record SymmetricEigen(double[] Values, double[,] Vectors)
{
    private const int MostSweeps = 60;

    /// <param name="matrix">Square and symmetric; left as it is.</param>
    public static SymmetricEigen Of(double[,] matrix)
    {
        var size = matrix.GetLength(0);
        var (a, v) = ((double[,])matrix.Clone(), new double[size, size]);
        for (var i = 0; i < size; i++)
            v[i, i] = 1;
        for (var sweep = 0; sweep < MostSweeps && Sweep(a, v); sweep++)
        {
        }

        return new SymmetricEigen([.. Enumerable.Range(0, size).Select(i => a[i, i])], v);
    }

    private static bool Sweep(double[,] a, double[,] v)
    {
        var turned = false;
        for (var p = 0; p < a.GetLength(0); p++)
        {
            for (var q = p + 1; q < a.GetLength(0); q++)
            {
                if (Math.Abs(a[p, q]) <= 1e-17 * Math.Sqrt(Math.Abs(a[p, p] * a[q, q])) || a[p, q] == 0)
                    continue;
                Rotate(a, v, p, q);
                turned = true;
            }
        }

        return turned;
    }

    private static void Rotate(double[,] a, double[,] v, int p, int q)
    {
        var theta = (a[q, q] - a[p, p]) / (2 * a[p, q]);
        var t = (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1));
        var c = 1 / Math.Sqrt((t * t) + 1);
        var s = t * c;
        for (var k = 0; k < a.GetLength(0); k++)
            (a[k, p], a[k, q]) = ((c * a[k, p]) - (s * a[k, q]), (s * a[k, p]) + (c * a[k, q]));
        for (var k = 0; k < a.GetLength(0); k++)
        {
            (a[p, k], a[q, k]) = ((c * a[p, k]) - (s * a[q, k]), (s * a[p, k]) + (c * a[q, k]));
            (v[k, p], v[k, q]) = ((c * v[k, p]) - (s * v[k, q]), (s * v[k, p]) + (c * v[k, q]));
        }

        (a[p, q], a[q, p]) = (0, 0);
    }
}
