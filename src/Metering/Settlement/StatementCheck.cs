using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Metering.Reconciliation;

namespace DataSpace.Metering.Settlement;

/// <summary>What was found about a statement that holds.</summary>
/// <param name="Statement">The statement.</param>
/// <param name="Closes">Closes of the month in both sides' logs.</param>
/// <param name="Signers">Parties that signed.</param>
public sealed record CheckedStatement(StatementDocument Statement, int Closes, int Signers);

/// <summary>Checks a statement against the raw logs, the closes in them and the signatures.</summary>
public static class StatementCheck
{
    /// <summary>Null signatures are not asked for; with them, every provider in the statement and the consumer must have signed.</summary>
    public static Result<CheckedStatement> Verify(ReadOnlyMemory<byte> presented, SettlementRequest request, StatementSignatures? signatures)
    {
        if (!StatementDocument.Read(presented).TryGet(out var claimed, out var error))
            return error;
        if (claimed.Period != request.Period || claimed.Consumer != request.Consumer.Did)
            return SettlementErrors.StatementDiffers.Of("month or consumer");
        // The logs may have grown since; what the statement is checked against is their state then, as far as no close names another.
        if (!SettlementBooks.Open(request with { As = claimed }).TryGet(out var books, out error) || !MonthSettlement.Compute(request.Period, books).TryGet(out var computed, out error))
            return error;
        if (!computed.ToCanonicalJson().AsSpan().SequenceEqual(presented.Span))
            return SettlementErrors.StatementDiffers.Of(Difference(claimed, computed));
        if (!Closes(books, computed).TryGet(out var closes, out error))
            return error;
        var parties = request.Providers.Where(p => computed.Contracts.Any(c => c.Provider == p.Did)).Append(request.Consumer).DistinctBy(p => p.Did).ToList();
        if (signatures?.Missing(presented, computed.Period, parties) is { Count: > 0 } missing)
            return SettlementErrors.NotSigned.Of(string.Join(", ", missing));
        return new CheckedStatement(computed, closes, signatures is null ? 0 : parties.Count);
    }

    /// <summary>Number of closes; every one that is there names this statement and is followed by its adjustments and no others.</summary>
    private static Result<int> Closes(SettlementBooks books, StatementDocument statement)
    {
        var (hash, count) = (statement.Hash(), 0);
        foreach (var contract in books.Contracts)
        {
            foreach (var log in new[] { contract.Provider, contract.Consumer }.Distinct())
            {
                if (contract.CloseOf(log, statement.Period) is not { } close)
                    continue;
                var owed = statement.Totals.FirstOrDefault(t => t.Currency == contract.Plan.Currency)?.AmountMinor ?? 0;
                if (close.StatementHash != hash || close.PlanHash != contract.Plan.Hash || close.AmountMinor != owed || close.Currency != contract.Plan.Currency)
                    return SettlementErrors.CloseDiffers.Of($"{log.Party.Did}: {contract.Id}");
                if (!AdjustmentsOf(log, contract, statement).SequenceEqual(Expected(contract, statement)))
                    return SettlementErrors.CloseDiffers.Of($"{log.Party.Did}: {contract.Id}: adjustments");
                count++;
            }
        }
        return count;
    }

    /// <summary>Adjustments that a close of this contract is to be followed by. Of a pool, each of its contracts carries the pool's.</summary>
    public static IEnumerable<AdjustmentPayload> AdjustmentsFor(string contractId, StatementDocument statement)
        => statement.Items.Where(i => i.Kind == "adjustment" && i.Contracts.Contains(contractId, StringComparer.Ordinal)).Select(i => new AdjustmentPayload
        {
            ContractId = contractId,
            Period = statement.Period,
            ForPeriod = i.ForPeriod,
            AmountMinor = i.AmountMinor,
            Currency = i.Currency,
            StatementHash = statement.Hash(),
            Reason = i.AmountMinor < 0 ? "givenBack" : "late",
        });

    private static IEnumerable<(string, long, string)> Expected(ContractBook contract, StatementDocument statement)
        => AdjustmentsFor(contract.Id, statement).Select(a => (a.ForPeriod, a.AmountMinor, a.StatementHash)).Order();

    private static IEnumerable<(string, long, string)> AdjustmentsOf(PartyLog log, ContractBook contract, StatementDocument statement)
        => log.Adjustments.Where(a => a.Payload.ContractId == contract.Id && a.Payload.Period == statement.Period)
            .Select(a => (a.Payload.ForPeriod, a.Payload.AmountMinor, a.Payload.StatementHash)).Order();

    private static string Difference(StatementDocument claimed, StatementDocument computed)
    {
        for (var i = 0; i < Math.Max(claimed.Items.Count, computed.Items.Count); i++)
        {
            if (i >= claimed.Items.Count || i >= computed.Items.Count || claimed.Items[i].AmountMinor != computed.Items[i].AmountMinor || claimed.Items[i].ForPeriod != computed.Items[i].ForPeriod)
                return $"item {i + 1}";
        }
        return claimed.Disputes.SequenceEqual(computed.Disputes) ? "lines, states, shares or postings" : "disputes";
    }
}
