using System.Formats.Cbor;

namespace DataSpace.Ledger.Receipts;

/// <summary>One writer per thread for the small encodings of an entry: a new writer costs more than what is written with it.</summary>
internal static class CborScratch
{
    private const int MaxKeptBytes = 64 * 1024;

    [ThreadStatic]
    private static CborWriter? writer;

    /// <summary>
    /// An empty writer of deterministic CBOR. Encode before the next call on this thread, which empties it.
    /// </summary>
    public static CborWriter Writer()
    {
        if (writer is null || writer.BytesWritten > MaxKeptBytes)
            return writer = new CborWriter(CborConformanceMode.Canonical);
        writer.Reset();
        return writer;
    }
}
