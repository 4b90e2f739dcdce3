using System.Diagnostics;
using System.Text.Json;
using DataSpace.Connector.Conversations;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Uses;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Keys;
using DataSpace.Privacy.Intersection.Many;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Intersections;

/// <summary>More than two owners: the receiver leads a conversation with each other one.</summary>
internal sealed partial class IntersectionRunner
{
    /// <summary>What this node knows of a run of many: what it is bound to, the leader's key and the others', and their keys of round 0.</summary>
    private sealed record ManyFacts(ManyRun Run, PublicKey? Leader, IReadOnlyList<PublicKey?> Others, IReadOnlyList<byte[]> RoundKeys);

    private async Task<Result<UseWork>> RunManyAsync(
        UseRow row, UseRequest use, EgressContext context, KeyRule rule, (ItemSet Items, List<string?[]>? Written, SandboxUsage Usage) read, long started, CancellationToken limit, CancellationToken cancellation)
    {
        if (!FactsOf(row, use, context, rule).TryGet(out var facts, out var error))
            return error;
        var spoken = use.Order.Plan.Intersect!.Receiver == self.Did
            ? await LeadAsync(row, facts, read.Items, read.Written, limit)
            : await AnswerAsync(row, facts, read.Items, limit);
        if (!spoken.TryGet(out var said, out error))
        {
            cancellation.ThrowIfCancellationRequested(); // stopped from outside is no finding about the data
            return Judged(error);
        }
        return egress.Pack(context, said.Spoken.Closing, said.Spoken.Told, said.Spoken.Code).TryGet(out var bytes, out error)
            ? new UseWork(bytes, 1, read.Usage, Stopwatch.GetElapsedTime(started), read.Items.Count) { ProtocolBytes = said.Bytes }
            : error;
    }

    private async Task<Result<(Spoken Spoken, long Bytes)>> LeadAsync(UseRow row, ManyFacts facts, ItemSet items, List<string?[]>? written, CancellationToken limit)
    {
        if (!ManyLeader.Create(facts.Run, items, [.. facts.Others.Select(k => k!)]).TryGet(out var leader, out var error))
            return error;
        var (others, most) = (facts.Run.Context.Others, facts.Run.Context.Terms.MaxPartyItems);
        var talks = others.Select((did, i) => new OwnerTalk(did, leader.With(i), ManyClosing.MostBytesSaid(items.Count, most[i]))).ToList();
        if (!(await conversations.TalkAsync(row.JobHash, leader, talks, facts.Run.Grant, limit)).TryGet(out var bytes, out error) || !leader.Close().TryGet(out var closing, out error))
            return error;
        // Too few in common is told to the analyst alone, in a reply like any other.
        if (!leader.Tell().TryGet(out var told, out error))
        {
            LogWithheld(log, error.Code, error.Detail);
            return (new Spoken(closing, null, JobErrors.IntersectionWithheld.Code), bytes);
        }
        if (leader.ToldRows is { } common)
            matches.Keep(row.JobHash, [.. common.Select(i => written![i])]);
        return (new Spoken(closing, told, null), bytes);
    }

    private async Task<Result<(Spoken Spoken, long Bytes)>> AnswerAsync(UseRow row, ManyFacts facts, ItemSet items, CancellationToken limit)
    {
        if (roundKeys.Find(row.JobHash) is not { } own)
            return JobErrors.Abandoned.Of();
        var context = facts.Run.Context;
        var index = context.Others.ToList().IndexOf(self.Did);
        var made = PartyOf(facts, index, items, own, limit);
        if (!made.TryGet(out var party, out var error))
            return error;
        var most = ManyClosing.MostBytesSaid(context.Terms.MaxLeaderItems, items.Count);
        return (await conversations.TalkAsync(row.JobHash, party, facts.Run.Grant, most, limit)).TryGet(out var bytes, out error) && party.Close().TryGet(out var closing, out error)
            ? (new Spoken(closing, null, null), bytes)
            : error;
    }

    /// <summary>The work on this party's own set takes as long as the set is large.</summary>
    private static Result<ManyParty> PartyOf(ManyFacts facts, int index, ItemSet items, Privacy.Aggregation.EphemeralKey own, CancellationToken limit)
    {
        try
        {
            return ManyParty.Create(facts.Run, index, items, facts.Leader!, own, facts.RoundKeys, limit);
        }
        catch (OperationCanceledException)
        {
            return IntersectionErrors.SetTooLarge.Of("for the job's time");
        }
    }

    private Result<ManyFacts> FactsOf(UseRow row, UseRequest use, EgressContext context, KeyRule rule)
    {
        var (plan, query) = (use.Order.Plan, use.Order.Plan.Intersect!);
        var statements = JsonSerializer.Deserialize<List<string>>(row.RoundZeros!, JobJson.Options)!;
        if (!JobOrders.VerifyRoster(use.Order, row.JobHash, statements, self.Did, desk.PinnedCoProvider, clock).TryGet(out var roster, out var error))
            return error;
        var others = plan.Roster.Where(r => r.Participant != query.Receiver).ToList();
        var of = others.Select(o => roster.First(s => s.Participant == o.Participant)).ToList();
        var leads = query.Receiver == self.Did;
        PublicKey? KeyOf(RosterEntry entry) => entry.Participant == self.Did ? null : desk.PinnedCoProvider(entry.Participant, entry.KeyId);
        var (leader, keys) = (KeyOf(plan.Roster.First(r => r.Participant == query.Receiver)), others.Select(KeyOf).ToList());
        if (leads ? keys.Contains(null) : leader is null)
            return JobErrors.RosterBroken.Of("key of another owner");
        // The roster hash covers the job, all parties' keys of round 0 and the versions of their data: one run, once.
        var bound = new ManyContext(
            row.RosterHash!, string.Join(' ', plan.Roster.Select(r => r.AgreementId)), use.Order.PlanHash, query.Receiver, [.. others.Select(o => o.Participant)],
            roster.First(s => s.Participant == query.Receiver).DatasetVersion, [.. of.Select(s => s.DatasetVersion)], rule.Digest,
            new ManyTerms(query.Result == IntersectQuery.Ids ? IntersectionMode.Ids : IntersectionMode.Cardinality, query.Minimum,
                IntersectionCheck.MaxItemsOf(plan, query.Receiver), [.. others.Select(o => IntersectionCheck.MaxItemsOf(plan, o.Participant))]));
        return new ManyFacts(new ManyRun(context.Grant, bound, self.Signer), leader, keys, [.. of.Select(s => Convert.FromBase64String(s.EphemeralKey))]);
    }
}
