using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Seal.Evaluation;

/// <summary>
/// Σ ciphertext·plaintext, and the reply that is made of it. Without SEAL, keys and branches on values. Owned by one thread; used for one reply.
/// <para><b>What the key's owner learns from a reply</b>: the slots of the sum plus mask. Nothing of the single plaintexts: a fresh encryption of zero re-randomises the reply, and
/// uniform noise 2^<i>floodBits</i> times as large as the products' own noise can be hides which plaintexts made it (statistical distance about 2^-floodBits per coefficient).</para>
/// <para><b>Assumed</b>: the ciphertexts that come in are fresh and honestly made (symmetric encryption, noise at most 21 per coefficient; the key's owner is semi-honest).</para>
/// </summary>
public sealed class ProductSum
{
    /// <summary>Bits of noise budget that every reply keeps at least.</summary>
    public const int SpareBudgetBits = 10;

    /// <summary>Largest coefficient of SEAL's error (centred binomial, 21 pairs of bits) and one half for rounding, doubled.</summary>
    private const int DoubledFreshNoise = 43;

    private readonly SealParameterSet _set;
    private readonly RnsRing _ring;
    private readonly double[] _sum;
    private int _lazy;

    /// <summary>An empty sum.</summary>
    public ProductSum(SealParameterSet set)
        : this(set, set.Ring)
    {
    }

    internal ProductSum(SealParameterSet set, RnsRing ring)
        => (_set, _ring, _sum) = (set, ring, new double[CiphertextLayout.Polynomials * ring.PolynomialLength]);

    /// <summary>Products added so far.</summary>
    public int Products { get; private set; }

    /// <summary>Adds ciphertext·plaintext, slot by slot. Both must belong to this sum's parameter set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(EvaluatedCiphertext ciphertext, PlainOperand plaintext)
    {
        if (ciphertext.Ring != _ring || plaintext.Ring != _ring)
            throw new ArgumentException("operands of other parameters");
        for (var i = 0; i < _set.Ciphertext.ResidueCount; i++)
        {
            var prime = i % _ring.Primes.Length;
            _ring.Primes[prime].MultiplyAdd(_ring.Part(_sum, i), _ring.Part(ciphertext.Values, i), _ring.Part(plaintext.Values, prime));
        }

        Products++;
        if (++_lazy == NegacyclicTransform.LazySums)
            ReduceAll();
    }

    /// <summary>The sum as a ciphertext, nothing hidden: equal to what SEAL's <c>multiply_plain</c> and <c>add</c> give. The tests' way to compare.</summary>
    internal byte[] ToCiphertext()
    {
        TransformBack();
        return Write(switchedDown: 0);
    }

    /// <summary>
    /// The reply: sum, plus <paramref name="mask"/> in the slots, plus an encryption of zero, plus flooding noise, then <paramref name="switchDown"/> primes dropped. The sum is used up.
    /// </summary>
    /// <param name="encryptionOfZero">Fresh, under the recipient's public key.</param>
    /// <param name="mask">A value below the plain modulus for every slot; all <see cref="SealParameterSet.Degree"/> of them.</param>
    /// <param name="floodBits">How much larger than the products' noise the flooding noise is, in bits: 60 for many replies about the same data, 40 for one.</param>
    /// <param name="switchDown">Primes to drop, below the length of <see cref="SealParameterSet.Levels"/>.</param>
    /// <returns>DS-PRV-220 when less than <see cref="SpareBudgetBits"/> would remain; the codec's codes for <paramref name="encryptionOfZero"/>; DS-PRV-006 for a mask out of range.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Result<byte[]> Finish(ReadOnlySpan<byte> encryptionOfZero, ReadOnlySpan<ulong> mask, int floodBits, int switchDown)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(switchDown);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(switchDown, _set.Levels.Count);
        if (mask.Length != _set.Degree || mask.ContainsAnyExceptInRange(0UL, _set.PlainModulus - 1))
            return PrivacyErrors.SlotRange.Of();
        if (CiphertextCodec.Check(_set, encryptionOfZero).Error is { } refused)
            return refused;
        var amplitude = FloodAmplitude(_set, Products, floodBits);
        if (RemainingBits(_set, Products, amplitude, switchDown) < SpareBudgetBits)
            return EvaluationErrors.NoiseExhausted.Of();
        TransformBack();
        AddCiphertext(encryptionOfZero);
        AddMask(mask);
        FloodNoise.Add(_ring, _sum, amplitude);
        for (var primes = _ring.Primes.Length; primes > _ring.Primes.Length - switchDown; primes--)
        {
            _ring.DropLast(_sum, 0, primes);
            _ring.DropLast(_sum, _ring.Primes.Length, primes);
        }

