using DataSpace.Connector.Agreements;
using DataSpace.Hosting;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Uses;

/// <summary>
/// The owner grants a contract's uses once more, in logged entries: the only way in which a counter that is exhausted, or that a continued log does not know, gives anything again.
/// </summary>
internal sealed class Regrants(AuditLedger ledger, ConnectorConfig config, NodeIdentity self)
{
    /// <summary>Longest reason, in characters.</summary>
    public const int MaxReasonChars = 256;

    /// <summary>Counter whose limit says how often the owner let <paramref name="budgetId"/> begin anew in a log that does not know it.</summary>
    public static string AgainOf(string budgetId) => "again/" + budgetId;

    /// <summary>Raises every counter of uses by what the contract gives, but not what may be owed, which payments alone give back; a privacy budget and a count of intersections that a continued log does not know may begin. New limits by counter.</summary>
    /// <param name="agreement">A contract that this node gave.</param>
    /// <param name="reason">In the owner's words; stands in the ledger.</param>
    /// <param name="cancellation">Ends the wait; what was written stays.</param>
    public async Task<Result<SortedDictionary<string, long>>> GrantAgainAsync(BoundAgreement agreement, string reason, CancellationToken cancellation)
    {
        var raised = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var debit in agreement.Policy.Terms.SelectMany(t => t.Obligations.Debits).Where(d => !d.IsCredit).DistinctBy(d => d.Key))
        {
            if (ledger.GetBudget(AgreementBook.BudgetId(agreement, debit.Key)) is not { Limit: not BudgetState.LimitInDebits } counter)
                continue;
            if (await RaiseAsync(counter, counter.Limit > long.MaxValue - debit.Limit ? long.MaxValue : counter.Limit + debit.Limit) is { } error)
                return error;
        }
        if (ledger.ContinuedAtMs is null)
            return raised;
        foreach (var (id, definition) in Unknown(agreement))
        {
            if (ledger.GetBudget(AgainOf(id)) is null && ledger.DefineBudget(AgainOf(id), limit: 0, definition) is { IsOk: false } undefined)
                return undefined.Error;
            var again = ledger.GetBudget(AgainOf(id))!;
            if (await RaiseAsync(again, again.Limit + 1) is { } error)
                return error;
        }
        return raised;

        async Task<DsError?> RaiseAsync(BudgetState counter, long limit)
        {
            var entry = new BudgetRegrantedPayload { BudgetId = counter.BudgetId, ContractId = counter.ContractId, OldLimit = counter.Limit, NewLimit = limit, Reason = reason, Actor = self.Did };
            if (await ledger.RegrantBudgetAsync(entry, cancellation) is { IsOk: false } failed)
                return failed.Error;
            raised[counter.BudgetId] = limit;
            return null;
        }
    }

    /// <summary>Counters of a consumer group that come into being with their first use, and that this log does not know.</summary>
    private IEnumerable<(string Id, string Definition)> Unknown(BoundAgreement agreement)
    {
        var group = config.ConsumerGroupOf(agreement.Row.Consumer);
        if (agreement.Policy.Terms.Any(t => t.Obligations.Privacy is not null))
        {
            var epsilon = new Kernel.Policy.BudgetDebit(Kernel.Policy.BudgetDebit.Epsilon, 0, 0, Kernel.Policy.BudgetScope.DatasetAndConsumerGroup);
            if (Budgets.IdOf(agreement, epsilon, group) is var id && ledger.GetBudget(id) is null)
                yield return (id, Kernel.Policy.BudgetDebit.Epsilon);
        }
        if (agreement.Policy.Terms.Any(t => t.Computations.Any(Kernel.Policy.PolicyComputations.IsIntersection))
            && IntersectionCaps.OfConsumer(agreement.Row.DatasetId, group) is var runs && ledger.GetBudget(runs) is null)
            yield return (runs, IntersectionCaps.Definition);
        if (agreement.Policy.Terms.Any(t => t.Computations.Contains(Kernel.Policy.PolicyComputations.Lookup, StringComparer.Ordinal))
            && LookupQuota.OfConsumer(agreement.Row.DatasetId, group) is var questions && ledger.GetBudget(questions) is null)
            yield return (questions, LookupQuota.Definition);
        if (agreement.Policy.Terms.Any(t => t.Computations.Contains(Kernel.Policy.PolicyComputations.Score, StringComparer.Ordinal))
            && ScoreQuota.OfConsumer(agreement.Row.DatasetId, group) is var rows && ledger.GetBudget(rows) is null)
            yield return (rows, ScoreQuota.Definition);
    }
}

/// <summary>The owner's decision.</summary>
/// <param name="AgreementId">A contract that this node gave.</param>
/// <param name="Reason">Why, in the owner's words.</param>
internal sealed record RegrantRequest(string? AgreementId, string? Reason);

internal static class RegrantEndpoint
{
    public static void MapRegrants(this WebApplication app) => app.MapPost("/admin/agreements/regrant", RegrantAsync)
        .RequireAdmin().WithSummary("Grants a contract's uses once more; every counter raised is an entry of the ledger.");

    private static async Task<IResult> RegrantAsync(RegrantRequest asked, AgreementBook agreements, Regrants regrants, CancellationToken cancellation)
    {
        if (asked is not { AgreementId: { Length: > 0 and <= 256 } id } || string.IsNullOrWhiteSpace(asked.Reason) || asked.Reason.Length > Regrants.MaxReasonChars)
            return HostErrors.MalformedRequest.Of($"agreementId and a reason of at most {Regrants.MaxReasonChars} characters").ToProblem();
        if (await agreements.FindAsync(id, AgreementBook.Provider, cancellation) is not { } agreement)
            return ConnectorErrors.AgreementUnknown.Of(id).ToProblem();
        return (await regrants.GrantAgainAsync(agreement, asked.Reason.Trim(), cancellation)).TryGet(out var raised, out var error)
            ? Results.Json(new { agreementId = id, limits = raised }, JobJson.Options)
            : error.ToProblem();
    }
}
