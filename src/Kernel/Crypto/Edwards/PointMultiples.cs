using System.Runtime.CompilerServices;

namespace DataSpace.Kernel.Crypto.Edwards;

/// <summary>
/// A point's multiples 1 to 128 times 256^i for i from 0 to 31, half a megabyte: any multiple below 2^253 is then a sum of 32 of them, without a doubling. Making it costs about
/// as much as a hundred multiplications. Immutable.
/// </summary>
internal sealed class PointMultiples
{
    private const int Windows = 32;
    private const int PerWindow = 128;
    private readonly PreparedPoint[] _prepared = new PreparedPoint[Windows * PerWindow];

    public PointMultiples(in EdwardsPoint point)
    {
        var first = point;
        var multiples = new EdwardsPoint[PerWindow];
        for (var window = 0; window < Windows; window++)
        {
            multiples[0] = first;
            for (var i = 1; i < PerWindow; i++)
                multiples[i] = multiples[i - 1].Add(first);
            Prepare(multiples, _prepared.AsSpan(window * PerWindow, PerWindow));
            first = multiples[^1].Add(multiples[^1]);
        }
    }

    /// <summary>Those of the base point.</summary>
    public static PointMultiples OfBase { get; } = new(EdwardsPoint.Base);

    /// <summary>A sum and this point times a number in the digits of <see cref="OrderScalar.Digits"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public EdwardsPoint AddMultiple(EdwardsPoint sum, ReadOnlySpan<short> digits)
    {
        for (var window = 0; window < Windows; window++)
        {
            var digit = digits[window];
            if (digit != 0)
                sum = sum.Add(_prepared[window * PerWindow + Math.Abs((int)digit) - 1], digit < 0);
        }
        return sum;
    }

    private static void Prepare(ReadOnlySpan<EdwardsPoint> points, Span<PreparedPoint> prepared)
    {
        var inverses = new FieldElement[points.Length];
        for (var i = 0; i < points.Length; i++)
            inverses[i] = points[i].Z;
        Invert(inverses);
        for (var i = 0; i < points.Length; i++)
        {
            var (x, y) = (points[i].X * inverses[i], points[i].Y * inverses[i]);
            // Reduced, so that a sum made with them may be multiplied.
            prepared[i] = new PreparedPoint((y + x) * FieldElement.One, (y - x) * FieldElement.One, x * y * EdwardsPoint.D2);
        }
    }

    /// <summary>Inverts each, for the price of one inversion and three products for each. None may be zero.</summary>
    internal static void Invert(Span<FieldElement> elements)
    {
        if (elements.IsEmpty)
            return;
        var before = new FieldElement[elements.Length];
        var product = FieldElement.One;
        for (var i = 0; i < elements.Length; i++)
        {
            before[i] = product;
            product *= elements[i];
        }
        var inverse = product.Invert();
        for (var i = elements.Length - 1; i >= 0; i--)
            (elements[i], inverse) = (inverse * before[i], inverse * elements[i]);
    }
}
