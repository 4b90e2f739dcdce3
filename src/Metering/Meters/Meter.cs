using System.Globalization;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Metering.Meters;

/// <summary>
/// The one way from ledger records to numbers: a pure fold by log position. It believes nothing that it can check: entry bytes
/// against leaf hash and owner's signature, opened fields against the payload root, receipts against both parties' keys.
/// </summary>
public static class Meter
{
    /// <summary>
    /// The uses of a log range, ordered by position. Records may come in any order, but must form one range without gaps.
    /// </summary>
    /// <param name="records">All records of the range.</param>
    /// <param name="keys">Keys from the agreements.</param>
    /// <param name="contractId">
    /// Only this contract, for a consumer who can open nothing else; unopened entries are then passed over. Null for all
    /// contracts: then every Grant, Report and Receipt must be open, since a bill must not shrink by withholding a payload.
    /// </param>
    public static Result<IReadOnlyList<UsageRecord>> Fold(IEnumerable<LedgerRecord> records, MeterKeys keys, string? contractId = null)
    {
        var fold = new Fold(keys);
        long? previous = null;
        foreach (var record in records.OrderBy(record => record.Index))
        {
            if (previous is { } last && record.Index != last + 1)
                return MeteringErrors.IndexGap.Of($"after entry {last.ToString(CultureInfo.InvariantCulture)}");
            previous = record.Index;
            if (Take(fold, record, keys, mayBeClosed: contractId is not null) is { } error)
                return error;
        }

        return fold.Finish(contractId);
    }

    /// <summary>Counts per contract and month, ordered by contract, then month.</summary>
    public static Result<IReadOnlyList<MeterReading>> Read(IEnumerable<UsageRecord> uses)
    {
        var readings = new List<MeterReading>();
        try
        {
            foreach (var group in uses.GroupBy(use => (use.ContractId, use.Period))
                         .OrderBy(group => group.Key.ContractId, StringComparer.Ordinal).ThenBy(group => group.Key.Period, StringComparer.Ordinal))
            {
                readings.Add(new MeterReading(
                    group.Key.ContractId, group.Key.Period,
                    group.LongCount(), group.LongCount(use => use.ReportIndex is not null), group.LongCount(use => use.ReceiptIndex is not null),
                    group.Sum(use => use.ResultCells), group.Sum(use => use.BytesOut))); // Sum is checked
            }
        }
        catch (OverflowException)
        {
            return MeteringErrors.AmountOutOfRange.Of("sum of units");
        }

        return readings;
    }

    private static DsError? Take(Fold fold, LedgerRecord record, MeterKeys keys, bool mayBeClosed)
    {
        var at = $"entry {record.Index.ToString(CultureInfo.InvariantCulture)}";
        if (!MerkleHash.Leaf(record.Bytes.Span).AsSpan().SequenceEqual(record.LeafHash.Span)
            || !LedgerEntry.Decode(record.Bytes).TryGet(out var entry, out _))
            return MeteringErrors.EntryTampered.Of(at);
        if (entry.Kind is not (EntryKind.Grant or EntryKind.Report or EntryKind.Receipt))
            return null;
        if (!keys.Provider.ValidWithin(EntryTime.Of(entry.TimeMs), EntryTime.Of(entry.TimeMs)).Any(entry.IsSignedBy))
            return MeteringErrors.EntryTampered.Of($"{at}: not signed by a key that the owner of the log had then");
        if (record.Leaves is not { } leaves)
            return mayBeClosed ? null : MeteringErrors.PayloadAbsent.Of(at);
        if (!PayloadLeaf.Root(leaves).AsSpan().SequenceEqual(entry.PayloadRoot.Span))
            return MeteringErrors.PayloadTampered.Of(at);

        // Where content was erased, the metering part bills the same.
        var (values, isPart) = (PayloadLeaf.Shown(leaves), leaves.Any(leaf => leaf.Field is null));
        var hash = Convert.ToHexStringLower(record.LeafHash.Span);
        DsError? malformed;
        switch (entry.Kind)
        {
            case EntryKind.Grant:
                if ((isPart ? GrantPayload.FromMeteringPart(values) : GrantPayload.FromFields(values)).TryGet(out var grant, out malformed))
                    return fold.Add(record.Index, hash, entry.TimeMs, grant);
                break;
            case EntryKind.Report:
                if ((isPart ? ReportPayload.FromMeteringPart(values) : ReportPayload.FromFields(values)).TryGet(out var report, out malformed))
                    return fold.Add(record.Index, hash, report);
                break;
            default:
                if (ReceiptPayload.FromFields(values).TryGet(out var receipt, out malformed))
                    return fold.Add(record.Index, entry.TimeMs, receipt);
                break;
        }

        return MeteringErrors.PayloadMalformed.Of($"{at}: {malformed.Detail}");
    }
}
