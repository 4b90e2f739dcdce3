using System.Numerics;
using System.Text;
using System.Text.Json;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Curve;

namespace DataSpace.Privacy.Tests.Intersection.Curve;

/// <summary>Every path gives the bytes of the RFCs, of an independent program, and of every other path.</summary>
public sealed class CurvePathTests
{
    /// <summary>Set to any value for one million lanes instead of 20,000.</summary>
    public const string FullSwitch = "DATASPACE_CURVE_FULL";

    public static TheoryData<string> PathNames => CurveVectors.PathNames;

    [Fact]
    public void The_fastest_path_has_a_name_and_the_portable_one_is_always_there()
    {
        Assert.Equal(Curve25519.Paths[0].Name, Curve25519.PathName);
        Assert.Equal("portable", Curve25519.Paths[^1].Name);
        Assert.Contains(Curve25519.Paths, path => path.Name == "libsodium"); // this project ships it
    }

    [Theory]
    [MemberData(nameof(PathNames))]
    public void Rfc_7748_products(string path)
    {
        foreach (var vector in CurveVectors.All.GetProperty("rfc7748").GetProperty("multiply").EnumerateArray())
            AssertProduct(CurveVectors.Path(path), vector);
    }

    [Theory]
    [MemberData(nameof(PathNames))]
    public void Rfc_7748_iterated(string path)
    {
        var expected = CurveVectors.All.GetProperty("rfc7748").GetProperty("iterated").EnumerateArray()
            .ToDictionary(vector => vector.GetProperty("times").GetInt32(), vector => vector.GetProperty("result").GetString());
        var (k, u) = (new byte[32], new byte[32]);
        (k[0], u[0]) = (9, 9);
        var full = Environment.GetEnvironmentVariable(FullSwitch) is not null;
        for (var i = 1; i <= (full ? 1_000_000 : 1_000); i++)
        {
            var product = new byte[32];
            CurveVectors.Path(path).Multiply(k, u, product);
            (k, u) = (product, k);
            if (expected.TryGetValue(i, out var result))
                Assert.Equal(result, Convert.ToHexStringLower(k));
        }
    }

    [Theory]
    [MemberData(nameof(PathNames))]
    public void Rfc_9380_encoding(string path)
    {
        var suite = CurveVectors.All.GetProperty("rfc9380");
        var hash = new HashToField(Encoding.ASCII.GetBytes(suite.GetProperty("domain").GetString()!));
        var count = 0;
        foreach (var vector in suite.GetProperty("vectors").EnumerateArray())
        {
            var (u, mapped, cleared) = (new byte[32], new byte[32], new byte[32]);
            hash.Hash(Encoding.ASCII.GetBytes(vector.GetProperty("message").GetString()!), u);
            Assert.Equal(new BigInteger(CurveVectors.Number(vector, "u"), isUnsigned: true), new BigInteger(u, isUnsigned: true) % Prime);
            CurveVectors.Path(path).MapToCurve(u, mapped);
            Assert.Equal(CurveVectors.Number(vector, "mapped"), mapped);
            CurveVectors.Path(path).ClearCofactor(mapped, cleared);
            Assert.Equal(CurveVectors.Number(vector, "x"), cleared);
            count++;
        }

        Assert.Equal(5, count);
    }

    [Theory]
    [MemberData(nameof(PathNames))]
    public void Edges_of_the_prime_and_of_every_limb(string path)
    {
        foreach (var vector in CurveVectors.All.GetProperty("extremes").EnumerateArray())
            AssertProduct(CurveVectors.Path(path), vector);
        foreach (var vector in CurveVectors.All.GetProperty("mapExtremes").EnumerateArray())
        {
            var mapped = new byte[32];
            CurveVectors.Path(path).MapToCurve(CurveVectors.Bytes(vector, "u"), mapped);
            Assert.Equal(CurveVectors.Bytes(vector, "mapped"), mapped);
        }
    }

    [Theory]
    [MemberData(nameof(PathNames))]
    public void Edges_side_by_side_in_every_lane(string path)
    {
        // All extremes of one scalar in one call: the inversion that lanes share must not carry a 0 from one to another.
        foreach (var group in CurveVectors.All.GetProperty("extremes").EnumerateArray().GroupBy(vector => vector.GetProperty("scalar").GetString()!))
        {
            var vectors = group.ToList();
            for (var shift = 0; shift < 8; shift++)
            {
                var order = vectors.Skip(shift).Concat(vectors.Take(shift)).ToList();
                byte[] points = [.. order.SelectMany(vector => CurveVectors.Bytes(vector, "point"))];
                var products = new byte[points.Length];
                CurveVectors.Path(path).Multiply(Convert.FromHexString(group.Key), points, products);
                Assert.Equal(order.SelectMany(vector => CurveVectors.Bytes(vector, "product")), products);
            }
        }
    }

