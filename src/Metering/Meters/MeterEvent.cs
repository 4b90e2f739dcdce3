using System.Formats.Cbor;
using System.Globalization;
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
    private const string UnitsPrefix = "units/";
    private const string EpsilonLimit = "limits/epsilonMicro";
    private const int DigestBytes = 32;

    public static bool Concerns(EntryKind kind) => kind is EntryKind.Grant or EntryKind.Report or EntryKind.Receipt;

    /// <summary>The event; null for an entry that the meters do not count.</summary>
    public static Result<MeterEvent?> Read(StreamedEntry entry)
    {
        if (!Concerns(entry.Head.Kind))
            return (MeterEvent?)null;
        var at = "entry " + entry.Index.ToString(CultureInfo.InvariantCulture);
        if (entry.Fields is not { } fields)
            return MeteringErrors.PayloadAbsent.Of(at);
        try
        {
            return entry.Head.Kind == EntryKind.Grant ? OfGrant(entry, fields) : OfLater(entry, fields);
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException)
        {
            return MeteringErrors.PayloadMalformed.Of(at);
        }
    }

    private static Result<MeterEvent?> OfGrant(StreamedEntry entry, IReadOnlyList<PayloadField> fields)
    {
        string? contract = null;
        var units = new List<(string, long)>(1);
        foreach (var field in fields)
        {
            if (field.Label == "contractId")
                contract = new CborReader(field.Value, CborConformanceMode.Canonical).ReadTextString();
            else if (field.Label == EpsilonLimit)
                units.Add((MeterNames.EpsilonMicro, Number(field)));
        }
        if (contract is null)
            return MeteringErrors.PayloadMalformed.Of("entry " + entry.Index.ToString(CultureInfo.InvariantCulture));
        return new MeterEvent(EntryKind.Grant, entry.LeafHash, contract, Month(entry.Head.TimeMs), units);
    }

    private static Result<MeterEvent?> OfLater(StreamedEntry entry, IReadOnlyList<PayloadField> fields)
    {
        byte[]? grant = null;
        var units = new List<(string, long)>(8);
        foreach (var field in fields)
        {
            if (field.Label == "grantHash")
                grant = new CborReader(field.Value, CborConformanceMode.Canonical).ReadByteString();
            else if (entry.Head.Kind == EntryKind.Report && field.Label.StartsWith(UnitsPrefix, StringComparison.Ordinal))
                units.Add((field.Label[UnitsPrefix.Length..], Number(field)));
            else if (entry.Head.Kind == EntryKind.Report && field.Label.StartsWith(MeterNames.Exact, StringComparison.Ordinal))
                units.Add((field.Label, Number(field)));
        }
        if (grant is not { Length: DigestBytes })
            return MeteringErrors.PayloadMalformed.Of("entry " + entry.Index.ToString(CultureInfo.InvariantCulture));
        return new MeterEvent(entry.Head.Kind, grant, "", "", units);
    }

    /// <summary>Month of a time, UTC.</summary>
    public static string Month(long timeMs) => DateTimeOffset.FromUnixTimeMilliseconds(timeMs).ToString("yyyy-MM", CultureInfo.InvariantCulture);

    private static long Number(PayloadField field)
    {
        var value = new CborReader(field.Value, CborConformanceMode.Canonical).ReadInt64();
        return value >= 0 ? value : throw new OverflowException();
    }
}
