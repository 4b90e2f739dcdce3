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
            if (SeededCiphertext.Check(set, ciphertext).Error is { } refused)
                return refused;
            // Straight from the seed's words to numbers: the serialized second polynomial would be made only to be read.
            var uniform = new double[ring.PolynomialLength];
            SeededCiphertext.Sample(set.Ciphertext, ring, SeededCiphertext.SeedOf(ciphertext), uniform);
            return Transform(set, ciphertext, ring, uniform);
        }

        return CiphertextCodec.Check(set, ciphertext).Error is { } error ? error : Transform(set, ciphertext, ring, null);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static EvaluatedCiphertext Transform(SealParameterSet set, ReadOnlySpan<byte> ciphertext, RnsRing ring, double[]? second)
    {
        var values = GC.AllocateUninitializedArray<double>(CiphertextLayout.Polynomials * ring.PolynomialLength);
        for (var i = 0; i < set.Ciphertext.ResidueCount; i++)
        {
            var transform = ring.Primes[i % ring.Primes.Length];
            if (second is not null && i >= ring.Primes.Length)
                ring.Part(second, i - ring.Primes.Length).CopyTo(ring.Part(values, i));
            else
                transform.Read(CiphertextCodec.Residue(set.Ciphertext, ciphertext, i), ring.Part(values, i));
            transform.Forward(ring.Part(values, i));
        }

        return new EvaluatedCiphertext(ring, values);
    }
}
