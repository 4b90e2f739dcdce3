using System.Globalization;
using System.Text.Json;
using DataSpace.Connector.Conversations;
using DataSpace.Connector.Regulation;
using DataSpace.Hosting;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Jobs;
using DataSpace.Hosting.Storage;
using DataSpace.Hosting.Telemetry;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Jobs;

/// <summary>
/// The analyst's side of a running job, one step per message: hand the order to the coordinator, follow it, verify and decode the bundle, exchange receipts.
/// Every step can be repeated.
/// </summary>
internal sealed partial class AnalystRunner(
    IDbContextFactory<ConnectorState> store, INodeTransport transport, CoordinatorLink link, RegulationOutlook outlook, ResultDesk results, KnownUses uses, Intersections.LocalMatches matches, Regressions.LocalModels models, Scores.LocalScores scores, AnalystConversations conversations, ReceiptDesk receipts,
    NodeIdentity self, CrashPoints crashPoints, TimeProvider clock, ILogger<AnalystRunner> log) : IConsumer<AdvanceAnalystJob>
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    public async Task Consume(ConsumeContext<AdvanceAnalystJob> context)
    {
        TimeSpan? pause;
        var quiet = 0;
        try
        {
            (pause, quiet) = await AdvanceAsync(context.Message, context.CancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            pause = TimeSpan.Zero;
        }
        if (pause is not { } wait)
            return;
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, clock, context.CancellationToken);
        await context.Publish(context.Message with { Quiet = quiet });
    }

    /// <summary>One step. Returns how long to wait before the next, or null when the job is over; and how many steps in a row found nothing new.</summary>
    private async Task<(TimeSpan? Pause, int Quiet)> AdvanceAsync(AdvanceAnalystJob message, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await db.Jobs.FindAsync([message.JobId], cancellation) is not { State: AnalystStates.Running } job || link.Coordinator is not { } coordinator)
            return default;
        using var scope = log.BeginJob(job.JobHash, job.JobId);
        TimeSpan? pause;
        try
        {
            pause = await StepAsync(db, job, PeerDirectory.PeerOf(coordinator), cancellation);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            // What came from outside was not what it should be; the job ends with a code instead of trying for ever.
            LogUnforeseen(log, e);
            pause = TimeSpan.Zero;
            Fail(job, [RefusalNotice.Of(self.Did, JobErrors.ContributionInvalid.Of("malformed answer"))]);
        }
        if (job.State == AnalystStates.Running && job.Stage != AnalystStages.Receipt && clock.GetUtcNow() > job.NotAfter)
            Fail(job, [RefusalNotice.Of(self.Did, JobErrors.DeadlinePassed.Of())]);
        if (job.State != AnalystStates.Running)
        {
            job.Secrets = [];
            await db.RemoveBlobAsync(job.JobHash, BlobNames.SecretKey, cancellation);
        }
        if (!db.ChangeTracker.HasChanges())
            return (pause ?? Patience.After(message.Quiet), message.Quiet + 1);
        job.Revision++;
        await db.SaveChangesAsync(cancellation);
        if (job.State != AnalystStates.Running || job.Stage == AnalystStages.Receipt)
        {
            matches.Forget(job.JobHash);
            models.Forget(job.JobHash);
            scores.Forget(job.JobHash);
            conversations.Forget(job.JobHash);
        }
        return (job.State == AnalystStates.Running ? pause ?? Patience.After(0) : null, 0);
    }

    /// <summary>How long to wait after it; null while the coordinator is at work.</summary>
    private Task<TimeSpan?> StepAsync(ConnectorState db, JobRow job, Peer peer, CancellationToken cancellation) => job.Stage switch
    {
        AnalystStages.Dispatch => DispatchAsync(db, job, peer, cancellation),
        AnalystStages.Wait => FollowAsync(job, peer, cancellation),
        AnalystStages.Decode => DecodeAsync(db, job, peer, cancellation),
        AnalystStages.Receipt => ReceiptAsync(job, cancellation),
        _ => Task.FromResult<TimeSpan?>(RetryInterval),
    };

    private async Task<TimeSpan?> DispatchAsync(ConnectorState db, JobRow job, Peer coordinator, CancellationToken cancellation)
    {
        var envelope = new JobEnvelope(job.Order, await db.BlobAsync(job.JobHash, BlobNames.JobKeys, cancellation));
        if (await AskAsync(job, coordinator, HttpMethod.Post, "/jobs", JsonSerializer.SerializeToUtf8Bytes(envelope, JobJson.Options), cancellation) is { Answer: null } unanswered)
            return unanswered.Pause;
        JobStory.Enter(job, AnalystStages.Wait, 1, clock.GetUtcNow());
        JobStory.Tell(job, self.Name, "order accepted by the coordinator, dispatch logged in its ledger", "协调方已受理，派发记录写入其账本", clock.GetUtcNow());
        return TimeSpan.Zero;
    }

    private async Task<TimeSpan?> FollowAsync(JobRow job, Peer coordinator, CancellationToken cancellation)
    {
        var (answer, pause) = await AskAsync(job, coordinator, HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"/jobs/{job.JobHash}?after={job.Seen}"), default, cancellation);
        if (answer is null)
            return pause;
        var status = JsonSerializer.Deserialize<CoordinatorJobStatus>(answer.Body.Span, JobJson.Options)!;
        job.Seen = status.Revision;
        job.Parties = JsonSerializer.Serialize(status.Parties, JobJson.Options);
        JobStory.Merge(job, status.Stages);
        switch (status.State)
        {
            case AnalystStates.Running:
                foreach (var held in status.Refusals)
                    JobStory.ReasonOnce(job, held, clock.GetUtcNow());
                return status.Refusals.Count > 0 ? RetryInterval : null;
            case AnalystStates.Completed:
                JobStory.Enter(job, AnalystStages.Decode, 1, clock.GetUtcNow());
                return TimeSpan.Zero;
            case AnalystStates.Cancelled:
                job.State = AnalystStates.Cancelled;
                JobStory.Tell(job, self.Name, "cancelled; uses already granted stay spent", "已取消；已授权的使用次数不予退还", clock.GetUtcNow());
                return TimeSpan.Zero;
            default:
                if (conversations.Problem(job.JobHash) is { } own)
                    JobStory.ReasonOnce(job, RefusalNotice.Of(self.Did, own), clock.GetUtcNow());
                Fail(job, status.Refusals.Count > 0 ? status.Refusals : [RefusalNotice.Of(self.Did, JobErrors.DeadlinePassed.Of(status.State))]);
                return TimeSpan.Zero;
        }
    }

    private async Task<TimeSpan?> DecodeAsync(ConnectorState db, JobRow job, Peer coordinator, CancellationToken cancellation)
    {
        if (await outlook.ProblemAsync(job, cancellation) is { } unlawful)
        {
            JobStory.ReasonOnce(job, RefusalNotice.Of(self.Did, unlawful), clock.GetUtcNow());
            return RetryInterval; // goes on by itself when it is lifted, or ends with the order
        }
        var (answer, pause) = await AskAsync(job, coordinator, HttpMethod.Get, $"/jobs/{job.JobHash}/bundle", default, cancellation);
        if (answer is null)
            return pause;
        JobBundle? bundle;
        try
        {
            bundle = JsonSerializer.Deserialize<JobBundle>(answer.Body.Span, JobJson.Options);
        }
        catch (JsonException)
        {
            bundle = null;
        }
        var decoded = bundle is null ? JobErrors.ContributionInvalid.Of("bundle") : await results.DecodeAsync(job, bundle, await db.BlobAsync(job.JobHash, BlobNames.SecretKey, cancellation), cancellation);
        if (!decoded.TryGet(out var result, out var error))
        {
            Fail(job, [RefusalNotice.Of(self.Did, error)]);
            return TimeSpan.Zero;
        }
        foreach (var grant in result.Receipts)
        {
            using var scope = log.BeginUse(grant.AgreementId, grant.DecisionId);
            LogVerified(log, grant.Provider);
        }
        crashPoints.Reach(CrashPoint.AfterDecoding);
        await uses.NoteAsync(db, result.Grants, cancellation);
        await Duties.KeptResults.DecodedAsync(db, job, result.Receipts, cancellation);
        job.Result = result.Json;
        job.PendingReceipts = JsonSerializer.Serialize(result.Receipts, JobJson.Options);
        foreach (var refusal in result.DataRefusals)
            JobStory.Reason(job, refusal, clock.GetUtcNow());
        JobStory.Tell(job, self.Name, "signatures, roster, grants and the sum verified; result decrypted here", "签名、名册、授权与总和均已核验，结果在本地解密", clock.GetUtcNow());
        JobStory.Enter(job, AnalystStages.Receipt, 1, clock.GetUtcNow());
        return TimeSpan.Zero;
    }

    private async Task<TimeSpan?> ReceiptAsync(JobRow job, CancellationToken cancellation)
    {
        var pending = JsonSerializer.Deserialize<List<PendingReceipt>>(job.PendingReceipts ?? "[]", JobJson.Options)!;
        crashPoints.Reach(CrashPoint.BeforeReceiptOffer);
        var left = await receipts.ExchangeAsync(job, pending, cancellation);
        job.PendingReceipts = left.Count == 0 ? null : JsonSerializer.Serialize(left, JobJson.Options);
        if (left.Count > 0 && clock.GetUtcNow() < job.NotAfter)
            return RetryInterval;
        JobStory.Enter(job, AnalystStages.Done, pending.Count, clock.GetUtcNow());
        if (left.Count == 0)
            JobStory.Tell(job, self.Name, "receipts countersigned and in both ledgers", "回执已会签并写入双方账本", clock.GetUtcNow());
        else
            JobStory.Tell(job, self.Name, $"no countersigned receipt from {string.Join(", ", left.Select(l => l.Provider))} in time", $"{string.Join("、", left.Select(l => l.Provider))} 未在期限内会签回执", clock.GetUtcNow());
        // A job whose every answer was refused by the data has no result, but its uses were granted and are receipted all the same.
        job.State = job is { Result: null, ResultDeletedAt: null } ? AnalystStates.Failed : AnalystStates.Completed;
        LogEnded(log, job.State);
        return TimeSpan.Zero;
    }

    /// <summary>
    /// The coordinator's answer; without one, when to look again. A refusal is about the job and ends it. Where the coordinator is away or in trouble of its own (500 and above) the job waits, at
    /// most as long as its order, and says what for: uses that were granted are spent, whatever becomes of it.
    /// </summary>
    private async Task<(PeerAnswer? Answer, TimeSpan Pause)> AskAsync(JobRow job, Peer coordinator, HttpMethod method, string path, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        const int ServerError = 500;
        var sent = await transport.SendAsync(coordinator, method, path, body, cancellation);
        if (sent.TryGet(out var answer, out var error) && (answer.IsSuccess || PeerProblem.HasJustRestarted(answer)))
        {
            JobStory.Waits(job, coordinator.Did, null, clock.GetUtcNow());
            return answer.IsSuccess ? (answer, TimeSpan.Zero) : (null, RetryInterval);
        }
        var problem = answer is null ? RefusalNotice.Of(coordinator.Did, error!) : PeerProblem.Read(coordinator.Did, answer);
        if (answer?.Status < ServerError)
        {
            Fail(job, [problem]);
            return (null, TimeSpan.Zero);
        }
        LogCoordinatorAway(log, problem.Code);
        JobStory.Waits(job, coordinator.Did, problem, clock.GetUtcNow());
        return (null, RetryInterval);
    }

    private void Fail(JobRow job, IReadOnlyList<RefusalNotice> refusals)
    {
        foreach (var refusal in refusals)
            JobStory.ReasonOnce(job, refusal, clock.GetUtcNow()); // it may have been seen while the others were still at work
        job.State = AnalystStates.Failed;
        LogFailed(log, refusals[0].Code);
    }

    [LoggerMessage(1, LogLevel.Warning, "The coordinator does not answer: {Code}")]
    private static partial void LogCoordinatorAway(ILogger logger, string code);

    [LoggerMessage(2, LogLevel.Warning, "The job failed: {Code}")]
    private static partial void LogFailed(ILogger logger, string code);

    [LoggerMessage(4, LogLevel.Error, "An answer could not be used")]
    private static partial void LogUnforeseen(ILogger logger, Exception exception);

    [LoggerMessage(5, LogLevel.Information, "Grant and contribution of {Participant} verified")]
    private static partial void LogVerified(ILogger logger, string participant);

    [LoggerMessage(3, LogLevel.Information, "The job ended: {State}")]
    private static partial void LogEnded(ILogger logger, string state);
}

