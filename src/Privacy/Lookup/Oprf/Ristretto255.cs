using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DataSpace.Privacy.Lookup.Oprf;

/// <summary>
/// The prime-order group ristretto255 (RFC 9496) by libsodium, in processes whose host ships the native library; there is no other path. Elements and scalars are 32 bytes,
/// little-endian. Multiplication takes the same time for every scalar.
/// </summary>
internal static partial class Ristretto255
{
    public const int ElementBytes = 32;
    public const int ScalarBytes = 32;
    public const int UniformBytes = 64;

    private const string Library = "libsodium";

    /// <summary>True when the library is here and gives RFC 9496's generator.</summary>
    public static bool IsAvailable { get; } = Probe();

    /// <summary>RFC 9496, section 4.3.4: the element of 64 uniform bytes.</summary>
    public static void FromUniform(ReadOnlySpan<byte> uniform, Span<byte> element) => Demand(FromHash(element, uniform));

    /// <summary>Canonical, and not the identity: what an element of a peer must be.</summary>
    public static bool IsElement(ReadOnlySpan<byte> element) => element.Length == ElementBytes && element.ContainsAnyExcept((byte)0) && IsValidPoint(element) == 1;

    /// <summary>False when the element is not canonical or the product is the identity.</summary>
    public static bool TryMultiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> element, Span<byte> product) => ScalarMultiply(product, scalar, element) == 0;

    /// <summary>False for the scalar 0.</summary>
    public static bool TryMultiplyGenerator(ReadOnlySpan<byte> scalar, Span<byte> product) => ScalarMultiplyBase(product, scalar) == 0;

    /// <summary>False when one of them is not canonical. The sum may overwrite either.</summary>
    public static bool TryAdd(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> sum)
    {
        Span<byte> result = stackalloc byte[ElementBytes];
        if (Add(result, left, right) != 0)
            return false;
        result.CopyTo(sum);
        return true;
    }

    /// <summary>64 bytes modulo the group's order.</summary>
    public static void Reduce(ReadOnlySpan<byte> wide, Span<byte> scalar) => ScalarReduce(scalar, wide);

    /// <summary>A scalar below the group's order, uniform, not 0.</summary>
    public static void Draw(Span<byte> scalar) => ScalarRandom(scalar);

    /// <summary>1/scalar.</summary>
    public static void Invert(ReadOnlySpan<byte> scalar, Span<byte> inverse) => Demand(ScalarInvert(inverse, scalar));

    /// <summary>minuend − factor·multiplier.</summary>
    public static void SubtractProduct(ReadOnlySpan<byte> minuend, ReadOnlySpan<byte> factor, ReadOnlySpan<byte> multiplier, Span<byte> difference)
    {
        Span<byte> product = stackalloc byte[ScalarBytes];
        ScalarProduct(product, factor, multiplier);
        ScalarSubtract(difference, minuend, product);
        CryptographicOperations.ZeroMemory(product);
    }

    /// <summary>Below the group's order.</summary>
    public static bool IsScalar(ReadOnlySpan<byte> scalar)
    {
        if (scalar.Length != ScalarBytes)
            return false;
        Span<byte> wide = stackalloc byte[UniformBytes];
        wide.Clear();
        scalar.CopyTo(wide);
        Span<byte> reduced = stackalloc byte[ScalarBytes];
        ScalarReduce(reduced, wide);
        return reduced.SequenceEqual(scalar);
    }

    private static void Demand(int result)
    {
        if (result != 0)
            throw new CryptographicException("libsodium refused its own arguments.");
    }

    // RFC 9496, appendix A.1.
    private static bool Probe()
    {
        try
        {
            if (Initialize() < 0)
                return false;
            Span<byte> one = stackalloc byte[ScalarBytes];
            one.Clear();
            one[0] = 1;
            Span<byte> generator = stackalloc byte[ElementBytes];
            return TryMultiplyGenerator(one, generator) && Convert.ToHexStringLower(generator) == "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76";
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return false; // there are no hidden look-ups on this host, and the error says so
        }
    }

    [LibraryImport(Library, EntryPoint = "sodium_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "crypto_core_ristretto255_from_hash")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int FromHash(Span<byte> element, ReadOnlySpan<byte> uniform);

    [LibraryImport(Library, EntryPoint = "crypto_core_ristretto255_is_valid_point")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int IsValidPoint(ReadOnlySpan<byte> element);

    [LibraryImport(Library, EntryPoint = "crypto_core_ristretto255_add")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int Add(Span<byte> sum, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right);

    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_ristretto255")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int ScalarMultiply(Span<byte> product, ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> element);

    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_ristretto255_base")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int ScalarMultiplyBase(Span<byte> product, ReadOnlySpan<byte> scalar);

    [LibraryImport(Library, EntryPoint = "crypto_core_ristretto255_scalar_random")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial void ScalarRandom(Span<byte> scalar);

    [LibraryImport(Library, EntryPoint = "crypto_core_ristretto255_scalar_reduce")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial void ScalarReduce(Span<byte> scalar, ReadOnlySpan<byte> wide);

    [LibraryImport(Library, EntryPoint = "crypto_core_ristretto255_scalar_invert")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int ScalarInvert(Span<byte> inverse, ReadOnlySpan<byte> scalar);

    [LibraryImport(Library, EntryPoint = "crypto_core_ristretto255_scalar_mul")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial void ScalarProduct(Span<byte> product, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right);

    [LibraryImport(Library, EntryPoint = "crypto_core_ristretto255_scalar_sub")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial void ScalarSubtract(Span<byte> difference, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right);
}
