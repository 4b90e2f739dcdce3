using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Aggregation.Dropout;

/// <summary>
/// Seals an owner's two shares to another one, through whoever carries them: X25519 of both share keys, HKDF-SHA256, AES-256-GCM. The key binds roster, sender, receiver and both public keys, and seals one
/// box, so the nonce is zero.
/// </summary>
internal static class ShareBox
{
    private const int TagBytes = 16;
    private static readonly byte[] InfoTag = Encoding.ASCII.GetBytes("DataSpace secure-aggregation/1 share\n");

    public static Result<Unit> Seal(EphemeralKey own, int sender, int receiver, IReadOnlyList<byte[]> shareKeys, ReadOnlySpan<byte> rosterHash, ReadOnlySpan<byte> shares, Span<byte> box)
    {
        if (!DeriveKey(own, sender, receiver, shareKeys, shareKeys[receiver], rosterHash).TryGet(out var key, out var error))
            return error;
        using var aes = new AesGcm(key, TagBytes);
        CryptographicOperations.ZeroMemory(key);
        aes.Encrypt(new byte[12], shares, box[..^TagBytes], box[^TagBytes..]);
        return Unit.Value;
    }

    public static Result<byte[]> Open(EphemeralKey own, int sender, int receiver, IReadOnlyList<byte[]> shareKeys, ReadOnlySpan<byte> rosterHash, ReadOnlySpan<byte> box)
    {
        if (!DeriveKey(own, sender, receiver, shareKeys, shareKeys[sender], rosterHash).TryGet(out var key, out var error))
            return error;
        using var aes = new AesGcm(key, TagBytes);
        CryptographicOperations.ZeroMemory(key);
        var shares = new byte[box.Length - TagBytes];
        try
        {
            aes.Decrypt(new byte[12], box[..^TagBytes], box[^TagBytes..], shares);
            return shares;
        }
        catch (AuthenticationTagMismatchException)
        {
            return DropoutErrors.ShareSealed.Of($"from owner {sender}");
        }
    }

    private static Result<byte[]> DeriveKey(EphemeralKey own, int sender, int receiver, IReadOnlyList<byte[]> shareKeys, byte[] peer, ReadOnlySpan<byte> rosterHash)
    {
        if (!own.Agree(peer).TryGet(out var secret, out var error))
            return error;
        byte[] info = [.. InfoTag, .. rosterHash, (byte)sender, (byte)receiver, .. shareKeys[sender], .. shareKeys[receiver]];
        var key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt: [], info);
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }
}