/// <summary>Writes stages, reasons and trail of a job into its row.</summary>
internal static class JobStory
{
    public static void Enter(JobRow job, string stage, int total, DateTimeOffset now)
    {
        if (job.Stage != AnalystStages.Wait)
        {
            var times = Read<StageTime>(job.StageTimes);
            times.RemoveAll(t => t.Name == job.Stage);
            times.Add(new StageTime(job.Stage, total, total, (long)(now - job.StageStartedAt).TotalMilliseconds));
            job.StageTimes = JsonSerializer.Serialize(times, JobJson.Options);
        }
        (job.Stage, job.StageStartedAt) = (stage, now);
    }

    /// <summary>The coordinator's stages, beside our own.</summary>
    public static void Merge(JobRow job, IReadOnlyList<StageTime> stages)
    {
        var times = Read<StageTime>(job.StageTimes);
        foreach (var stage in stages.Where(s => s.Name is "roster" or "contribute" or "sum"))
        {
            times.RemoveAll(t => t.Name == stage.Name);
            times.Add(stage);
        }
        job.StageTimes = JsonSerializer.Serialize(times, JobJson.Options);
    }

    public static void Tell(JobRow job, string party, string en, string zh, DateTimeOffset now)
        => job.Trail = JsonSerializer.Serialize(Read<TrailLine>(job.Trail).Append(new TrailLine(now, party, en, zh)), JobJson.Options);

