using System.Text.Json;
using DataSpace.Hosting;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.History;

/// <summary>What the owner sees of the history, and its decision to go on without a lost part of it.</summary>
internal static class HistoryEndpoints
{
    private const string Budget = "query-history/beginnings";
    private const string Definition = "exact answers without the record of earlier ones";
    private const int MaxReasonChars = 256;
    private const int MaxBytes = 4096;

    /// <summary>The decision.</summary>
    /// <param name="Confirm">True, or nothing happens.</param>
    /// <param name="Reason">Why, in the owner's words; stands in the ledger.</param>
    internal sealed record BeginRequest(bool Confirm, string? Reason);

    public static void MapHistory(this WebApplication app)
    {
        app.MapGet("/admin/history", async (QueryHistory history, AuditLedger ledger, CancellationToken cancellation) => Answer(await history.StatusAsync(cancellation), ledger))
            .RequireAdmin().WithSummary("What is remembered of exact answers, and whether any is missing.");
        app.MapPost("/admin/history/begin", BeginAsync)
            .RequireAdmin().WithSummary("Accepts that the record of earlier answers is lost; exact answers begin again. Logged.");
    }

    private static async Task<IResult> BeginAsync(HttpRequest http, QueryHistory history, AuditLedger ledger, NodeIdentity self, CancellationToken cancellation)
    {
        BeginRequest? request;
        if (!http.HasJsonContentType() || http.ContentLength is null or > MaxBytes)
            return HostErrors.MalformedRequest.Of($"application/json of at most {MaxBytes} bytes").ToProblem();
        try
        {
            request = await http.ReadFromJsonAsync<BeginRequest>(JobJson.Options, cancellation);
        }
        catch (JsonException e)
        {
            return HostErrors.MalformedRequest.Of($"at {e.Path}").ToProblem();
        }
        if (request is not { Confirm: true, Reason: { Length: > 0 and <= MaxReasonChars } reason })
            return HistoryErrors.NotConfirmed.Of().ToProblem();
        return Answer(await history.BeginAsync(() => RecordAsync(ledger, self, reason, cancellation), cancellation), ledger);
    }

    /// <summary>In the ledger such a beginning is a limit that the owner raised: how often exact answers may begin without their past.</summary>
    private static async Task<DsError?> RecordAsync(AuditLedger ledger, NodeIdentity self, string reason, CancellationToken cancellation)
    {
        var limit = ledger.GetBudget(Budget)?.Limit;
        if (limit is null)
        {
            if (!ledger.DefineBudget(Budget, limit: 0, Definition).TryGet(out _, out var error))
                return error;
            limit = 0;
        }
        var entry = new BudgetRegrantedPayload { BudgetId = Budget, ContractId = Definition, OldLimit = limit.Value, NewLimit = limit.Value + 1, Reason = reason, Actor = self.Did };
        return (await ledger.RegrantBudgetAsync(entry, cancellation)).Error;
    }

    private static IResult Answer(Result<HistoryStatus> asked, AuditLedger ledger) => asked.TryGet(out var status, out var error)
        ? Results.Json(new
        {
            complete = status.Problem is null,
            problem = status.Problem is { } problem ? new { problem.Kind.Code, problem.Kind.Title, problem.Kind.TitleZh, problem.Kind.Advice, problem.Kind.AdviceZh } : null,
            status.Answers,
            status.Unknown,
            beginnings = ledger.GetBudget(Budget)?.Limit ?? 0,
            status.MaxSets,
            consumers = status.Counts,
        }, JobJson.Options)
        : error.ToProblem();
}
