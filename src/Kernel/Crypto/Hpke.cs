using System.Security.Cryptography;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Crypto;

/// <summary>
/// Hybrid public key encryption, single shot, base mode (RFC 9180 §6.1) with the one suite DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
/// A sealed box is <c>enc (32 bytes) ‖ ciphertext ‖ tag (16 bytes)</c>. It hides content from everyone but the recipient and does not
/// say who sealed it: sign the document that carries it.
/// </summary>
public static class Hpke
{
    /// <summary>Bytes that a box is longer than its content.</summary>
    public const int OverheadBytes = X25519KeyPair.KeyBytes + TagBytes;

    private const int TagBytes = 16;
    private const int NonceBytes = 12;
    private const int HashBytes = 32;

    private static readonly byte[] KemSuite = [.. "KEM"u8, 0x00, 0x20];

    /// <summary>Seals <paramref name="plaintext"/> to a raw X25519 public key, bound to <paramref name="info"/> and <paramref name="aad"/>.</summary>
    public static Result<byte[]> Seal(ReadOnlySpan<byte> recipientPublicKey, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext)
    {
        using var ephemeral = X25519KeyPair.Generate();
        return Seal(Aead.Aes256, ephemeral, recipientPublicKey, info, aad, plaintext);
    }

    /// <summary>
    /// With a given cipher and ephemeral pair: for test vectors only. Reusing a pair would reuse a nonce, and the RFC prints vectors of this
    /// KEM and KDF with AES-128-GCM but none with AES-256-GCM.
    /// </summary>
    internal static Result<byte[]> Seal(
        Aead aead, X25519KeyPair ephemeral, ReadOnlySpan<byte> recipientPublicKey, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext)
    {
        if (!ephemeral.Agree(recipientPublicKey).TryGet(out var secret, out var error))
            return error;
        var enc = ephemeral.PublicKey.Span;
        var (key, nonce) = Schedule(aead, secret, enc, recipientPublicKey, info);
        var box = new byte[plaintext.Length + OverheadBytes];
        enc.CopyTo(box);
        using (var aes = new AesGcm(key, TagBytes))
            aes.Encrypt(nonce, plaintext, box.AsSpan(enc.Length, plaintext.Length), box.AsSpan(enc.Length + plaintext.Length), aad);
        CryptographicOperations.ZeroMemory(key);
        return box;
    }

    /// <summary>Opens a box; one error for every reason that it does not open.</summary>
    public static Result<byte[]> Open(X25519KeyPair recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> box)
    {
        if (box.Length < OverheadBytes)
            return CryptoErrors.CannotOpen.Of();
        var enc = box[..X25519KeyPair.KeyBytes];
        if (!recipient.Agree(enc).TryGet(out var secret, out _))
            return CryptoErrors.CannotOpen.Of();
        var (key, nonce) = Schedule(Aead.Aes256, secret, enc, recipient.PublicKey.Span, info);
        var plaintext = new byte[box.Length - OverheadBytes];
        try
        {
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(nonce, box[enc.Length..^TagBytes], box[^TagBytes..], plaintext, aad);
            return plaintext;
        }
        catch (AuthenticationTagMismatchException)
        {
            return CryptoErrors.CannotOpen.Of();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Encapsulation (§4.1) and key schedule (§5.1) of base mode: no PSK, sequence number 0.</summary>
    private static (byte[] Key, byte[] BaseNonce) Schedule(Aead aead, byte[] dh, ReadOnlySpan<byte> enc, ReadOnlySpan<byte> recipient, ReadOnlySpan<byte> info)
    {
        byte[] suite = [.. "HPKE"u8, 0x00, 0x20, 0x00, 0x01, 0x00, aead.Id];
        byte[] kemContext = [.. enc, .. recipient];
        var eaePrk = LabeledExtract(KemSuite, [], "eae_prk"u8, dh);
        var shared = LabeledExpand(KemSuite, eaePrk, "shared_secret"u8, kemContext, HashBytes);
        byte[] context =
        [
            0x00, // mode_base
            .. LabeledExtract(suite, [], "psk_id_hash"u8, []),
            .. LabeledExtract(suite, [], "info_hash"u8, info),
        ];
        var secret = LabeledExtract(suite, shared, "secret"u8, []);
        var key = LabeledExpand(suite, secret, "key"u8, context, aead.KeyBytes);
        var nonce = LabeledExpand(suite, secret, "base_nonce"u8, context, NonceBytes);
        foreach (var used in (byte[][])[dh, eaePrk, shared, secret])
            CryptographicOperations.ZeroMemory(used);
        return (key, nonce);
    }

    /// <summary>An AEAD of RFC 9180 §7.3.</summary>
    internal readonly record struct Aead(byte Id, int KeyBytes)
    {
        public static readonly Aead Aes128 = new(1, 16);
        public static readonly Aead Aes256 = new(2, 32);
    }

    private static byte[] LabeledExtract(byte[] suite, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> input)
    {
        byte[] labeled = [.. "HPKE-v1"u8, .. suite, .. label, .. input];
        var prk = new byte[HashBytes];
        HKDF.Extract(HashAlgorithmName.SHA256, labeled, salt, prk);
        return prk;
    }

    private static byte[] LabeledExpand(byte[] suite, byte[] prk, ReadOnlySpan<byte> label, ReadOnlySpan<byte> info, int length)
    {
        byte[] labeled = [(byte)(length >> 8), (byte)length, .. "HPKE-v1"u8, .. suite, .. label, .. info];
        var output = new byte[length];
        HKDF.Expand(HashAlgorithmName.SHA256, prk, output, labeled);
        return output;
    }
}
