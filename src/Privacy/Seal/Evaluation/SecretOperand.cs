using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Seal.Evaluation;

/// <summary>
/// A secret key made ready: BFV's symmetric encryption (seeded) and decryption in C#, for parameter sets with products. What SEAL makes with the key, this opens, and the other way round; noise has SEAL's
/// distribution. No branch and no address depends on key or plaintext. Holds working memory, so it belongs to one thread; disposing wipes it.
/// </summary>
internal sealed class SecretOperand : IDisposable
{
    private readonly SealParameterSet _set;
    private readonly RnsRing _ring;
    private readonly double[] _negated; // -s transformed, prime after prime
    private readonly double[] _work, _uniform, _one, _coefficients;

    private SecretOperand(SealParameterSet set, RnsRing ring)
    {
        (_set, _ring, _negated) = (set, ring, new double[ring.PolynomialLength]);
        (_work, _uniform) = (new double[ring.PolynomialLength], new double[ring.PolynomialLength]);
        (_one, _coefficients) = (new double[ring.Degree], new double[ring.Degree]);
    }

    /// <summary>Takes a serialized secret key; DS-PRV-004 for anything else.</summary>
    public static Result<SecretOperand> Parse(SealParameterSet set, ReadOnlySpan<byte> secretKey) => Parse(set, secretKey, set.Ring);

    internal static Result<SecretOperand> Parse(SealParameterSet set, ReadOnlySpan<byte> secretKey, RnsRing ring)
    {
        if (!SecretKeyCodec.IsWellFormed(set, secretKey))
            return PrivacyErrors.SealRefused.Of();
        var operand = new SecretOperand(set, ring);
        for (var j = 0; j < ring.Primes.Length; j++)
        {
            var part = ring.Part(operand._negated, j);
            ring.Primes[j].Read(SecretKeyCodec.Residue(set, secretKey, j), operand._one); // stored transformed
            ring.Primes[j].SubtractAndScale(part, operand._one, 0, 1);
        }

        return operand;
    }

    /// <summary>A seeded ciphertext: ([a·(-s) + e + ⌊q·m/t⌉], seed of a), a uniform, e centred binomial.</summary>
    /// <param name="slots">A value below the plain modulus for every slot; checked by the caller.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public byte[] Encrypt(ReadOnlySpan<ulong> slots)
    {
        var seed = RandomNumberGenerator.GetBytes(SeededCiphertext.SeedBytes);
        var ciphertext = SeededCiphertext.Begin(_set, seed);
        SeededCiphertext.Sample(_set.Ciphertext, _ring, seed, _uniform, 0);
        var error = new double[_ring.Degree];
        KeyNoise.Binomial(error);
        Array.Clear(_work);
        for (var j = 0; j < _ring.Primes.Length; j++)
        {
            var prime = _ring.Primes[j];
            var part = _ring.Part(_work, j);
            prime.Forward(_ring.Part(_uniform, j));
            prime.MultiplyAdd(part, _ring.Part(_uniform, j), _ring.Part(_negated, j));
            prime.Inverse(part);
            prime.AddMultiple(part, error, 1);
        }

        _ring.Encode(slots, _coefficients);
        _ring.AddPlain(_work, _coefficients);
        for (var j = 0; j < _ring.Primes.Length; j++)
            _ring.Primes[j].Write(_ring.Part(_work, j), CiphertextCodec.ResidueOf(_set.Ciphertext, ciphertext, j));
        Wipe(error);
        return ciphertext;
    }

    /// <summary>Slots of a ciphertext from which <paramref name="switchedDown"/> primes were switched away; checked by the caller.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ulong[] Decrypt(ReadOnlySpan<byte> ciphertext, int switchedDown)
    {
        var layout = _set.Levels[switchedDown];
        var count = layout.Moduli.Count;
        var fraction = new double[_ring.Degree];
        Array.Clear(_coefficients);
        Array.Clear(_work);
        for (var j = 0; j < count; j++)
        {
            var prime = _ring.Primes[j];
            var product = _ring.Part(_work, j);
            prime.Read(CiphertextCodec.Residue(layout, ciphertext, count + j), _one);
            prime.Forward(_one);
            prime.MultiplyAdd(product, _one, _ring.Part(_negated, j));
            prime.Inverse(product);
            prime.Read(CiphertextCodec.Residue(layout, ciphertext, j), _one);
            // y = (c0 + c1·s)·(q/q_j)^-1 modulo q_j: then t·(c0 + c1·s)/q is Σ t·y/q_j up to multiples of t.
            prime.SubtractAndScale(_one, product, 0, prime.Modulus.Invert(RestModulo(layout, j)));
            prime.AddQuotients(_coefficients, fraction, _one, _set.PlainModulus);
        }

        for (var i = 0; i < fraction.Length; i++)
            _coefficients[i] += Math.Round(fraction[i]);
        var slots = new ulong[_ring.Degree];
        _ring.Decode(_coefficients, slots);
        Wipe(fraction);
        return slots;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Wipe(_negated);
        Wipe(_work);
        Wipe(_one);
        Wipe(_coefficients);
    }

    private static ulong RestModulo(CiphertextLayout layout, int index)
    {
        var (modulus, rest) = (new Modulus45(layout.Moduli[index]), 1UL);
        for (var j = 0; j < layout.Moduli.Count; j++)
            rest = j == index ? rest : modulus.Multiply(rest, layout.Moduli[j] % modulus.Value);
        return rest;
    }

    private static void Wipe(double[] values) => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(values.AsSpan()));
}
