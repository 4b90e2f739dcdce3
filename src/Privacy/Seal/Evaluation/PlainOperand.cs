using System.Runtime.CompilerServices;
using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Seal.Evaluation;

/// <summary>
/// A vector of slots made ready to multiply ciphertexts with: batch-encoded, lifted to every ciphertext prime, transformed. Made once, kept, used for any number of products;
/// 256 KiB for degree 8,192. Immutable and thread-safe. All slots may be zero.
/// </summary>
public sealed class PlainOperand
{
    private PlainOperand(RnsRing ring, double[] values) => (Ring, Values) = (ring, values);

    internal RnsRing Ring { get; }

    /// <summary>Transformed residues, prime after prime.</summary>
    internal double[] Values { get; }

    /// <summary>Encodes up to <see cref="SealParameterSet.Degree"/> slots, each below the plain modulus; missing ones are 0.</summary>
    /// <returns>DS-PRV-006 for other vectors.</returns>
    public static Result<PlainOperand> Encode(SealParameterSet set, ReadOnlySpan<ulong> slots) => Encode(set, slots, set.Ring);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static Result<PlainOperand> Encode(SealParameterSet set, ReadOnlySpan<ulong> slots, RnsRing ring)
    {
        if (slots.Length > set.Degree || slots.ContainsAnyExceptInRange(0UL, set.PlainModulus - 1))
            return PrivacyErrors.SlotRange.Of();
        var values = new double[ring.PolynomialLength];
        var first = ring.Part(values, 0);
        ring.Encode(slots, first);
        for (var j = 1; j < ring.Primes.Length; j++)
            first.CopyTo(ring.Part(values, j));
        for (var j = 0; j < ring.Primes.Length; j++)
            ring.Primes[j].Forward(ring.Part(values, j));
        return new PlainOperand(ring, values);
    }
}
