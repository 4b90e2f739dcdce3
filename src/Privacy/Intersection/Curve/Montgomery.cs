using System.Runtime.CompilerServices;

namespace DataSpace.Privacy.Intersection.Curve;

/// <summary>
/// The curve y² = x³ + 486662·x² + x over any number of lanes, by x-coordinates alone: the ladder of RFC 7748, section 5, and Elligator 2 of RFC 9380, section 6.7.1.
/// No branch and no address depends on a coordinate or on the scalar.
/// </summary>
internal static class Montgomery<TField>
    where TField : struct, IFieldLanes<TField>
{
    private const int CurveJ = 486662;

    /// <summary>
    /// scalar·P as numerator and denominator, one scalar for all lanes. <paramref name="topBit"/> is the highest bit to look at: public, 254 for a clamped scalar.
    /// Keeps x + z and x − z of both running points, which is what the next step multiplies.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Ladder(ReadOnlySpan<byte> scalar, int topBit, in TField x, out TField numerator, out TField denominator)
    {
        TField.Constant(1, out var one);
        var (sum2, difference2) = (one, one); // the point at infinity, 1 : 0
        TField.Add(x, one, out var sum3);
        TField.Subtract(x, one, out var difference3);
        var swap = 0L;
        for (var i = topBit; i >= 0; i--)
        {
            long bit = (scalar[i >> 3] >> (i & 7)) & 1;
            swap ^= bit;
            TField.Swap(ref sum2, ref sum3, swap);
            TField.Swap(ref difference2, ref difference3, swap);
            swap = bit;
            TField.SumAndDifference(difference3, sum2, sum3, difference2, out var s, out var d);
            TField.Square(sum2, out var aa);
            TField.Square(difference2, out var bb);
            TField.Subtract(aa, bb, out var e);
            TField.MultiplySmallAdd(e, (CurveJ - 2) / 4, aa, out var t);
            TField.SumAndDifference(aa, bb, e, t, out sum2, out difference2);
            TField.Square(d, out var dd);
            TField.SquareSumAndDifference(s, x, dd, out sum3, out difference3);
        }

        TField.Swap(ref sum2, ref sum3, swap);
        TField.Swap(ref difference2, ref difference3, swap);
        TField.Add(sum2, difference2, out numerator); // both twice their value
        TField.Subtract(sum2, difference2, out denominator);
        TField.Multiply(numerator, one, out numerator);
        TField.Multiply(denominator, one, out denominator);
        TField.ReplaceZeroDenominator(ref numerator, ref denominator);
    }

    /// <summary>
    /// map_to_curve of RFC 9380 with Z = 2, x alone: x₁ = −J/(1 + 2u²) where that lies on the curve, else x₂ = −x₁ − J = −J·2u²/(1 + 2u²). The denominator is
    /// never 0, because −1/2 is no square; g(x₁) is never 0 either.
    /// </summary>
    public static void MapToCurve(in TField u, out TField numerator, out TField denominator)
    {
        TField.Constant(1, out var one);
        TField.Constant(-CurveJ, out var minusJ);
        TField.Constant((long)CurveJ * CurveJ, out var jj);
        TField.Constant(-(long)CurveJ * CurveJ, out var minusJj);
        TField.Square(u, out var uu);
        TField.Add(uu, uu, out var twice);
        TField.Multiply(twice, one, out twice);
        TField.Add(twice, one, out denominator);
        TField.Multiply(denominator, one, out denominator);

        // g(x₁) times the square denominator⁴, with x₁ = −J/denominator.
        TField.Square(denominator, out var g);
        TField.Multiply(denominator, minusJj, out var middle);
        TField.Add(g, middle, out g);
        TField.Multiply(g, one, out g);
        TField.Add(g, jj, out g);
        TField.Multiply(denominator, minusJ, out var outer);
        TField.Multiply(outer, g, out g);

        // The quadratic character, g^((p−1)/2) = (g^(2^252−3))^4 · g².
        Power252(g, out var character);
        SquareTimes(character, 2, out character);
        TField.Square(g, out g);
        TField.Multiply(character, g, out character);
        TField.Multiply(twice, minusJ, out var second);
        TField.Select(character, second, minusJ, out numerator);
    }

    /// <summary>numerators[i] becomes numerators[i]/denominators[i]; one inversion for all. No denominator is 0; <paramref name="products"/> is as long.</summary>
    public static void Divide(Span<TField> numerators, Span<TField> denominators, Span<TField> products)
    {
        products[0] = denominators[0];
        for (var i = 1; i < denominators.Length; i++)
            TField.Multiply(products[i - 1], denominators[i], out products[i]);
        Invert(products[denominators.Length - 1], out var inverse);
        for (var i = denominators.Length - 1; i > 0; i--)
        {
            TField.Multiply(inverse, products[i - 1], out var own);
            TField.Multiply(inverse, denominators[i], out inverse);
            TField.Multiply(numerators[i], own, out numerators[i]);
        }

        TField.Multiply(numerators[0], inverse, out numerators[0]);
    }

    /// <summary>z^(p−2) = (z^(2^252−3))^8 · z³.</summary>
    public static void Invert(in TField z, out TField result)
    {
        Power252(z, out var power);
        SquareTimes(power, 3, out power);
        TField.Square(z, out var cube);
        TField.Multiply(cube, z, out cube);
        TField.Multiply(power, cube, out result);
    }

    // z^(2^252−3): exponents of ones are doubled in length, 2^250−1 times four, plus one.
    private static void Power252(in TField z, out TField result)
    {
        TField.Square(z, out var z2);
        SquareTimes(z2, 2, out var z8);
        TField.Multiply(z, z8, out var z9);
        TField.Multiply(z2, z9, out var z11);
        TField.Square(z11, out var z22);
        TField.Multiply(z9, z22, out var ones5);
        Join(ones5, 5, ones5, out var ones10);
        Join(ones10, 10, ones10, out var ones20);
        Join(ones20, 20, ones20, out var ones40);
        Join(ones40, 10, ones10, out var ones50);
        Join(ones50, 50, ones50, out var ones100);
        Join(ones100, 100, ones100, out var ones200);
        Join(ones200, 50, ones50, out var ones250);
        Join(ones250, 2, z, out result);
    }

    private static void Join(in TField high, int shift, in TField low, out TField result)
    {
        SquareTimes(high, shift, out var shifted);
        TField.Multiply(shifted, low, out result);
    }

    private static void SquareTimes(in TField z, int count, out TField result)
    {
        result = z;
        for (var i = 0; i < count; i++)
            TField.Square(result, out result);
    }
}
