using System.Buffers.Binary;
using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Intersection.Curve;

/// <summary>Which paths this process has, and which points are taken from others.</summary>
public static class Curve25519
{
    /// <summary>Bytes of an x-coordinate.</summary>
    public const int PointBytes = 32;

    /// <summary>Bytes of a scalar.</summary>
    public const int ScalarBytes = 32;

    /// <summary>Every path that this processor and this host can take, the fastest first.</summary>
    internal static IReadOnlyList<CurvePath> Paths { get; } = Find();

    /// <summary>The fastest path, chosen once.</summary>
    internal static CurvePath Best => Paths[0];

    /// <summary>Name of the path in use: vector512, vector256, libsodium or portable.</summary>
    public static string PathName => Best.Name;

    /// <summary>
    /// Points from a peer: canonical (below p, bit 255 clear), not 0. Points of low order beyond 0 (x = 1, p − 1 and two of order 8) and points on the
    /// twist pass here; a clamped scalar takes the first to 0, which <see cref="CheckProducts"/> refuses, and clears the cofactor of the second.
    /// Reads everything before it answers.
    /// </summary>
    /// <returns>DS-PRV-160 for a point that is not canonical, DS-PRV-161 for 0.</returns>
    internal static Result<Unit> CheckPoints(ReadOnlySpan<byte> points)
    {
        var (large, zero) = (false, false);
        for (var at = 0; at < points.Length; at += PointBytes)
        {
            var (low, w1, w2, high) = Words(points[at..]);
            large |= high > 0x7fff_ffff_ffff_ffff || (high == 0x7fff_ffff_ffff_ffff && (w1 & w2) == ulong.MaxValue && low >= 0xffff_ffff_ffff_ffed);
            zero |= (low | w1 | w2 | high) == 0;
        }

        return large ? IntersectionErrors.PointNotCanonical.Of() : zero ? IntersectionErrors.PointOfLowOrder.Of() : Unit.Value;
    }

    /// <summary>Products of points from a peer: 0 means that the point was of low order, so that the key had no part in it.</summary>
    /// <returns>DS-PRV-161.</returns>
    internal static Result<Unit> CheckProducts(ReadOnlySpan<byte> products)
    {
        var zero = false;
        for (var at = 0; at < products.Length; at += PointBytes)
        {
            var (w0, w1, w2, w3) = Words(products[at..]);
            zero |= (w0 | w1 | w2 | w3) == 0;
        }

        return zero ? IntersectionErrors.PointOfLowOrder.Of() : Unit.Value;
    }

    private static (ulong W0, ulong W1, ulong W2, ulong W3) Words(ReadOnlySpan<byte> point)
        => (BinaryPrimitives.ReadUInt64LittleEndian(point), BinaryPrimitives.ReadUInt64LittleEndian(point[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(point[16..]), BinaryPrimitives.ReadUInt64LittleEndian(point[24..]));

    private static CurvePath[] Find()
    {
        var paths = new List<CurvePath>();
        if (Field8.IsSupported)
            paths.Add(new LanePath<Field8>("vector512"));
        if (Field4.IsSupported)
            paths.Add(new LanePath<Field4>("vector256"));
        if (SodiumX25519.IsAvailable)
            paths.Add(new SodiumPath());
        paths.Add(new LanePath<Field1>("portable"));
        return [.. paths];
    }
}
