using System.Buffers.Binary;

namespace DataSpace.Ledger.Tiles;

/// <summary>Entries one after another, each with its length as two big-endian bytes. C2SP tlog-tiles, "Log Entries".</summary>
public static class EntryBundle
{
    /// <summary>Longest entry the format can carry, in bytes.</summary>
    public const int MaxEntryBytes = ushort.MaxValue;

    /// <summary>Longest bundle, in bytes.</summary>
    public const int MaxBundleBytes = TilePath.FullWidth * (2 + MaxEntryBytes);

    /// <summary>The bundle of these entries.</summary>
    public static byte[] Encode(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        var bundle = new byte[entries.Sum(entry => 2 + entry.Length)];
        var rest = bundle.AsSpan();
        foreach (var entry in entries)
        {
            BinaryPrimitives.WriteUInt16BigEndian(rest, checked((ushort)entry.Length));
            entry.Span.CopyTo(rest[2..]);
            rest = rest[(2 + entry.Length)..];
        }
        return bundle;
    }

    /// <summary>The entries of a bundle, or null when it is cut short or has more than a full bundle's entries.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>>? Decode(ReadOnlyMemory<byte> bundle)
    {
        var entries = DecodeWhole(bundle);
        return entries.Sum(entry => 2 + entry.Length) == bundle.Length ? entries : null;
    }

    /// <summary>The entries up to where a bundle is cut short, at most a full bundle's.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> DecodeWhole(ReadOnlyMemory<byte> bundle)
    {
        var entries = new List<ReadOnlyMemory<byte>>();
        while (bundle.Length >= 2 && entries.Count < TilePath.FullWidth)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(bundle.Span);
            if (bundle.Length < 2 + length)
                break;
            entries.Add(bundle.Slice(2, length));
            bundle = bundle[(2 + length)..];
        }
        return entries;
    }
}
