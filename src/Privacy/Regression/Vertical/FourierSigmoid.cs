using System.Runtime.CompilerServices;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>
/// σ(z) ≈ ½ + Σ c_k sin(kωz), ω = π/L, k = 1, 3, …, 2K-1, c_k = (2π/L)/sinh(π²k/L): the sigmoid as an odd wave of period 2L, within .0045 for |z| ≤ L-7 and folded back beyond. A sine of
/// a sum of two parties' angles splits into products of sines and cosines that each party makes alone, which is all that it is here for.
/// </summary>
internal sealed class FourierSigmoid
{
    private readonly double[] _amplitudes;
    private readonly double[] _primitives; // c_k/ω_k: amplitudes of the integral

    public FourierSigmoid(int halfPeriod, int terms)
    {
        (HalfPeriod, Terms) = (halfPeriod, terms);
        _amplitudes = [.. Enumerable.Range(0, terms).Select(i => 2 * Math.PI / halfPeriod / Math.Sinh(Math.PI * Math.PI * Order(i) / halfPeriod))];
        _primitives = [.. _amplitudes.Select((c, i) => c * halfPeriod / (Math.PI * Order(i)))];
    }

    /// <summary>L.</summary>
    public int HalfPeriod { get; }

    /// <summary>K.</summary>
    public int Terms { get; }

    /// <summary>L/4, the mean over a period: softplus(z) ≈ L/4 + z/2 - Σ (c_k/ω_k) cos(kωz). The waves left out average to nothing over rows.</summary>
    public double SoftplusConstant => HalfPeriod / 4.0;

    /// <summary>The approximation in the clear.</summary>
    public double Value(double z) => 0.5 + _amplitudes.Select((c, i) => c * Math.Sin(Order(i) * Math.PI * z / HalfPeriod)).Sum();

    /// <summary>The first party's 2K values per row: sines, then cosines of its angles, scaled to integers.</summary>
    public long[][] Waves(double[] angles, int bits) => Fill(angles, bits, static (_, sine, _) => sine, static (_, _, cosine) => cosine);

    /// <summary>The second party's factors for <see cref="Waves"/>: the inner product of both is 2^(sum of bits)·(σ(z) - ½).</summary>
    public long[][] SigmoidFactors(double[] angles, int bits)
        => Fill(angles, bits, (i, _, cosine) => _amplitudes[i] * cosine, (i, sine, _) => _amplitudes[i] * sine);

    /// <summary>As above with the inner product Σ (c_k/ω_k) cos(kωz), what softplus lacks.</summary>
    public long[][] SoftplusFactors(double[] angles, int bits)
        => Fill(angles, bits, (i, sine, _) => -_primitives[i] * sine, (i, _, cosine) => _primitives[i] * cosine);

    private static int Order(int index) => (2 * index) + 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private long[][] Fill(double[] angles, int bits, Func<int, double, double, double> first, Func<int, double, double, double> second)
    {
        var columns = new long[2 * Terms][];
        for (var c = 0; c < columns.Length; c++)
            columns[c] = new long[angles.Length];
        var scale = Math.ScaleB(1, bits);
        for (var row = 0; row < angles.Length; row++)
        {
            for (var i = 0; i < Terms; i++)
            {
                var (sine, cosine) = Math.SinCos(Order(i) * angles[row]);
                columns[i][row] = (long)Math.Round(first(i, sine, cosine) * scale);
                columns[Terms + i][row] = (long)Math.Round(second(i, sine, cosine) * scale);
            }
        }

        return columns;
    }
}
