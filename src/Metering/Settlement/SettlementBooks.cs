using System.Buffers.Text;
using DataSpace.Kernel.Results;
using DataSpace.Metering.Meters;
using DataSpace.Metering.Rating;
using DataSpace.Metering.Reconciliation;

namespace DataSpace.Metering.Settlement;

/// <summary>All that a settlement starts from: logs read and checked, contracts opened, findings that belong to no contract.</summary>
internal sealed record SettlementBooks(PartyLog Consumer, IReadOnlyList<PartyLog> Providers, IReadOnlyList<ContractBook> Contracts, IReadOnlyList<OpenUse> Strays)
{
    private const int MaxContracts = 256;
    private const int MaxProviders = 64;

    public static Result<SettlementBooks> Open(SettlementRequest request)
    {
        if (!Months.IsMonth(request.Period))
            return SettlementErrors.BadPeriod.Of();
        if (request.Providers.Count is 0 or > MaxProviders || request.Providers.Select(p => p.Did).Distinct(StringComparer.Ordinal).Count() != request.Providers.Count)
            return SettlementErrors.PartyUnknown.Of("providers");
        if (!PartyLog.Read(request.Consumer).TryGet(out var consumer, out var error))
            return error;
        var (providers, contracts, strays) = (new List<PartyLog>(), new List<ContractBook>(), new List<OpenUse>());
        foreach (var party in request.Providers.OrderBy(p => p.Did, StringComparer.Ordinal))
        {
            // A provider that buys from itself has one log, and one receipt in it.
            PartyLog? provider = party.Did == request.Consumer.Did ? consumer : null;
            if (provider is null && !PartyLog.Read(party).TryGet(out provider, out error))
                return error;
            providers.Add(provider);
            if (!provider.Uses(request.Consumer).TryGet(out var uses, out error))
                return error;
            foreach (var contract in uses.Where(u => u.Consumer == request.Consumer.Did && string.CompareOrdinal(u.Period, request.Period) <= 0)
                         .GroupBy(u => u.ContractId).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                if (request.Contracts.Count > 0 && !request.Contracts.Contains(contract.Key, StringComparer.Ordinal))
                    continue;
                if (!StateOf(request, contract.Key, provider, consumer).TryGet(out var state, out error)
                    || !ContractBook.Open(contract.Key, provider, consumer, contract, request.Period, state).TryGet(out var book, out error))
                    return error;
                if (book.Uses.Count == 0)
                    continue;
                if (book.Now.Provider > provider.Size || book.Now.Consumer > consumer.Size)
                    return SettlementErrors.NotWitnessed.Of(contract.Key);
                if (!PlanOf(request, book).TryGet(out var plan, out error))
                    return error;
                book.Plan = plan;
                contracts.Add(book);
            }
            strays.AddRange(StraysOf(consumer, provider, uses, [.. contracts.Where(c => c.Provider == provider)]));
        }
        if (contracts.Count == 0)
            return SettlementErrors.NothingToSettle.Of();
        return contracts.Count > MaxContracts || contracts.Sum(c => c.Uses.Count) > Bill.MaxUses ? SettlementErrors.TooMuch.Of() : new SettlementBooks(consumer, providers, contracts, strays);
    }

    /// <summary>State of both logs that a presented statement names for a contract, or for the other contracts of those logs; the present one without a statement.</summary>
    private static Result<Coverage> StateOf(SettlementRequest request, string contract, PartyLog provider, PartyLog consumer)
    {
        if (request.As is not { } statement)
            return new Coverage(provider.Size, consumer.Size);
        var named = statement.Contracts.Where(c => c.ContractId == contract).ToList();
        var ofProvider = named.Count > 0 ? named : [.. statement.Contracts.Where(c => c.Provider == provider.Party.Did)];
        var state = new Coverage(
            ofProvider.Select(c => c.ProviderLog.Size).DefaultIfEmpty(provider.Size).Max(), (named.Count > 0 ? named : statement.Contracts).Select(c => c.ConsumerLog.Size).DefaultIfEmpty(consumer.Size).Max());
        return state.Provider >= 0 && state.Provider <= provider.Size && state.Consumer >= 0 && state.Consumer <= consumer.Size
            ? state
            : SettlementErrors.StatementDiffers.Of("it names more entries than a log has, or than its witnesses cosigned");
    }

    private static Result<PricePlan> PlanOf(SettlementRequest request, ContractBook book)
    {
        var contract = book.Uses.Select(u => u.Use).ToList();
        var hashes = contract.Select(u => u.PricePlanHash).Distinct(StringComparer.Ordinal).ToList();
        if (request.Agreements.Count > 0)
        {
            // The receipts of both parties sign over Grants that name the contract by this hash.
            if (request.Agreements.FirstOrDefault(a => a.ContractId == book.Id) is not { } agreement || contract.Any(u => u.ContractVersion != agreement.Hash)
                || !IsKeyOf(book.Provider, agreement.ProviderKey) || !IsKeyOf(book.Consumer, agreement.ConsumerKey))
                return SettlementErrors.AgreementDiffers.Of(book.Id);
            if (hashes.Any(h => !agreement.PlanHashes.Contains(h, StringComparer.Ordinal)))
                return SettlementErrors.PlanSwapped.Of(book.Id);
        }
        if (request.Pins.TryGetValue(book.Id, out var pinned) && hashes.Any(h => h != pinned))
            return SettlementErrors.PlanSwapped.Of(book.Id);
        if (hashes.Count > 1)
            return MeteringErrors.PriceChanged.Of(book.Id);
        if (request.Plans.FirstOrDefault(p => p.Hash == hashes[0]) is not { } plan)
            return SettlementErrors.PlanUnknown.Of(hashes[0]);
        return contract.Any(u => u.Currency != plan.Currency && u.PricePerUseMinor > 0) ? MeteringErrors.UnknownCurrency.Of("another one in the contract than in the plan") : plan;
    }

    private static bool IsKeyOf(PartyLog log, string key) => log.Party.Keys.Keys.Any(k => Base64Url.EncodeToString(k.Key.Raw.Span) == key);

    /// <summary>Receipts that this provider countersigned for grants which its log does not hold: it dropped them.</summary>
    private static IEnumerable<OpenUse> StraysOf(PartyLog consumer, PartyLog provider, IReadOnlyList<UsageRecord> uses, IReadOnlyList<ContractBook> contracts)
    {
        var (settled, received) = (contracts.Select(c => c.Now.Provider).DefaultIfEmpty(provider.Size).Max(), contracts.Select(c => c.Now.Consumer).DefaultIfEmpty(consumer.Size).Max());
        var known = uses.Where(u => u.GrantIndex < settled).Select(u => u.GrantHash).ToHashSet(StringComparer.Ordinal);
        return consumer.Receipts.Values.Where(r => r.Index < received).OrderBy(r => r.Index).Where(r => !known.Contains(r.Payload.GrantHash) && r.Payload.Consumer == consumer.Party.Did
                && PartyLog.IsCountersigned(r, provider, consumer, grantedMs: null))
            .Select(r => new OpenUse("", -1, r.Payload.GrantHash, "", ReconciledUse.GrantMissing));
    }
}