    [Fact]
    public void Random_lanes_are_the_same_on_every_path()
    {
        var random = new Random(7748);
        var lanes = Environment.GetEnvironmentVariable(FullSwitch) is not null ? 1_000_000 : 8_000;
        const int batch = 1_003; // no multiple of any number of lanes
        for (var done = 0; done < lanes; done += batch)
        {
            var scalar = new byte[32];
            var input = new byte[batch * 32];
            random.NextBytes(scalar);
            random.NextBytes(input);
            var reference = CurveVectors.Path("libsodium");
            var (products, mapped) = (new byte[input.Length], new byte[input.Length]);
            reference.Multiply(scalar, input, products);
            reference.MapAndMultiply(scalar, input, mapped);
            // The portable path is slow, and the same code as the map beneath libsodium's.
            foreach (var path in Curve25519.Paths.Where(path => path != reference && (done < 4 * batch || path.Name != "portable")))
            {
                var output = new byte[input.Length];
                path.Multiply(scalar, input, output);
                Assert.True(output.AsSpan().SequenceEqual(products), $"{path.Name} multiplies differently");
                path.MapAndMultiply(scalar, input, output);
                Assert.True(output.AsSpan().SequenceEqual(mapped), $"{path.Name} maps differently");
            }
        }
    }

    [Theory]
    [MemberData(nameof(PathNames))]
    public void Keys_commute(string path)
    {
        var random = new Random(25519);
        var (a, b, u) = (new byte[32], new byte[32], new byte[64 * 32]);
        random.NextBytes(a);
        random.NextBytes(b);
        random.NextBytes(u);
        var (first, ab, ba) = (new byte[u.Length], new byte[u.Length], new byte[u.Length]);
        var curve = CurveVectors.Path(path);
        curve.MapAndMultiply(a, u, first);
        curve.Multiply(b, first, ab);
        curve.MapAndMultiply(b, u, first);
        curve.Multiply(a, first, ba);
        Assert.Equal(ab, ba);
        Assert.True(Curve25519.CheckProducts(ab).IsOk);
    }

    [Theory]
    [MemberData(nameof(PathNames))]
    public void Lengths_that_are_no_points_are_refused(string path)
    {
        var curve = CurveVectors.Path(path);
        Assert.Throws<ArgumentOutOfRangeException>(() => curve.Multiply(new byte[32], new byte[33], new byte[33]));
        Assert.Throws<ArgumentOutOfRangeException>(() => curve.Multiply(new byte[32], new byte[64], new byte[32]));
        Assert.Throws<ArgumentOutOfRangeException>(() => curve.Multiply(new byte[31], new byte[32], new byte[32]));
        curve.Multiply(new byte[32], [], []);
        curve.MapAndMultiply(new byte[32], [], []);
    }

    [Theory]
    [MemberData(nameof(PathNames))]
    public void Points_of_low_order_give_zero_and_are_refused(string path)
    {
        foreach (var vector in CurveVectors.All.GetProperty("lowOrder").EnumerateArray())
        {
            var point = CurveVectors.Bytes(vector, "point");
            var product = new byte[32];
            CurveVectors.Path(path).Multiply(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray(), point, product);
            Assert.Equal(new byte[32], product);
            Assert.Same(IntersectionErrors.PointOfLowOrder, Curve25519.CheckProducts([.. Good, .. product, .. Good]).Error!.Kind);
            if (!vector.GetProperty("canonical").GetBoolean())
                Assert.Same(IntersectionErrors.PointNotCanonical, Curve25519.CheckPoints(point).Error!.Kind);
        }
    }

    [Fact]
    public void Points_that_are_not_canonical_are_refused()
    {
        foreach (var hex in CurveVectors.All.GetProperty("notCanonical").EnumerateArray())
            Assert.Same(IntersectionErrors.PointNotCanonical, Curve25519.CheckPoints([.. Good, .. Convert.FromHexString(hex.GetString()!), .. Good]).Error!.Kind);
        Assert.Same(IntersectionErrors.PointOfLowOrder, Curve25519.CheckPoints([.. Good, .. new byte[32]]).Error!.Kind);
        var last = (Prime - 1).ToByteArray();
        Assert.True(Curve25519.CheckPoints([.. Good, .. last]).IsOk);
        Assert.True(Curve25519.CheckPoints([]).IsOk);
    }

    private static BigInteger Prime => BigInteger.Pow(2, 255) - 19;

    private static byte[] Good => [9, .. new byte[31]];

    private static void AssertProduct(CurvePath path, JsonElement vector)
    {
        var product = new byte[32];
        path.Multiply(CurveVectors.Bytes(vector, "scalar"), CurveVectors.Bytes(vector, "point"), product);
        Assert.Equal(vector.GetProperty("product").GetString(), Convert.ToHexStringLower(product));
    }
}
