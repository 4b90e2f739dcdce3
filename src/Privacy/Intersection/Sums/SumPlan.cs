using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Intersection.Sums;

/// <summary>
/// Sizes of the messages of a sum: functions of public terms alone. One plain modulus of 40 bits holds the largest sum that the bounds allow, or two do by the Chinese remainder theorem;
/// then everything is said once for each.
/// </summary>
internal static class SumPlan
{
    /// <summary>Primes switched away from a reply: two of four remain, half the bytes.</summary>
    public const int SwitchedDown = 2;

    private static readonly SealParameterSet[] Both = [SealParameterSet.Products1, SealParameterSet.Products2];

    /// <summary>Values in one ciphertext.</summary>
    public static int Slots => Both[0].Degree;

    /// <summary>Bytes of a public key.</summary>
    public static int KeyBytes => Both[0].PublicKey.TotalBytes;

    /// <summary>Bytes of one ciphertext of values: seeded.</summary>
    public static int ValueBytes => SeededCiphertext.TotalBytes(Both[0]);

    /// <summary>Bytes of a reply.</summary>
    public static int ReplyBytes => Both[0].Levels[SwitchedDown].TotalBytes;

    /// <summary>Parameter sets of a run.</summary>
    public static ReadOnlySpan<SealParameterSet> SetsOf(IntersectionTerms terms) => Both.AsSpan(0, LargestSum(terms) * 2 < Both[0].PlainModulus ? 1 : 2);

    /// <summary>True when two moduli hold every sum.</summary>
    public static bool Fits(IntersectionTerms terms) => LargestSum(terms) * 2 < (UInt128)Both[0].PlainModulus * Both[1].PlainModulus;

    /// <summary>Ciphertexts that hold a set's values once.</summary>
    public static int Chunks(int items) => (items + Slots - 1) / Slots;

    /// <summary>Values in ciphertext number <paramref name="chunk"/>, counted through for all moduli.</summary>
    public static int ItemsIn(int chunk, int items) => items == 0 ? 0 : Math.Min(Slots, items - (chunk % Chunks(items) * Slots));

    /// <summary>Most bytes of keys and values, or of replies, with headers.</summary>
    public static long MostBytesSaid(IntersectionTerms terms, int ownValues)
        => (long)SetsOf(terms).Length * (KeyBytes + (Chunks(ownValues) * (long)(ValueBytes + IntersectionMessage.OverheadBytes)) + IntersectionMessage.OverheadBytes);

    private static UInt128 LargestSum(IntersectionTerms terms)
        => terms.Values is { IsValid: true } values ? (UInt128)values.Magnitude * (uint)Math.Min(terms.MaxReceiverItems, terms.MaxSenderItems) : 0;
}
