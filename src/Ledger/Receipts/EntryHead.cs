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
        if (!Take(ref rest, [0xA8, 1, 1, 2]) || !CborScan.TryHead(ref rest, CborScan.Number, out var kind) || !Enum.IsDefined((EntryKind)kind)
            || !Take(ref rest, [3, 0x50]) || !Skip(ref rest, EventIdBytes) || !Take(ref rest, [4, 0x58, HashBytes]) || !Skip(ref rest, HashBytes)
            || !Take(ref rest, [5, 0x58, HashBytes]))
            return null;
        var root = entry.Slice(entry.Length - rest.Length, Math.Min(HashBytes, rest.Length));
        if (!Skip(ref rest, HashBytes) || !Take(ref rest, [6]) || !CborScan.TryHead(ref rest, CborScan.Array, out var signers))
            return null;
        for (var i = 0L; i < signers; i++)
        {
            if (!CborScan.TryString(ref rest, CborScan.Text, out _))
                return null;
        }
        return Take(ref rest, [7]) && CborScan.TryHead(ref rest, CborScan.Number, out var time) ? new EntryHead((EntryKind)kind, time, root) : null;
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
}
