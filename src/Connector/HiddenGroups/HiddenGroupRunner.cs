using DataSpace.Connector.Conversations;
using DataSpace.Connector.History;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Aggregation.Hidden;
using DataSpace.Privacy.Conversations;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;

namespace DataSpace.Connector.HiddenGroups;

/// <summary>An owner's cells of a joint statistic whose groups nobody lists.</summary>
/// <param name="Cells">One per slot, or null when something about the data forbids an answer; the outside sees the same.</param>
/// <param name="Status">What is sealed to the analyst beside them.</param>
/// <param name="Agreed">The key that all owners placed their groups under.</param>
/// <param name="Ran">What the sandbox did last.</param>
/// <param name="ProtocolBytes">Bytes that this owner said to others.</param>
internal sealed record HiddenCells(IReadOnlyList<LocalCell>? Cells, SealedReply Status, ReadOnlyMemory<byte> Agreed, Result<CellTable> Ran, long ProtocolBytes);

/// <summary>
/// The part of such a statistic that is not that of every other: the codes of this owner's rows are read in the sandbox, placed by a function whose key one owner has, and become slots. Whatever the data hold,
/// the same messages of the same sizes are said. Codes do not leave this process but as labels of slots that pass the cell rule.
/// </summary>
internal sealed partial class HiddenGroupRunner(ControlledSandbox controlled, OwnerConversations conversations, ProviderDesk desk, NodeIdentity self, ILogger<HiddenGroupRunner> log)
{
    /// <summary>A host that cannot place groups says so before anything is spent.</summary>
    public static DsError? Problem(AggregateQuery query) => query.Hidden is not null && !GroupContext.IsAvailable ? HiddenGroupErrors.LibraryMissing.Of() : null;

    public async Task<Result<HiddenCells>> RunAsync(
        UseRow row, UseRequest use, AggregateQuery query, AdmittedUse admitted, AggregationShape shape, GrantHandle grant, CancellationToken cancellation)
    {
        var (plan, filter, limits) = (use.Order.Plan, admitted.Decision.Obligations!.RowFilter, UseComputation.LimitsOf(use));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(plan.WallLimitMs);
        var maximum = query.Hidden!.Maximum;
        var codes = new Codes();
        // One more than the maximum, and one more for rows without a code.
        var read = await controlled.ReadKeysAsync(grant, use, [query.GroupColumn], CellPlans.Of(query, filter, []).Where, maximum + 1, codes, limits, limit.Token);
        cancellation.ThrowIfCancellationRequested();
        // Too many groups, like too many rows, is judged under the mask: nobody learns at which owner.
        var fits = read.IsOk && codes.Found.Count <= maximum;
        LogCodes(log, codes.Found.Count, read.IsOk ? null : read.Error.Code, read.IsOk ? null : read.Error.Detail);
        IReadOnlyList<string> own = fits ? [.. codes.Found.Order(StringComparer.Ordinal)] : [];
        if (!(await PlaceAsync(row, use, own, grant, limit.Token)).TryGet(out var placed, out var error))
        {
            cancellation.ThrowIfCancellationRequested(); // stopped from outside is no finding about the data
            return error;
        }
        if (!read.TryGet(out var usage, out error))
            return new HiddenCells(null, CellPlans.Judge(error, query).Status, placed.Key, error, placed.BytesSaid);
        IReadOnlyList<string> shown = [.. own.Where(GroupSlots.CanShow)];
        // Without groups there is nothing to ask the data.
        var ran = shown.Count == 0 ? new CellTable([], usage.Usage)
            : await controlled.RunCellsAsync(grant, use, query, CellPlans.Of(query, filter, shown), limits, cancellation);
        var (cells, status) = CellPlans.Judge(ran, query);
        if (!fits || cells is null)
            return new HiddenCells(null, status, placed.Key, ran, placed.BytesSaid);
        var known = shown.Zip(cells).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
        var groups = own.Zip(placed.Values).Select(p => new HiddenGroup(p.First, p.Second, known.GetValueOrDefault(p.First))).ToList();
        return GroupSlots.Cells(shape, Convert.FromHexString(row.RosterHash!), groups).TryGet(out var slots, out error)
            ? new HiddenCells(slots, status, placed.Key, ran, placed.BytesSaid)
            : error;
    }

    /// <summary>The function's values at this owner's codes, from its own key or from the owner that has it.</summary>
    private async Task<Result<Placed>> PlaceAsync(UseRow row, UseRequest use, IReadOnlyList<string> codes, GrantHandle grant, CancellationToken cancellation)
    {
        var order = use.Order;
        var holder = order.Plan.LeaderOf(order.Consumer);
        var context = new GroupContext(row.RosterHash!, order.PlanHash, holder, order.Plan.Aggregate!.Hidden!.Maximum);
        PublicKey? KeyOf(string did) => order.Plan.Roster.First(r => r.Participant == did) is var entry ? desk.PinnedCoProvider(did, entry.KeyId) : null;
        if (holder == self.Did)
            return await HoldAsync(row, use, context, KeyOf, codes, grant, cancellation);
        if (KeyOf(holder) is not { } key)
            return JobErrors.RosterBroken.Of("key of another owner");
        if (!GroupAsker.Create(grant, context, codes, self.Did, self.Signer, key).TryGet(out var asker, out var error)
            || !(await conversations.TalkAsync(row.JobHash, asker, grant, context.MostBytesSaid, cancellation)).TryGet(out var said, out error))
            return Broken(error);
        return new Placed(asker.Values, asker.PublicKey, said);
    }

    private async Task<Result<Placed>> HoldAsync(
        UseRow row, UseRequest use, GroupContext context, Func<string, PublicKey?> keyOf, IReadOnlyList<string> codes, GrantHandle grant, CancellationToken cancellation)
    {
        var others = use.Order.Plan.Roster.Where(r => r.Participant != self.Did).Select(r => (r.Participant, Key: keyOf(r.Participant))).ToList();
        if (others.Exists(o => o.Key is null))
            return JobErrors.RosterBroken.Of("key of another owner");
        if (!GroupKeyHolder.Create(context).TryGet(out var holder, out var error))
            return error;
        var talks = others.Select(o => new OwnerTalk(o.Participant, holder.With(grant, o.Participant, self.Signer, o.Key!), context.MostBytesSaid)).ToList();
        return (await conversations.TalkAsync(row.JobHash, holder, talks, grant, cancellation)).TryGet(out var said, out error) && holder.ValuesOf(codes).TryGet(out var values, out error)
            ? new Placed(values, holder.PublicKey, said)
            : Broken(error);
    }

    private DsError Broken(DsError error)
    {
        LogBroken(log, error.Code, error.Detail);
        return error.Kind.Of();
    }

    private sealed record Placed(IReadOnlyList<ReadOnlyMemory<byte>> Values, ReadOnlyMemory<byte> Key, long BytesSaid);

    private sealed class Codes : IKeySink
    {
        public HashSet<string> Found { get; } = new(StringComparer.Ordinal);

        public void Add(IReadOnlyList<string?> values)
        {
            if (values[0] is { } code)
                Found.Add(code);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Groups of the rows: {Codes} {Code} {Detail}")]
    private static partial void LogCodes(ILogger logger, int codes, string? code, string? detail);

    [LoggerMessage(2, LogLevel.Warning, "The conversation about hidden groups ended: {Code} {Detail}")]
    private static partial void LogBroken(ILogger logger, string code, string? detail);
}
