using System.Runtime.CompilerServices;

namespace DataSpace.Privacy.Regression.Vertical.Linear;

/// <summary>Products of matrices of one party's own shares, row by row: the parts of shared products that need nobody else. No fraction bits are cut off here.</summary>
internal static class LinearShares
{
    /// <summary>AᵀB; both have <paramref name="size"/> columns.</summary>
    public static ShareVector TurnedTimes(ShareVector a, ShareVector b, int size)
        => Product(a, b, size, size, a.Length / size, size, (k, i) => (k * size) + i, (k, j) => (k * size) + j);

    /// <summary>Aᵀv.</summary>
    public static ShareVector Down(ShareVector a, ShareVector v, int size)
        => Product(a, v, size, 1, a.Length / size, size, (k, i) => (k * size) + i, (k, _) => k);

    /// <summary>A v.</summary>
    public static ShareVector Across(ShareVector a, ShareVector v, int size)
        => Product(a, v, a.Length / size, 1, size, size, (k, i) => (i * size) + k, (k, _) => k);

    /// <summary>Transposes a matrix of so many columns.</summary>
    public static ShareVector Turn(ShareVector a, int size)
    {
        var rows = a.Length / size;
        return a.Ordered(a.Length, at => (at % rows * size) + (at / rows));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ShareVector Product(ShareVector a, ShareVector b, int rows, int columns, int inner, int size, Func<int, int, int> ofA, Func<int, int, int> ofB)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(a.Length % size, 0);
        return ShareVector.FromResidues(a.Ring, which =>
        {
            var (left, right, product) = (a.Residues(which), b.Residues(which), new ulong[rows * columns]);
            for (var i = 0; i < rows; i++)
            {
                for (var j = 0; j < columns; j++)
                {
                    UInt128 sum = 0;
                    for (var k = 0; k < inner; k++)
                        sum += Math.BigMul(left[ofA(k, i)], right[ofB(k, j)]);
                    product[(i * columns) + j] = (ulong)(sum % a.Ring.Moduli[which]);
                }
            }

            return product;
        });
    }
}
