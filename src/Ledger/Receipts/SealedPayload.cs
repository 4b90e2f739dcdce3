using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Crypto;
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
    private const int MaxStackBytes = 32 * MerkleHash.SizeBytes;

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
        var size = fields.Count * MerkleHash.SizeBytes;
        Span<byte> leaves = size <= MaxStackBytes ? stackalloc byte[size] : new byte[size];
        Span<byte> salts = size <= MaxStackBytes ? stackalloc byte[size] : new byte[size];
        FieldSalts.Fill(key, salts);
        var hashes = new FieldLeaves(stackalloc byte[FieldLeaves.RoomBytes], salts, leaves, Sha256Lanes.IsSupported);
        for (var i = 0; i < fields.Count; i++)
            hashes.Add(fields[i].Label, fields[i].Value.Span);
        hashes.Finish();
        var root = MerkleHash.Root(leaves);
        var sealedBytes = Seal(key, FieldList.Encode(fields), nonce, root);
        return new SealedPayload(key, root, sealedBytes);
    }

    /// <summary>Decrypts and checks against the commitment.</summary>
    public static Result<IReadOnlyList<OpenedField>> Open(byte[] key, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> root)
    {
        if (!Decrypt(key, ciphertext, root).TryGet(out var fields, out var error))
            return error;
        var opened = Open(fields.ToList(), key);
        return MerkleHash.Root(opened.Select(field => field.LeafHash()).ToList()).AsSpan().SequenceEqual(root)
            ? opened
            : LedgerErrors.PayloadMismatch.Of();
    }

    /// <summary>Whether <see cref="Open(byte[], ReadOnlySpan{byte}, ReadOnlySpan{byte})"/> would succeed, without making what it returns.</summary>
    public static bool Matches(byte[] key, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> root)
    {
        if (!Decrypt(key, ciphertext, root).TryGet(out var fields, out _))
            return false;
        var size = fields.Count * MerkleHash.SizeBytes;
        Span<byte> leaves = size <= MaxStackBytes ? stackalloc byte[size] : new byte[size];
        Span<byte> salts = size <= MaxStackBytes ? stackalloc byte[size] : new byte[size];
        FieldSalts.Fill(key, salts);
        var hashes = new FieldLeaves(stackalloc byte[FieldLeaves.RoomBytes], salts, leaves, Sha256Lanes.IsSupported);
        foreach (var field in fields)
            hashes.Add(field.Label, field.Value);
        hashes.Finish();
        return MerkleHash.Root(leaves).AsSpan().SequenceEqual(root);
    }

    /// <summary>
    /// Decrypts without recomputing the commitment: for the owner's own vault, whose ciphertext is authenticated together with the root.
    /// Whoever made the ciphertext is believed that the fields are those of the root; <see cref="Open(byte[], ReadOnlySpan{byte}, ReadOnlySpan{byte})"/> believes nothing.
    /// </summary>
    public static Result<FieldList> Decrypt(byte[] key, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> root)
        => Unseal(key, ciphertext, root) is { } plain && FieldList.Read(plain) is { } fields ? fields : LedgerErrors.PayloadMismatch.Of();

    /// <summary>Key of the part that stays after an erasure: follows from the payload's key, and says nothing about it.</summary>
    public static byte[] RestKey(byte[] key)
    {
        var rest = new byte[KeyBytes];
        ShortHmac.Compute(key, "metering\u0001"u8, rest);
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
        return Seal(restKey, plain, RandomNumberGenerator.GetBytes(NonceBytes), root);
    }

    /// <summary>The leaves of <see cref="SealRest"/>, checked against the commitment.</summary>
    public static Result<IReadOnlyList<PayloadLeaf>> OpenRest(byte[] restKey, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> root)
    {
        if (Unseal(restKey, ciphertext, root) is not { } plain)
            return LedgerErrors.PayloadMismatch.Of();
        try
        {
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
        catch (Exception e) when (e is CborContentException or InvalidOperationException)
        {
            return LedgerErrors.PayloadMismatch.Of();
        }
    }

    private static List<OpenedField> Open(List<PayloadField> fields, byte[] key)
    {
        var salts = new byte[fields.Count * MerkleHash.SizeBytes];
        FieldSalts.Fill(key, salts);
        var opened = new List<OpenedField>(fields.Count);
        for (var i = 0; i < fields.Count; i++)
            opened.Add(new OpenedField(fields[i].Label, salts.AsMemory(i * MerkleHash.SizeBytes, MerkleHash.SizeBytes), fields[i].Value));
        return opened;
    }

    private static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> root)
    {
        var sealedBytes = new byte[NonceBytes + plain.Length + TagBytes];
        nonce.CopyTo(sealedBytes);
        Span<byte> dataKey = stackalloc byte[KeyBytes];
        FieldSalts.DataKey(key, dataKey);
        Aes256Gcm.Encrypt(dataKey, nonce, plain, root, sealedBytes.AsSpan(NonceBytes));
        CryptographicOperations.ZeroMemory(dataKey);
        return sealedBytes;
    }

    /// <summary>The plain text, or null when key, ciphertext or root is another one.</summary>
    private static byte[]? Unseal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> root)
    {
        if (key.Length != KeyBytes || ciphertext.Length < NonceBytes + TagBytes)
            return null;
        var plain = new byte[ciphertext.Length - NonceBytes - TagBytes];
        Span<byte> dataKey = stackalloc byte[KeyBytes];
        FieldSalts.DataKey(key, dataKey);
        var isWhole = Aes256Gcm.TryDecrypt(dataKey, ciphertext[..NonceBytes], ciphertext[NonceBytes..], root, plain);
        CryptographicOperations.ZeroMemory(dataKey);
        return isWhole ? plain : null;
    }
}
