namespace DataSpace.Privacy.Seal.Evaluation;

/// <summary>
/// Number-theoretic transform in Z_n[x]/(x^N + 1) with SEAL's root and order of outputs (bit-reversed), n a prime below 2^45 with 2N | n − 1: Cooley-Tukey forward,
/// Gentleman-Sande back (Harvey, "Faster arithmetic for number-theoretic transforms", 2014, reduces lazily as here; products are made in doubles instead of with
/// Shoup's quotients, since .NET has no 52-bit multiplication). Coefficients are doubles. Thread-safe: tables never change.
/// </summary>
internal abstract class NegacyclicTransform
{
    private protected NegacyclicTransform(Modulus45 modulus, int degree) => (Modulus, Degree) = (modulus, degree);

    public Modulus45 Modulus { get; }

    public int Degree { get; }

    /// <summary>A transform that runs on <paramref name="path"/>.</summary>
    public static NegacyclicTransform Create(ulong modulus, int degree, NttPath path) => path switch
    {
        NttPath.Vector512 => new NegacyclicTransform<DoubleLanes8>(new Modulus45(modulus), degree),
        NttPath.Vector256 => new NegacyclicTransform<DoubleLanes4>(new Modulus45(modulus), degree),
        _ => new NegacyclicTransform<DoubleLane1>(new Modulus45(modulus), degree),
    };

    /// <summary>Coefficients (|c| at most n) to values, within ±0.6·n.</summary>
    public abstract void Forward(Span<double> polynomial);

    /// <summary>Values (within ±0.6·n) to coefficients, within ±0.6·n.</summary>
    public abstract void Inverse(Span<double> polynomial);

    /// <summary>Serialized residues below 2^45.</summary>
    public abstract void Read(ReadOnlySpan<byte> words, Span<double> polynomial);

    /// <summary>Any 64-bit words, serialized: their residues from 0 to n−1, n above 2^32.</summary>
    public abstract void ReadAny(ReadOnlySpan<byte> words, Span<double> polynomial);

    /// <summary>Residues from 0 to n−1, serialized; |c| &lt; 2^51 goes in.</summary>
    public abstract void Write(ReadOnlySpan<double> polynomial, Span<byte> words);

    /// <summary>sum += left·right, value by value; both within ±0.6·n. After <see cref="LazySums"/> of them <see cref="Reduce"/> is due.</summary>
    public abstract void MultiplyAdd(Span<double> sum, ReadOnlySpan<double> left, ReadOnlySpan<double> right);

    /// <summary>Brings |c| &lt; 2^51 within ±0.6·n.</summary>
    public abstract void Reduce(Span<double> polynomial);

    /// <summary>Brings |c| &lt; 2^51 to the representative from 0 to n−1.</summary>
    public abstract void Canonical(Span<double> polynomial);

    /// <summary>Brings |c| &lt; 2^51 to the representative nearest to zero, (1−n)/2 to (n−1)/2.</summary>
    public abstract void Centre(Span<double> polynomial);

    /// <summary>sum += values·factor, for |values| below 20·n.</summary>
    public abstract void AddMultiple(Span<double> sum, ReadOnlySpan<double> values, ulong factor);

    /// <summary>sum = (sum − values + offset)·factor: one step of dividing by a prime that is dropped. |sum − values + offset| below 20·n.</summary>
    public abstract void SubtractAndScale(Span<double> sum, ReadOnlySpan<double> values, double offset, ulong factor);

    /// <summary>wholes += ⌊values·factor/n⌉ and fractions += what that rounding left, in units of one; |values| below 20·n, <paramref name="factor"/> at most n.</summary>
    public abstract void AddQuotients(Span<double> wholes, Span<double> fractions, ReadOnlySpan<double> values, ulong factor);

    /// <summary>Products that may be added before <see cref="Reduce"/>: each adds at most 0.6·2^45.</summary>
    public const int LazySums = 64;
}