    public static void Reason(JobRow job, RefusalNotice refusal, DateTimeOffset now)
        => job.Reasons = JsonSerializer.Serialize(Read<JobReason>(job.Reasons).Append(new JobReason(now, refusal)), JobJson.Options);

    /// <summary>A reason that is met again at every look.</summary>
    public static void ReasonOnce(JobRow job, RefusalNotice refusal, DateTimeOffset now)
    {
        if (!Read<JobReason>(job.Reasons).Exists(r => r.Notice.Participant == refusal.Participant && r.Notice.Code == refusal.Code && r.Notice.Detail == refusal.Detail))
            Reason(job, refusal, now);
    }

    /// <summary>What a job waits for at one party: told once, and gone when it is over (null).</summary>
    public static void Waits(JobRow job, string participant, RefusalNotice? problem, DateTimeOffset now)
    {
        var reasons = Read<JobReason>(job.Reasons);
        var told = reasons.Find(r => r.Notice.Participant == participant);
        if (told?.Notice.Code == problem?.Code)
            return;
        reasons.RemoveAll(r => r.Notice.Participant == participant);
        if (problem is not null)
            reasons.Add(new JobReason(now, problem));
        job.Reasons = JsonSerializer.Serialize(reasons, JobJson.Options);
    }

    /// <summary>
    /// What a running job waits for and goes on after by itself: its coordinator while that does not answer, an owner that is held, or this node's own list before it decodes. Other reasons are none:
    /// a refusal stands while the others are still at work, and what the data refused is told with the result.
    /// </summary>
    public static RefusalNotice? WaitsFor(JobRow job, string coordinator, string self)
    {
        if (job.State != AnalystStates.Running)
            return null;
        var held = Read<PartyProgress>(job.Parties).Where(p => p.State == ContributionAnswer.Suspended).Select(p => p.Participant).ToHashSet(StringComparer.Ordinal);
        return Read<JobReason>(job.Reasons).FindLast(r => r.Notice.Participant == coordinator || held.Contains(r.Notice.Participant)
            || (r.Notice.Participant == self && job.Stage == AnalystStages.Decode))?.Notice;
    }

    public static List<T> Read<T>(string json) => JsonSerializer.Deserialize<List<T>>(json, JobJson.Options)!;
}

/// <summary>Why a job failed or a group is missing.</summary>
internal sealed record JobReason(DateTimeOffset At, RefusalNotice Notice);
