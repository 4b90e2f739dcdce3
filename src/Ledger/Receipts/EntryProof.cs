using System.Formats.Cbor;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;

namespace DataSpace.Ledger.Receipts;

/// <summary>One leaf of a payload commitment: shown, or only its hash.</summary>
/// <param name="Field">The field, when it is shown.</param>
/// <param name="Hash">Leaf hash; for a shown field it follows from the field.</param>
public sealed record PayloadLeaf(OpenedField? Field, ReadOnlyMemory<byte> Hash)
{
    /// <summary>Root over leaves; the hash of a shown field is computed, not believed.</summary>
    public static byte[] Root(IEnumerable<PayloadLeaf> leaves)
        => MerkleHash.Root([.. leaves.Select(leaf => leaf.Field?.LeafHash() ?? leaf.Hash.ToArray())]);

    /// <summary>The shown fields without their salts.</summary>
    public static IEnumerable<PayloadField> Shown(IEnumerable<PayloadLeaf> leaves)
        => leaves.Where(leaf => leaf.Field is not null).Select(leaf => new PayloadField(leaf.Field!.Label, leaf.Field.Value));

    /// <summary>The same leaf without its field, unless <paramref name="disclose"/> accepts it.</summary>
    public PayloadLeaf Show(Func<string, bool>? disclose) => Field is null || disclose?.Invoke(Field.Label) != false ? this : new PayloadLeaf(null, Hash);
}

/// <summary>
/// Everything a third party needs to check that an entry with these shown fields is in a log: entry, fields, offline proof.
/// </summary>
/// <param name="Entry">Entry bytes as they are in the log.</param>
/// <param name="Leaves">Payload leaves in order.</param>
/// <param name="Proof">Inclusion proof with its checkpoint.</param>
public sealed record EntryProof(ReadOnlyMemory<byte> Entry, IReadOnlyList<PayloadLeaf> Leaves, TlogProof Proof)
{
    /// <summary>Longest serialized proof, in bytes.</summary>
    public const int MaxBytes = 192 * 1024;

    private const int Version = 1;

    /// <summary>Shows the fields that <paramref name="disclose"/> accepts and hides the others behind their leaf hashes.</summary>
    public static EntryProof Create(
        ReadOnlyMemory<byte> entry, IEnumerable<PayloadLeaf> leaves, TlogProof proof, Func<string, bool>? disclose = null)
        => new(entry, leaves.Select(leaf => leaf.Show(disclose)).ToList(), proof);

    /// <summary>
    /// Verifies the entry's signature, the shown fields against the commitment, and the entry against the log's signed checkpoint.
    /// </summary>
    /// <param name="entrySigner">Key that must have signed the entry.</param>
    /// <param name="vkey">Verifier key of the log.</param>
    /// <param name="kind">Kind the entry must have.</param>
    public Result<VerifiedEntry> Verify(PublicKey entrySigner, string vkey, EntryKind kind)
    {
        if (!VerifierKey.ParseLog(vkey).TryGet(out var log, out var error)
            || !LedgerEntry.Decode(Entry).TryGet(out var entry, out error))
            return error;
        if (entry.Kind != kind)
            return LedgerErrors.ProofInvalid.Of("the entry is of another kind");
        if (!entry.IsSignedBy(entrySigner))
            return LedgerErrors.EntrySignature.Of();
        if (Leaves.Any(leaf => leaf.Field?.LeafHash().AsSpan().SequenceEqual(leaf.Hash.Span) == false)
            || !MerkleHash.Root(Leaves.Select(leaf => leaf.Hash.ToArray()).ToList()).AsSpan().SequenceEqual(entry.PayloadRoot.Span))
            return LedgerErrors.PayloadMismatch.Of();
        var leafHash = MerkleHash.Leaf(Entry.Span);
        if (!Proof.Verify(leafHash, log).TryGet(out var checkpoint, out error))
            return error;
        var shown = Leaves.Where(l => l.Field is not null).Select(l => new PayloadField(l.Field!.Label, l.Field.Value)).ToList();
        return new VerifiedEntry(entry, leafHash, Proof.Index, checkpoint, shown);
    }

