using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using DataSpace.Coordinator.Regulation;
using DataSpace.Hosting;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Jobs;
using DataSpace.Hosting.Storage;
using DataSpace.Hosting.Telemetry;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Coordinator.Jobs;

/// <summary>
/// Takes a job one step further per message, reading and writing the durable row; a crash between two steps repeats a step, and every
/// step is idempotent at the provider. Holds no key and no plaintext (law 4).
/// </summary>
internal sealed partial class JobRunner(
    IDbContextFactory<CoordinatorState> store, INodeTransport transport, PeerDirectory peers, NodeIdentity self,
    DispatchLog dispatchLog, ContributionInbox inbox, SurvivorInbox survivors, ConversationRelay relay, JobNews news, DispatchRules rules, CrashPoints crashPoints, TimeProvider clock, ILogger<JobRunner> log) : IConsumer<AdvanceJob>
{
    /// <summary>Time beside the providers' own work: network, retries, masks.</summary>
    public static readonly TimeSpan ProtocolAllowance = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    public async Task Consume(ConsumeContext<AdvanceJob> context)
    {
        var (pause, quiet) = await AdvanceAsync(context.Message, context.CancellationToken);
        if (pause is not { } wait)
            return;
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, clock, context.CancellationToken);
        await context.Publish(context.Message with { Quiet = quiet });
    }

    /// <summary>After a restart: every unfinished job goes on.</summary>
    public static async Task ResumeAsync(IServiceProvider services)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<CoordinatorState>>().CreateDbContextAsync();
        var bus = services.GetRequiredService<IBus>();
        foreach (var hash in await db.Jobs.Where(j => j.State == JobStates.Running).Select(j => j.JobHash).ToListAsync())
            await bus.Publish(new AdvanceJob(hash));
    }

    /// <summary>One step. Returns how long to wait before the next, or null when the job is over; and how many steps in a row found nothing new.</summary>
    private async Task<(TimeSpan? Pause, int Quiet)> AdvanceAsync(AdvanceJob message, CancellationToken cancellation)
    {
        var jobHash = message.JobHash;
        await using var db = await store.CreateDbContextAsync(cancellation);
        var job = await db.Jobs.FindAsync([jobHash], cancellation);
        if (job is not { State: JobStates.Running })
            return default;
        using var scope = log.BeginJob(jobHash, job.JobId);
        var parties = await db.Parties.Where(p => p.JobHash == jobHash).OrderBy(p => p.Position).ToListAsync(cancellation);
        TimeSpan? pause = TimeSpan.Zero;
        var held = rules.Problem(job) is not null;
        if (held || parties.Exists(p => p.State == PartyStates.Suspended))
            Wait(job);
        if (clock.GetUtcNow() > job.Deadline)
            Expire(job, parties);
        else if (held)
            pause = RetryInterval; // nothing is dispatched, collected or added while a freeze stands or the list is not fresh
        else
            pause = await StepAsync(db, job, parties, cancellation);
        if (!db.ChangeTracker.HasChanges())
            return (pause ?? Patience.After(message.Quiet), message.Quiet + 1);
        job.Revision++;
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateConcurrencyException)
        {
            return (TimeSpan.Zero, 0); // cancelled meanwhile: look again
        }
        news.Tell(jobHash);
        if (job.State == JobStates.Completed)
            crashPoints.Reach(CrashPoint.BeforeTelling);
        return (job.State == JobStates.Running ? pause ?? Patience.After(0) : null, 0);
    }

    /// <summary>How long to wait after it; null while others are at work, for whom it waits the longer the longer they take.</summary>
    private Task<TimeSpan?> StepAsync(CoordinatorState db, JobRow job, List<PartyRow> parties, CancellationToken cancellation) => job.Stage switch
    {
        JobStages.Dispatch => DispatchAsync(job, parties, cancellation),
        JobStages.Roster => RosterAsync(db, job, parties, cancellation),
        JobStages.Shares => SharesAsync(db, job, parties, cancellation),
        JobStages.Contribute => ContributeAsync(db, job, parties, cancellation),
        JobStages.Survivors => AgreeAsync(job, parties, cancellation),
        JobStages.Unmask => UnmaskAsync(db, job, parties, cancellation),
        _ => SumUpAsync(db, job, parties, cancellation),
    };

    private async Task<TimeSpan?> DispatchAsync(JobRow job, List<PartyRow> parties, CancellationToken cancellation)
    {
        // Before any provider hears of the job, it stands in the coordinator's ledger: silence becomes visible.
        var logged = await dispatchLog.AppendAsync(job, [.. parties.Select(p => p.Participant)], cancellation);
        if (!logged.IsOk)
        {
            Fail(job, parties, logged.Error);
            return TimeSpan.Zero;
        }
        crashPoints.Reach(CrashPoint.AfterDispatchLog);
        StageClock.Enter(job, JobStages.Roster, parties.Count, clock.GetUtcNow());
        return TimeSpan.Zero;
    }

    private async Task<TimeSpan?> RosterAsync(CoordinatorState db, JobRow job, List<PartyRow> parties, CancellationToken cancellation)
    {
        var waiting = parties.Where(p => p.RoundZero is null).ToList();
        var checkpoints = await db.Checkpoints.AsNoTracking().ToDictionaryAsync(c => c.Did, c => c.Note, cancellation);
        var keys = waiting.Count == 0 ? [] : await db.BlobAsync(job.JobHash, BlobNames.AnalystKeys, cancellation);
        var answers = await Task.WhenAll(waiting.Select(p => PostAsync(
            p.Participant, "/peer/jobs", new JobEnvelope(job.Order, keys, checkpoints.GetValueOrDefault(p.Participant)), cancellation)));
        var unreachable = false;
        foreach (var (party, answer) in waiting.Zip(answers))
        {
            if (IsAway(party, answer, out var response))
            {
                unreachable = true;
            }
            else if (!response.IsSuccess)
            {
                Refuse(party, response);
            }
            else
            {
                if (Read<string>(response) is not { } statement)
                {
                    Refuse(party, RefusalNotice.Of(party.Participant, CoordinatorErrors.BadContribution.Of("round 0")));
                    continue;
                }
                (party.RoundZero, party.State) = (statement, PartyStates.Roster);
                db.See(job.JobHash, party.Participant, Sights.RoundZero, response.Body.Span, clock.GetUtcNow());
            }
        }
        if (FailIfRefused(job, parties))
            return TimeSpan.Zero;
        if (unreachable)
            return RetryInterval;
        StageClock.Enter(job, ContributionInbox.Order(job).Plan.HasDropout ? JobStages.Shares : JobStages.Contribute, parties.Count, clock.GetUtcNow());
        return TimeSpan.Zero;
    }

    private async Task<TimeSpan?> ContributeAsync(CoordinatorState db, JobRow job, List<PartyRow> parties, CancellationToken cancellation)
    {
        var plan = ContributionInbox.Order(job).Plan;
        var roundOne = new RoundOneRequest([.. parties.Select(p => p.RoundZero!)], plan.HasDropout ? [.. parties.Select(p => p.Shares!)] : null);
        await Task.WhenAll(parties.Where(p => p is { RoundOneAccepted: false, State: not PartyStates.Refused }).Select(async party =>
        {
            var answer = await PostAsync(party.Participant, $"/peer/jobs/{job.JobHash}/roster", roundOne, cancellation);
            if (IsAway(party, answer, out var response))
                return;
            if (response.IsSuccess)
                (party.RoundOneAccepted, party.State) = (true, PartyStates.Computing);
            else
                Refuse(party, response);
        }));
        if (parties.Exists(p => p.Header is null) && parties.TrueForAll(p => p is { RoundOneAccepted: true, State: not (PartyStates.Refused or PartyStates.Suspended) })
            && await relay.PassAsync(db, job, parties, cancellation) is { } fault)
        {
            if (fault.Party is { } broke)
                Refuse(broke, RefusalNotice.Of(broke.Participant, fault.Error));
            else
                Fail(job, parties, fault.Error);
        }
        var collected = await Task.WhenAll(parties.Where(p => p is { RoundOneAccepted: true, Header: null, State: not PartyStates.Refused })
            .Select(async p => (Party: p, Envelope: await CollectAsync(job, p, waits: plan.Conversation == JobConversation.None, cancellation))));
        if (rules.Problem(job) is not null)
            return RetryInterval; // a freeze arrived while the owners worked: what they gave is asked for again when it is lifted
        foreach (var (party, envelope) in collected)
        {
            if (envelope is not null)
                await inbox.KeepAsync(db, job, party, envelope, clock.GetUtcNow(), cancellation);
        }
        if (plan.Aggregate is { MinimumParties: not null } query)
        {
            if (IsComplete(job, parties, query, plan.WallLimitMs))
            {
                StageClock.Enter(job, JobStages.Survivors, parties.Count, clock.GetUtcNow());
                return TimeSpan.Zero;
            }
        }
        else if (FailIfRefused(job, parties) || job.State == JobStates.Failed)
        {
            await relay.StopAsync(job, parties, cancellation);
            return TimeSpan.Zero;
        }
        if (job.State == JobStates.Failed)
            return TimeSpan.Zero;
        if (parties.Exists(p => p.Header is null))
            return parties.Exists(p => !p.RoundOneAccepted || p.State == PartyStates.Suspended) ? RetryInterval : null;
        StageClock.Enter(job, JobStages.Sum, parties.Count, clock.GetUtcNow());
        return TimeSpan.Zero;
    }

    /// <summary>The party's contribution when it has just come and holds; what else it answers stands in its row.</summary>
    private async Task<ContributionEnvelope?> CollectAsync(JobRow job, PartyRow party, bool waits, CancellationToken cancellation)
    {
        if (peers.Find(party.Participant) is not { } member)
            return null;
        var answer = await transport.SendAsync(PeerDirectory.PeerOf(member), HttpMethod.Get, $"/peer/jobs/{job.JobHash}/contribution{(waits ? "?wait=true" : "")}", default, cancellation);
        if (IsAway(party, answer, out var response))
            return null;
        if (!response.IsSuccess)
        {
            Refuse(party, response);
            return null;
        }
        if (Read<ContributionAnswer>(response) is not { } content)
        {
            Refuse(party, RefusalNotice.Of(party.Participant, CoordinatorErrors.BadContribution.Of("answer")));
            return null;
        }
        if (content.State == ContributionAnswer.Refused)
        {
            Refuse(party, content.Refusal ?? RefusalNotice.Of(party.Participant, CoordinatorErrors.BadContribution.Of()));
            return null;
        }
        if (content.State == ContributionAnswer.Suspended && content.Refusal is { } hold)
        {
            (party.State, party.Code) = (PartyStates.Suspended, hold.Code);
            party.Refusal = JsonSerializer.Serialize(hold with { Participant = party.Participant }, JobJson.Options);
            return null;
        }
        if (party.State == PartyStates.Suspended)
            (party.State, party.Code, party.Refusal) = (PartyStates.Computing, null, null);
        if (content.State != ContributionAnswer.Ready || content.Envelope is null)
            return null;
        // Nothing is forwarded without a proof of its Grant (law 1, seen from outside).
        var checkedEnvelope = inbox.Check(job, party, content.Envelope);
        if (!checkedEnvelope.TryGet(out var grant, out var error))
        {
            Refuse(party, RefusalNotice.Of(party.Participant, error));
            return null;
        }
        using var scope = log.BeginUse(grant.ContractId, grant.PolicyDecisionId);
        LogCollected(log, party.Participant);
        return content.Envelope;
    }

    private async Task<TimeSpan?> SumUpAsync(CoordinatorState db, JobRow job, List<PartyRow> parties, CancellationToken cancellation)
    {
        crashPoints.Reach(CrashPoint.BeforeSum);
        var sum = await ContributionInbox.SumAsync(db, job, parties, cancellation);
        if (!sum.TryGet(out var bytes, out var error))
        {
            Fail(job, parties, error);
            return TimeSpan.Zero;
        }
        var now = clock.GetUtcNow();
        db.AddBlob(job.JobHash, BlobNames.Sum, bytes);
        if (bytes.Length > 0)
            db.See(job.JobHash, self.Did, Sights.Sum, bytes, now);
        StageClock.Enter(job, JobStages.Done, parties.Count, now);
        job.State = JobStates.Completed;
        LogCompleted(log);
        return TimeSpan.Zero;
    }

    /// <summary>
    /// True while the party's answer is unknown: it cannot be reached, has just restarted, or failed unexpectedly. None of these is a refusal: it is asked again until the job's time is over, and what it
    /// is stands beside it.
    /// </summary>
    private bool IsAway(PartyRow party, Result<PeerAnswer> sent, [NotNullWhen(false)] out PeerAnswer? answer)
    {
        string? trouble = null;
        if (!sent.TryGet(out answer, out var error))
            trouble = error.Code;
        else if (PeerProblem.HasFailed(answer))
            trouble = HostErrors.Internal.Code;
        if (trouble is not null)
            LogPeerFailed(log, party.Participant, trouble);
        if (party.State != PartyStates.Suspended)
            party.Code = trouble; // what holds it is told as long as it is held
        return trouble is not null || answer is null || PeerProblem.HasJustRestarted(answer);
    }

    private static bool FailIfRefused(JobRow job, List<PartyRow> parties)
    {
        if (!parties.Exists(p => p.State == PartyStates.Refused))
            return false;
        job.State = JobStates.Failed; // the masks of the others no longer cancel
        return true;
    }

    /// <summary>A job that a list holds is no provider's silence: its time goes on to the order's end.</summary>
    private void Wait(JobRow job)
    {
        var longer = clock.GetUtcNow() + ProtocolAllowance;
        if (longer > job.Deadline)
            job.Deadline = longer < job.NotAfter ? longer : job.NotAfter;
    }

    private void Expire(JobRow job, List<PartyRow> parties)
    {
        if (job.Stage is JobStages.Survivors or JobStages.Unmask)
        {
            Fail(job, parties, JobErrors.TooFewOwnersLeft.Of(job.Stage));
            return;
        }

        MarkSilent(parties);
        job.State = JobStates.Failed;
    }

    private void Fail(JobRow job, List<PartyRow> parties, DsError error)
    {
        LogJobFailed(log, error.Code);
        parties[0].Refusal = JsonSerializer.Serialize(RefusalNotice.Of(self.Did, error), JobJson.Options);
        job.State = JobStates.Failed;
    }

    /// <summary>Of the provider's statement only what it signed about this job is kept: it is evidence that it answered.</summary>
    private void Refuse(PartyRow party, RefusalNotice notice)
    {
        var verified = notice.Statement is { } statement
            && SignedDocument.Verify<RefusalStatement>(statement, new DocumentExpectation(RefusalStatement.Typ, self.Did, party.Participant), peers.Key, clock).TryGet(out var signed, out _)
            && signed.Body == new RefusalStatement(party.JobHash, party.Participant, notice.Code);
        party.Refusal = JsonSerializer.Serialize(notice with { Participant = party.Participant, Statement = verified ? notice.Statement : null }, JobJson.Options);
        (party.State, party.Code) = (PartyStates.Refused, notice.Code);
    }

    private void Refuse(PartyRow party, PeerAnswer answer) => Refuse(party, PeerProblem.Read(party.Participant, answer));

    /// <summary>A provider's answer, or null when it is not what it should be: a provider's mistake ends its job, not this runner.</summary>
    private static T? Read<T>(PeerAnswer answer)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(answer.Body.Span, JobJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task<Result<PeerAnswer>> PostAsync<T>(string participant, string path, T body, CancellationToken cancellation)
        => peers.Find(participant) is { } member
            ? await transport.SendAsync(PeerDirectory.PeerOf(member), HttpMethod.Post, path, JsonSerializer.SerializeToUtf8Bytes(body, JobJson.Options), cancellation)
            : CoordinatorErrors.ProviderNotMember.Of(participant);

    [LoggerMessage(1, LogLevel.Warning, "No answer from {Participant}: {Code}")]
    private static partial void LogPeerFailed(ILogger logger, string participant, string code);

    [LoggerMessage(2, LogLevel.Information, "Job completed")]
    private static partial void LogCompleted(ILogger logger);

    [LoggerMessage(4, LogLevel.Information, "Contribution of {Participant} collected")]
    private static partial void LogCollected(ILogger logger, string participant);

    [LoggerMessage(3, LogLevel.Warning, "Job failed: {Code}")]
    private static partial void LogJobFailed(ILogger logger, string code);
}
