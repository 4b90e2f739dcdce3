using System.Numerics;
using DataSpace.Privacy.Intersection.Curve;

namespace DataSpace.Privacy.Tests.Intersection.Curve;

/// <summary>Field arithmetic against arbitrary-precision integers, at limbs where a split product would go wrong first.</summary>
public sealed class FieldTests
{
    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;

    [Fact]
    public void Eight_lanes() => Check<Field8>();

    [Fact]
    public void Four_lanes() => Check<Field4>();

    [Fact]
    public void One_lane() => Check<Field1>();

    private static void Check<TField>()
        where TField : struct, IFieldLanes<TField>
    {
        var values = Values();
        var random = new Random(51);
        for (var round = 0; round < 400; round++)
        {
            var a = Pick(values, random, TField.Lanes);
            var b = Pick(values, random, TField.Lanes);
            var c = Pick(values, random, TField.Lanes);
            var d = Pick(values, random, TField.Lanes);
            Load<TField>(a, out var fa);
            Load<TField>(b, out var fb);
            Load<TField>(c, out var fc);
            Load<TField>(d, out var fd);
            AssertEqual(fa, i => a[i]);
            TField.Multiply(fa, fb, out var r);
            AssertEqual(r, i => a[i] * b[i]);
            TField.Square(fa, out r);
            AssertEqual(r, i => a[i] * a[i]);
            TField.Add(fa, fb, out var sum);
            TField.Subtract(fa, fb, out var difference);
            TField.Multiply(sum, fc, out r);
            AssertEqual(r, i => (a[i] + b[i]) * c[i]);
            TField.Multiply(difference, fc, out r);
            AssertEqual(r, i => (a[i] - b[i]) * c[i]);
            TField.MultiplySmallAdd(difference, 121665, fc, out r);
            AssertEqual(r, i => ((a[i] - b[i]) * 121665) + c[i]);
            TField.SumAndDifference(fa, fb, fc, fd, out sum, out difference);
            AssertEqual(sum, i => (a[i] * b[i]) + (c[i] * d[i]));
            AssertEqual(difference, i => (a[i] * b[i]) - (c[i] * d[i]));
            TField.SquareSumAndDifference(fa, fc, fd, out sum, out difference);
            AssertEqual(sum, i => (a[i] * a[i]) + (c[i] * d[i]));
            AssertEqual(difference, i => (a[i] * a[i]) - (c[i] * d[i]));
            var (left, right) = (fa, fb);
            TField.Swap(ref left, ref right, 0);
            AssertEqual(left, i => a[i]);
            TField.Swap(ref left, ref right, 1);
            AssertEqual(left, i => b[i]);
            AssertEqual(right, i => a[i]);
        }

        CheckSelection<TField>(values, random);
    }

    private static void CheckSelection<TField>(BigInteger[] values, Random random)
        where TField : struct, IFieldLanes<TField>
    {
        for (var round = 0; round < 100; round++)
        {
            var a = Pick(values, random, TField.Lanes);
            var b = Pick(values, random, TField.Lanes);
            Load<TField>(a, out var fa);
            Load<TField>(b, out var fb);

            // ±1 and 0 as results of arithmetic, not as constants: x·x⁻¹, minus that, and x − x.
            var negative = Enumerable.Range(0, TField.Lanes).Select(_ => random.Next(2) == 1).ToArray();
            var x = Pick([.. values.Where(v => v % P != 0)], random, TField.Lanes);
            Load<TField>(x, out var fx);
            Load<TField>([.. x.Select((v, i) => negative[i] ? P - (v % P) : v)], out var signed);
            Montgomery<TField>.Invert(fx, out var inverse);
            TField.Multiply(signed, inverse, out var sign);
            AssertEqual(sign, i => negative[i] ? -1 : 1);
            TField.Select(sign, fa, fb, out var r);
            AssertEqual(r, i => negative[i] ? a[i] : b[i]);

            Load<TField>([.. x.Select((v, i) => negative[i] ? v : b[i] + v)], out var mixed);
            TField.Subtract(mixed, fx, out var denominator);
            TField.Constant(1, out var one);
            TField.Multiply(denominator, one, out denominator);
            TField.ReplaceZeroDenominator(ref fa, ref denominator);
            bool IsZero(int i) => negative[i] || (b[i] + x[i] - x[i]) % P == 0;
            AssertEqual(denominator, i => IsZero(i) ? 1 : b[i]);
            AssertEqual(fa, i => IsZero(i) ? 0 : a[i]);
        }
    }

    /// <summary>Numbers below 2^255 whose limbs are 0, 1, at half their range and full.</summary>
    private static BigInteger[] Values()
    {
        var limbs = new[] { 0, 1, (1L << 50) - 1, 1L << 50, (1L << 50) + 1, (1L << 51) - 1 };
        var random = new Random(9380);
        var values = new List<BigInteger> { 0, 1, P - 1, P, P + 1, BigInteger.Pow(2, 255) - 1, P / 2, BigInteger.Pow(2, 254) };
        foreach (var limb in limbs)
            values.Add(Enumerable.Range(0, 5).Aggregate(BigInteger.Zero, (sum, _) => (sum << 51) + limb));
        for (var i = 0; i < 100; i++)
            values.Add(Enumerable.Range(0, 5).Aggregate(BigInteger.Zero, (sum, _) => (sum << 51) + limbs[random.Next(limbs.Length)]));
        return [.. values];
    }

    private static BigInteger[] Pick(BigInteger[] values, Random random, int count)
        => [.. Enumerable.Range(0, count).Select(_ => values[random.Next(values.Length)])];

    private static void Load<TField>(BigInteger[] values, out TField result)
        where TField : struct, IFieldLanes<TField>
    {
        var bytes = new byte[values.Length * 32];
        for (var i = 0; i < values.Length; i++)
            Assert.True((values[i] < BigInteger.Pow(2, 255) ? values[i] : values[i] % P).TryWriteBytes(bytes.AsSpan(i * 32, 32), out _, isUnsigned: true));
        TField.Load(bytes, out result);
    }

    private static void AssertEqual<TField>(in TField actual, Func<int, BigInteger> expected)
        where TField : struct, IFieldLanes<TField>
    {
        var bytes = new byte[TField.Lanes * 32];
        TField.Store(actual, bytes);
        for (var i = 0; i < TField.Lanes; i++)
            Assert.Equal(((expected(i) % P) + P) % P, new BigInteger(bytes.AsSpan(i * 32, 32), isUnsigned: true));
    }
}
