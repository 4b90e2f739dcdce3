using System.Diagnostics;
using System.Globalization;
using DataSpace.Connector.Conversations;
using DataSpace.Connector.History;
using DataSpace.Connector.Intersections;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Keys;
using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Privacy.Seal;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Regressions;

/// <summary>
/// The part of a vertical model that touches data: rows read in the sandbox, the conversation with the other owner's node, and this owner's weights, which stay here. Reached only with a grant. Messages leave through
/// <see cref="ConversationSession"/>, the closing through <see cref="Egress"/>.
/// </summary>
internal sealed partial class VerticalRunner(
    OwnerPairs pairs, ControlledSandbox controlled, OwnerConversations conversations, Egress egress, LocalModels models, ModelShelf shelf, ISealEngine engine, NodeIdentity self,
    ILogger<VerticalRunner> log)
{
    public async Task<Result<UseWork>> RunAsync(UseRow row, UseRequest use, AdmittedUse admitted, EgressContext context, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var (plan, query) = (use.Order.Plan, use.Order.Plan.Regress!);
        if (!IntersectionCheck.RuleOf(query.Key!).TryGet(out var rule, out var error))
            return error;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(plan.WallLimitMs);
        var features = plan.Roster.Zip(query.Features).First(p => p.First.Participant == self.Did).Second;
        var rows = new VerticalRows(rule, features, query.Label.Participant == self.Did ? query.Label : null, query.MaxRowsPerParty);
        var ran = await controlled.ReadRowsAsync(
            context.Grant, use, VerticalCheck.KeysOf(plan, query, self.Did), rows.Columns, CellPlans.FilterOf(admitted.Decision.Obligations!.RowFilter), query.MaxRowsPerParty, rows, UseComputation.LimitsOf(use),
            limit.Token);
        if (!ran.TryGet(out var read, out error) || !rows.Items().TryGet(out var items, out error))
        {
            cancellation.ThrowIfCancellationRequested(); // stopped from outside is no finding about the data
            return Withheld(error);
        }
        LogRows(log, items.RowsRead, items.Count, items.RowsWithoutKey, rows.RowsWithoutValue);
        var metered = new MeteredSealEngine(engine);
        if (!PartyOf(row, use, context, rule, items, rows, metered).TryGet(out var party, out error))
            return Judged(error);
        Result<UseWork> WorkOf(ProtocolMessage closing, string? code, long bytesSaid, DsError? brokenOff)
            => egress.Pack(context, closing, null, code).TryGet(out var bytes, out var unpacked)
                ? new UseWork(bytes, 1, read.Usage, Stopwatch.GetElapsedTime(started), items.Count) { ProtocolBytes = bytesSaid, BrokenOff = brokenOff, Fuel = metered.Fuel } : unpacked;
        if (!(await conversations.TalkAsync(row.JobHash, party, context.Grant, AlignedRegression.MostBytesUnheard, limit.Token)).TryGet(out var said, out error))
        {
            error = Judged(error);
            // Which rows are common may have left.
            return OwnerConversations.BrokenOff(party.BreakOff(), error, soFar => WorkOf(soFar, error.Code, conversations.BytesSaid(row.JobHash), error), cancellation);
        }
        if (!party.Close().TryGet(out var closing, out error))
            return error;
        var code = party.Outcome.TryGet(out var model, out var withheld) ? null : CodeOf(withheld);
        if (model is not null)
            await KeepAsync(row, use, new OwnModel(rows.Names, model, party.CommonRows), cancellation);
        return WorkOf(closing, code, said, null);
    }

    private async Task KeepAsync(UseRow row, UseRequest use, OwnModel model, CancellationToken cancellation)
    {
        LogModel(log, model.CommonRows, model.Columns.Count);
        if (use.Order.Consumer == self.Did)
            models.Keep(row.JobHash, model);
        else
            await shelf.KeepAsync(row.JobHash, use.Order, model, cancellation);
    }

    private Result<AlignedRegression> PartyOf(UseRow row, UseRequest use, EgressContext context, KeyRule rule, ItemSet items, VerticalRows rows, ISealEngine metered)
    {
        var (plan, query) = (use.Order.Plan, use.Order.Plan.Regress!);
        if (!pairs.Of(row, use, rule, query.Label.Participant!, new IntersectionTerms(IntersectionMode.Ids, query.MinimumSubjects, query.MaxRowsPerParty, query.MaxRowsPerParty)).TryGet(out var pair, out var error))
            return error;
        var alignment = pair.Context;
        int WidthOf(string did) => RegressQuery.WidthOf(plan.Roster.Zip(query.Features).First(p => p.First.Participant == did).Second);
        var (first, second) = (WidthOf(alignment.Receiver), WidthOf(alignment.Sender));
        var ridge = Number(query.L2);
        AlignedModel terms = query.HalfPeriod is { } halfPeriod
            ? new AlignedLogistic(alignment, first, second, ridge, halfPeriod, query.Iterations)
            : new AlignedLinear(alignment, first, second, ridge, Number(query.Label.Min), Number(query.Label.Max));
        return AlignedRegression.Create(
            new VerticalRun(context.Grant, new ConversationTerms(terms.Protocol, alignment.Digest, self.Signer, pair.Peer)), terms, pair.IsFirst, items, rows.Of, metered);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>What the analyst is told where there is no model, in a reply like any other; both owners know it anyway.</summary>
    private string CodeOf(DsError error)
    {
        LogWithheld(log, error.Code, error.Detail);
        return error.Kind == VerticalErrors.CertificateRefused ? JobErrors.CertificateRefused.Code
            : error.Kind == VerticalErrors.ResidualRefused ? JobErrors.ResidualRefused.Code : JobErrors.RegressionWithheld.Code;
    }

    /// <summary>What is about data has one code; what is about the protocol has its own, for it says that the other party did not keep to it.</summary>
    private DsError Judged(DsError error)
    {
        if (OwnerPairs.IsAboutSets(error) || error.Kind == VerticalErrors.ConstantColumn || error.Kind == VerticalErrors.LabelInvalid || error.Kind == VerticalErrors.ConstantLabel || error.Kind == VerticalErrors.ValueInvalid)
            return Withheld(error);
        LogBroken(log, error.Code, error.Detail);
        return error.Kind.Of();
    }

    private DsError Withheld(DsError error)
    {
        LogWithheld(log, error.Code, error.Detail);
        return JobErrors.RegressionWithheld.Of();
    }

    [LoggerMessage(1, LogLevel.Information, "Rows of a vertical model: {Rows} with all values, {Items} different keys, {WithoutKey} without a valid key; {WithoutValue} rows lacked a value")]
    private static partial void LogRows(ILogger logger, int rows, int items, int withoutKey, int withoutValue);

    [LoggerMessage(2, LogLevel.Warning, "The model is withheld: {Code} {Detail}")]
    private static partial void LogWithheld(ILogger logger, string code, string? detail);

    [LoggerMessage(3, LogLevel.Warning, "The protocol of the model ended: {Code} {Detail}")]
    private static partial void LogBroken(ILogger logger, string code, string? detail);

    [LoggerMessage(4, LogLevel.Information, "A model over {Rows} common rows is fitted; this owner has its {Columns} weights")]
    private static partial void LogModel(ILogger logger, int rows, int columns);
}
