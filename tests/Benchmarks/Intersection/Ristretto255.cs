using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Benchmarks.Space;

namespace DataSpace.Benchmarks.Intersection;

/// <summary>libsodium's prime-order group, for comparison only.</summary>
internal static class Ristretto255
{
    private const int Bytes = 32;
    private static readonly byte[] First = Scalar(), Second = Scalar();

    public static bool IsAvailable { get; } = Probe();

    /// <summary>Both parties hash the item and mask it; each masks what the other masked.</summary>
    public static void OneItemOfBothParties(int item)
    {
        var (hash, point, product) = (new byte[64], new byte[Bytes], new byte[Bytes]);
        foreach (var (own, other) in ((byte[], byte[])[])[(First, Second), (Second, First)])
        {
            SHA512.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"user-{item}")), hash);
            if (FromHash(point, hash) != 0 || Multiply(product, own, point) != 0 || Multiply(point, other, product) != 0)
                throw new BenchmarkException("libsodium refused a point");
        }
    }

    private static byte[] Scalar()
    {
        var scalar = RandomNumberGenerator.GetBytes(Bytes);
        scalar[31] &= 0x0f; // below the group's order
        return scalar;
    }

    private static bool Probe()
    {
        try
        {
            return Initialize() >= 0;
        }
        catch (DllNotFoundException)
        {
            return false;
        }
    }

    [DllImport("libsodium", EntryPoint = "sodium_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static extern int Initialize();

    [DllImport("libsodium", EntryPoint = "crypto_core_ristretto255_from_hash")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static extern int FromHash(byte[] point, byte[] hash);

    [DllImport("libsodium", EntryPoint = "crypto_scalarmult_ristretto255")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static extern int Multiply(byte[] product, byte[] scalar, byte[] point);
}
