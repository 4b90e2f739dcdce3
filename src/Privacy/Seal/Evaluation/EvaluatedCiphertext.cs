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
        var isSeeded = ciphertext.Length == SeededCiphertext.TotalBytes(set);
        if ((isSeeded ? SeededCiphertext.Check(set, ciphertext) : CiphertextCodec.Check(set, ciphertext)).Error is { } error)
            return error;
        return Transform(set, ciphertext, ring, isSeeded);
    }

    /// <summary>A seed becomes numbers at once: its serialized polynomial would be made only to be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static EvaluatedCiphertext Transform(SealParameterSet set, ReadOnlySpan<byte> ciphertext, RnsRing ring, bool isSeeded)
    {
        var values = GC.AllocateUninitializedArray<double>(CiphertextLayout.Polynomials * ring.PolynomialLength);
        var written = isSeeded ? ring.Primes.Length : set.Ciphertext.ResidueCount;
        for (var i = 0; i < written; i++)
            ring.Primes[i % ring.Primes.Length].Read(CiphertextCodec.Residue(set.Ciphertext, ciphertext, i), ring.Part(values, i));
        if (isSeeded)
            SeededCiphertext.Sample(set.Ciphertext, ring, SeededCiphertext.SeedOf(ciphertext), values, written);
        for (var i = 0; i < set.Ciphertext.ResidueCount; i++)
            ring.Primes[i % ring.Primes.Length].Forward(ring.Part(values, i));
        return new EvaluatedCiphertext(ring, values);
    }
}
