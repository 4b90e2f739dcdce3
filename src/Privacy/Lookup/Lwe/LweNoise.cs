using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace DataSpace.Privacy.Lookup.Lwe;

/// <summary>
/// Discrete Gaussian noise with <see cref="LweParameters.Sigma"/>, from the operating system's generator through a table of its cumulative distribution: 63 bits choose the magnitude, one the
/// sign. Every sample looks at the whole table, so its time tells nothing. The table comes from double precision; the distance from the true distribution is below 2^-45 per sample.
/// </summary>
internal static class LweNoise
{
    private const int TailSigmas = 10; // beyond: less than 2^-63

    private static readonly ulong[] Table = MakeTable();

    /// <summary>Fills with samples modulo 2^32.</summary>
    public static void Fill(Span<uint> noise)
    {
        Span<ulong> words = stackalloc ulong[256];
        for (var done = 0; done < noise.Length; done += words.Length)
        {
            var part = words[..Math.Min(words.Length, (noise.Length - done + 7) / 8 * 8)];
            RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(part));
            Magnitudes(part);
            for (var i = 0; i < Math.Min(part.Length, noise.Length - done); i++)
                noise[done + i] = (uint)part[i];
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(words));
    }

    // A multiple of eight words at a time: how many thresholds a word passes, negated where its top bit is set.
    private static void Magnitudes(Span<ulong> words)
    {
        ref var first = ref MemoryMarshal.GetReference(words);
        for (var i = 0; i < words.Length; i += Vector512<ulong>.Count)
        {
            var word = Vector512.LoadUnsafe(ref first, (nuint)i);
            var sign = Vector512.ShiftRightArithmetic(word.AsInt64(), 63);
            var value = (word & Vector512.Create(ulong.MaxValue >> 1)).AsInt64();
            var magnitude = Vector512<long>.Zero;
            foreach (var threshold in Table)
                magnitude -= Vector512.GreaterThanOrEqual(value, Vector512.Create((long)threshold));
            ((magnitude ^ sign) - sign).AsUInt64().StoreUnsafe(ref Unsafe.Add(ref first, i));
        }
    }

    private static ulong[] MakeTable()
    {
        var most = (int)(TailSigmas * LweParameters.Sigma);
        var weights = Enumerable.Range(0, most + 1).Select(k => (k == 0 ? 1 : 2) * Math.Exp(-k * k / (2 * LweParameters.Sigma * LweParameters.Sigma))).ToArray();
        var total = weights.Sum();
        var table = new ulong[most];
        var sum = 0.0;
        for (var k = 0; k < most; k++)
            table[k] = Math.Min((ulong)((sum += weights[k]) / total * Math.Pow(2, 63)), long.MaxValue); // what rounds to 2^63 would be negative
        return table;
    }
}
