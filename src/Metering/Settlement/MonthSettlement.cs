using DataSpace.Kernel.Results;
using DataSpace.Metering.Rating;
using DataSpace.Metering.Reconciliation;

namespace DataSpace.Metering.Settlement;

/// <summary>
/// Settles a month from raw logs: reconcile, rate, divide, book. Pure: no clock, no order of events, nothing but the logs and the plans.
/// </summary>
/// <remarks>
/// An earlier month is rated again in the present state of the logs; what differs from the state in which the last close left it is charged
/// or given back as an adjustment. So late uses, ended disputes and waived claims enter once, also where tiers or minimums depend on each
/// other, and nothing is ever charged twice: the parts of all statements of a month sum to its last rating.
/// </remarks>
public static class MonthSettlement
{
    /// <summary>The statement of a month. Where the parties closed it already, in the state of their logs that the closes name.</summary>
    public static Result<StatementDocument> Compute(SettlementRequest request)
    {
        return SettlementBooks.Open(request).TryGet(out var books, out var error) ? Compute(request.Period, books) : error;
    }

    internal static Result<StatementDocument> Compute(string period, SettlementBooks books)
    {
        try
        {
            return Build(period, books);
        }
        catch (OverflowException)
        {
            return MeteringErrors.AmountOutOfRange.Of("sum");
        }
    }

    private static Result<StatementDocument> Build(string period, SettlementBooks books)
    {
        var items = new List<SettledItem>();
        foreach (var group in GroupsOf(books.Contracts))
        {
            foreach (var month in group.SelectMany(c => c.MonthsTo(period)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                if (!ItemOf(group, month, period).TryGet(out var item, out var error))
                    return error;
                if (month == period || item.AmountMinor != 0 || item.Shares.Any(s => s.AmountMinor != 0))
                    items.Add(item);
            }
        }
        var totals = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var item in items)
            totals[item.Currency] = checked(totals.GetValueOrDefault(item.Currency) + item.AmountMinor);
        if (totals.Values.Any(t => Math.Abs(t) > Bill.MaxAmountMinor))
            return MeteringErrors.AmountOutOfRange.Of("total");
        return new StatementDocument(
            1, StatementDocument.StatementKind, period, books.Consumer.Party.Did, [.. books.Contracts.Select(Describe)], items, Disputes(books), Unbilled(period, books),
            [.. items.SelectMany((item, number) => Book(number + 1, books.Consumer.Party.Did, item))], [.. totals.Select(t => new BillTotal(t.Key, t.Value))],
            StatementDocument.WhatItProves, StatementDocument.WhatItProvesZh);
    }

    /// <summary>Contracts rated together: those under one plan that divides by contribution; any other stands alone.</summary>
    private static IEnumerable<IReadOnlyList<ContractBook>> GroupsOf(IReadOnlyList<ContractBook> contracts)
        => contracts.GroupBy(c => c.Plan.IsPool ? "pool/" + c.Plan.Hash : "contract/" + c.Provider.Party.Did + "/" + c.Id, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => g.ToList());

    private static Result<SettledItem> ItemOf(IReadOnlyList<ContractBook> group, string month, string period)
    {
        if (!Revenue.Of(group, month, c => c.Now).TryGet(out var now, out var error)
            || !Revenue.Of(group, month, c => c.Before is { } before && string.CompareOrdinal(month, before.Period) <= 0 ? before.At : null).TryGet(out var earlier, out error))
            return error;
        var plan = group[0].Plan;
        return new SettledItem(
            month == period ? "period" : "adjustment", month, plan.Hash, plan.Currency, [.. group.Select(c => c.Id)], now.Rated.Lines, now.Rated.AmountMinor,
            earlier.Rated.AmountMinor, now.Rated.AmountMinor - earlier.Rated.AmountMinor, now.SharesAfter(earlier), now.Contribution);
    }

    private static SettledContract Describe(ContractBook contract)
    {
        var before = contract.Before?.At;
        return new SettledContract(
            contract.Id, contract.Provider.Party.Did, contract.Plan.Id, contract.Plan.Hash, StateOf(contract.Provider, contract.Now.Provider), StateOf(contract.Consumer, contract.Now.Consumer),
            [.. contract.Uses.Where(u => u.IsBilledAt(contract.Now) && !(before is { } at && u.IsBilledAt(at)))
                .Select(u => new SettledUse(u.Use.GrantIndex, u.Use.ReportIndex!.Value, u.Use.ReceiptIndex!.Value, u.ConsumerIndex))]);
    }

    private static LogState StateOf(PartyLog log, long size) => new(log.Log.Checkpoint.Origin, size, log.RootAt(size));

    private static List<OpenUse> Disputes(SettlementBooks books)
        => [.. books.Contracts.SelectMany(c => c.Uses.Where(u => u.FindingAt(c.Now) is not null)
            .Select(u => new OpenUse(c.Id, u.Use.GrantIndex, u.Use.GrantHash, u.Use.Period, u.FindingAt(c.Now)!))), .. books.Strays];

    /// <summary>Uses of the month that no party claims anything for.</summary>
    private static List<OpenUse> Unbilled(string period, SettlementBooks books)
        => [.. books.Contracts.SelectMany(c => c.Uses
            .Where(u => u.Use.Period == period && !u.IsBilledAt(c.Now) && u.FindingAt(c.Now) is null)
            .Select(u => new OpenUse(c.Id, u.Use.GrantIndex, u.Use.GrantHash, u.Use.Period, u.NothingAt(c.Now))))];

    private static IEnumerable<Posting> Book(int number, string consumer, SettledItem item)
        => item.Shares.Select(share => new Posting(number, share.Party, item.Currency, -share.AmountMinor))
            .Prepend(new Posting(number, "consumer/" + consumer, item.Currency, item.AmountMinor));
}
