using System.Globalization;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Metering.Meters;
using DataSpace.Metering.Rating;

namespace DataSpace.Metering.Reconciliation;

/// <summary>One contract in both parties' logs: its uses, the plan it pins, and how much of the logs counts in which month.</summary>
internal sealed class ContractBook
{
    private readonly SortedDictionary<string, Coverage> _closed = new(StringComparer.Ordinal);

    private ContractBook(string id, PartyLog provider, PartyLog consumer) => (Id, Provider, Consumer) = (id, provider, consumer);

    public string Id { get; }

    public PartyLog Provider { get; }

    public PartyLog Consumer { get; }

    /// <summary>The plan that the Grants name; set once it is found.</summary>
    public PricePlan Plan { get; set; } = null!;

    /// <summary>Uses granted in the state that is settled, ordered by the Grant's index.</summary>
    public IReadOnlyList<ReconciledUse> Uses { get; private set; } = [];

    /// <summary>Whoever runs the service in between, as the first Grant says.</summary>
    public string ServiceParty => Uses[0].Use.ServiceParty;

    /// <summary>State of the logs that the month is settled in.</summary>
    public Coverage Now { get; private set; }

    /// <summary>The latest closed month before, and the state it was settled in; null when none was.</summary>
    public (string Period, Coverage At)? Before => _closed.Count == 0 ? null : (_closed.Last().Key, _closed.Last().Value);

    /// <summary>Opens a contract for a month. What the logs gained after the state that is settled does not exist for it.</summary>
    /// <param name="id">Contract.</param>
    /// <param name="provider">Provider's log.</param>
    /// <param name="consumer">Consumer's log.</param>
    /// <param name="uses">Uses of the contract.</param>
    /// <param name="period">Month.</param>
    /// <param name="presented">State to settle in where the month is not closed.</param>
    public static Result<ContractBook> Open(string id, PartyLog provider, PartyLog consumer, IEnumerable<UsageRecord> uses, string period, Coverage presented)
    {
        var book = new ContractBook(id, provider, consumer);
        if (book.ReadCloses(period, presented) is { } problem)
            return problem;
        book.Uses = [.. uses.Where(u => u.GrantIndex < book.Now.Provider).OrderBy(u => u.GrantIndex).Select(u => new ReconciledUse(u, provider, consumer))];
        return book;
    }

    /// <summary>Units of a month that are billed in a state of the logs, or null when nothing up to that month is: the contract is not active yet.</summary>
    public Dictionary<string, long>? UnitsAt(string month, Coverage at)
    {
        if (!Uses.Any(u => string.CompareOrdinal(u.Use.Period, month) <= 0 && u.IsBilledAt(at)))
            return null;
        var units = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var use in Uses.Where(u => u.Use.Period == month && u.IsBilledAt(at)))
        {
            foreach (var (unit, value) in use.Use.Units)
                units[unit] = checked(units.GetValueOrDefault(unit) + value);
        }
        return units;
    }

    /// <summary>Months, in order, that something of this contract belongs to: from its first use to <paramref name="period"/>.</summary>
    public IEnumerable<string> MonthsTo(string period) => Months.Between(Uses.Select(u => u.Use.Period).Order(StringComparer.Ordinal).First(), period);

    /// <summary>The close of a month in one log, or null.</summary>
    public PeriodClosedPayload? CloseOf(PartyLog log, string period)
        => log.Closes.Where(c => c.Payload.ContractId == Id && c.Payload.Period == period).Select(c => c.Payload).FirstOrDefault();

    private DsError? ReadCloses(string period, Coverage presented)
    {
        if (!Read(Provider).TryGet(out var ours, out var error) || !Read(Consumer).TryGet(out var theirs, out error))
            return error;
        if (ours.Keys.Concat(theirs.Keys).Any(p => string.CompareOrdinal(p, period) > 0) && !ours.ContainsKey(period) && !theirs.ContainsKey(period))
            return SettlementErrors.CloseInvalid.Of("a later month was closed");
        foreach (var month in ours.Keys.Union(theirs.Keys).Where(m => string.CompareOrdinal(m, period) < 0))
        {
            if (!ours.TryGetValue(month, out var mine) || !theirs.TryGetValue(month, out var other))
                return SettlementErrors.ClosedByOne.Of(month);
            _closed[month] = new Coverage(mine, other);
        }
        Now = new Coverage(ours.GetValueOrDefault(period, SizeOf(Provider, period, presented.Provider)), theirs.GetValueOrDefault(period, SizeOf(Consumer, period, presented.Consumer)));
        return null;

        // A contract that is not closed itself is settled in the state in which the others of that log were.
        static long SizeOf(PartyLog log, string period, long otherwise)
            => log.Closes.Where(c => c.Payload.Period == period).Select(c => c.Payload.Size).DefaultIfEmpty(otherwise).Max();
    }

    /// <summary>Sizes by month. A close names a state of its own log truly, and months follow each other.</summary>
    private Result<SortedDictionary<string, long>> Read(PartyLog log)
    {
        var sizes = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var last = 0L;
        foreach (var (index, _, close) in log.Closes.Where(c => c.Payload.ContractId == Id))
        {
            var at = $"{log.Party.Did}: entry {index.ToString(CultureInfo.InvariantCulture)}";
            if (sizes.ContainsKey(close.Period))
                return SettlementErrors.ClosedTwice.Of(at);
            if (!Months.IsMonth(close.Period) || close.Provider != Provider.Party.Did || close.Consumer != Consumer.Party.Did || close.Size > index || close.Size < last
                || (sizes.Count > 0 && string.CompareOrdinal(sizes.Keys.Last(), close.Period) > 0) || close.RootHash != log.RootAt(close.Size))
                return SettlementErrors.CloseInvalid.Of(at);
            sizes[close.Period] = last = close.Size;
        }
        return sizes;
    }
}

/// <summary>Months as texts, <c>yyyy-MM</c>: their order is that of the texts.</summary>
internal static class Months
{
    /// <summary>Most months that are settled one by one.</summary>
    public const int MaxSpan = 1200;

    public static bool IsMonth(string text) => text.Length == 7 && DateTime.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>First moment of a month; the beginning of time for what is none.</summary>
    public static DateTimeOffset BeginningOf(string month)
        => IsMonth(month) ? new DateTimeOffset(DateTime.ParseExact(month, "yyyy-MM", CultureInfo.InvariantCulture), TimeSpan.Zero) : DateTimeOffset.MinValue;

    public static IEnumerable<string> Between(string first, string last)
    {
        var month = DateTime.ParseExact(first, "yyyy-MM", CultureInfo.InvariantCulture);
        for (var i = 0; i < MaxSpan; i++, month = month.AddMonths(1))
        {
            var text = month.ToString("yyyy-MM", CultureInfo.InvariantCulture);
            if (string.CompareOrdinal(text, last) > 0)
                yield break;
            yield return text;
        }
    }
}