    /// <summary>Deterministic CBOR array: version, entry, leaves (hash, or label, salt and value), proof text.</summary>
    public byte[] Encode()
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(4);
        writer.WriteInt32(Version);
        writer.WriteByteString(Entry.Span);
        writer.WriteStartArray(Leaves.Count);
        foreach (var leaf in Leaves)
            Write(writer, leaf);
        writer.WriteEndArray();
        writer.WriteTextString(Proof.Format());
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>Reads a serialized proof. Verifies nothing.</summary>
    public static Result<EntryProof> Decode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
            return LedgerErrors.ProofMalformed.Of("proof too long");
        try
        {
            var reader = new CborReader(bytes, CborConformanceMode.Canonical);
            if (reader.ReadStartArray() != 4 || reader.ReadInt32() != Version)
                return LedgerErrors.ProofMalformed.Of("unknown version");
            var entry = reader.ReadByteString();
            if (reader.ReadStartArray() is not (> 0 and <= FieldRules.MaxFields and var count))
                return LedgerErrors.ProofMalformed.Of("number of fields");
            var leaves = new List<PayloadLeaf>();
            for (var i = 0; i < count; i++)
            {
                if (ReadLeaf(reader) is not { } leaf)
                    return LedgerErrors.ProofMalformed.Of("malformed field");
                leaves.Add(leaf);
            }
            reader.ReadEndArray();
            var text = reader.ReadTextString();
            reader.ReadEndArray();
            if (reader.BytesRemaining != 0)
                return LedgerErrors.ProofMalformed.Of("trailing bytes");
            return TlogProof.Parse(text).TryGet(out var proof, out var error) ? new EntryProof(entry, leaves, proof) : error;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException)
        {
            return LedgerErrors.ProofMalformed.Of();
        }
    }

    /// <summary>Writes a leaf: its hash, or label, salt and value.</summary>
    internal static void Write(CborWriter writer, PayloadLeaf leaf)
    {
        if (leaf.Field is not { } field)
        {
            writer.WriteByteString(leaf.Hash.Span);
            return;
        }
        writer.WriteStartArray(3);
        writer.WriteTextString(field.Label);
        writer.WriteByteString(field.Salt.Span);
        writer.WriteByteString(field.Value.Span);
        writer.WriteEndArray();
    }

    /// <summary>Reads a leaf, or null.</summary>
    internal static PayloadLeaf? ReadLeaf(CborReader reader)
    {
        if (reader.PeekState() == CborReaderState.ByteString)
            return reader.ReadByteString() is { Length: MerkleHash.SizeBytes } hash ? new PayloadLeaf(null, hash) : null;
        if (reader.ReadStartArray() != 3)
            return null;
        var field = new OpenedField(reader.ReadTextString(), reader.ReadByteString(), reader.ReadByteString());
        reader.ReadEndArray();
        return field.Salt.Length == 32 && field.Label.Length is > 0 and <= FieldRules.MaxLabelLength && field.Label.All(char.IsAscii)
            ? new PayloadLeaf(field, field.LeafHash())
            : null;
    }
}

/// <summary>What a verified proof says.</summary>
/// <param name="Entry">The envelope.</param>
/// <param name="LeafHash">Hash by which other entries refer to this one.</param>
/// <param name="Index">Index in the log.</param>
/// <param name="Checkpoint">The log's signed checkpoint that covers it.</param>
/// <param name="Fields">The shown fields.</param>
public sealed record VerifiedEntry(
    LedgerEntry Entry, ReadOnlyMemory<byte> LeafHash, long Index, Checkpoint Checkpoint, IReadOnlyList<PayloadField> Fields);

/// <summary>Proof to a third party that a provider granted exactly this use. Signed by nobody new: entry and checkpoint are.</summary>
/// <param name="Inner">The general proof, with every field shown.</param>
public sealed record GrantProof(EntryProof Inner)
{
    /// <summary>Hash of the Grant by which its Report and Receipt refer to it.</summary>
    public ReadOnlyMemory<byte> GrantHash => MerkleHash.Leaf(Inner.Entry.Span);

    /// <summary>The Grant's content, when everything verifies.</summary>
    public Result<GrantPayload> Verify(PublicKey entrySigner, string vkey)
        => Inner.Verify(entrySigner, vkey, EntryKind.Grant).TryGet(out var verified, out var error)
            ? GrantPayload.FromFields(verified.Fields)
            : error;

    /// <summary>Serialized form, at most <see cref="EntryProof.MaxBytes"/>.</summary>
    public byte[] Encode() => Inner.Encode();

    /// <summary>Reads the serialized form. Verifies nothing.</summary>
    public static Result<GrantProof> Decode(ReadOnlyMemory<byte> bytes)
        => EntryProof.Decode(bytes).TryGet(out var inner, out var error) ? new GrantProof(inner) : error;
}
