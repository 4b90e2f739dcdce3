using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace DataSpace.Privacy.Seal.Evaluation;

/// <summary>
/// Arithmetic of one parameter set in C#: transforms for every ciphertext prime and for the plain modulus, the order of slots (SEAL's <c>BatchEncoder</c>), SEAL's rounding when a
/// plaintext is added, its division when a prime is switched away. Everything here is public data; results are bit-identical to SEAL's. Thread-safe.
/// </summary>
internal sealed class RnsRing
{
    private const ulong SlotGenerator = 3;
    private readonly int[] _places;
    private readonly ulong _totalModPlain;
    private readonly ulong[] _totalOverPlain;

    public RnsRing(SealParameterSet set, NttPath path)
    {
        (Degree, Path) = (set.Degree, path);
        Primes = [.. set.Ciphertext.Moduli.Select(modulus => NegacyclicTransform.Create(modulus, set.Degree, path))];
        Plain = NegacyclicTransform.Create(set.PlainModulus, set.Degree, path);
        Total = set.Ciphertext.Moduli.Aggregate(BigInteger.One, (product, modulus) => product * modulus);
        _places = SlotPlaces(set.Degree);
        _totalModPlain = (ulong)(Total % set.PlainModulus);
        _totalOverPlain = [.. set.Ciphertext.Moduli.Select(modulus => (ulong)(Total / set.PlainModulus % modulus))];
    }

    public int Degree { get; }

    public NttPath Path { get; }

    /// <summary>One transform for each ciphertext prime, in SEAL's order.</summary>
    public NegacyclicTransform[] Primes { get; }

    /// <summary>The transform modulo t.</summary>
    public NegacyclicTransform Plain { get; }

    /// <summary>Product of the ciphertext primes.</summary>
    public BigInteger Total { get; }

    /// <summary>Doubles of one polynomial over all primes.</summary>
    public int PolynomialLength => Degree * Primes.Length;

    /// <summary>The part of a polynomial that belongs to one prime.</summary>
    public Span<double> Part(double[] polynomials, int index) => polynomials.AsSpan(index * Degree, Degree);

    /// <summary>Coefficients of the plaintext that holds these slots, nearest to zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Encode(ReadOnlySpan<ulong> slots, Span<double> coefficients)
    {
        for (var slot = 0; slot < slots.Length; slot++)
            coefficients[_places[slot]] = slots[slot];
        Plain.Reduce(coefficients);
        Plain.Inverse(coefficients);
        Plain.Centre(coefficients);
    }

    /// <summary>Slots of a plaintext: the way back from <see cref="Encode"/>. <paramref name="coefficients"/>, |c| &lt; 2^51, are used up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Decode(Span<double> coefficients, Span<ulong> slots)
    {
        Plain.Reduce(coefficients);
        Plain.Forward(coefficients);
        Plain.Canonical(coefficients);
        for (var slot = 0; slot < slots.Length; slot++)
            slots[slot] = (ulong)coefficients[_places[slot]];
    }

    /// <summary>
    /// c0 += round(q·m/t): how SEAL adds a plaintext. <paramref name="coefficients"/> as <see cref="Encode"/> makes them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddPlain(double[] ciphertext, ReadOnlySpan<double> coefficients)
    {
        var plainModulus = Plain.Modulus.Value;
        var (values, corrections) = (new double[Degree], new double[Degree]);
        var quotient = (double)_totalModPlain / plainModulus;
        for (var i = 0; i < Degree; i++)
        {
            var centred = (long)coefficients[i];
            var value = (ulong)(centred + ((centred >> 63) & (long)plainModulus));
            // floor((m·(q mod t) + (t+1)/2) / t): estimated, then put right by one; the remainder is small, so 64 bits that wrap around hold it.
            var estimate = (long)(value * quotient);
            var remainder = (long)unchecked((value * _totalModPlain) + ((plainModulus + 1) / 2) - ((ulong)estimate * plainModulus));
            estimate += remainder >> 63;
            remainder += (remainder >> 63) & (long)plainModulus;
            estimate += 1 + ((remainder - (long)plainModulus) >> 63);
            (values[i], corrections[i]) = (value, estimate);
        }

        for (var j = 0; j < Primes.Length; j++)
        {
            Primes[j].AddMultiple(Part(ciphertext, j), values, _totalOverPlain[j]);
            Primes[j].AddMultiple(Part(ciphertext, j), corrections, 1);
        }

        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(corrections.AsSpan()));
    }

    /// <summary>Divides a polynomial by its last prime of <paramref name="primes"/> and rounds, as SEAL's <c>mod_switch_to_next</c> does.</summary>
    /// <param name="polynomials">All polynomials, coefficients.</param>
    /// <param name="start">Index of the polynomial's first part.</param>
    /// <param name="primes">Primes it still has; one fewer afterwards.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void DropLast(double[] polynomials, int start, int primes)
    {
        var last = Primes[primes - 1];
        var half = last.Modulus.Value / 2;
        var dropped = Part(polynomials, start + primes - 1);
        foreach (ref var coefficient in dropped)
            coefficient += half;
        last.Canonical(dropped);
        for (var j = 0; j < primes - 1; j++)
            Primes[j].SubtractAndScale(Part(polynomials, start + j), dropped, half, Primes[j].Modulus.Invert(last.Modulus.Value));
    }

    /// <summary>Slot i stands at the odd power 3^i of the root, the second half at its inverse; transforms are bit-reversed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int[] SlotPlaces(int degree)
    {
        var places = new int[degree];
        var (bits, order, position) = (BitOperations.Log2((uint)degree), 2 * (ulong)degree, 1UL);
        for (var slot = 0; slot < degree / 2; slot++, position = position * SlotGenerator % order)
        {
            places[slot] = Reverse((int)((position - 1) / 2));
            places[slot + (degree / 2)] = Reverse((int)((order - position - 1) / 2));
        }

        return places;

        int Reverse(int value)
        {
            var reversed = 0;
            for (var bit = 0; bit < bits; bit++)
                reversed |= ((value >> bit) & 1) << (bits - 1 - bit);
            return reversed;
        }
    }
}
