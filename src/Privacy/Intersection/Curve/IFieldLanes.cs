namespace DataSpace.Privacy.Intersection.Curve;

/// <summary>
/// Arithmetic modulo p = 2^255 − 19 on <see cref="Lanes"/> independent elements at once, without branches or look-ups that depend on values.
/// An element is <i>reduced</i> when it comes from <see cref="Load"/>, <see cref="Constant"/> or one of the multiplications. Those take reduced elements
/// or one <see cref="Add"/> or <see cref="Subtract"/> of them; more additions in a row overflow a limb.
/// </summary>
/// <typeparam name="TSelf">The representation: a struct, so that every path is compiled on its own.</typeparam>
internal interface IFieldLanes<TSelf>
    where TSelf : struct, IFieldLanes<TSelf>
{
    /// <summary>Elements side by side.</summary>
    static abstract int Lanes { get; }

    /// <summary>Reads 32 little-endian bytes per lane. Bit 255 is ignored, values from p to 2^255 − 1 are taken modulo p (RFC 7748, section 5).</summary>
    static abstract void Load(ReadOnlySpan<byte> elements, out TSelf result);

    /// <summary>Writes the canonical 32 bytes of every lane.</summary>
    static abstract void Store(in TSelf element, Span<byte> elements);

    /// <summary>The same small number, |value| below 2^50, in every lane.</summary>
    static abstract void Constant(long value, out TSelf result);

    /// <summary>a + b, not reduced.</summary>
    static abstract void Add(in TSelf a, in TSelf b, out TSelf result);

    /// <summary>a − b, not reduced.</summary>
    static abstract void Subtract(in TSelf a, in TSelf b, out TSelf result);

    /// <summary>a·b.</summary>
    static abstract void Multiply(in TSelf a, in TSelf b, out TSelf result);

    /// <summary>a².</summary>
    static abstract void Square(in TSelf a, out TSelf result);

    /// <summary>a·factor + addend, 0 ≤ factor below 2^20, addend reduced.</summary>
    static abstract void MultiplySmallAdd(in TSelf a, int factor, in TSelf addend, out TSelf result);

    /// <summary>a·b + c·d and a·b − c·d.</summary>
    static abstract void SumAndDifference(in TSelf a, in TSelf b, in TSelf c, in TSelf d, out TSelf sum, out TSelf difference);

    /// <summary>s² + c·d and s² − c·d.</summary>
    static abstract void SquareSumAndDifference(in TSelf s, in TSelf c, in TSelf d, out TSelf sum, out TSelf difference);

    /// <summary>Exchanges a and b when <paramref name="bit"/> is 1 and leaves them when it is 0, by masks.</summary>
    static abstract void Swap(ref TSelf a, ref TSelf b, long bit);

    /// <summary>Per lane: <paramref name="whenMinusOne"/> where the reduced <paramref name="sign"/>, 1 or −1, is −1, else <paramref name="whenOne"/>.</summary>
    static abstract void Select(in TSelf sign, in TSelf whenMinusOne, in TSelf whenOne, out TSelf result);

    /// <summary>Per lane: where the reduced denominator is 0, the fraction becomes 0/1, as RFC 7748 defines it; so that lanes can be inverted together.</summary>
    static abstract void ReplaceZeroDenominator(ref TSelf numerator, ref TSelf denominator);
}
