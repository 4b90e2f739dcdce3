using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DataSpace.Privacy.Intersection.Curve;

/// <summary>X25519 by libsodium, in processes whose host ships the native library.</summary>
internal static partial class SodiumX25519
{
    private const string Library = "libsodium";

    /// <summary>True when the library is here and answers RFC 7748's first test vector.</summary>
    public static bool IsAvailable { get; } = Probe();

    /// <summary>The product, 32 bytes; 0 for points of low order, for which the library writes nothing.</summary>
    public static void Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point, Span<byte> product)
    {
        Span<byte> result = stackalloc byte[Curve25519.PointBytes];
        if (ScalarMultiply(result, scalar, point) != 0)
            result.Clear();
        result.CopyTo(product);
    }

    // RFC 7748, section 5.2.
    private static bool Probe()
    {
        try
        {
            if (Initialize() < 0)
                return false;
            var product = new byte[Curve25519.PointBytes];
            Multiply(
                Convert.FromHexString("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                Convert.FromHexString("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
                product);
            return Convert.ToHexStringLower(product) == "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552";
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException or CryptographicException)
        {
            return false; // the portable path multiplies
        }
    }

    [LibraryImport(Library, EntryPoint = "sodium_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_curve25519")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int ScalarMultiply(Span<byte> product, ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point);
}
