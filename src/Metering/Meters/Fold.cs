using System.Globalization;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Metering.Meters;

/// <summary>State of one fold. Not shared.</summary>
internal sealed class Fold(MeterKeys keys)
{
    private const string Released = "released";
    private readonly List<Use> _uses = [];
    private readonly Dictionary<string, Use> _byGrantHash = new(StringComparer.Ordinal);
    private readonly HashSet<string> _useIds = new(StringComparer.Ordinal);

    public DsError? Add(long index, string grantHash, long timeMs, GrantPayload grant)
    {
        if (grant.PricePerUseMinor < 0)
            return MeteringErrors.AmountOutOfRange.Of($"price in entry {index.ToString(CultureInfo.InvariantCulture)}");
        var use = new Use(index, grantHash, timeMs, grant, Repeated: !_useIds.Add(grant.UseId));
        _uses.Add(use);
        _byGrantHash[grantHash] = use;
        return null;
    }

    public DsError? Add(long index, string reportHash, ReportPayload report)
    {
        if (report.Units.Values.Any(units => units < 0))
            return MeteringErrors.AmountOutOfRange.Of($"units in entry {index.ToString(CultureInfo.InvariantCulture)}");
        // A ledger takes one report per use; should a log hold two, the first in order counts.
        if (_byGrantHash.TryGetValue(report.GrantHash, out var use) && use.Report is null)
            (use.Report, use.ReportHash, use.ReportIndex) = (report, reportHash, index);
        return null;
    }

    public DsError? Add(long index, long timeMs, ReceiptPayload receipt)
    {
        // Receipts for other providers' grants stand in a consumer's log too; they belong to those providers' bills.
        if (!_byGrantHash.TryGetValue(receipt.GrantHash, out var use) || use.ReceiptIndex is not null)
            return null;
        use.Problem = Check(use, receipt, timeMs);
        if (use.Problem is null)
            (use.ReceiptIndex, use.Commitment) = (index, receipt.Commitment);
        return null;
    }

    public List<UsageRecord> Finish(string? contractId)
        => [.. _uses.Where(use => contractId is null || use.Grant.ContractId == contractId).Select(ToRecord)];

    private UnbilledReason? Check(Use use, ReceiptPayload receipt, long timeMs)
    {
        if (use.Report is null || receipt.ReportHash != use.ReportHash || receipt.JobHash != use.Grant.JobHash || receipt.Consumer != use.Grant.Participant)
            return UnbilledReason.ReceiptDoesNotMatch;
        // A receipt was signed between the Grant that it names and the entry that holds it, whatever keys came before or after.
        var (first, last) = (EntryTime.Of(use.TimeMs), EntryTime.Of(timeMs));
        var consumerKeys = keys.Consumers.TryGetValue(receipt.Consumer, out var known) ? known.ValidWithin(first, last) : [];
        var signed = consumerKeys.Any(consumer => keys.Provider.ValidWithin(first, last).Any(provider => receipt.Verify(consumer, provider) is null));
        return signed ? null : UnbilledReason.ReceiptNotSigned;
    }

    private static UsageRecord ToRecord(Use use) => new()
    {
        UseId = use.Grant.UseId,
        ContractId = use.Grant.ContractId,
        ContractVersion = use.Grant.ContractVersion,
        Consumer = use.Grant.Participant,
        Period = EntryTime.Of(use.TimeMs).ToString("yyyy-MM", CultureInfo.InvariantCulture),
        GrantIndex = use.GrantIndex,
        ReportIndex = use.ReportIndex,
        ReceiptIndex = use.ReceiptIndex,
        ResultCells = use.Report?.Units.GetValueOrDefault("resultCells") ?? 0,
        BytesOut = use.Report?.Units.GetValueOrDefault("bytesOut") ?? 0,
        PricePerUseMinor = use.Grant.PricePerUseMinor,
        Currency = use.Grant.Currency,
        PricePlanHash = use.Grant.PricePlanHash,
        GrantHash = use.GrantHash,
        ServiceParty = use.Grant.ServiceParty,
        ReceiptCommitment = use.Commitment,
        Units = Units(use),
        Unbilled = Reason(use),
    };

    private static Dictionary<string, long> Units(Use use)
    {
        var units = new Dictionary<string, long>(use.Report?.Units ?? new Dictionary<string, long>(), StringComparer.Ordinal);
        if (use.Report is not null)
            units[MeterNames.EpsilonMicro] = Math.Max(0, use.Grant.Limits.GetValueOrDefault(MeterNames.EpsilonMicro));
        return units;
    }

    private static UnbilledReason? Reason(Use use)
    {
        if (use.Repeated)
            return UnbilledReason.GrantedBefore;
        if (use.Report is not { } report)
            return UnbilledReason.NotReported;
        if (report.Outcome != Released)
            return UnbilledReason.NotReleased;
        if (report.Units.GetValueOrDefault("uses") != 1)
            return UnbilledReason.UnitsDisagree;
        return use.ReceiptIndex is null ? use.Problem ?? UnbilledReason.NotReceipted : null;
    }

    private sealed record Use(long GrantIndex, string GrantHash, long TimeMs, GrantPayload Grant, bool Repeated)
    {
        public ReportPayload? Report { get; set; }

        public string? ReportHash { get; set; }

        public long? ReportIndex { get; set; }

        public long? ReceiptIndex { get; set; }

        public string? Commitment { get; set; }

        public UnbilledReason? Problem { get; set; }
    }
}
