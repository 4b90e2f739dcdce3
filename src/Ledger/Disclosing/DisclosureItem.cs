using System.Formats.Cbor;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Ledger.Disclosing;

/// <summary>The answer for one index: an entry with its payload leaves, or a signed refusal.</summary>
/// <param name="Index">Index.</param>
/// <param name="Entry">Entry bytes of a disclosure; null for a refusal.</param>
/// <param name="Leaves">Payload leaves of a disclosure.</param>
/// <param name="LeafHash">Leaf hash of the entry.</param>
/// <param name="Code">Why it is refused, or why fields that were asked for are hidden; empty when all are shown.</param>
/// <param name="Signature">Of a refusal.</param>
internal sealed record DisclosureItem(long Index, ReadOnlyMemory<byte>? Entry, IReadOnlyList<PayloadLeaf> Leaves, ReadOnlyMemory<byte> LeafHash, string Code, ReadOnlyMemory<byte> Signature)
{
    private static readonly byte[] RefusalDomain = Encoding.ASCII.GetBytes("dataspace/disclosure-refusal/v1\n");

    public static DisclosureItem Shown(long index, ReadOnlyMemory<byte> entry, IReadOnlyList<PayloadLeaf> leaves, string withheld)
        => new(index, entry, leaves, MerkleHash.Leaf(entry.Span), withheld, default);

    public static DisclosureItem Refused(DisclosureRequest request, long index, ReadOnlyMemory<byte> entry, string code, ISigner signer)
    {
        var leaf = MerkleHash.Leaf(entry.Span);
        return new DisclosureItem(index, null, [], leaf, code, signer.Sign(SignedRefusal(request, index, leaf, code)));
    }

    /// <summary>Whether this refusal is signed by <paramref name="owner"/> for this request and index.</summary>
    public bool IsSignedBy(PublicKey owner, DisclosureRequest request) => owner.Verify(SignedRefusal(request, Index, LeafHash.Span, Code), Signature.Span);

    public void Write(CborWriter writer)
    {
        if (Entry is { } entry)
        {
            writer.WriteStartArray(5);
            writer.WriteInt32(0);
            writer.WriteInt64(Index);
            writer.WriteByteString(entry.Span);
            writer.WriteStartArray(Leaves.Count);
            foreach (var leaf in Leaves)
                EntryProof.Write(writer, leaf);
            writer.WriteEndArray();
            writer.WriteTextString(Code);
        }
        else
        {
            writer.WriteStartArray(5);
            writer.WriteInt32(1);
            writer.WriteInt64(Index);
            writer.WriteByteString(LeafHash.Span);
            writer.WriteTextString(Code);
            writer.WriteByteString(Signature.Span);
        }
        writer.WriteEndArray();
    }

    /// <summary>Reads an item, or throws what a <see cref="CborReader"/> throws.</summary>
    public static DisclosureItem Read(CborReader reader)
    {
        if (reader.ReadStartArray() != 5)
            throw new CborContentException("not an item");
        var (form, index) = (reader.ReadInt32(), reader.ReadInt64());
        DisclosureItem item;
        if (form == 0)
        {
            var entry = reader.ReadByteString();
            if (entry.Length > LedgerEntry.MaxBytes || reader.ReadStartArray() is not (> 0 and <= FieldRules.MaxFields and var count))
                throw new CborContentException("not a disclosure");
            var leaves = new List<PayloadLeaf>(count);
            for (var i = 0; i < count; i++)
                leaves.Add(EntryProof.ReadLeaf(reader) ?? throw new CborContentException("not a leaf"));
            reader.ReadEndArray();
            item = Shown(index, entry, leaves, reader.ReadTextString());
        }
        else if (form == 1)
        {
            item = new DisclosureItem(index, null, [], reader.ReadByteString(), reader.ReadTextString(), reader.ReadByteString());
        }
        else
        {
            throw new CborContentException("unknown form");
        }
        reader.ReadEndArray();
        return item;
    }

    private static byte[] SignedRefusal(DisclosureRequest request, long index, ReadOnlySpan<byte> leaf, string code)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(4);
        writer.WriteByteString(request.Encode());
        writer.WriteInt64(index);
        writer.WriteByteString(leaf);
        writer.WriteTextString(code);
        writer.WriteEndArray();
        return [.. RefusalDomain, .. writer.Encode()];
    }
}
