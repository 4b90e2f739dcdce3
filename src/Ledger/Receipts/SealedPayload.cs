using System.Buffers.Binary;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;

namespace DataSpace.Ledger.Receipts;

/// <summary>A field with its salt: enough to recompute its leaf of the commitment.</summary>
/// <param name="Label">Name.</param>
/// <param name="Salt">32 bytes; without them the value cannot be guessed from the leaf.</param>
/// <param name="Value">One deterministic CBOR item.</param>
public sealed record OpenedField(string Label, ReadOnlyMemory<byte> Salt, ReadOnlyMemory<byte> Value)
{
    /// <summary>RFC 6962 leaf over <c>length(label) ‖ label ‖ salt ‖ value</c>; the length byte makes the split unambiguous.</summary>
    public byte[] LeafHash()
    {
        var hash = new byte[MerkleHash.SizeBytes];
        HashLeaf(Label, Salt.Span, Value.Span, hash);
        return hash;
    }

    internal static void HashLeaf(string label, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> value, Span<byte> hash)
    {
        var ascii = label.Length <= byte.MaxValue ? stackalloc byte[label.Length] : new byte[label.Length];
        Encoding.ASCII.GetBytes(label, ascii);
        HashLeaf(ascii, salt, value, hash);
    }

    internal static void HashLeaf(ReadOnlySpan<byte> label, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> value, Span<byte> hash)
    {
        const int StackLimitBytes = 1024;
        // A zero byte first: the leaf of RFC 6962.
        var length = 2 + label.Length + salt.Length + value.Length;
        var leaf = length <= StackLimitBytes ? stackalloc byte[length] : new byte[length];
        (leaf[0], leaf[1]) = (0, (byte)label.Length);
        label.CopyTo(leaf[2..]);
        salt.CopyTo(leaf[(2 + label.Length)..]);
        value.CopyTo(leaf[(2 + label.Length + salt.Length)..]);
        SHA256.HashData(leaf, hash);
    }
}

/// <summary>
/// The commitment to a payload and its encrypted form. Everything hangs on one random 32-byte key per entry: salts and the data
/// key come from it by HKDF (RFC 5869), so deleting key and ciphertext erases the content while proofs stay valid.
/// </summary>
internal sealed class SealedPayload
{
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int MaxStackFields = 32;
    private static readonly byte[] DataInfo = [.. "data"u8, 1]; // one round of HKDF-Expand

    private SealedPayload(byte[] key, byte[] root, byte[] ciphertext) => (Key, Root, Ciphertext) = (key, root, ciphertext);

    public byte[] Key { get; }

    public byte[] Root { get; }

    /// <summary>nonce ‖ AES-256-GCM ciphertext ‖ tag over the CBOR field list; the root is associated data.</summary>
    public byte[] Ciphertext { get; }

    /// <summary>Random bytes that one payload needs.</summary>
    public const int RandomBytes = KeyBytes + NonceBytes;