        var reply = Write(switchDown);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_sum.AsSpan()));
        return reply;
    }

    /// <summary>2^floodBits times the most that the products' noise can be in a coefficient: products · N · t/2 · 21.5.</summary>
    internal static BigInteger FloodAmplitude(SealParameterSet set, int products, int floodBits)
        => (NoiseBound(set, products) + 1) << floodBits;

    /// <summary>Noise budget that is left whatever the coins were, as SEAL counts it.</summary>
    internal static int RemainingBits(SealParameterSet set, int products, BigInteger amplitude, int switchDown)
    {
        var ring = set.Ring;
        // The encryption of zero under the public key: 21·(2N + 1) at most; a dropped prime adds (1 + N)/2 below the modulus that remains.
        var noise = NoiseBound(set, products) + amplitude + (21 * ((2 * (BigInteger)set.Degree) + 1)) + 1;
        var dropped = set.Ciphertext.Moduli.Skip(ring.Primes.Length - switchDown).Aggregate(BigInteger.One, (product, modulus) => product * modulus);
        noise += switchDown * dropped * (set.Degree + 1) / 2;
        var room = ring.Total / (2 * set.PlainModulus * noise);
        return room.IsZero ? 0 : (int)(room.GetBitLength() - 1);
    }

    private static BigInteger NoiseBound(SealParameterSet set, int products)
        => (BigInteger)products * set.Degree * (set.PlainModulus / 2) * DoubledFreshNoise / 2;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TransformBack()
    {
        ReduceAll();
        for (var i = 0; i < _set.Ciphertext.ResidueCount; i++)
            _ring.Primes[i % _ring.Primes.Length].Inverse(_ring.Part(_sum, i));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReduceAll()
    {
        for (var i = 0; i < _set.Ciphertext.ResidueCount; i++)
            _ring.Primes[i % _ring.Primes.Length].Reduce(_ring.Part(_sum, i));
        _lazy = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddCiphertext(ReadOnlySpan<byte> ciphertext)
    {
        var residue = new double[_set.Degree];
        for (var i = 0; i < _set.Ciphertext.ResidueCount; i++)
        {
            var transform = _ring.Primes[i % _ring.Primes.Length];
            transform.Read(CiphertextCodec.Residue(_set.Ciphertext, ciphertext, i), residue);
            transform.AddMultiple(_ring.Part(_sum, i), residue, 1);
        }
    }

    private void AddMask(ReadOnlySpan<ulong> mask)
    {
        var coefficients = new double[_set.Degree];
        _ring.Encode(mask, coefficients);
        _ring.AddPlain(_sum, coefficients);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(coefficients.AsSpan()));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private byte[] Write(int switchedDown)
    {
        var layout = _set.Levels[switchedDown];
        var bytes = new byte[layout.TotalBytes];
        layout.Prefix.CopyTo(bytes);
        for (var i = 0; i < layout.ResidueCount; i++)
        {
            var (polynomial, prime) = (i / layout.Moduli.Count, i % layout.Moduli.Count);
            var part = _ring.Part(_sum, (polynomial * _ring.Primes.Length) + prime);
            _ring.Primes[prime].Write(part, bytes.AsSpan(CiphertextLayout.DataOffset + (i * layout.PolynomialBytes), layout.PolynomialBytes));
        }

        return bytes;
    }
}
