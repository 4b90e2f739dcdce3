namespace DataSpace.Privacy.Regression.Horizontal;

/// <summary>A symmetric positive definite system, by Cholesky's decomposition. Null where a pivot says that it is not definite.</summary>
internal sealed class Cholesky
{
    private const double LeastPivot = 1e-12;
    private readonly double[,] _lower;

    private Cholesky(double[,] lower) => _lower = lower;

    public static Cholesky? Of(double[,] matrix)
    {
        var n = matrix.GetLength(0);
        var lower = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = matrix[i, j];
                for (var k = 0; k < j; k++)
                    sum -= lower[i, k] * lower[j, k];
                if (i != j)
                    lower[i, j] = sum / lower[j, j];
                else if (sum > LeastPivot * matrix[i, i])
                    lower[i, i] = Math.Sqrt(sum);
                else
                    return null;
            }
        }
        return new Cholesky(lower);
    }

    public double[] Solve(ReadOnlySpan<double> right)
    {
        var n = right.Length;
        var x = right.ToArray();
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++)
                x[i] -= _lower[i, k] * x[k];
            x[i] /= _lower[i, i];
        }
        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++)
                x[i] -= _lower[k, i] * x[k];
            x[i] /= _lower[i, i];
        }
        return x;
    }
}
