using System.Buffers.Binary;

namespace DataSpace.Ledger.Receipts;

/// <summary>
/// Kind, time and payload root of an entry, read from its deterministic encoding without decoding the rest. For whoever reads a million
/// entries that are covered by a verified root; signatures and the rest of the form are <see cref="LedgerEntry.Decode"/>'s.
/// </summary>
/// <param name="Kind">Kind.</param>
/// <param name="TimeMs">Milliseconds since 1970.</param>
/// <param name="PayloadRoot">Payload root, 32 bytes.</param>
public readonly record struct EntryHead(EntryKind Kind, long TimeMs, ReadOnlyMemory<byte> PayloadRoot)
{
    private const int EventIdBytes = 16;
    private const int HashBytes = 32;

    /// <summary>The head, or null when the bytes do not begin as an entry does.</summary>
    public static EntryHead? Read(ReadOnlyMemory<byte> entry)
    {
        var rest = entry.Span;
        if (!Take(ref rest, [0xA8, 1, 1, 2]) || Number(ref rest, 0) is not { } kind || !Enum.IsDefined((EntryKind)kind)
            || !Take(ref rest, [3, 0x50]) || !Skip(ref rest, EventIdBytes) || !Take(ref rest, [4, 0x58, HashBytes]) || !Skip(ref rest, HashBytes)
            || !Take(ref rest, [5, 0x58, HashBytes]))
            return null;
        var root = entry.Slice(entry.Length - rest.Length, Math.Min(HashBytes, rest.Length));
        if (!Skip(ref rest, HashBytes) || !Take(ref rest, [6]) || Number(ref rest, 4) is not { } signers)
            return null;
        for (var i = 0L; i < signers; i++)
        {
            if (Number(ref rest, 3) is not { } length || length > rest.Length || !Skip(ref rest, (int)length))
                return null;
        }
        return Take(ref rest, [7]) && Number(ref rest, 0) is { } time ? new EntryHead((EntryKind)kind, time, root) : null;
    }

    private static bool Take(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> expected)
    {
        if (!rest.StartsWith(expected))
            return false;
        rest = rest[expected.Length..];
        return true;
    }

    private static bool Skip(ref ReadOnlySpan<byte> rest, int count)
    {
        if (rest.Length < count)
            return false;
        rest = rest[count..];
        return true;
    }

    /// <summary>The argument of a CBOR item of this major type.</summary>
    private static long? Number(ref ReadOnlySpan<byte> rest, int majorType)
    {
        if (rest.IsEmpty || rest[0] >> 5 != majorType)
            return null;
        var additional = rest[0] & 31;
        rest = rest[1..];
        var bytes = additional switch { < 24 => 0, 24 => 1, 25 => 2, 26 => 4, 27 => 8, _ => -1 };
        if (bytes < 0 || rest.Length < bytes)
            return null;
        var value = bytes switch
        {
            0 => (ulong)additional,
            1 => rest[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(rest),
            4 => BinaryPrimitives.ReadUInt32BigEndian(rest),
            _ => BinaryPrimitives.ReadUInt64BigEndian(rest),
        };
        rest = rest[bytes..];
        return value <= long.MaxValue ? (long)value : null;
    }
}
