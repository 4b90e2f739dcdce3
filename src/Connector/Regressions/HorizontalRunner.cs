using System.Diagnostics;
using System.Text.Json;
using DataSpace.Connector.Conversations;
using DataSpace.Connector.History;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Regression.Horizontal;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Regressions;

/// <summary>
/// The part of a horizontal model that touches data: rows read in the sandbox, sums of them in the conversation with the analyst's node. Reached only with a grant. Whatever depends on data looks the
/// same from outside, to the last round: an owner that withholds its part says as much, as often and as long as one that does not. Which it was stands in its own log.
/// </summary>
internal sealed partial class HorizontalRunner(
    ProviderDesk desk, ControlledSandbox controlled, OwnerConversations conversations, Egress egress, MaskKeys maskKeys, NodeIdentity self, TimeProvider clock, ILogger<HorizontalRunner> log)
{
    public async Task<Result<UseWork>> RunAsync(UseRow row, UseRequest use, AdmittedUse admitted, EgressContext context, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        if (!HorizontalDesigns.Of(use.Order.Plan).TryGet(out var design, out var error))
            return error;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(use.Order.Plan.WallLimitMs);
        var (rows, usage) = await ReadAsync(use, admitted, design, context.Grant, limit.Token);
        cancellation.ThrowIfCancellationRequested(); // stopped from outside is no finding about the data
        if (!MeansOf(row, use, admitted, context, design).TryGet(out var means, out error) || !HorizontalOwner.Create(means, design, rows).TryGet(out var part, out error))
            return error;
        var talked = await conversations.TalkAsync(row.JobHash, part, context.Grant, HorizontalOwner.MostBytesSaid(design), limit.Token);
        if (part.WithheldBecause is { } reason)
            LogWithheld(log, reason);
        Result<UseWork> WorkOf(ProtocolMessage closing, long bytesSaid, DsError? brokenOff)
            => egress.Pack(context, closing, told: null, brokenOff?.Code).TryGet(out var bytes, out var unpacked)
                ? new UseWork(bytes, RegressCheck.FiguresOf(use.Order.Plan.Regress!), usage, Stopwatch.GetElapsedTime(started), rows?.SubjectCount) { ProtocolBytes = bytesSaid, BrokenOff = brokenOff } : unpacked;
        if (talked.TryGet(out var said, out error))
            return part.Close().TryGet(out var closing, out error) ? WorkOf(closing, said, null) : error;
        LogBroken(log, error.Code, error.Detail, part.Round);
        // The sums of the rounds so far may have left.
        return OwnerConversations.BrokenOff(part.BreakOff(), error.Kind.Of(), soFar => WorkOf(soFar, conversations.BytesSaid(row.JobHash), error.Kind.Of()), cancellation);
    }

    private async Task<(OwnerRows? Rows, SandboxUsage? Usage)> ReadAsync(UseRequest use, AdmittedUse admitted, HorizontalDesign design, GrantHandle grant, CancellationToken cancellation)
    {
        var subject = use.Dataset.Source.SubjectColumn;
        var sink = new Sink(new OwnerRows.Builder(design), subject is not null);
        var ran = await controlled.ReadRowsAsync(
            grant, use, subject is null ? [] : [subject], [design.Label.Name, .. design.Features.Select(f => f.Name)], CellPlans.FilterOf(admitted.Decision.Obligations!.RowFilter), design.MaxRows,
            sink, UseComputation.LimitsOf(use), cancellation);
        if (!ran.TryGet(out var run, out var error))
        {
            LogUnreadable(log, error.Code, error.Detail);
            return (null, null);
        }
        if (sink.Rows.IsFull)
            return (null, run.Usage);
        var rows = sink.Rows.Build();
        LogRows(log, rows.Count, rows.SubjectCount, sink.Rows.Incomplete);
        return (rows, run.Usage);
    }

    private Result<OwnerMeans> MeansOf(UseRow row, UseRequest use, AdmittedUse admitted, EgressContext context, HorizontalDesign design)
    {
        var statements = JsonSerializer.Deserialize<List<string>>(row.RoundZeros!, JobJson.Options)!;
        if (!JobOrders.VerifyRoster(use.Order, row.JobHash, statements, self.Did, desk.PinnedCoProvider, clock).TryGet(out var roster, out var error))
            return error;
        if (maskKeys.Find(row.JobHash) is not { } own)
            return JobErrors.Abandoned.Of();
        return new OwnerMeans(
            context.Grant, new HorizontalRun(row.JobHash, self.Did, use.Order.Consumer, design.Digest), self.Signer, use.Agreement.ConsumerKey, context.ReplyKey, own,
            [.. roster.Select(s => Convert.FromBase64String(s.EphemeralKey))], roster.ToList().FindIndex(s => s.Participant == self.Did), Convert.FromHexString(row.RosterHash!),
            admitted.Decision.Obligations!.DominancePercent);
    }

    private sealed class Sink(OwnerRows.Builder rows, bool hasSubjects) : IRowSink
    {
        public OwnerRows.Builder Rows => rows;

        public void Add(IReadOnlyList<string?> keys, IReadOnlyList<string?> values) => rows.Add(hasSubjects, hasSubjects ? keys[0] : null, values);
    }

    [LoggerMessage(1, LogLevel.Information, "Rows of a model: {Rows} of {Subjects} subjects, {Incomplete} left out for want of a value")]
    private static partial void LogRows(ILogger logger, int rows, int subjects, long incomplete);

    [LoggerMessage(2, LogLevel.Warning, "This node withholds its part of the model: {Reason}")]
    private static partial void LogWithheld(ILogger logger, string reason);

    [LoggerMessage(3, LogLevel.Warning, "The rows of a model could not be read: {Code} {Detail}")]
    private static partial void LogUnreadable(ILogger logger, string code, string? detail);

    [LoggerMessage(4, LogLevel.Warning, "The protocol of the model ended: {Code} {Detail}, round {Round}")]
    private static partial void LogBroken(ILogger logger, string code, string? detail, int round);
}
