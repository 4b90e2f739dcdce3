using System.Diagnostics;
using System.Text.Json;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Seal;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Jobs;

/// <summary>
/// Does the work of one use, in the order of the laws: gate (policy, budgets, Grant durable) → data read in the sandbox → output control and masks →
/// Report and contribution bytes committed → released. A crash between Grant and Report abandons the attempt: the use stays spent.
/// </summary>
internal sealed partial class UseRunner(
    IDbContextFactory<ConnectorState> store, ProviderDesk desk, UseGate gate, AuditLedger ledger, SqlSandbox sandbox, ISealEngine engine, Egress egress,
    NodeIdentity self, ConnectorConfig config, RunningUses running, CrashPoints crashPoints, TimeProvider clock, ILogger<UseRunner> log) : IConsumer<RunUse>
{
    private const int MaxTableRows = 1000;

    public async Task Consume(ConsumeContext<RunUse> context)
    {
        var jobHash = context.Message.JobHash;
        using var scope = log.BeginScope(new Dictionary<string, object?> { ["jobHash"] = jobHash });
        await using var db = await store.CreateDbContextAsync(context.CancellationToken);
        if (await db.Uses.FindAsync([jobHash], context.CancellationToken) is not { State: UseStates.Running } row)
            return;
        // A restart's scan and a roster message may name the same use: one of them does the work.
        using var turn = running.TryEnter(jobHash);
        if (turn is null)
            return;
        var started = clock.GetTimestamp();
        var refusal = await RunAsync(row, context.CancellationToken);
        await WaitForBucketAsync(started, context.CancellationToken);
        (row.State, row.Refusal) = refusal is null
            ? (UseStates.Committed, null)
            : (UseStates.Refused, JsonSerializer.Serialize(RefusalNotice.Of(self.Did, refusal), JobJson.Options));
        row.EphemeralKey = [];
        row.Revision++;
        await db.SaveChangesAsync(CancellationToken.None);
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

    private async Task<DsError?> RunAsync(UseRow row, CancellationToken cancellation)
    {
        var useId = GrantPayload.ComputeUseId(row.JobHash, row.AgreementId, JobOrders.ContributeStep);
        if (ledger.FindUse(useId) is { } earlier)
            return earlier.Output is null ? JobErrors.Abandoned.Of() : null; // committed before a crash: those bytes are the answer
        var began = clock.GetTimestamp();
        if (!(await desk.ReadAsync(row, cancellation)).TryGet(out var use, out var error)
            || !(await AdmitAsync(row, use, cancellation)).TryGet(out var admitted, out error))
        {
            var recorded = await gate.RecordDenialAsync(row.JobHash, row.AgreementId, error.Code, cancellation);
            return recorded.IsOk ? error : recorded.Error;
        }
        LogGranted(log, admitted.Decision.DecisionId, use.Entry.AgreementId, admitted.Use.Entry.Index);
        crashPoints.Reach(CrashPoint.AfterGrant);
        var admission = clock.GetElapsedTime(began);
        var context = new EgressContext(
            admitted.Use.Handle, row.JobHash, row.RosterHash!, System.Buffers.Text.Base64Url.DecodeFromChars(use.Order.ReplyKey),
            ProviderDesk.Audiences(use.Order), row.NotAfter);
        var work = use.Order.Plan.Aggregate is { } query
            ? await AggregateAsync(row, use, query, context, cancellation)
            : await TableAsync(use, admitted.Decision, context, cancellation);
        if (!work.TryGet(out var done, out error))
            return error;
        crashPoints.Reach(CrashPoint.BeforeReport);
        var committing = clock.GetTimestamp();
        var reported = await ledger.ReportAsync(admitted.Use.Handle, ReportOf(admitted.Use, done), done.Committed, cancellation);
        crashPoints.Reach(CrashPoint.AfterReport);
        LogComputed(log, (long)(done.Usage?.WorkerCpuMs ?? 0), (long)(done.Usage?.WallMs ?? 0), (long)admission.TotalMilliseconds,
            (long)(done.Elapsed.TotalMilliseconds - (done.Usage?.WallMs ?? 0)), (long)clock.GetElapsedTime(committing).TotalMilliseconds);
        return reported.IsOk ? null : reported.Error;
    }

    private async Task<Result<(GrantedUse Use, PolicyDecision Decision)>> AdmitAsync(UseRow row, UseRequest use, CancellationToken cancellation)
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
        if (await FixRosterAsync(use, cancellation) is { } other)
            return other;
        crashPoints.Reach(CrashPoint.BeforeGrant);
        return await gate.AdmitAsync(use, cancellation);
    }

    /// <summary>What an analyst's statement reads, found in the sandbox without data: its refusal depends on the text alone and spends nothing.</summary>
    private async Task<Result<UseRequest>> ReadStatementAsync(UseRequest use, CancellationToken cancellation)
    {
        if (!gate.Preview(use).TryGet(out var decision, out var error))
            return error;
        var read = await sandbox.PrecheckAsync(use.Dataset.Source, use.Order.Plan.Sql!.Text, RulesOf(decision), cancellation);
        return read.TryGet(out var report, out error)
            ? use with { Columns = [.. report.MeasuredColumns.Concat(report.GroupKeys).Distinct(StringComparer.Ordinal)], GroupKeys = report.GroupKeys }
            : error;
    }

    /// <summary>Roster rule: exact results of a dataset for one consumer are bound to one set of parties ({A,B,C} minus {A,B} is exactly C).</summary>
    private async Task<DsError?> FixRosterAsync(UseRequest use, CancellationToken cancellation)
    {
        if (use.Order.Plan.Aggregate is null)
            return null;
        var parties = string.Join(' ', use.Order.Plan.Roster.Select(r => $"{r.Participant}#{r.DatasetId}"));
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await db.Rosters.FindAsync([use.Entry.DatasetId, use.Order.Consumer], cancellation) is { } known)
            return known.Parties == parties ? null : JobErrors.AnotherRoster.Of();
        db.Rosters.Add(new RosterRow { DatasetId = use.Entry.DatasetId, Consumer = use.Order.Consumer, Parties = parties });
        await db.SaveChangesAsync(cancellation);
        return null;
    }

    private async Task<Result<UseWork>> AggregateAsync(UseRow row, UseRequest use, AggregateQuery query, EgressContext context, CancellationToken cancellation)
    {
        if (!AggregationShapes.Of(query, use.Order.Plan.Roster.Count).TryGet(out var shape, out var error))
            return error;
        var started = Stopwatch.GetTimestamp();
        var ran = await sandbox.RunCellsAsync(context.Grant, use.Dataset.Source, CellPlans.Of(query), LimitsOf(use), cancellation);
        var (cells, status) = CellPlans.Judge(ran, query);
        if (status.Code is not null)
            LogDataFailure(log, status.Code, ran.IsOk ? null : ran.Error.Detail);
        var roster = JsonSerializer.Deserialize<List<string>>(row.RoundZeros!, JobJson.Options)!;
        if (!JobOrders.VerifyRoster(use.Order, row.JobHash, roster, self.Did, desk.PinnedCoProvider, clock).TryGet(out var statements, out error))
            return error;
        using var own = EphemeralKey.Import(row.EphemeralKey);
        if (own is null)
            return JobErrors.Abandoned.Of();
        var position = statements.ToList().FindIndex(s => s.Participant == self.Did);
        var message = ProviderRound.Contribute(
            engine, context.Grant, shape, cells, row.AnalystKeys, own, position,
            [.. statements.Select(s => Convert.FromBase64String(s.EphemeralKey))], Convert.FromHexString(row.RosterHash!), 0,
            Convert.FromHexString(use.Order.AnalystKeysDigest));
        if (!message.TryGet(out var contribution, out error) || !egress.Pack(context, contribution, status).TryGet(out var bytes, out error))
            return error;
        var usage = ran.IsOk ? ran.Value.Usage : null;
        return new UseWork(bytes, query.Groups.Count * query.Measures.Count, usage, Stopwatch.GetElapsedTime(started), "released");
    }

    private async Task<Result<UseWork>> TableAsync(UseRequest use, PolicyDecision decision, EgressContext context, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var ran = await sandbox.RunMeasuredAsync(
            context.Grant, use.Dataset.Source, use.Order.Plan.Sql!.Text, RulesOf(decision), LimitsOf(use), cancellation);
        if (!ran.IsOk)
            LogDataFailure(log, ran.Error.Code, ran.Error.Detail);
        var packed = ran.TryGet(out var run, out var failure) ? egress.Pack(context, run.Output) : egress.PackFailure(context, failure.Code);
        return packed.TryGet(out var bytes, out var error)
            ? new UseWork(bytes, 0, run?.Usage, Stopwatch.GetElapsedTime(started), "released")
            : error;
    }

    private static OutputRules RulesOf(PolicyDecision decision)
    {
        var obligations = decision.Obligations!;
        return new OutputRules
        {
            AllowedColumns = obligations.AllowedColumns.ToHashSet(StringComparer.Ordinal),
            GroupKeys = obligations.AllowedGroupKeys.ToHashSet(StringComparer.Ordinal),
            MinGroupSize = obligations.MinimumGroupSize,
            DominancePercent = obligations.DominancePercent,
            MaxRows = (int)Math.Min(obligations.MaxRows ?? MaxTableRows, MaxTableRows),
            MaxOutputBytes = Egress.TableBytes / 2,
        };
    }

    private static SandboxLimits LimitsOf(UseRequest use) => new()
    {
        WallLimitMs = use.Order.Plan.WallLimitMs,
        CpuLimitSeconds = Math.Max(1, use.Order.Plan.WallLimitMs / 1000),
    };

    private static ReportPayload ReportOf(GrantedUse use, UseWork work) => new()
    {
        GrantHash = use.Entry.LeafHashHex,
        Units = new SortedDictionary<string, long>(StringComparer.Ordinal) { ["uses"] = 1, ["resultCells"] = work.ResultCells, ["bytesOut"] = work.Committed.Length },
        ImageDigest = work.Usage?.Profile ?? "bubblewrap",
        OutputDigest = Contributions.OutputDigest(work.Committed),
        Outcome = work.Outcome,
        CpuMs = (long)(work.Usage?.WorkerCpuMs ?? 0),
        RowsScanned = 0,
        WallMs = (long)work.Elapsed.TotalMilliseconds,
    };

    /// <summary>Replies about data leave at multiples of the bucket: time tells no more than the bucket's number.</summary>
    private async Task WaitForBucketAsync(long started, CancellationToken cancellation)
    {
        var bucket = TimeSpan.FromMilliseconds(config.ReplyBucketMs);
        var elapsed = clock.GetElapsedTime(started);
        await Task.Delay(bucket - TimeSpan.FromTicks(elapsed.Ticks % bucket.Ticks), clock, cancellation);
    }

    private sealed record UseWork(byte[] Committed, int ResultCells, SandboxUsage? Usage, TimeSpan Elapsed, string Outcome);

    [LoggerMessage(1, LogLevel.Information, "Use granted: decision {DecisionId}, contract {ContractId}, ledger index {Index}")]
    private static partial void LogGranted(ILogger logger, string decisionId, string contractId, long index);

    // Exact times stay in the owner's own log: what the consumer sees is bucketed.
    [LoggerMessage(4, LogLevel.Information,
        "Use computed: worker CPU {WorkerCpuMs} ms, worker wall {WorkerWallMs} ms, admission {AdmitMs} ms, masks and encryption {ProtectMs} ms, report {ReportMs} ms")]
    private static partial void LogComputed(ILogger logger, long workerCpuMs, long workerWallMs, long admitMs, long protectMs, long reportMs);

    [LoggerMessage(2, LogLevel.Warning, "Use refused: {Code}")]
    private static partial void LogRefused(ILogger logger, string code);

    [LoggerMessage(3, LogLevel.Warning, "The computation over the data failed: {Code} {Detail}")]
    private static partial void LogDataFailure(ILogger logger, string code, string? detail);
}
