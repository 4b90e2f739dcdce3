using System.Diagnostics;
using DataSpace.Connector.Conversations;
using DataSpace.Connector.History;
using DataSpace.Connector.Intersections;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Regressions;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Keys;
using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Privacy.Regression.Vertical.Scoring;
using DataSpace.Privacy.Seal;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Scores;

/// <summary>
/// The part of a scoring that touches data: rows read in the sandbox, this owner's part of each score, the conversation with the other owner's node. Reached only with a grant. Messages leave through
/// <see cref="ConversationSession"/>, the answers after the Report, the closing through <see cref="Egress"/>.
/// </summary>
internal sealed partial class ScoreRunner(
    OwnerPairs pairs, ControlledSandbox controlled, OwnerConversations conversations, Egress egress, ScoredModels models, LocalScores scores, ISealEngine engine, NodeIdentity self, ILogger<ScoreRunner> log)
{
    public async Task<Result<UseWork>> RunAsync(UseRow row, UseRequest use, AdmittedUse admitted, EgressContext context, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var (plan, query) = (use.Order.Plan, use.Order.Plan.Score!);
        if (!IntersectionCheck.RuleOf(query.Key).TryGet(out var rule, out var error) || !(await models.FindAsync(use.Order, cancellation)).TryGet(out var model, out error))
            return error;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(plan.WallLimitMs);
        var asks = use.Order.Consumer == self.Did;
        var rows = new VerticalRows(rule, ScoreCheck.FeaturesOf(plan, self.Did), label: null, query.MaxRowsPerParty, keepsKeys: asks);
        var ran = await controlled.ReadRowsAsync(
            context.Grant, use, ScoreCheck.KeysOf(plan, self.Did), rows.Columns, CellPlans.FilterOf(admitted.Decision.Obligations!.RowFilter), query.MaxRowsPerParty, rows, UseComputation.LimitsOf(use), limit.Token);
        if (!ran.TryGet(out var read, out error) || !rows.Items().TryGet(out var items, out error))
        {
            cancellation.ThrowIfCancellationRequested(); // stopped from outside is no finding about the data
            return Withheld(error);
        }
        LogRows(log, items.RowsRead, items.Count, items.RowsWithoutKey, rows.RowsWithoutValue);
        var metered = new MeteredSealEngine(engine);
        if (!PartyOf(row, use, context, rule, items, numbers => rows.PartsOf(numbers, model.Weights, model.Constant), metered).TryGet(out var party, out error))
            return Judged(error);
        Result<UseWork> WorkOf(ProtocolMessage closing, string? code, long bytesSaid, DsError? brokenOff)
            => egress.Pack(context, closing, null, code).TryGet(out var bytes, out var unpacked)
                ? new UseWork(bytes, query.Rows, read.Usage, Stopwatch.GetElapsedTime(started), items.Count) { ProtocolBytes = bytesSaid, BrokenOff = brokenOff, Fuel = metered.Fuel } : unpacked;
        if (!(await conversations.TalkAsync(row.JobHash, party, context.Grant, AlignedConversation.MostBytesUnheard, limit.Token)).TryGet(out var said, out error))
        {
            error = Judged(error);
            // Which rows are common may have left.
            return OwnerConversations.BrokenOff(party.BreakOff(), error, soFar => WorkOf(soFar, error.Code, conversations.BytesSaid(row.JobHash), error), cancellation);
        }
        if (!party.Close().TryGet(out var closing, out error))
            return error;
        var code = party.Outcome.TryGet(out var found, out var withheld) ? null : Withheld(withheld).Code;
        if (asks && found is not null)
            scores.Keep(row.JobHash, new OwnScores([.. found.Rows.Zip(found.Answers, (number, answer) => (rows.KeyOf(number), answer))], party.CommonRows));
        if (found is not null)
            LogScored(log, Math.Min(party.CommonRows, query.Rows), party.CommonRows);
        return WorkOf(closing, code, said, null);
    }

    private Result<AlignedScoring> PartyOf(UseRow row, UseRequest use, EgressContext context, KeyRule rule, ItemSet items, Func<IReadOnlyList<int>, double[]> partsOf, ISealEngine metered)
    {
        var query = use.Order.Plan.Score!;
        if (!pairs.Of(row, use, rule, use.Order.Consumer, new IntersectionTerms(IntersectionMode.Ids, query.MinimumSubjects, query.MaxRowsPerParty, query.MaxRowsPerParty)).TryGet(out var pair, out var error))
            return error;
        var terms = new AlignedScores(pair.Context, query.Model.JobHash, query.Rows, ScoreCheck.RuleOf(query.Telling));
        return AlignedScoring.Create(
            new VerticalRun(context.Grant, new ConversationTerms(terms.Protocol, pair.Context.Digest, self.Signer, pair.Peer)), terms, pair.IsFirst, items, partsOf, metered);
    }

    /// <summary>What is about data has one code; what is about the protocol has its own, for it says that the other party did not keep to it.</summary>
    private DsError Judged(DsError error)
    {
        if (OwnerPairs.IsAboutSets(error) || error.Kind == ScoreErrors.PartInvalid)
            return Withheld(error);
        LogBroken(log, error.Code, error.Detail);
        return error.Kind.Of();
    }

    private DsError Withheld(DsError error)
    {
        LogWithheld(log, error.Code, error.Detail);
        return ConnectorErrors.ScoresWithheld.Of();
    }

    [LoggerMessage(1, LogLevel.Information, "Rows to score: {Rows} with all values, {Items} different keys, {WithoutKey} without a valid key; {WithoutValue} rows lacked a value")]
    private static partial void LogRows(ILogger logger, int rows, int items, int withoutKey, int withoutValue);

    [LoggerMessage(2, LogLevel.Warning, "The scores are withheld: {Code} {Detail}")]
    private static partial void LogWithheld(ILogger logger, string code, string? detail);

    [LoggerMessage(3, LogLevel.Warning, "The protocol of the scoring ended: {Code} {Detail}")]
    private static partial void LogBroken(ILogger logger, string code, string? detail);

    [LoggerMessage(4, LogLevel.Information, "{Rows} of {Common} common rows are scored")]
    private static partial void LogScored(ILogger logger, int rows, int common);
}
