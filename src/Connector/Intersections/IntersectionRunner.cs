using System.Diagnostics;
using DataSpace.Connector.Conversations;
using DataSpace.Connector.History;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Keys;
using DataSpace.Privacy.Seal;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;
using DataSpace.Sandbox.Cells;

namespace DataSpace.Connector.Intersections;

/// <summary>
/// The part of an intersection that touches data: keys read in the sandbox, the protocol with the other owner's node, and what the analyst is told. Reached only with a grant. Raw keys do not
/// leave this process; messages leave through <see cref="ConversationSession"/>, the answer through <see cref="Egress"/>.
/// </summary>
internal sealed partial class IntersectionRunner(
    ProviderDesk desk, OwnerPairs pairs, ControlledSandbox controlled, OwnerConversations conversations, Egress egress, LocalMatches matches, ISealEngine engine, MaskKeys roundKeys, NodeIdentity self, TimeProvider clock,
    ILogger<IntersectionRunner> log)
{
    /// <summary>Rows that are read at most for every subject that a set may have.</summary>
    private const int RowsPerSubject = 16;

    /// <summary>What goes into the contribution: the closing, and what this owner tells.</summary>
    private sealed record Spoken(ProtocolMessage Closing, ProtocolMessage? Told, string? Code);

    public async Task<Result<UseWork>> RunAsync(UseRow row, UseRequest use, AdmittedUse admitted, EgressContext context, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var plan = use.Order.Plan;
        if (!IntersectionCheck.RuleOf(plan.Intersect!.Key).TryGet(out var rule, out var error))
            return error;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(plan.WallLimitMs);
        var keys = await ReadAsync(use, admitted, rule, context.Grant, limit.Token);
        if (!keys.TryGet(out var read, out error))
        {
            cancellation.ThrowIfCancellationRequested(); // stopped from outside is no finding about the data
            return Withheld(error);
        }
        LogSet(log, read.Items.RowsRead, read.Items.Count, read.Items.RowsWithoutKey);
        if (plan.Roster.Count > 2)
            return await RunManyAsync(row, use, context, rule, read, started, limit.Token, cancellation);
        var metered = new MeteredSealEngine(engine);
        if (!PartyOf(row, use, context, rule, read.Items, metered).TryGet(out var party, out error))
            return Judged(error);
        Result<UseWork> WorkOf(Spoken spoken, long bytesSaid, DsError? brokenOff)
            => egress.Pack(context, spoken.Closing, spoken.Told, spoken.Code).TryGet(out var bytes, out var unpacked)
                ? new UseWork(bytes, 1, read.Usage, Stopwatch.GetElapsedTime(started), read.Items.Count) { ProtocolBytes = bytesSaid, BrokenOff = brokenOff, Fuel = metered.Fuel } : unpacked;
        var peer = plan.Roster.First(r => r.Participant != self.Did).Participant;
        var most = party.MostBytesSaid(IntersectionCheck.MaxItemsOf(plan, peer));
        if (!(await conversations.TalkAsync(row.JobHash, party, context.Grant, most, limit.Token)).TryGet(out var said, out error))
        {
            error = Judged(error);
            // Of a sum that broke off the other owner may know how many are common.
            return OwnerConversations.BrokenOff(party.BreakOff(), error, soFar => WorkOf(new Spoken(soFar, null, error.Code), conversations.BytesSaid(row.JobHash), error), cancellation);
        }
        if (!Say(party).TryGet(out var spoken, out error))
            return error;
        if (party is IntersectionReceiver { ToldRows: { } common })
            matches.Keep(row.JobHash, [.. common.Select(i => read.Written![i])]);
        return WorkOf(spoken, said, null);
    }

    private async Task<Result<(ItemSet Items, List<string?[]>? Written, SandboxUsage Usage)>> ReadAsync(UseRequest use, AdmittedUse admitted, KeyRule rule, GrantHandle grant, CancellationToken cancellation)
    {
        var plan = use.Order.Plan;
        var most = IntersectionCheck.MaxItemsOf(plan, self.Did);
        var filter = CellPlans.FilterOf(admitted.Decision.Obligations!.RowFilter);
        if (plan.Intersect is { Value: { } value } sum && sum.Receiver != self.Did)
            return await ReadValuesAsync(use, value, rule, filter, most, grant, cancellation);
        // Whoever is told which subjects are common needs them as its rows write them.
        var rows = new Rows(new ItemSetBuilder(rule, most), plan.Intersect is { Result: IntersectQuery.Ids } query && query.Receiver == self.Did ? [] : null);
        var ran = await controlled.ReadKeysAsync(
            grant, use, IntersectionCheck.ColumnsOf(plan, self.Did), filter, most, rows, UseComputation.LimitsOf(use), cancellation);
        if (!ran.TryGet(out var run, out var error))
            return error;
        return rows.Set.Build().TryGet(out var items, out error) ? (items, rows.Written, run.Usage) : error;
    }

    /// <summary>Every row has its own value, so all of them are read; of subjects there may be as many as ever.</summary>
    private async Task<Result<(ItemSet Items, List<string?[]>? Written, SandboxUsage Usage)>> ReadValuesAsync(
        UseRequest use, ValueQuery value, KeyRule rule, IReadOnlyList<CellPredicate> filter, int most, GrantHandle grant, CancellationToken cancellation)
    {
        var plan = use.Order.Plan;
        var mostRows = (int)Math.Min(IntersectionTerms.MostItems, (long)most * RowsPerSubject);
        var rows = new ValueRows(new ItemSetBuilder(rule, mostRows, IntersectionCheck.TermsOf(plan).Values), value.Decimals);
        var ran = await controlled.ReadRowsAsync(grant, use, IntersectionCheck.ColumnsOf(plan, self.Did), [value.Column], filter, mostRows, rows, UseComputation.LimitsOf(use), cancellation);
        if (!ran.TryGet(out var run, out var error))
            return error;
        return rows.Set.Build().TryGet(out var items, out error) ? (items, (List<string?[]>?)null, run.Usage) : error;
    }

    private Result<IntersectionParty> PartyOf(UseRow row, UseRequest use, EgressContext context, KeyRule rule, ItemSet items, ISealEngine metered)
    {
        var plan = use.Order.Plan;
        if (!pairs.Of(row, use, rule, plan.Intersect!.Receiver, IntersectionCheck.TermsOf(plan)).TryGet(out var pair, out var error))
            return error;
        var run = new IntersectionRun(context.Grant, pair.Context, self.Signer, pair.Peer);
        if (pair.IsFirst)
            return IntersectionReceiver.Create(run, items, metered).TryGet(out var receiver, out error) ? receiver : error;
        return IntersectionSender.Create(run, items, metered).TryGet(out var other, out error) ? other : error;
    }

    /// <summary>Too few in common is told to the analyst alone, in a reply like any other.</summary>
    private Result<Spoken> Say(IntersectionParty party)
    {
        if (!party.Close().TryGet(out var closing, out var error))
            return error;
        if (party is IntersectionSender { TellsSum: true } sender)
            return sender.TellSum().TryGet(out var sum, out error) ? new Spoken(closing, sum, null) : Broken(error);
        if (party is not IntersectionReceiver receiver)
            return new Spoken(closing, null, null);
        if (receiver.Tell().TryGet(out var told, out error))
            return new Spoken(closing, told, null);
        LogWithheld(log, error.Code, error.Detail);
        return new Spoken(closing, null, JobErrors.IntersectionWithheld.Code);
    }

    /// <summary>What is about the sets has one code; what is about the protocol has its own, for it says that the other party did not keep to it.</summary>
    private DsError Judged(DsError error)
        => OwnerPairs.IsAboutSets(error) ? Withheld(error) : Broken(error);

    private DsError Broken(DsError error)
    {
        LogBroken(log, error.Code, error.Detail);
        return error.Kind.Of();
    }

    private DsError Withheld(DsError error)
    {
        LogWithheld(log, error.Code, error.Detail);
        return JobErrors.IntersectionWithheld.Of();
    }

    private sealed class ValueRows(ItemSetBuilder set, int decimals) : IRowSink
    {
        public ItemSetBuilder Set => set;

        public void Add(IReadOnlyList<string?> keys, IReadOnlyList<string?> values) => set.Add(keys, ValueText.Scaled(values[0], decimals));
    }

    private sealed class Rows(ItemSetBuilder set, List<string?[]>? written) : IKeySink
    {
        public ItemSetBuilder Set => set;

        public List<string?[]>? Written => written;

        public void Add(IReadOnlyList<string?> values)
        {
            if (set.Add(values))
                written?.Add([.. values]);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Set of an intersection: {Rows} different keys as written, {Items} as compared, {WithoutKey} without a valid key")]
    private static partial void LogSet(ILogger logger, int rows, int items, int withoutKey);

    [LoggerMessage(2, LogLevel.Warning, "The intersection is withheld: {Code} {Detail}")]
    private static partial void LogWithheld(ILogger logger, string code, string? detail);

    [LoggerMessage(3, LogLevel.Warning, "The protocol of the intersection ended: {Code} {Detail}")]
    private static partial void LogBroken(ILogger logger, string code, string? detail);
}
