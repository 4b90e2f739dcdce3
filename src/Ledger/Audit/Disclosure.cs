using System.Formats.Cbor;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Ledger.Audit;

/// <summary>The payload leaves of one entry: shown or only their hashes.</summary>
internal readonly record struct DisclosedEntry(long Index, IReadOnlyList<PayloadLeaf> Leaves)
{
    public bool Fits(ReadOnlySpan<byte> payloadRoot)
        => MerkleHash.Root(Leaves.Select(leaf => leaf.Hash.ToArray()).ToList()).AsSpan().SequenceEqual(payloadRoot);

    public IEnumerable<PayloadField> Shown => Leaves.Where(leaf => leaf.Field is not null).Select(leaf => new PayloadField(leaf.Field!.Label, leaf.Field.Value));
}

/// <summary>
/// Disclosed payloads of the entries of one bundle. Deterministic CBOR: an array of [index, leaves], indices rising, with the leaves of an entry proof
/// (<c>contracts/schemas/ledger-entry.cddl</c>).
/// </summary>
internal static class Disclosure
{
    private const string ExactPrefix = "exact/";

    /// <summary>Whether a field leaves. Exact measurements are the owner's alone unless it discloses everything.</summary>
    public static bool IsShown(DisclosedPayloads choice, EntryKind kind, string label) => choice switch
    {
        DisclosedPayloads.All => true,
        DisclosedPayloads.Metering => MeteringFields.Contains(kind, label) && !label.StartsWith(ExactPrefix, StringComparison.Ordinal),
        _ => false,
    };

    public static byte[] Encode(IReadOnlyList<DisclosedEntry> entries)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(entries.Count);
        foreach (var entry in entries)
        {
            writer.WriteStartArray(2);
            writer.WriteInt64(entry.Index);
            writer.WriteStartArray(entry.Leaves.Count);
            foreach (var leaf in entry.Leaves)
                EntryProof.Write(writer, leaf);
            writer.WriteEndArray();
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>The entries, or null for anything that <see cref="Encode"/> would not write.</summary>
    public static IReadOnlyList<DisclosedEntry>? Decode(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var reader = new CborReader(bytes, CborConformanceMode.Canonical);
            if (reader.ReadStartArray() is not (> 0 and <= Tiles.TilePath.FullWidth and var count))
                return null;
            var entries = new List<DisclosedEntry>(count);
            for (var i = 0; i < count; i++)
            {
                if (reader.ReadStartArray() != 2)
                    return null;
                var index = reader.ReadInt64();
                if (index < 0 || entries.Count > 0 && index <= entries[^1].Index || reader.ReadStartArray() is not (> 0 and <= FieldRules.MaxFields and var fields))
                    return null;
                var leaves = new List<PayloadLeaf>(fields);
                for (var leaf = 0; leaf < fields; leaf++)
                {
                    if (EntryProof.ReadLeaf(reader) is not { } read)
                        return null;
                    leaves.Add(read);
                }
                reader.ReadEndArray();
                reader.ReadEndArray();
                entries.Add(new DisclosedEntry(index, leaves));
            }
            reader.ReadEndArray();
            return reader.BytesRemaining == 0 ? entries : null;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>What of one bundle's entries leaves: those of which a field is shown.</summary>
    public static IReadOnlyList<DisclosedEntry> Select(VaultReader vault, long first, IReadOnlyList<ReadOnlyMemory<byte>> entries, Func<long, DisclosedPayloads> choice)
    {
        var payloads = vault.Page(first, entries.Count);
        var disclosed = new List<DisclosedEntry>();
        for (var i = 0; i < entries.Count; i++)
        {
            var (index, chosen) = (first + i, choice(first + i));
            if (chosen == DisclosedPayloads.None || payloads[i] is not { } payload || EntryHead.Read(entries[i]) is not { } head
                || !payload.Open(head.PayloadRoot.Span).TryGet(out var opened, out _))
                continue;
            var leaves = opened.Select(leaf => leaf.Show(label => IsShown(chosen, head.Kind, label))).ToList();
            if (leaves.Exists(leaf => leaf.Field is not null))
                disclosed.Add(new DisclosedEntry(index, leaves));
        }
        return disclosed;
    }
}