    public static SealedPayload Create(IReadOnlyList<PayloadField> fields) => Create(fields, RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>With a given key: for golden vectors only.</summary>
    internal static SealedPayload Create(IReadOnlyList<PayloadField> fields, byte[] key)
        => Create(fields, [.. key, .. RandomNumberGenerator.GetBytes(NonceBytes)]);

    /// <summary>With <see cref="RandomBytes"/> fresh random bytes: key and nonce.</summary>
    public static SealedPayload Create(IReadOnlyList<PayloadField> fields, ReadOnlySpan<byte> random)
    {
        var key = random[..KeyBytes].ToArray();
        var nonce = random[KeyBytes..RandomBytes];
        using var derivation = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        var leaves = fields.Count <= MaxStackFields ? stackalloc byte[fields.Count * MerkleHash.SizeBytes] : new byte[fields.Count * MerkleHash.SizeBytes];
        Span<byte> salt = stackalloc byte[MerkleHash.SizeBytes];
        for (var i = 0; i < fields.Count; i++)
        {
            Salt(derivation, i, salt);
            OpenedField.HashLeaf(fields[i].Label, salt, fields[i].Value.Span, leaves.Slice(i * MerkleHash.SizeBytes, MerkleHash.SizeBytes));
        }
        var root = MerkleHash.Root(leaves);
        var plain = FieldList.Encode(fields);
        var sealedBytes = new byte[NonceBytes + plain.Length + TagBytes];
        nonce.CopyTo(sealedBytes);
        using var aes = DataCipher(derivation);
        aes.Encrypt(nonce, plain, sealedBytes.AsSpan(NonceBytes, plain.Length), sealedBytes.AsSpan(NonceBytes + plain.Length), root);
        return new SealedPayload(key, root, sealedBytes);
    }

    /// <summary>Decrypts and checks against the commitment.</summary>
    public static Result<IReadOnlyList<OpenedField>> Open(byte[] key, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> root)
    {
        using var derivation = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        if (Unseal(key, derivation, ciphertext, root) is not { } fields)
            return LedgerErrors.PayloadMismatch.Of();
        var opened = Open(fields.ToList(), derivation);
        return MerkleHash.Root(opened.Select(field => field.LeafHash()).ToList()).AsSpan().SequenceEqual(root)
            ? opened
            : LedgerErrors.PayloadMismatch.Of();
    }

    /// <summary>Whether <see cref="Open(byte[], ReadOnlySpan{byte}, ReadOnlySpan{byte})"/> would succeed, without making what it returns.</summary>
    public static bool Matches(byte[] key, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> root)
    {
        using var derivation = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        if (Unseal(key, derivation, ciphertext, root) is not { } fields)
            return false;
        var leaves = fields.Count <= MaxStackFields ? stackalloc byte[fields.Count * MerkleHash.SizeBytes] : new byte[fields.Count * MerkleHash.SizeBytes];
        Span<byte> salt = stackalloc byte[MerkleHash.SizeBytes];
        var i = 0;
        foreach (var field in fields)
        {
            Salt(derivation, i, salt);
            OpenedField.HashLeaf(field.Label, salt, field.Value, leaves.Slice(i++ * MerkleHash.SizeBytes, MerkleHash.SizeBytes));
        }
        return MerkleHash.Root(leaves).AsSpan().SequenceEqual(root);
    }

    private static FieldList? Unseal(byte[] key, IncrementalHash derivation, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> root)
    {
        if (key.Length != KeyBytes || ciphertext.Length < NonceBytes + TagBytes)
            return null;
        var plain = new byte[ciphertext.Length - NonceBytes - TagBytes];
        try
        {
            using var aes = DataCipher(derivation);
            aes.Decrypt(ciphertext[..NonceBytes], ciphertext[NonceBytes..^TagBytes], ciphertext[^TagBytes..], plain, root);
            return FieldList.Read(plain);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>
    /// Decrypts without recomputing the commitment: for the owner's own vault, whose ciphertext is authenticated together with the root.
    /// Whoever made the ciphertext is believed that the fields are those of the root; <see cref="Open(byte[], ReadOnlySpan{byte}, ReadOnlySpan{byte})"/> believes nothing.
    /// </summary>
    public static Result<FieldList> Decrypt(byte[] key, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> root)
    {
        if (key.Length != KeyBytes || ciphertext.Length < NonceBytes + TagBytes)
            return LedgerErrors.PayloadMismatch.Of();
        var plain = new byte[ciphertext.Length - NonceBytes - TagBytes];
        try
        {
            Span<byte> dataKey = stackalloc byte[KeyBytes];
            HMACSHA256.HashData(key, DataInfo, dataKey);
            using var aes = new AesGcm(dataKey, TagBytes);
            CryptographicOperations.ZeroMemory(dataKey);
            aes.Decrypt(ciphertext[..NonceBytes], ciphertext[NonceBytes..^TagBytes], ciphertext[^TagBytes..], plain, root);
            return FieldList.Read(plain) is { } fields ? fields : LedgerErrors.PayloadMismatch.Of();
        }
        catch (CryptographicException)
        {
            return LedgerErrors.PayloadMismatch.Of();
        }
    }

    /// <summary>Key of the part that stays after an erasure: follows from the payload's key, and says nothing about it.</summary>
    public static byte[] RestKey(byte[] key)
    {
        using var derivation = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        var rest = new byte[KeyBytes];
        Expand(derivation, "metering"u8, rest);
        return rest;
    }

    /// <summary>nonce ‖ AES-256-GCM ciphertext ‖ tag over the CBOR list of leaves, the hidden ones as hashes: what is left of a payload whose content was erased.</summary>
    public static byte[] SealRest(byte[] restKey, IReadOnlyList<PayloadLeaf> leaves, ReadOnlySpan<byte> root)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(leaves.Count);
        foreach (var leaf in leaves)
            EntryProof.Write(writer, leaf);
        writer.WriteEndArray();
        var plain = writer.Encode();
        var sealedBytes = new byte[NonceBytes + plain.Length + TagBytes];
        RandomNumberGenerator.Fill(sealedBytes.AsSpan(0, NonceBytes));
        using var derivation = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, restKey);
        using var aes = DataCipher(derivation);
        aes.Encrypt(sealedBytes.AsSpan(0, NonceBytes), plain, sealedBytes.AsSpan(NonceBytes, plain.Length), sealedBytes.AsSpan(NonceBytes + plain.Length), root);
        return sealedBytes;
    }

    /// <summary>The leaves of <see cref="SealRest"/>, checked against the commitment.</summary>
    public static Result<IReadOnlyList<PayloadLeaf>> OpenRest(byte[] restKey, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> root)
    {
        if (restKey.Length != KeyBytes || ciphertext.Length < NonceBytes + TagBytes)
            return LedgerErrors.PayloadMismatch.Of();
        var plain = new byte[ciphertext.Length - NonceBytes - TagBytes];
        try
        {
            using var derivation = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, restKey);
            using var aes = DataCipher(derivation);
            aes.Decrypt(ciphertext[..NonceBytes], ciphertext[NonceBytes..^TagBytes], ciphertext[^TagBytes..], plain, root);
            var reader = new CborReader(plain, CborConformanceMode.Canonical);
            var leaves = new List<PayloadLeaf>();
            for (var left = reader.ReadStartArray() ?? 0; left > 0; left--)
            {
                if (EntryProof.ReadLeaf(reader) is not { } leaf)
                    return LedgerErrors.PayloadMismatch.Of();
                leaves.Add(leaf);
            }
            reader.ReadEndArray();
            return PayloadLeaf.Root(leaves).AsSpan().SequenceEqual(root) ? leaves : LedgerErrors.PayloadMismatch.Of();
        }
        catch (Exception e) when (e is CryptographicException or CborContentException or InvalidOperationException)
        {
            return LedgerErrors.PayloadMismatch.Of();
        }
    }

    private static List<OpenedField> Open(List<PayloadField> fields, IncrementalHash derivation)
    {
        var opened = new List<OpenedField>(fields.Count);
        for (var i = 0; i < fields.Count; i++)
        {
            var salt = new byte[MerkleHash.SizeBytes];
            Salt(derivation, i, salt);
            opened.Add(new OpenedField(fields[i].Label, salt, fields[i].Value));
        }
        return opened;
    }

    private static void Salt(IncrementalHash derivation, int index, Span<byte> salt)
    {
        Span<byte> info = stackalloc byte[8];
        "salt"u8.CopyTo(info);
        BinaryPrimitives.WriteInt32BigEndian(info[4..], index);
        Expand(derivation, info, salt);
    }

    private static AesGcm DataCipher(IncrementalHash derivation)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        Expand(derivation, "data"u8, key);
        var cipher = new AesGcm(key, TagBytes);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    // HKDF-Expand of as many bytes as the hash has is one round of it (RFC 5869, section 2.3). One keyed instance serves all salts.
    private static void Expand(IncrementalHash derivation, ReadOnlySpan<byte> info, Span<byte> output)
    {
        derivation.AppendData(info);
        derivation.AppendData([1]);
        derivation.GetHashAndReset(output);
    }
}
