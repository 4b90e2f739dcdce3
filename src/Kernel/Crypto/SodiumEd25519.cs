using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DataSpace.Kernel.Crypto;

/// <summary>
/// Ed25519 by libsodium, twice as fast as the managed library, in processes whose host ships the native library. Signatures are
/// deterministic (RFC 8032, section 5.1.6), so both give the same bytes; <see cref="IsAvailable"/> holds only after that was seen.
/// On malformed keys and signatures the libraries' verdicts differ: libsodium is the stricter one, so that its yes is taken and its no is not.
/// </summary>
internal static partial class SodiumEd25519
{
    public const int SignatureBytes = 64;

    private const string Library = "libsodium";
    private const int SeedBytes = 32;
    private const int PublicKeyBytes = 32;
    private const int SecretKeyBytes = 64;

    /// <summary>True when the library is here, is ours to use, and signs a known text with the known result.</summary>
    public static bool IsAvailable { get; } = Probe();

    /// <summary>The library's form of a secret key, seed ‖ public key, at an address that never moves.</summary>
    public static byte[] ExpandSeed(ReadOnlySpan<byte> seed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, SeedBytes);
        var secretKey = GC.AllocateArray<byte>(SecretKeyBytes, pinned: true);
        Span<byte> publicKey = stackalloc byte[PublicKeyBytes];
        return SeedKeypair(publicKey, secretKey, seed) == 0 ? secretKey : throw new CryptographicException("libsodium made no key pair.");
    }

    /// <summary>Signature over <paramref name="message"/>, 64 bytes.</summary>
    public static byte[] Sign(ReadOnlySpan<byte> message, ReadOnlySpan<byte> secretKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(secretKey.Length, SecretKeyBytes);
        var signature = new byte[SignatureBytes];
        return SignDetached(signature, 0, message, (ulong)message.Length, secretKey) == 0
            ? signature
            : throw new CryptographicException("libsodium made no signature.");
    }

    /// <summary>True when this library takes the signature; false leaves it open.</summary>
    public static bool Accepts(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> publicKey)
        => signature.Length == SignatureBytes && publicKey.Length == PublicKeyBytes && VerifyDetached(signature, message, (ulong)message.Length, publicKey) == 0;

    // RFC 8032, section 7.1, TEST 3.
    private static bool Probe()
    {
        try
        {
            if (Initialize() < 0)
                return false;
            var seed = Convert.FromHexString("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
            return Convert.ToHexStringLower(Sign([0xaf, 0x82], ExpandSeed(seed)))
                   == "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException or CryptographicException)
        {
            return false; // the managed library signs
        }
    }

    [LibraryImport(Library, EntryPoint = "sodium_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "crypto_sign_ed25519_seed_keypair")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int SeedKeypair(Span<byte> publicKey, Span<byte> secretKey, ReadOnlySpan<byte> seed);

    [LibraryImport(Library, EntryPoint = "crypto_sign_ed25519_verify_detached")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int VerifyDetached(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message, ulong messageLength, ReadOnlySpan<byte> publicKey);

    // The second argument may be null: the length is always 64.
    [LibraryImport(Library, EntryPoint = "crypto_sign_ed25519_detached")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int SignDetached(Span<byte> signature, nint lengthOut, ReadOnlySpan<byte> message, ulong messageLength, ReadOnlySpan<byte> secretKey);
}
