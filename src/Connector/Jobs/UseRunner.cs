using System.Text.Json;
using DataSpace.Connector.Uses;
using DataSpace.Hosting;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Jobs;
using DataSpace.Hosting.Regulation;
using DataSpace.Hosting.Telemetry;
using DataSpace.Hosting.Witnessing;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Ledger;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Jobs;

/// <summary>
/// Does the work of one use, in the order of the laws: gate (policy, budgets, Grant durable) → duties during the use → data read in the sandbox → output control and masks →
/// Report and contribution bytes committed → released, with what a conversation says last. A crash between Grant and Report abandons the attempt: the use stays spent.
/// One after the Report commits what was reported, also of a use that was being stopped: its bytes leave by the word that the release gate has then, or not at all.
/// </summary>
internal sealed partial class UseRunner(
    IDbContextFactory<ConnectorState> store, ProviderDesk desk, UseGate gate, UseFacts facts, RosterRule rosters, Dropouts.DropoutParts dropouts, AuditLedger ledger, SqlSandbox sandbox,
    History.ControlledSandbox controlled, UseKinds kinds, Scores.ScoredModels models, Conversations.OwnerConversations conversations, Duties.DutyWorker duties, ReplyBucket bucket, MaskKeys maskKeys, Datasets.ComplianceCheck compliance,
    NodeIdentity self, RunningUses running, JobNews news, CrashPoints crashPoints, TimeProvider clock, ILogger<UseRunner> log, CosignedLog cosigned) : IConsumer<RunUse>
{
    public async Task Consume(ConsumeContext<RunUse> context)
    {
        var jobHash = context.Message.JobHash;
        await using var db = await store.CreateDbContextAsync(context.CancellationToken);
        if (await db.Uses.FindAsync([jobHash], context.CancellationToken) is not { State: UseStates.Running } row)
            return;
        using var scope = log.BeginJob(jobHash, ProviderDesk.Unverified(row.Order).JobId, row.AgreementId);
        // A restart's scan and a roster message may name the same use: one of them does the work.
        using var turn = running.TryEnter(jobHash);
        if (turn is null)
            return;
        DsError? refusal;
        try
        {
            refusal = await RunSafelyAsync(row, turn, context.CancellationToken);
        }
        finally
        {
            conversations.Close(jobHash);
        }
        if (refusal is not null && Waits(row, refusal))
        {
            row.Hold = JsonSerializer.Serialize(RefusalNotice.Of(self.Did, refusal), JobJson.Options);
            row.Revision++;
            await db.SaveChangesAsync(CancellationToken.None);
            news.Tell(jobHash);
            LogHeld(log, refusal.Code);
            return; // woken by the next change of rules, by a fresh stamp, or at the order's end
        }
        maskKeys.Forget(jobHash);
        gate.Forget(jobHash);
        if (refusal is not null)
            dropouts.Forget(jobHash);
        row.Hold = null;
        (row.State, row.Refusal) = refusal is null
            ? (UseStates.Committed, null)
            : (UseStates.Refused, JsonSerializer.Serialize(RefusalNotice.Of(self.Did, refusal), JobJson.Options));
        row.Revision++;
        await db.SaveChangesAsync(CancellationToken.None);
        news.Tell(jobHash);
        if (refusal is not null)
            LogRefused(log, refusal.Code);
    }

    /// <summary>After a restart: uses that were running go on from what the ledger says.</summary>
    public static async Task ResumeAsync(IServiceProvider services)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<ConnectorState>>().CreateDbContextAsync();
        var bus = services.GetRequiredService<IBus>();
        foreach (var hash in await db.Uses.Where(u => u.State == UseStates.Running).Select(u => u.JobHash).ToListAsync())
            await bus.Publish(new RunUse(hash));
    }

    /// <summary>What the regulators' list refuses before anything was granted waits for a newer list or a fresh stamp while the order is valid; nothing else does.</summary>
    private bool Waits(UseRow row, DsError refusal)
        => Regulation.RegulationGate.IsRegulation(refusal) && refusal.Kind != RegulationErrors.UseStopped && clock.GetUtcNow() < row.NotAfter
            && ledger.FindUse(GrantPayload.ComputeUseId(row.JobHash, row.AgreementId, JobOrders.ContributeStep)) is null;

    /// <summary>An unforeseen failure ends the use with a code too; what the ledger says about it stands.</summary>
    private async Task<DsError?> RunSafelyAsync(UseRow row, UseTurn turn, CancellationToken cancellation)
    {
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, turn.Token);
            return await RunAsync(row, turn, either.Token);
        }
        catch (OperationCanceledException) when (turn.Stopped is { } why && !cancellation.IsCancellationRequested)
        {
            return Stopped(row, why);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogUnforeseen(log, e);
            return HostErrors.Internal.Of();
        }
    }

    /// <summary>Stopped before the Grant: the list's own refusal. After it: the use is spent, and the refusal says so.</summary>
    private DsError Stopped(UseRow row, DsError why)
        => ledger.FindUse(GrantPayload.ComputeUseId(row.JobHash, row.AgreementId, JobOrders.ContributeStep)) is null ? why : RegulationErrors.UseStopped.Of($"{why.Code}, {why.Detail}");

    private async Task<DsError?> RunAsync(UseRow row, UseTurn turn, CancellationToken cancellation)
    {
        var useId = GrantPayload.ComputeUseId(row.JobHash, row.AgreementId, JobOrders.ContributeStep);
        if (ledger.FindUse(useId) is { } earlier)
            return earlier.Output is null ? JobErrors.Abandoned.Of() : null; // committed before a crash: those bytes are the answer
        var began = clock.GetTimestamp();
        if (!(await desk.ReadAsync(row, cancellation)).TryGet(out var use, out var error)
            || !(await AdmitAsync(row, use, cancellation)).TryGet(out var admitted, out error))
        {
            if (Waits(row, error))
                return error;
            var recorded = await gate.RecordDenialAsync(row.JobHash, row.AgreementId, error.Code, cancellation);
            return recorded.IsOk ? error : recorded.Error;
        }
        using var scope = log.BeginUse(use.Entry.AgreementId, admitted.Decision.DecisionId);
        LogGranted(log, admitted.Use.Entry.Index);
        crashPoints.Reach(CrashPoint.AfterGrant);
        // Only where the owner demands it: the use is spent, and nothing is read before the witnesses have its Grant.
        if (await cosigned.WaitAsync(admitted.Use.Entry.Index + 1, cancellation) is { } unwitnessed)
            return unwitnessed;
        if (await gate.AnnounceAsync(use, admitted, cancellation) is { } unannounced)
            return unannounced;
        var admission = clock.GetElapsedTime(began);
        var context = new EgressContext(
            admitted.Use.Handle, row.JobHash, row.RosterHash!, System.Buffers.Text.Base64Url.DecodeFromChars(use.Order.ReplyKey),
            ProviderDesk.Audiences(use.Order), row.NotAfter);
        // Before the Report, whose time stands in its entry: neither the answer nor the log tells more about the run time than the bucket's number. A refusal depends on data as much as an answer.
        var work = await bucket.PadAsync(() => kinds.RunAsync(row, use, admitted, context, cancellation), cancellation);
        if (!work.TryGet(out var done, out error))
            return error;
        crashPoints.Reach(CrashPoint.BeforeReport);
        // Whoever is told to stop says no more. What a conversation has said stands in the ledger all the same.
        var said = done.ProtocolBytes > 0;
        if (!said)
            cancellation.ThrowIfCancellationRequested();
        var committing = clock.GetTimestamp();
        var reported = await ledger.ReportAsync(
            admitted.Use.Handle, UseMeasures.ReportOf(admitted.Use, use, done, ListingOf(use), sandbox.Probe().Value, facts.WorkerDigest()), done.Committed, said ? CancellationToken.None : cancellation);
        crashPoints.Reach(CrashPoint.AfterReport);
        LogComputed(log, (long)(done.Usage?.WorkerCpuMs ?? 0), (long)(done.Usage?.WallMs ?? 0), (long)admission.TotalMilliseconds,
            (long)(done.Elapsed.TotalMilliseconds - (done.Usage?.WallMs ?? 0)), (long)clock.GetElapsedTime(committing).TotalMilliseconds);
        if (!reported.IsOk)
            return reported.Error;
        await duties.ReportedAsync(useId);
        if (turn.Stopped is { } why)
            return Stopped(row, why);
        if (done.BrokenOff is null)
            await conversations.ReleaseAsync(row.JobHash, Least(TimeSpan.FromMilliseconds(use.Order.Plan.WallLimitMs), row.NotAfter - clock.GetUtcNow()), cancellation);
        return done.BrokenOff;
    }

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b > TimeSpan.Zero ? b : TimeSpan.Zero;

    private async Task<Result<AdmittedUse>> AdmitAsync(UseRow row, UseRequest use, CancellationToken cancellation)
    {
        var statements = JsonSerializer.Deserialize<List<string>>(row.RoundZeros!, JobJson.Options)!;
        if (!JobOrders.VerifyRoster(use.Order, row.JobHash, statements, self.Did, desk.PinnedCoProvider, clock).TryGet(out var roster, out var error))
            return error;
        if (roster.First(s => s.Participant == self.Did).DatasetVersion != use.DatasetVersion)
            return ConnectorErrors.DatasetChanged.Of(use.Entry.DatasetId);
        if (!(await sandbox.ProbeAsync(cancellation)).TryGet(out _, out error))
            return error; // a missing sandbox is no property of the data: refuse before anything is spent
        if (use.Order.Plan.Sql is not null)
        {
            if (!(await ReadStatementAsync(use, cancellation)).TryGet(out use!, out error))
                return error;
        }
        if (!maskKeys.Holds(row.JobHash) || !dropouts.IsReady(use.Order.Plan, row.JobHash))
            return JobErrors.Abandoned.Of("restarted after round 0; nothing was spent");
        if ((await controlled.RefusalAsync(use, cancellation) ?? await models.ProblemAsync(use, cancellation)) is { } uncontrolled)
            return uncontrolled;
        // Where some owners may be gone, results are bound to those that are not, once these are known.
        var plan = use.Order.Plan;
        if ((plan.HasDropout ? rosters.Problem(use.Order, use.Entry.DatasetId, plan.Roster) : rosters.Bind(use.Order, use.Entry.DatasetId, plan.Roster)) is { } other)
            return other;
        crashPoints.Reach(CrashPoint.BeforeGrant);
        return await gate.AdmitAsync(use with { Roster = roster }, cancellation);
    }

    /// <summary>What an analyst's statement reads, found in the sandbox without data: its refusal depends on the text alone and spends nothing.</summary>
    private async Task<Result<UseRequest>> ReadStatementAsync(UseRequest use, CancellationToken cancellation)
    {
        if (!gate.Preview(use).TryGet(out var decision, out var error))
            return error;
        var read = await sandbox.PrecheckAsync(use.Dataset.Source, use.Order.Plan.Sql!.Text, UseComputation.RulesOf(decision), cancellation);
        return read.TryGet(out var report, out error)
            ? use with { Columns = report.Columns, GroupKeys = report.GroupKeys }
            : error;
    }

    /// <summary>The look at the file that was computed over: it knows how many rows there are.</summary>
    private Datasets.Listing? ListingOf(UseRequest use)
        => compliance.Known.FirstOrDefault(l => l.Dataset.Config.Id == use.Entry.DatasetId && l.Version == use.DatasetVersion);

    [LoggerMessage(1, LogLevel.Information, "Use granted: ledger index {Index}")]
    private static partial void LogGranted(ILogger logger, long index);

    // Exact times stay in the owner's own log: what the consumer sees is bucketed.
    [LoggerMessage(4, LogLevel.Information,
        "Use computed: worker CPU {WorkerCpuMs} ms, worker wall {WorkerWallMs} ms, admission {AdmitMs} ms, masks and encryption {ProtectMs} ms, report {ReportMs} ms")]
    private static partial void LogComputed(ILogger logger, long workerCpuMs, long workerWallMs, long admitMs, long protectMs, long reportMs);

    [LoggerMessage(5, LogLevel.Error, "A use failed unexpectedly")]
    private static partial void LogUnforeseen(ILogger logger, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "Use held: {Code}")]
    private static partial void LogHeld(ILogger logger, string code);

    [LoggerMessage(2, LogLevel.Warning, "Use refused: {Code}")]
    private static partial void LogRefused(ILogger logger, string code);
}
