using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace DataSpace.Privacy.Seal.Evaluation;

/// <summary>
/// The two secret distributions of an encryption, as SEAL 4.1 has them, from the operating system's generator. How long a draw takes depends on which random bytes are thrown away, never on those that are kept.
/// </summary>
internal static class KeyNoise
{
    /// <summary>Largest error: so many pairs of bits.</summary>
    public const int MostError = 21;

    private const uint ErrorBits = (1 << MostError) - 1;
    private const byte TernaryLimit = 255; // 85 bytes for each of the three values

    /// <summary>Centred binomial errors: the difference of two sums of 21 bits, standard deviation 3.24.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Binomial(Span<double> target)
    {
        var random = new byte[sizeof(ulong) * target.Length];
        RandomNumberGenerator.Fill(random);
        for (var i = 0; i < target.Length; i++)
        {
            var bits = BinaryPrimitives.ReadUInt64LittleEndian(random.AsSpan(sizeof(ulong) * i));
            target[i] = BitOperations.PopCount((uint)bits & ErrorBits) - BitOperations.PopCount((uint)(bits >> 32) & ErrorBits);
        }

        CryptographicOperations.ZeroMemory(random);
    }

    /// <summary>Uniform from -1, 0, 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Ternary(Span<double> target)
    {
        var random = new byte[target.Length];
        var used = random.Length;
        for (var i = 0; i < target.Length;)
        {
            if (used == random.Length)
            {
                RandomNumberGenerator.Fill(random);
                used = 0;
            }

            var one = random[used++];
            target[i] = (one % 3) - 1;
            i += one < TernaryLimit ? 1 : 0;
        }

        CryptographicOperations.ZeroMemory(random);
    }
}
