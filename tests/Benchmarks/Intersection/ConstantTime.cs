using System.Diagnostics;
using System.Security.Cryptography;
using DataSpace.Privacy.Intersection.Curve;

namespace DataSpace.Benchmarks.Intersection;

/// <summary>
/// Whether the ladder's time tells anything about the scalar: one fixed scalar against random ones in random order, Welch's t over times below the pooled 90th percentile.
/// |t| beyond 4.5 is what leakage looks like; a busy machine hides small effects, so run it on a quiet one.
/// </summary>
internal static class ConstantTime
{
    private const int Samples = 40_000;
    private const double Suspicious = 4.5;

    /// <summary>Every path of vector lanes, fixed scalars of few and of many ones.</summary>
    public static void Run(TextWriter output)
    {
        var sparse = new byte[Curve25519.ScalarBytes];
        var dense = Enumerable.Repeat((byte)0xff, Curve25519.ScalarBytes).ToArray();
        foreach (var (name, scalar) in ((string, byte[])[])[("few ones", sparse), ("many ones", dense)])
        {
            Measure<Field8>(output, "vector512, " + name, scalar);
            Measure<Field4>(output, "vector256, " + name, scalar);
        }
    }

    private static void Measure<TField>(TextWriter output, string name, byte[] fixedScalar)
        where TField : struct, IFieldLanes<TField>
    {
        const int topBit = 254;
        var bytes = RandomNumberGenerator.GetBytes(TField.Lanes * Curve25519.PointBytes);
        TField.Load(bytes, out var x);
        var (times, isFixed) = (new long[Samples], RandomNumberGenerator.GetBytes(Samples));
        var scalar = new byte[Curve25519.ScalarBytes];
        for (var i = -200; i < Samples; i++)
        {
            // Both classes draw and copy, so that nothing but the scalar differs.
            var random = RandomNumberGenerator.GetBytes(Curve25519.ScalarBytes);
            (i >= 0 && (isFixed[i] & 1) == 1 ? fixedScalar : random).CopyTo(scalar, 0);
            scalar[0] &= 0xf8;
            scalar[31] = (byte)((scalar[31] & 0x7f) | 0x40);
            var start = Stopwatch.GetTimestamp();
            Montgomery<TField>.Ladder(scalar, topBit, x, out _, out _);
            if (i >= 0)
                times[i] = Stopwatch.GetTimestamp() - start;
        }

        var limit = times.Order().ElementAt(Samples * 9 / 10);
        var t = Welch(Class(1), Class(0));
        Report.AtMost(output, $"|t| of {Samples:N0} ladders, {name}", Math.Abs(t), Suspicious);

        List<double> Class(int bit) => [.. Enumerable.Range(0, Samples).Where(i => (isFixed[i] & 1) == bit && times[i] <= limit).Select(i => (double)times[i])];
    }

    private static double Welch(List<double> a, List<double> b)
    {
        var (meanA, meanB) = (a.Average(), b.Average());
        return (meanA - meanB) / Math.Sqrt((Variance(a, meanA) / a.Count) + (Variance(b, meanB) / b.Count));
    }

    private static double Variance(List<double> values, double mean) => values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1);
}
