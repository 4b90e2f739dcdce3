using System.Diagnostics;
using DataSpace.Connector.Conversations;
using DataSpace.Connector.History;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Lookup;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Lookups;

/// <summary>
/// An owner's part of a hidden look-up: rows read in the sandbox where the database of this version does not exist yet, the conversation with the analyst, and its closing. Reached only with a grant.
/// </summary>
internal sealed partial class LookupRunner(
    ControlledSandbox controlled, OwnerConversations conversations, LookupShelf shelf, Egress egress, NodeIdentity self, ILogger<LookupRunner> log)
{
    public async Task<Result<UseWork>> RunAsync(UseRow row, UseRequest use, AdmittedUse admitted, EgressContext context, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var (plan, query) = (use.Order.Plan, use.Order.Plan.Lookup!);
        if (!LookupContexts.Of(row.JobHash, use.Order).TryGet(out var terms, out var error))
            return error;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(plan.WallLimitMs);
        SandboxUsage? usage = null;
        Result<LookupDatabase> found;
        try
        {
            found = await shelf.FindOrBuildAsync(use, admitted, async stop =>
            {
                var built = await BuildAsync(use, admitted, terms, context.Grant, stop);
                usage = built.Usage;
                return built.Database;
            }, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            found = JobErrors.DeadlinePassed.Of();
        }
        if (!found.TryGet(out var database, out error))
        {
            cancellation.ThrowIfCancellationRequested(); // stopped from outside is no finding about the data
            LogWithheld(log, error.Code, error.Detail);
            return JobErrors.LookupWithheld.Of();
        }
        using (database)
        {
            if (!LookupOwner.Create(context.Grant, terms, database, use.DatasetVersion, self.Signer, use.Agreement.ConsumerKey).TryGet(out var part, out error))
                return Broken(error);
            // Answers wait for the Report, and so until then nothing has left that a broken conversation would have to report.
            if (!(await conversations.TalkAsync(row.JobHash, part, context.Grant, LookupOwner.MostBytesSaid(database, query.Questions), limit.Token)).TryGet(out var bytesSaid, out error)
                || !part.Close().TryGet(out var closing, out error))
            {
                cancellation.ThrowIfCancellationRequested();
                return Broken(error);
            }
            return egress.Pack(context, closing, told: null, code: null).TryGet(out var bytes, out error)
                ? new UseWork(bytes, query.Questions, usage, Stopwatch.GetElapsedTime(started)) { ProtocolBytes = bytesSaid } : error;
        }
    }

    private async Task<(Result<LookupDatabase> Database, SandboxUsage? Usage)> BuildAsync(UseRequest use, AdmittedUse admitted, LookupContext terms, GrantHandle grant, CancellationToken cancellation)
    {
        var (query, most) = (use.Order.Plan.Lookup!, use.Dataset.Config.Lookup!.MaxRecords);
        var rows = new Rows(new LookupDatabaseBuilder(terms.Rule, query.RecordBytes, most));
        var maxRows = (int)Math.Min(2L * most, int.MaxValue - 1);
        var ran = await controlled.ReadRowsAsync(
            grant, use, query.KeyColumns, query.Columns, CellPlans.FilterOf(admitted.Decision.Obligations!.RowFilter), maxRows, rows, UseComputation.LimitsOf(use), cancellation);
        if (!ran.TryGet(out var run, out var error))
            return (error, null);
        if (run.Rows > maxRows)
            return (LookupErrors.TooManyRecords.Of(), run.Usage);
        var built = rows.Builder.Build(use.DatasetVersion, cancellation);
        LogBuilt(log, rows.Builder.Rows, rows.Builder.Records, rows.Builder.RowsWithoutKey);
        return (built, run.Usage);
    }

    private DsError Broken(DsError error)
    {
        LogBroken(log, error.Code, error.Detail);
        return error.Kind.Of();
    }

    private sealed class Rows(LookupDatabaseBuilder builder) : IRowSink
    {
        public LookupDatabaseBuilder Builder => builder;

        public void Add(IReadOnlyList<string?> keys, IReadOnlyList<string?> values) => builder.Add(keys, values);
    }

    [LoggerMessage(1, LogLevel.Information, "Database of hidden look-ups: {Rows} rows, {Records} different keys, {WithoutKey} rows without a valid key")]
    private static partial void LogBuilt(ILogger logger, int rows, int records, int withoutKey);

    [LoggerMessage(2, LogLevel.Warning, "The look-up is withheld: {Code} {Detail}")]
    private static partial void LogWithheld(ILogger logger, string code, string? detail);

    [LoggerMessage(3, LogLevel.Warning, "The protocol of the look-up ended: {Code} {Detail}")]
    private static partial void LogBroken(ILogger logger, string code, string? detail);
}

/// <summary>What both parties bind a conversation to, from what both have: the signed order.</summary>
internal static class LookupContexts
{
    public static Result<LookupContext> Of(string jobHash, JobOrder order)
    {
        var (entry, query) = (order.Plan.Roster[0], order.Plan.Lookup!);
        return LookupCheck.RuleOf(query).TryGet(out var rule, out var error)
            ? new LookupContext(jobHash, entry.AgreementId, order.PlanHash, entry.Participant, order.Consumer, rule, query.Columns, query.Questions, query.RecordBytes) : error;
    }
}
