using System.Globalization;
using System.Text;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Metering.Meters;

/// <summary>
/// What one entry tells the meters: a few fields picked out of its payload. Reading whole payloads costs several times as much, and the
/// commitments behind them are the bill's business.
/// </summary>
/// <param name="Kind">Grant, Report or Receipt.</param>
/// <param name="Grant">Leaf hash of the Grant: of the entry itself, or the one that it names.</param>
/// <param name="ContractId">Of a Grant.</param>
/// <param name="Period">Of a Grant.</param>
/// <param name="Units">Of a Grant its privacy budget, of a Report its units and exact measurements.</param>
internal readonly record struct MeterEvent(EntryKind Kind, byte[] Grant, string ContractId, string Period, IReadOnlyList<(string Unit, long Value)> Units)
{
    private const int DigestBytes = 32;

    private static readonly (string Name, byte[] Utf8)[] KnownUnits =
        [.. MeterNames.Priced.Concat([MeterNames.Exact + "cpuMs", MeterNames.Exact + "rowsScanned", MeterNames.Exact + "wallMs"]).Select(name => (name, Encoding.UTF8.GetBytes(name)))];

    public static bool Concerns(EntryKind kind) => kind is EntryKind.Grant or EntryKind.Report or EntryKind.Receipt;

    /// <summary>The event; null for an entry that the meters do not count.</summary>
    public static Result<MeterEvent?> Read(StreamedEntry entry)
    {
        if (!Concerns(entry.Head.Kind))
            return (MeterEvent?)null;
        if (entry.Fields is not { } fields)
            return MeteringErrors.PayloadAbsent.Of(At(entry));
        return (entry.Head.Kind == EntryKind.Grant ? OfGrant(entry, fields) : OfLater(entry, fields)) is { } item
            ? (MeterEvent?)item
            : MeteringErrors.PayloadMalformed.Of(At(entry));
    }

    /// <summary>Month of a time, UTC.</summary>
    public static string Month(long timeMs) => EntryTime.Of(timeMs).ToString("yyyy-MM", CultureInfo.InvariantCulture);

    private static MeterEvent? OfGrant(StreamedEntry entry, FieldList fields)
    {
        string? contract = null;
        (string, long)[] units = [];
        foreach (var field in fields)
        {
            if (field.Label.SequenceEqual("contractId"u8))
            {
                if (!CborScan.TryOnlyString(field.Value, CborScan.Text, out var id))
                    return null;
                contract = Encoding.UTF8.GetString(id);
            }
            else if (field.Label.SequenceEqual("limits/epsilonMicro"u8))
            {
                if (!CborScan.TryNumber(field.Value, out var epsilon))
                    return null;
                units = [(MeterNames.EpsilonMicro, epsilon)];
            }
        }
        return contract is null ? null : new MeterEvent(EntryKind.Grant, entry.LeafHash, contract, Month(entry.Head.TimeMs), units);
    }

    private static MeterEvent? OfLater(StreamedEntry entry, FieldList fields)
    {
        byte[]? grant = null;
        var units = entry.Head.Kind == EntryKind.Report ? new List<(string, long)>(12) : [];
        foreach (var field in fields)
        {
            if (field.Label.SequenceEqual("grantHash"u8))
            {
                if (!CborScan.TryOnlyString(field.Value, CborScan.Bytes, out var hash))
                    return null;
                grant = hash.ToArray();
            }
            else if (entry.Head.Kind == EntryKind.Report && (field.Label.StartsWith("units/"u8) || field.Label.StartsWith("exact/"u8)))
            {
                if (!CborScan.TryNumber(field.Value, out var value))
                    return null;
                var name = field.Label.StartsWith("units/"u8) ? field.Label["units/".Length..] : field.Label;
                units.Add((NameOf(name), value));
            }
        }
        return grant is { Length: DigestBytes } ? new MeterEvent(entry.Head.Kind, grant, "", "", units) : null;
    }

    // A million reports name the same few units.
    private static string NameOf(ReadOnlySpan<byte> name)
    {
        foreach (var known in KnownUnits)
        {
            if (name.SequenceEqual(known.Utf8))
                return known.Name;
        }
        return Encoding.UTF8.GetString(name);
    }

    private static string At(StreamedEntry entry) => "entry " + entry.Index.ToString(CultureInfo.InvariantCulture);
}
