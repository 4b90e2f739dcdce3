using System.Security.Cryptography;

namespace DataSpace.Privacy.Intersection.Curve;

/// <summary>
/// Curve25519 on one kind of instructions. All paths give the same bytes. Points are x-coordinates and field elements numbers modulo p, 32 bytes each,
/// little-endian; any number of them side by side. Takes whatever RFC 7748 takes; what a peer may send is <see cref="Curve25519.CheckPoints"/>'s business.
/// Thread-safe: no state.
/// </summary>
internal abstract class CurvePath(string name)
{
    /// <summary>vector512, vector256, libsodium or portable.</summary>
    public string Name { get; } = name;

    /// <summary>X25519(scalar, point) for every point; the scalar is clamped (RFC 7748, section 5). Points of low order give 0.</summary>
    public void Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> points, Span<byte> products)
    {
        CheckLengths(points, products);
        Span<byte> clamped = stackalloc byte[Curve25519.ScalarBytes];
        Clamp(scalar, clamped);
        MultiplyClamped(clamped, points, products);
        CryptographicOperations.ZeroMemory(clamped);
    }

    /// <summary>
    /// scalar·map_to_curve(u) for every u. The scalar is clamped, so it is a multiple of 8 and clears the cofactor: with scalar = 8k this is
    /// k·encode_to_curve.
    /// </summary>
    public void MapAndMultiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> elements, Span<byte> products)
    {
        CheckLengths(elements, products);
        Span<byte> clamped = stackalloc byte[Curve25519.ScalarBytes];
        Clamp(scalar, clamped);
        MapAndMultiplyClamped(clamped, elements, products);
        CryptographicOperations.ZeroMemory(clamped);
    }

    /// <summary>map_to_curve of RFC 9380 without the cofactor, x alone.</summary>
    public abstract void MapToCurve(ReadOnlySpan<byte> elements, Span<byte> points);

    /// <summary>8·P: clear_cofactor of RFC 9380.</summary>
    public abstract void ClearCofactor(ReadOnlySpan<byte> points, Span<byte> products);

    protected abstract void MultiplyClamped(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> points, Span<byte> products);

    protected abstract void MapAndMultiplyClamped(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> elements, Span<byte> products);

    private static void Clamp(ReadOnlySpan<byte> scalar, Span<byte> clamped)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(scalar.Length, Curve25519.ScalarBytes);
        scalar.CopyTo(clamped);
        clamped[0] &= 0xf8;
        clamped[31] = (byte)((clamped[31] & 0x7f) | 0x40);
    }

    private static void CheckLengths(ReadOnlySpan<byte> input, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(input.Length % LimbCodec.ElementBytes, 0);
        ArgumentOutOfRangeException.ThrowIfNotEqual(output.Length, input.Length);
    }
}

/// <summary>All of it in one field representation.</summary>
internal sealed class LanePath<TField>(string name) : CurvePath(name)
    where TField : struct, IFieldLanes<TField>
{
    /// <summary>Lane groups that share one inversion.</summary>
    private const int GroupsTogether = 32;

    private const int TopBitOfClamped = 254;

    private static readonly byte[] Eight = [8];

    public override void MapToCurve(ReadOnlySpan<byte> elements, Span<byte> points) => Run([], -1, map: true, elements, points);

    public override void ClearCofactor(ReadOnlySpan<byte> points, Span<byte> products) => Run(Eight, 3, map: false, points, products);

    protected override void MultiplyClamped(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> points, Span<byte> products)
        => Run(scalar, TopBitOfClamped, map: false, points, products);

    protected override void MapAndMultiplyClamped(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> elements, Span<byte> products)
        => Run(scalar, TopBitOfClamped, map: true, elements, products);

    private static void Run(ReadOnlySpan<byte> scalar, int topBit, bool map, ReadOnlySpan<byte> input, Span<byte> output)
    {
        var groupBytes = TField.Lanes * LimbCodec.ElementBytes;
        var numerators = new TField[GroupsTogether];
        var denominators = new TField[GroupsTogether];
        var products = new TField[GroupsTogether];
        Span<byte> padded = stackalloc byte[groupBytes];
        for (var at = 0; at < input.Length; at += GroupsTogether * groupBytes)
        {
            var part = input[at..Math.Min(input.Length, at + (GroupsTogether * groupBytes))];
            var target = output.Slice(at, part.Length);
            var groups = (part.Length + groupBytes - 1) / groupBytes;
            var x = numerators.AsSpan(0, groups);
            var z = denominators.AsSpan(0, groups);
            for (var i = 0; i < groups; i++)
                Load(part[(i * groupBytes)..], padded, out x[i]);
            if (map)
            {
                for (var i = 0; i < groups; i++)
                    Montgomery<TField>.MapToCurve(x[i], out x[i], out z[i]);
                Montgomery<TField>.Divide(x, z, products);
            }

            if (topBit >= 0)
            {
                for (var i = 0; i < groups; i++)
                {
                    var affine = x[i];
                    Montgomery<TField>.Ladder(scalar, topBit, affine, out x[i], out z[i]);
                }

                Montgomery<TField>.Divide(x, z, products);
            }

            for (var i = 0; i < groups; i++)
                Store(x[i], padded, target[(i * groupBytes)..]);
        }
    }

    private static void Load(ReadOnlySpan<byte> rest, Span<byte> padded, out TField x)
    {
        if (rest.Length >= padded.Length)
        {
            TField.Load(rest[..padded.Length], out x);
            return;
        }

        padded.Clear();
        rest.CopyTo(padded);
        TField.Load(padded, out x);
    }

    private static void Store(in TField x, Span<byte> padded, Span<byte> rest)
    {
        if (rest.Length >= padded.Length)
        {
            TField.Store(x, rest[..padded.Length]);
            return;
        }

        TField.Store(x, padded);
        padded[..rest.Length].CopyTo(rest);
    }
}

/// <summary>libsodium's ladder, one point at a time; the map, a tenth of the work, in portable code.</summary>
internal sealed class SodiumPath() : CurvePath("libsodium")
{
    private static readonly LanePath<Field1> Portable = new("portable");

    public override void MapToCurve(ReadOnlySpan<byte> elements, Span<byte> points) => Portable.MapToCurve(elements, points);

    public override void ClearCofactor(ReadOnlySpan<byte> points, Span<byte> products) => Portable.ClearCofactor(points, products);

    protected override void MultiplyClamped(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> points, Span<byte> products)
    {
        for (var at = 0; at < points.Length; at += LimbCodec.ElementBytes)
            SodiumX25519.Multiply(scalar, points.Slice(at, LimbCodec.ElementBytes), products.Slice(at, LimbCodec.ElementBytes));
    }

    protected override void MapAndMultiplyClamped(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> elements, Span<byte> products)
    {
        Portable.MapToCurve(elements, products);
        MultiplyClamped(scalar, products, products);
    }
}
