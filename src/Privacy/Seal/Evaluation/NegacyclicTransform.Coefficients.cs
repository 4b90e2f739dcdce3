using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DataSpace.Privacy.Seal.Evaluation;

/// <summary>What is done to coefficients or values one by one.</summary>
internal sealed partial class NegacyclicTransform<T>
{
    /// <summary>What the upper half of a word counts, modulo any n above it.</summary>
    private const double UpperWeight = 1UL << 32;

    [MethodImpl(Compiled)]
    public override void Read(ReadOnlySpan<byte> words, Span<double> polynomial)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(words.Length, 8 * Degree);
        ref var from = ref MemoryMarshal.GetReference(words);
        ref var to = ref First(polynomial);
        for (nuint i = 0; i < (nuint)Degree; i += (nuint)T.Count)
            T.LoadWords(ref from, 8 * i).Store(ref to, i);
    }

    [MethodImpl(Compiled)]
    public override void ReadAny(ReadOnlySpan<byte> words, Span<double> polynomial)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(words.Length, 8 * Degree);
        ref var from = ref MemoryMarshal.GetReference(words);
        ref var to = ref First(polynomial);
        var (n, inverse, w) = (T.Fill(Modulus.Real), T.Fill(Modulus.Inverse), T.Fill(UpperWeight));
        var v = T.Fill(UpperWeight / Modulus.Real);
        for (nuint i = 0; i < (nuint)Degree; i += (nuint)T.Count)
        {
            var (lower, upper) = T.LoadHalves(ref from, 8 * i);
            Modulus45.Canonical(Modulus45.Multiply(upper, w, v, n) + lower, n, inverse).Store(ref to, i);
        }
    }

    [MethodImpl(Compiled)]
    public override void Write(ReadOnlySpan<double> polynomial, Span<byte> words)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(words.Length, 8 * Degree);
        ref var from = ref First(polynomial);
        ref var to = ref MemoryMarshal.GetReference(words);
        var (n, inverse) = (T.Fill(Modulus.Real), T.Fill(Modulus.Inverse));
        for (nuint i = 0; i < (nuint)Degree; i += (nuint)T.Count)
            Modulus45.Canonical(T.Load(ref from, i), n, inverse).StoreWords(ref to, 8 * i);
    }

    [MethodImpl(Compiled)]
    public override void MultiplyAdd(Span<double> sum, ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        ref var total = ref First(sum);
        ref var a = ref First(left);
        ref var b = ref First(right);
        var (n, inverse) = (T.Fill(Modulus.Real), T.Fill(Modulus.Inverse));
        for (nuint i = 0; i < (nuint)Degree; i += (nuint)T.Count)
            (T.Load(ref total, i) + Modulus45.Product(T.Load(ref a, i), T.Load(ref b, i), n, inverse)).Store(ref total, i);
    }

    public override void Reduce(Span<double> polynomial) => Each(polynomial, new Reducing(Modulus));

    public override void Canonical(Span<double> polynomial) => Each(polynomial, new MakingCanonical(Modulus));

    public override void Centre(Span<double> polynomial) => Each(polynomial, new Centring(Modulus));

    [MethodImpl(Compiled)]
    public override void AddMultiple(Span<double> sum, ReadOnlySpan<double> values, ulong factor)
    {
        ref var total = ref First(sum);
        ref var x = ref First(values);
        var centred = Modulus.Centred(factor);
        var (n, w, v) = (T.Fill(Modulus.Real), T.Fill(centred), T.Fill(centred / Modulus.Real));
        for (nuint i = 0; i < (nuint)Degree; i += (nuint)T.Count)
            (T.Load(ref total, i) + Modulus45.Multiply(T.Load(ref x, i), w, v, n)).Store(ref total, i);
    }

    [MethodImpl(Compiled)]
    public override void SubtractAndScale(Span<double> sum, ReadOnlySpan<double> values, double offset, ulong factor)
    {
        ref var total = ref First(sum);
        ref var x = ref First(values);
        var centred = Modulus.Centred(factor);
        var (n, w, v, add) = (T.Fill(Modulus.Real), T.Fill(centred), T.Fill(centred / Modulus.Real), T.Fill(offset));
        for (nuint i = 0; i < (nuint)Degree; i += (nuint)T.Count)
            Modulus45.Multiply(T.Load(ref total, i) - T.Load(ref x, i) + add, w, v, n).Store(ref total, i);
    }

    [MethodImpl(Compiled)]
    public override void AddQuotients(Span<double> wholes, Span<double> fractions, ReadOnlySpan<double> values, ulong factor)
    {
        ref var whole = ref First(wholes);
        ref var fraction = ref First(fractions);
        ref var x = ref First(values);
        var (n, inverse, w, v) = (T.Fill(Modulus.Real), T.Fill(Modulus.Inverse), T.Fill(factor), T.Fill(factor / Modulus.Real));
        for (nuint i = 0; i < (nuint)Degree; i += (nuint)T.Count)
        {
            // As in a product: what the quotient leaves is exact.
            var value = T.Load(ref x, i);
            var (quotient, high) = (T.Round(value * v), value * w);
            var rest = T.NegativeMultiplyAdd(quotient, n, high) + T.MultiplySubtract(value, w, high);
            (T.Load(ref whole, i) + quotient).Store(ref whole, i);
            (T.Load(ref fraction, i) + (rest * inverse)).Store(ref fraction, i);
        }
    }

    [MethodImpl(Compiled)]
    private void Each<TOperation>(Span<double> polynomial, TOperation operation)
        where TOperation : struct, ILaneOperation
    {
        ref var x = ref First(polynomial);
        for (nuint i = 0; i < (nuint)Degree; i += (nuint)T.Count)
            operation.Of(T.Load(ref x, i)).Store(ref x, i);
    }

    private ref double First(ReadOnlySpan<double> polynomial)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(polynomial.Length, Degree);
        return ref MemoryMarshal.GetReference(polynomial);
    }

    /// <summary>What is done to every coefficient by itself.</summary>
    private interface ILaneOperation
    {
        T Of(T value);
    }

    private readonly struct Reducing(Modulus45 modulus) : ILaneOperation
    {
        private readonly T _n = T.Fill(modulus.Real), _inverse = T.Fill(modulus.Inverse);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Of(T value) => Modulus45.Reduce(value, _n, _inverse);
    }

    private readonly struct MakingCanonical(Modulus45 modulus) : ILaneOperation
    {
        private readonly T _n = T.Fill(modulus.Real), _inverse = T.Fill(modulus.Inverse);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Of(T value) => Modulus45.Canonical(value, _n, _inverse);
    }

    private readonly struct Centring(Modulus45 modulus) : ILaneOperation
    {
        private readonly T _n = T.Fill(modulus.Real), _inverse = T.Fill(modulus.Inverse), _threshold = T.Fill((modulus.Value + 1) / 2);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Of(T value)
        {
            var canonical = Modulus45.Canonical(value, _n, _inverse);
            return canonical - _n + T.WhereNegative(canonical - _threshold, _n);
        }
    }
}
