using System.Diagnostics;
using System.Security.Cryptography;
using DataSpace.Privacy.Intersection.Curve;

namespace DataSpace.Privacy.Tests.Intersection.Curve;

/// <summary>
/// Whether the time of a multiplication tells its scalar (Reparaz, Balasch, Verbauwhede: "Dude, is my code constant time?", 2017): one fixed scalar against fresh ones, in an order drawn
/// at random, and Welch's t between the two classes below the pooled 90th percentile. No time is asserted: whatever else the machine does meets both classes alike.
/// </summary>
public sealed class ConstantTimeTests
{
    /// <summary>Ten times as many find smaller leaks, on a quiet machine.</summary>
    private static readonly int Samples = Environment.GetEnvironmentVariable(CurvePathTests.FullSwitch) is null ? 4_000 : 40_000;

    /// <summary>By chance |t| is above it once in 500 million rounds; a leak shows in every round.</summary>
    private const double Suspicious = 6;
    private const int Rounds = 3;
    private const int TopBit = 254;

    public static TheoryData<string> PathNames => CurveVectors.PathNames;

    [Theory]
    [MemberData(nameof(PathNames))]
    public void Time_does_not_tell_the_scalar(string name)
    {
        var path = CurveVectors.Path(name);
        var product = new byte[Curve25519.PointBytes];
        var least = Least((scalar, point) => path.Multiply(scalar, point, product));
        Assert.True(least < Suspicious, $"|t| is at least {least:F1} in {Rounds} rounds of {Samples} products");
    }

    /// <summary>The attacker's control: a ladder that begins at the scalar's own highest bit, as a careless one would.</summary>
    [Fact]
    public void A_ladder_as_long_as_its_scalar_is_found_out()
    {
        var least = Least((scalar, point) =>
        {
            var top = TopBit;
            while (top > 0 && ((scalar[top >> 3] >> (top & 7)) & 1) == 0)
                top--;
            Field4.Load(point, out var x);
            Montgomery<Field4>.Ladder(scalar, top, x, out _, out _);
        }, Field4.Lanes);
        Assert.True(least > Suspicious, $"|t| is {least:F1}");
    }

    /// <summary>The least |t| of several rounds.</summary>
    private static double Least(Action<byte[], byte[]> multiply, int lanes = 1)
    {
        var point = RandomNumberGenerator.GetBytes(lanes * Curve25519.PointBytes);
        for (var i = Curve25519.PointBytes - 1; i < point.Length; i += Curve25519.PointBytes)
            point[i] &= 0x7f;
        var least = double.MaxValue;
        for (var round = 0; round < Rounds && least >= Suspicious; round++)
            least = Math.Min(least, Math.Abs(Round(multiply, point)));
        return least;
    }

    private static double Round(Action<byte[], byte[]> multiply, byte[] point)
    {
        var few = new byte[Curve25519.ScalarBytes]; // one bit set, far down
        few[0] = 8;
        var (times, isFew, scalar) = (new long[Samples], RandomNumberGenerator.GetBytes(Samples), new byte[Curve25519.ScalarBytes]);
        for (var i = -100; i < Samples; i++)
        {
            // Both classes draw and copy, so that nothing but the scalar differs.
            var drawn = RandomNumberGenerator.GetBytes(Curve25519.ScalarBytes);
            (drawn[0], drawn[31]) = ((byte)(drawn[0] & 0xf8), (byte)(drawn[31] & 0x7f));
            (i >= 0 && (isFew[i] & 1) == 1 ? few : drawn).CopyTo(scalar, 0);
            var start = Stopwatch.GetTimestamp();
            multiply(scalar, point);
            if (i >= 0)
                times[i] = Stopwatch.GetTimestamp() - start;
        }

        var limit = times.Order().ElementAt(Samples * 9 / 10);
        return Welch(Class(1), Class(0));

        double[] Class(int bit) => [.. Enumerable.Range(0, Samples).Where(i => (isFew[i] & 1) == bit && times[i] <= limit).Select(i => (double)times[i])];
    }

    private static double Welch(double[] a, double[] b)
    {
        static (double Mean, double Share) Of(double[] values)
        {
            var mean = values.Average();
            return (mean, values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1) / values.Length);
        }

        var (first, second) = (Of(a), Of(b));
        return (first.Mean - second.Mean) / Math.Sqrt(first.Share + second.Share);
    }
}
