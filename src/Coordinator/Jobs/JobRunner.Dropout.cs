using System.Text.Json;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Coordinator.Jobs;

/// <summary>
/// Jobs that may go on without some of their owners: shares of everybody first, then contributions until all are here or their time is over, then one set of survivors that all of these sign, then what they tell. Which owners are
/// survivors is decided once, when that stage begins, and stands in the rows: after a restart the same set is shown again.
/// </summary>
internal sealed partial class JobRunner
{
    /// <summary>Beyond the longest time that an owner may compute: transport, masks and one retry. Then whoever is silent is left out.</summary>
    private static readonly TimeSpan DropoutPatience = TimeSpan.FromSeconds(8);

    /// <summary>As long as this every survivor is waited for, though enough have signed or told.</summary>
    private static readonly TimeSpan SurvivorPatience = TimeSpan.FromSeconds(5);

    /// <summary>Everybody's shares, before anybody grants anything: whoever is gone by now fails the job.</summary>
    private async Task<TimeSpan?> SharesAsync(CoordinatorState db, JobRow job, List<PartyRow> parties, CancellationToken cancellation)
    {
        var request = new RoundOneRequest([.. parties.Select(p => p.RoundZero!)]);
        var unreachable = false;
        await Task.WhenAll(parties.Where(p => p.Shares is null).Select(async party =>
        {
            var answer = await PostAsync(party.Participant, $"/peer/jobs/{job.JobHash}/shares", request, cancellation);
            if (IsAway(party, answer, out var response))
                unreachable = true;
            else if (!response.IsSuccess)
                Refuse(party, response);
            else if (Read<string>(response) is { } shares && survivors.IsShares(party, shares))
                party.Shares = shares;
            else
                Refuse(party, RefusalNotice.Of(party.Participant, CoordinatorErrors.BadContribution.Of("shares")));
        }));
        if (FailIfRefused(job, parties))
            return TimeSpan.Zero;
        if (unreachable)
            return RetryInterval;
        foreach (var party in parties)
            db.See(job.JobHash, party.Participant, Sights.Shares, System.Text.Encoding.ASCII.GetBytes(party.Shares!), clock.GetUtcNow());
        StageClock.Enter(job, JobStages.Contribute, parties.Count, clock.GetUtcNow());
        return TimeSpan.Zero;
    }

    /// <summary>
    /// True when the job goes on to its survivors: nobody is waited for any more, and enough are here. Refusals after the shares count as being gone; with too many of them the job fails.
    /// </summary>
    private bool IsComplete(JobRow job, List<PartyRow> parties, AggregateQuery query, int wallLimitMs)
    {
        var (here, refused) = (parties.Count(p => p.Header is not null), parties.Count(p => p.State == PartyStates.Refused));
        if (parties.Count - refused < query.MinimumParties)
        {
            job.State = JobStates.Failed;
            return false;
        }
        if (here == parties.Count - refused)
            return true;
        if (here < query.MinimumParties || clock.GetUtcNow() - job.StageStartedAt < TimeSpan.FromMilliseconds(wallLimitMs) + DropoutPatience)
            return false;
        MarkSilent(parties);
        return true;
    }

    /// <summary>Every owner whose contribution is here signs that these, and no others, are added up.</summary>
    private Task<TimeSpan?> AgreeAsync(JobRow job, List<PartyRow> parties, CancellationToken cancellation)
    {
        var left = parties.Where(p => p.Header is not null).ToList();
        return GatherAsync(
            job, parties, left, "survivors", SurvivorInbox.Headers(left), p => p.SurvivorStatement is not null,
            (party, response) =>
            {
                if (Read<string>(response) is not { } statement || !survivors.IsSurvivors(party, statement))
                    return false;
                party.SurvivorStatement = statement;
                return true;
            },
            JobStages.Unmask, cancellation);
    }

    /// <summary>The survivors' signatures go to each of them, and what they tell comes back sealed to the analyst.</summary>
    private async Task<TimeSpan?> UnmaskAsync(CoordinatorState db, JobRow job, List<PartyRow> parties, CancellationToken cancellation)
    {
        var pause = await GatherAsync(
            job, parties, [.. parties.Where(p => p.SurvivorStatement is not null)], "unmask", new UnmaskRequest([.. parties.Select(p => p.SurvivorStatement).OfType<string>()]), p => p.Told is not null,
            (party, response) =>
            {
                if (Read<ToldShare>(response) is not { } told || !survivors.IsTold(party, told))
                    return false;
                party.Told = JsonSerializer.Serialize(told, JobJson.Options);
                return true;
            },
            JobStages.Sum, cancellation);
        if (job.Stage == JobStages.Sum)
        {
            foreach (var party in parties.Where(p => p.Told is not null))
                db.See(job.JobHash, party.Participant, Sights.ToldShares, System.Text.Encoding.UTF8.GetBytes(party.Told!), clock.GetUtcNow());
        }
        return pause;
    }

    private async Task<TimeSpan?> GatherAsync<T>(
        JobRow job, List<PartyRow> parties, List<PartyRow> asked, string path, T request, Func<PartyRow, bool> has, Func<PartyRow, PeerAnswer, bool> take, string next, CancellationToken cancellation)
    {
        var refused = 0;
        await Task.WhenAll(asked.Where(p => !has(p)).Select(async party =>
        {
            var answer = await PostAsync(party.Participant, $"/peer/jobs/{job.JobHash}/{path}", request, cancellation);
            if (!answer.TryGet(out var response, out _) || PeerProblem.HasJustRestarted(response) || PeerProblem.HasFailed(response))
                return;
            if (response.IsSuccess && take(party, response))
            {
                (party.Code, party.Refusal) = (null, null);
                return;
            }
            // Its contribution stands; why it does not go on is told to the analyst if the job fails.
            var notice = response.IsSuccess ? RefusalNotice.Of(party.Participant, CoordinatorErrors.BadContribution.Of(path)) : PeerProblem.Read(party.Participant, response);
            (party.Code, party.Refusal) = (notice.Code, JsonSerializer.Serialize(notice with { Statement = null }, JobJson.Options));
            Interlocked.Increment(ref refused);
        }));
        var (done, threshold) = (asked.Count(has), SurvivorInbox.Threshold(parties.Count));
        var late = clock.GetUtcNow() - job.StageStartedAt > SurvivorPatience;
        if (done == asked.Count || (done >= threshold && (late || done + refused == asked.Count)))
        {
            StageClock.Enter(job, next, parties.Count, clock.GetUtcNow());
            return TimeSpan.Zero;
        }
        if (late && asked.Count - refused < threshold)
        {
            Fail(job, parties, JobErrors.TooFewOwnersLeft.Of($"{path}: {done} of {threshold}"));
            return TimeSpan.Zero;
        }
        return RetryInterval;
    }

    private static void MarkSilent(List<PartyRow> parties)
    {
        foreach (var party in parties.Where(p => p is { Header: null, State: not (PartyStates.Refused or PartyStates.Suspended) }))
        {
            var trouble = party.Code; // what it was last in, if it was
            (party.State, party.Code) = (PartyStates.Unreported, CoordinatorErrors.Unreported.Code);
            party.Refusal = JsonSerializer.Serialize(RefusalNotice.Of(party.Participant, CoordinatorErrors.Unreported.Of(trouble)), JobJson.Options);
        }
    }
}
