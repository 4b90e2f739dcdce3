using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DataSpace.Kernel.Crypto;

/// <summary>
/// AES-256-GCM (NIST SP 800-38D) of short texts, each under a key of its own: by libsodium where the host ships it and the processor has the instructions, else by the platform,
/// whose set-up for a key costs more than such a text. The bytes are the same.
/// </summary>
internal static partial class Aes256Gcm
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 32;

    /// <summary>Bytes of a nonce.</summary>
    public const int NonceBytes = 12;

    /// <summary>Bytes of a tag.</summary>
    public const int TagBytes = 16;

    private const string Library = "libsodium";

    /// <summary>True where libsodium does it.</summary>
    internal static bool UsesSodium { get; } = Probe();

    /// <summary>Encrypts into ciphertext ‖ tag.</summary>
    public static void Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associated, Span<byte> ciphertextAndTag)
    {
        Check(key, nonce);
        ArgumentOutOfRangeException.ThrowIfNotEqual(ciphertextAndTag.Length, plain.Length + TagBytes);
        if (UsesSodium)
            _ = SodiumEncrypt(ciphertextAndTag, 0, plain, (ulong)plain.Length, associated, (ulong)associated.Length, 0, nonce, key);
        else
            EncryptByPlatform(key, nonce, plain, associated, ciphertextAndTag);
    }

    /// <summary>Decrypts ciphertext ‖ tag; false when any byte of it, of the nonce or of what is associated is another one.</summary>
    public static bool TryDecrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertextAndTag, ReadOnlySpan<byte> associated, Span<byte> plain)
    {
        Check(key, nonce);
        if (ciphertextAndTag.Length < TagBytes || plain.Length != ciphertextAndTag.Length - TagBytes)
            return false;
        return UsesSodium
            ? SodiumDecrypt(plain, 0, 0, ciphertextAndTag, (ulong)ciphertextAndTag.Length, associated, (ulong)associated.Length, nonce, key) == 0
            : TryDecryptByPlatform(key, nonce, ciphertextAndTag, associated, plain);
    }

    internal static void EncryptByPlatform(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associated, Span<byte> ciphertextAndTag)
    {
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(nonce, plain, ciphertextAndTag[..plain.Length], ciphertextAndTag[plain.Length..], associated);
    }

    internal static bool TryDecryptByPlatform(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertextAndTag, ReadOnlySpan<byte> associated, Span<byte> plain)
    {
        try
        {
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(nonce, ciphertextAndTag[..^TagBytes], ciphertextAndTag[^TagBytes..], plain, associated);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    // The native side reads as many bytes as the algorithm has.
    private static void Check(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceBytes);
    }

    // NIST's test case 13 for AES-256: no text, nothing associated, all zeros.
    private static bool Probe()
    {
        try
        {
            if (Initialize() < 0 || IsAvailable() != 1)
                return false;
            Span<byte> zeros = stackalloc byte[KeyBytes], tag = stackalloc byte[TagBytes];
            zeros.Clear();
            return SodiumEncrypt(tag, 0, [], 0, [], 0, 0, zeros[..NonceBytes], zeros) == 0 && Convert.ToHexStringLower(tag) == "530f8afbc74536b9a963b4f1c4cb738b";
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return false; // the platform does it
        }
    }

    [LibraryImport(Library, EntryPoint = "sodium_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "crypto_aead_aes256gcm_is_available")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int IsAvailable();

    [LibraryImport(Library, EntryPoint = "crypto_aead_aes256gcm_encrypt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int SodiumEncrypt(
        Span<byte> ciphertext, nint lengthOut, ReadOnlySpan<byte> plain, ulong plainLength, ReadOnlySpan<byte> associated, ulong associatedLength, nint secretNonce, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key);

    [LibraryImport(Library, EntryPoint = "crypto_aead_aes256gcm_decrypt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int SodiumDecrypt(
        Span<byte> plain, nint lengthOut, nint secretNonce, ReadOnlySpan<byte> ciphertext, ulong ciphertextLength, ReadOnlySpan<byte> associated, ulong associatedLength, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key);
}
