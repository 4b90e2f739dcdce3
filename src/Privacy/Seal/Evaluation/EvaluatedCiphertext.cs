using System.Runtime.CompilerServices;
using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Seal.Evaluation;

/// <summary>
/// A ciphertext of the full modulus, checked and transformed once, so that many plaintexts can multiply it. 512 KiB for degree 8,192. Immutable and thread-safe.
/// </summary>
public sealed class EvaluatedCiphertext
{
    private EvaluatedCiphertext(RnsRing ring, double[] values) => (Ring, Values) = (ring, values);

    internal RnsRing Ring { get; }

    /// <summary>Transformed residues, [polynomial][prime][value].</summary>
    internal double[] Values { get; }

    /// <summary>Accepts what <see cref="CiphertextCodec.Check"/> accepts, or what <see cref="SeededCiphertext.Check"/> does, told apart by their lengths.</summary>
    public static Result<EvaluatedCiphertext> Parse(SealParameterSet set, ReadOnlySpan<byte> ciphertext) => Parse(set, ciphertext, set.Ring);

    internal static Result<EvaluatedCiphertext> Parse(SealParameterSet set, ReadOnlySpan<byte> ciphertext, RnsRing ring)
    {
        if (ciphertext.Length == SeededCiphertext.TotalBytes(set))
        {
            if (!SeededCiphertext.Expand(set, ciphertext).TryGet(out var full, out var refused))
                return refused;
            return Transform(set, full, ring);
        }

        return CiphertextCodec.Check(set, ciphertext).Error is { } error ? error : Transform(set, ciphertext, ring);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static EvaluatedCiphertext Transform(SealParameterSet set, ReadOnlySpan<byte> ciphertext, RnsRing ring)
    {
        var values = new double[CiphertextLayout.Polynomials * ring.PolynomialLength];
        for (var i = 0; i < set.Ciphertext.ResidueCount; i++)
        {
            var transform = ring.Primes[i % ring.Primes.Length];
            transform.Read(CiphertextCodec.Residue(set.Ciphertext, ciphertext, i), ring.Part(values, i));
            transform.Forward(ring.Part(values, i));
        }

        return new EvaluatedCiphertext(ring, values);
    }
}
