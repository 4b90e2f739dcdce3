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
        var label = Encoding.ASCII.GetBytes(Label);
        byte[] leaf = [(byte)label.Length, .. label, .. Salt.Span, .. Value.Span];
        return MerkleHash.Leaf(leaf);
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
    private static readonly byte[] DataInfo = Encoding.ASCII.GetBytes("data");

    private SealedPayload(byte[] key, byte[] root, byte[] ciphertext) => (Key, Root, Ciphertext) = (key, root, ciphertext);

    public byte[] Key { get; }

    public byte[] Root { get; }

    /// <summary>nonce ‖ AES-256-GCM ciphertext ‖ tag over the CBOR field list; the root is associated data.</summary>
    public byte[] Ciphertext { get; }

    public static SealedPayload Create(IReadOnlyList<PayloadField> fields) => Create(fields, RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>With a given key: for golden vectors only.</summary>
    internal static SealedPayload Create(IReadOnlyList<PayloadField> fields, byte[] key)
    {
        var root = MerkleHash.Root(Open(fields, key).Select(field => field.LeafHash()).ToList());
        var plain = EncodeFields(fields);
        var sealedBytes = new byte[NonceBytes + plain.Length + TagBytes];
        var nonce = sealedBytes.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(DataKey(key), TagBytes);
        aes.Encrypt(nonce, plain, sealedBytes.AsSpan(NonceBytes, plain.Length), sealedBytes.AsSpan(NonceBytes + plain.Length), root);
        return new SealedPayload(key, root, sealedBytes);
    }

    /// <summary>Decrypts and checks against the commitment.</summary>
    public static Result<IReadOnlyList<OpenedField>> Open(byte[] key, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> root)
    {
        if (key.Length != KeyBytes || ciphertext.Length < NonceBytes + TagBytes)
            return LedgerErrors.PayloadMismatch.Of();
        var plain = new byte[ciphertext.Length - NonceBytes - TagBytes];
        try
        {
            using var aes = new AesGcm(DataKey(key), TagBytes);
            aes.Decrypt(ciphertext[..NonceBytes], ciphertext[NonceBytes..^TagBytes], ciphertext[^TagBytes..], plain, root);
            var opened = Open(DecodeFields(plain), key);
            return MerkleHash.Root(opened.Select(field => field.LeafHash()).ToList()).AsSpan().SequenceEqual(root)
                ? opened
                : LedgerErrors.PayloadMismatch.Of();
        }
        catch (Exception e) when (e is CryptographicException or CborContentException or InvalidOperationException)
        {
            return LedgerErrors.PayloadMismatch.Of();
        }
    }

    private static List<OpenedField> Open(IReadOnlyList<PayloadField> fields, byte[] key)
    {
        var opened = new List<OpenedField>(fields.Count);
        for (var i = 0; i < fields.Count; i++)
            opened.Add(new OpenedField(fields[i].Label, Salt(key, i), fields[i].Value));
        return opened;
    }

    private static byte[] Salt(byte[] key, int index)
    {
        var info = new byte[8];
        "salt"u8.CopyTo(info);
        BinaryPrimitives.WriteInt32BigEndian(info.AsSpan(4), index);
        return HKDF.Expand(HashAlgorithmName.SHA256, key, MerkleHash.SizeBytes, info);
    }

    private static byte[] DataKey(byte[] key) => HKDF.Expand(HashAlgorithmName.SHA256, key, KeyBytes, DataInfo);

    private static byte[] EncodeFields(IReadOnlyList<PayloadField> fields)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(2 * fields.Count);
        foreach (var field in fields)
        {
            writer.WriteTextString(field.Label);
            writer.WriteByteString(field.Value.Span);
        }
        writer.WriteEndArray();
        return writer.Encode();
    }

    private static List<PayloadField> DecodeFields(byte[] plain)
    {
        var reader = new CborReader(plain, CborConformanceMode.Canonical);
        var count = reader.ReadStartArray() ?? 0;
        var fields = new List<PayloadField>();
        for (var i = 0; i < count; i += 2)
            fields.Add(new PayloadField(reader.ReadTextString(), reader.ReadByteString()));
        reader.ReadEndArray();
        return fields;
    }
}
