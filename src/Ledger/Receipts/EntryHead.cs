namespace DataSpace.Ledger.Receipts;

/// <summary>Kind, time and payload root of an entry, where they lie. The whole form is checked; signatures are not looked at.</summary>
/// <param name="Kind">Kind.</param>
/// <param name="TimeMs">Milliseconds since 1970.</param>
/// <param name="PayloadRoot">Payload root, 32 bytes.</param>
public readonly record struct EntryHead(EntryKind Kind, long TimeMs, ReadOnlyMemory<byte> PayloadRoot)
{
    /// <summary>The head, or null when the bytes are no entry.</summary>
    public static EntryHead? Read(ReadOnlyMemory<byte> entry) => EntryView.Read(entry) is { } view ? new EntryHead(view.Kind, view.TimeMs, view.PayloadRoot) : null;
}
