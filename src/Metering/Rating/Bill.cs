using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Money;
using DataSpace.Kernel.Results;
using DataSpace.Metering.Meters;

namespace DataSpace.Metering.Rating;

/// <summary>Ledger positions that one billed use rests on.</summary>
/// <param name="Grant">Position of the Grant.</param>
/// <param name="Report">Position of the Report.</param>
/// <param name="Receipt">Position of the Receipt.</param>
public sealed record BillEvidence(long Grant, long Report, long Receipt);

/// <summary>Billed uses of one contract version in one month.</summary>
/// <param name="ContractId">Contract (agreement) id.</param>
/// <param name="ContractVersion">Contract version.</param>
/// <param name="Period">Month, UTC, <c>yyyy-MM</c>.</param>
/// <param name="Consumer">Participant id of the payer.</param>
/// <param name="Uses">Number of uses.</param>
/// <param name="UnitPriceMinor">Price of one use, minor units.</param>
/// <param name="AmountMinor">Uses × price, minor units.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="PricePlanHash">Hash of the price plan that the contract pins.</param>
/// <param name="Evidence">One item per use, by position of the Grant.</param>
public sealed record BillLine(
    string ContractId, string ContractVersion, string Period, string Consumer, long Uses, long UnitPriceMinor, long AmountMinor,
    string Currency, string PricePlanHash, IReadOnlyList<BillEvidence> Evidence);

/// <summary>A granted use that is not billed.</summary>
/// <param name="ContractId">Contract (agreement) id.</param>
/// <param name="Period">Month, UTC, <c>yyyy-MM</c>.</param>
/// <param name="GrantIndex">Position of the Grant.</param>
/// <param name="UseId">Use id.</param>
/// <param name="Reason">Why not.</param>
public sealed record UnbilledUse(string ContractId, string Period, long GrantIndex, string UseId, UnbilledReason Reason);

/// <summary>Sum of the lines in one currency.</summary>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="AmountMinor">Minor units.</param>
public sealed record BillTotal(string Currency, long AmountMinor);

/// <summary>
/// A bill: a pure function of ledger records, hence recomputable by anyone who may read them. Two computations over the same
/// records give the same bytes (<see cref="ToCanonicalJson"/>, RFC 8785).
/// </summary>
/// <param name="Version">Version of this form.</param>
/// <param name="Lines">Ordered by contract, version, month.</param>
/// <param name="Unbilled">Ordered by position of the Grant.</param>
/// <param name="Totals">One per currency, ordered by code.</param>
public sealed record Bill(int Version, IReadOnlyList<BillLine> Lines, IReadOnlyList<UnbilledUse> Unbilled, IReadOnlyList<BillTotal> Totals)
{
    /// <summary>Current version of the form.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Largest amount and count: exact in every JSON reader.</summary>
    public const long MaxAmountMinor = (1L << 53) - 1;

    /// <summary>Most uses in one bill, so that its canonical form stays within the limit of readers.</summary>
    public const int MaxUses = 20_000;

    /// <summary>Rates metered uses, of one month when <paramref name="period"/> (<c>yyyy-MM</c>) is given. The price stands in each Grant, under the plan hash that the contract pins.</summary>
    public static Result<Bill> Rate(IEnumerable<UsageRecord> uses, string? period = null)
    {
        var ordered = uses.Where(use => period is null || use.Period == period).OrderBy(use => use.GrantIndex).ToList();
        if (ordered.Count > MaxUses)
            return MeteringErrors.BillTooLong.Of();
        if (CheckPrices(ordered) is { } wrong)
            return wrong;

        var lines = new List<BillLine>();
        foreach (var group in ordered.Where(use => use.Unbilled is null)
                     .GroupBy(use => (use.ContractId, use.ContractVersion, use.Period, use.Consumer))
                     .OrderBy(group => group.Key.ContractId, StringComparer.Ordinal)
                     .ThenBy(group => group.Key.ContractVersion, StringComparer.Ordinal)
                     .ThenBy(group => group.Key.Period, StringComparer.Ordinal)
                     .ThenBy(group => group.Key.Consumer, StringComparer.Ordinal))
        {
            var first = group.First();
            var evidence = group.Select(use => new BillEvidence(use.GrantIndex, use.ReportIndex!.Value, use.ReceiptIndex!.Value)).ToList();
            if (Amount(evidence.Count, first.PricePerUseMinor) is not { } amount)
                return MeteringErrors.AmountOutOfRange.Of("amount of a line");
            lines.Add(new BillLine(
                first.ContractId, first.ContractVersion, first.Period, first.Consumer, evidence.Count, first.PricePerUseMinor, amount,
                first.Currency, first.PricePlanHash, evidence));
        }

        if (Sum(lines) is not { } totals)
            return MeteringErrors.AmountOutOfRange.Of("total");
        var unbilled = ordered.Where(use => use.Unbilled is not null)
            .Select(use => new UnbilledUse(use.ContractId, use.Period, use.GrantIndex, use.UseId, use.Unbilled!.Value));
        return new Bill(CurrentVersion, lines, [.. unbilled], totals);
    }

    /// <summary>The bill's one byte string.</summary>
    public byte[] ToCanonicalJson() => CanonicalJson.Of(this);

    /// <summary>Null when <paramref name="presented"/> is byte for byte this bill, else the refusal to show.</summary>
    public DsError? Compare(ReadOnlySpan<byte> presented)
        => ToCanonicalJson().AsSpan().SequenceEqual(presented) ? null : MeteringErrors.BillDiffers.Of();

    /// <summary>Reads a bill that somebody else computed. Says nothing about its truth: recompute and <see cref="Compare"/>.</summary>
    public static Result<Bill> Read(ReadOnlyMemory<byte> canonicalJson)
    {
        if (canonicalJson.Length > CanonicalJson.MaxBytes)
            return MeteringErrors.BillMalformed.Of("too large");
        try
        {
            var bill = JsonSerializer.Deserialize<Bill>(canonicalJson.Span, KernelJson.Options);
            return bill is { Version: CurrentVersion } && bill.Compare(canonicalJson.Span) is null
                ? bill
                : MeteringErrors.BillMalformed.Of("unknown version, or not in canonical form");
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return MeteringErrors.BillMalformed.Of();
        }
    }

    /// <summary>The one place where uses become money. Prices are whole minor units, so nothing is rounded yet.</summary>
    private static long? Amount(long uses, long unitPriceMinor)
        => Math.BigMul(uses, unitPriceMinor) is var product && product >= 0 && product <= MaxAmountMinor ? (long)product : null;

    private static List<BillTotal>? Sum(List<BillLine> lines)
    {
        var totals = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            var sum = totals.GetValueOrDefault(line.Currency) + line.AmountMinor; // both at most 2^53
            if (sum > MaxAmountMinor)
                return null;
            totals[line.Currency] = sum;
        }

        return [.. totals.Select(total => new BillTotal(total.Key, total.Value))];
    }

    private static DsError? CheckPrices(List<UsageRecord> uses)
    {
        foreach (var contract in uses.GroupBy(use => (use.ContractId, use.ContractVersion)))
        {
            var terms = contract.Select(use => (use.PricePerUseMinor, use.Currency, use.PricePlanHash)).Distinct().ToList();
            if (terms.Count > 1)
                return MeteringErrors.PriceChanged.Of(contract.Key.ContractId);
            if (Currency.Find(terms[0].Currency) is null)
                return MeteringErrors.UnknownCurrency.Of();
        }

        return null;
    }
}
