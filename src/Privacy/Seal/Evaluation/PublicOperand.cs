using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Seal.Evaluation;

/// <summary>
/// A public key made ready: BFV's public-key encryption in C#, for parameter sets with products. Under the ciphertext's own modulus, without the key modulus that SEAL divides away afterwards: the noise is at
/// most 21·(2N + 1), what <see cref="ProductSum"/> reckons with. Holds working memory, so it belongs to one thread.
/// </summary>
internal sealed class PublicOperand
{
    private readonly SealParameterSet _set;
    private readonly RnsRing _ring;
    private readonly double[] _key; // transformed, [polynomial][prime]
    private readonly double[] _work;

    private PublicOperand(SealParameterSet set, RnsRing ring)
        => (_set, _ring, _key, _work) = (set, ring, new double[CiphertextLayout.Polynomials * ring.PolynomialLength], new double[CiphertextLayout.Polynomials * ring.PolynomialLength]);

    /// <summary>Takes a public key that <see cref="CiphertextCodec.CheckPublicKey"/> accepts.</summary>
    public static Result<PublicOperand> Parse(SealParameterSet set, ReadOnlySpan<byte> publicKey) => Parse(set, publicKey, set.Ring);

    internal static Result<PublicOperand> Parse(SealParameterSet set, ReadOnlySpan<byte> publicKey, RnsRing ring)
    {
        if (CiphertextCodec.CheckPublicKey(set, publicKey).Error is { } error)
            return error;
        var operand = new PublicOperand(set, ring);
        for (var i = 0; i < set.Ciphertext.ResidueCount; i++)
        {
            var (polynomial, prime) = (i / ring.Primes.Length, i % ring.Primes.Length);
            var part = ring.Part(operand._key, i);
            ring.Primes[prime].Read(CiphertextCodec.Residue(set.PublicKey, publicKey, (polynomial * set.PublicKey.Moduli.Count) + prime), part); // stored transformed
            ring.Primes[prime].Reduce(part);
        }

        return operand;
    }

    /// <summary>(p0·u + e0 + ⌊q·m/t⌉, p1·u + e1), u ternary, e0 and e1 centred binomial.</summary>
    /// <param name="slots">A value below the plain modulus for every slot; checked by the caller.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public byte[] Encrypt(ReadOnlySpan<ulong> slots)
    {
        var (layout, primes) = (_set.Ciphertext, _ring.Primes.Length);
        double[] secret = new double[_ring.Degree], one = new double[_ring.Degree], first = new double[_ring.Degree], second = new double[_ring.Degree];
        KeyNoise.Ternary(secret);
        KeyNoise.Binomial(first);
        KeyNoise.Binomial(second);
        Array.Clear(_work);
        for (var j = 0; j < primes; j++)
        {
            secret.CopyTo(one, 0);
            _ring.Primes[j].Forward(one);
            Add(j, j, one, first);
            Add(primes + j, j, one, second);
        }

        _ring.Encode(slots, one);
        _ring.AddPlain(_work, one);
        var ciphertext = new byte[layout.TotalBytes];
        layout.Prefix.CopyTo(ciphertext);
        for (var i = 0; i < layout.ResidueCount; i++)
            _ring.Primes[i % primes].Write(_ring.Part(_work, i), CiphertextCodec.ResidueOf(layout, ciphertext, i));
        foreach (var used in (double[][])[secret, one, first, second, _work])
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(used.AsSpan()));
        return ciphertext;
    }

    private void Add(int part, int prime, double[] secret, double[] error)
    {
        var target = _ring.Part(_work, part);
        _ring.Primes[prime].MultiplyAdd(target, secret, _ring.Part(_key, part));
        _ring.Primes[prime].Inverse(target);
        _ring.Primes[prime].AddMultiple(target, error, 1);
    }
}
