using System.Runtime.CompilerServices;

namespace DataSpace.Kernel.Crypto.Edwards;

/// <summary>A point of the curve −x² + y² = 1 + dx²y² in extended coordinates: x = X/Z, y = Y/Z, xy = T/Z (RFC 8032, section 5.1.4). Every formula here holds for every two points.</summary>
internal readonly struct EdwardsPoint(in FieldElement x, in FieldElement y, in FieldElement z, in FieldElement t)
{
    public const int Bytes = 32;

    public readonly FieldElement X = x, Y = y, Z = z, T = t;

    private static readonly FieldElement D = Constant("a3785913ca4deb75abd841414d0a700098e879777940c78c73fe6f2bee6c0352");
    private static readonly FieldElement RootOfMinus1 = Constant("b0a00e4a271beec478e42fad0618432fa7d7fb3d99004d2b0bdfc14f8024832b");

    /// <summary>2d.</summary>
    internal static readonly FieldElement D2 = D + D;

    /// <summary>The base point of RFC 8032, section 5.1.</summary>
    public static EdwardsPoint Base { get; } = TryDecode(Convert.FromHexString("5866666666666666666666666666666666666666666666666666666666666666"))!.Value;

    public static EdwardsPoint Neutral => new(default, FieldElement.One, FieldElement.One, default);

    /// <summary>True for the neutral point and the seven others that eight times themselves are neutral.</summary>
    public bool IsOfSmallOrder
    {
        get
        {
            var eightfold = this;
            for (var i = 0; i < 3; i++)
                eightfold = eightfold.Add(eightfold);
            return eightfold.X.IsZero && (eightfold.Y - eightfold.Z).IsZero;
        }
    }

    public EdwardsPoint Negate() => new(default(FieldElement) - X, Y, Z, default(FieldElement) - T);

    /// <summary>A point from its one encoding (RFC 8032, section 5.1.3); null for everything else.</summary>
    public static EdwardsPoint? TryDecode(ReadOnlySpan<byte> encoded)
    {
        var y = FieldElement.Load(encoded);
        Span<byte> canonical = stackalloc byte[Bytes];
        y.Store(canonical);
        var isOdd = encoded[31] >> 7 == 1;
        canonical[31] |= (byte)(encoded[31] & 0x80);
        if (!canonical.SequenceEqual(encoded))
            return null;
        // x² = u/v
        var square = y * y;
        var (u, v) = (square - FieldElement.One, D * square + FieldElement.One);
        var cube = v * v * v;
        var x = u * cube * (u * cube * cube * v).PowerForRoot();
        var check = v * x * x;
        if (!(check - u).IsZero)
        {
            if (!(check + u).IsZero)
                return null;
            x *= RootOfMinus1;
        }
        if (x.IsZero && isOdd)
            return null;
        if (x.IsOdd != isOdd)
            x = (default(FieldElement) - x) * FieldElement.One;
        return new EdwardsPoint(x, y, FieldElement.One, x * y);
    }

    /// <summary>Adds any point.</summary>
    public EdwardsPoint Add(in EdwardsPoint other)
    {
        var a = (Y - X) * (other.Y - other.X);
        var b = (Y + X) * (other.Y + other.X);
        var c = T * D2 * other.T;
        var d = Z * other.Z;
        return Join(a, b, c, d + d);
    }

    /// <summary>Adds a prepared point, or takes it away.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public EdwardsPoint Add(in PreparedPoint other, bool isNegative)
    {
        ref readonly var plus = ref isNegative ? ref other.YMinusX : ref other.YPlusX;
        ref readonly var minus = ref isNegative ? ref other.YPlusX : ref other.YMinusX;
        var a = (Y - X) * minus;
        var b = (Y + X) * plus;
        var c = T * other.Xy2D;
        return Join(a, b, isNegative ? default(FieldElement) - c : c, Z + Z);
    }

    private static EdwardsPoint Join(in FieldElement a, in FieldElement b, in FieldElement c, in FieldElement d2)
    {
        var (e, f, g, h) = (b - a, d2 - c, d2 + c, b + a);
        return new EdwardsPoint(e * f, g * h, f * g, e * h);
    }

    private static FieldElement Constant(string hex) => FieldElement.Load(Convert.FromHexString(hex));
}

/// <summary>A point with Z = 1, ready to be added many times: y + x, y − x, 2dxy.</summary>
internal readonly struct PreparedPoint(in FieldElement yPlusX, in FieldElement yMinusX, in FieldElement xy2D)
{
    public readonly FieldElement YPlusX = yPlusX, YMinusX = yMinusX, Xy2D = xy2D;
}
