using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DataSpace.Privacy.Seal.Evaluation;

/// <summary>
/// Uniform noise for the first polynomial of a reply, from the operating system's generator. A draw is up to 126 bits; it is held in three parts of 42 bits, each exact
/// in a double, and brought to every prime as part·2^42k.
/// </summary>
internal static class FloodNoise
{
    private const int PartBits = 42;
    private const int Parts = 3;
    private const int DrawBytes = 16;

    /// <summary>c0 += noise, every coefficient uniform from −amplitude to amplitude − 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(RnsRing ring, double[] ciphertext, BigInteger amplitude)
    {
        var parts = Draw(ring.Degree, (UInt128)(2 * amplitude));
        for (var j = 0; j < ring.Primes.Length; j++)
        {
            var prime = ring.Primes[j].Modulus;
            var target = ring.Part(ciphertext, j);
            for (var k = 0; k < Parts; k++)
                ring.Primes[j].AddMultiple(target, parts.AsSpan(k * ring.Degree, ring.Degree), prime.Power(2, PartBits * (ulong)k));
            var offset = (double)(ulong)(amplitude % prime.Value);
            foreach (ref var coefficient in target)
                coefficient -= offset;
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(parts.AsSpan()));
    }

    /// <summary>Draws below <paramref name="limit"/> by rejection, part after part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double[] Draw(int count, UInt128 limit)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, UInt128.One << (Parts * PartBits));
        const ulong partMask = (1UL << PartBits) - 1;
        var mask = UInt128.MaxValue >> (int)UInt128.LeadingZeroCount(limit - 1);
        var parts = new double[Parts * count];
        var random = new byte[DrawBytes * count];
        var used = random.Length;
        for (var i = 0; i < count;)
        {
            if (used == random.Length)
            {
                RandomNumberGenerator.Fill(random);
                used = 0;
            }

            var draw = BinaryPrimitives.ReadUInt128LittleEndian(random.AsSpan(used)) & mask;
            used += DrawBytes;
            if (draw >= limit)
                continue;
            for (var k = 0; k < Parts; k++)
                parts[(k * count) + i] = (ulong)(draw >> (k * PartBits)) & partMask;
            i++;
        }

        CryptographicOperations.ZeroMemory(random);
        return parts;
    }
}
