using DataSpace.Hosting;
using DataSpace.Kernel.Policy;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Duties;

/// <summary>
/// Goes on with what is owed until it is done: rows are the truth, so a restart changes nothing. One loop; <see cref="TickAsync"/> is one round of it and can be repeated.
/// </summary>
internal sealed partial class DutyWorker(IDbContextFactory<ConnectorState> store, DutyBook book, InformDesk inform, ResultEraser eraser, DeletionSender sender, TimeProvider clock,
    ILogger<DutyWorker> log) : BackgroundService
{
    private const int MaxAtOnce = 200;
    private const int ParallelLimit = 16;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan UngrantedAfter = TimeSpan.FromHours(25); // orders live 24 h
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(90);
    private readonly AsyncAutoResetEvent _wake = new();

    /// <summary>There may be something to do.</summary>
    public void Wake() => _wake.Set();

    /// <summary>A Report is committed. What cannot be written down now is found by the loop: the Report stands.</summary>
    public async Task ReportedAsync(string useId)
    {
        try
        {
            await book.ReportedAsync(useId, CancellationToken.None);
        }
        catch (Exception e) when (e is DbUpdateException or Microsoft.Data.Sqlite.SqliteException)
        {
            LogFailed(log, e);
        }
        Wake();
    }

    /// <summary>One round: what a crash left behind, what is overdue, what has to be sent, which results have to go.</summary>
    public async Task TickAsync(CancellationToken cancellation)
    {
        await ReconcileAsync(cancellation);
        await FindBreachesAsync(cancellation);
        await InformAsync(cancellation);
        await eraser.EraseDueAsync(cancellation);
        await sender.SendDueAsync(cancellation);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await IsAnythingOpenAsync(stoppingToken))
                    await TickAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(log, e);
            }
            await _wake.WaitAsync(Interval, clock, stoppingToken);
        }
    }

    /// <summary>Most nodes owe nothing most of the time; their loop asks one thing a second instead of six.</summary>
    private async Task<bool> IsAnythingOpenAsync(CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        return await db.OwedDuties.AnyAsync(d => d.State != DutyStates.Done, cancellation) || await db.KeptResults.AnyAsync(k => k.State != KeptStates.Stated, cancellation);
    }

    /// <summary>Uses that were reported while nobody could write it down, and records of uses that never came.</summary>
    private async Task ReconcileAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var db = await store.CreateDbContextAsync(cancellation);
        var due = await db.OwedDuties.AsNoTracking().Where(d => d.State == DutyStates.Planned && d.NextTryAt <= now)
            .OrderBy(d => d.NextTryAt).Take(MaxAtOnce).Select(d => new { d.UseId, d.CreatedAt }).ToListAsync(cancellation);
        if (due.Count == 0)
            return;
        foreach (var (useId, createdAt) in due.Select(d => (d.UseId, d.CreatedAt)).DistinctBy(d => d.UseId))
        {
            await book.ReportedAsync(useId, cancellation);
            if (now - createdAt > UngrantedAfter)
                await book.ForgetAsync(useId, cancellation);
            await db.OwedDuties.Where(d => d.UseId == useId && d.State == DutyStates.Planned)
                .ExecuteUpdateAsync(set => set.SetProperty(d => d.NextTryAt, now + LookAgain), cancellation);
        }
        await db.OwedDuties.Where(d => d.State == DutyStates.Done && d.DoneAt < now - KeptFor).ExecuteDeleteAsync(cancellation);
        await db.ReceivedNotices.Where(n => n.ReceivedAt < now - KeptFor).ExecuteDeleteAsync(cancellation);
    }

    private async Task FindBreachesAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var db = await store.CreateDbContextAsync(cancellation);
        var overdue = await db.OwedDuties.AsNoTracking().Where(d => d.State == DutyStates.Pending && d.Deadline < now)
            .OrderBy(d => d.Deadline).Take(MaxAtOnce).Select(d => new { d.UseId, d.DutyId, d.Action, d.AgreementId }).ToListAsync(cancellation);
        foreach (var duty in overdue)
        {
            if ((await book.BreachAsync(duty.UseId, duty.DutyId, cancellation)).TryGet(out _, out var error))
                LogBreached(log, duty.Action, duty.AgreementId, duty.UseId);
            else
                LogUnwritten(log, error.Code);
        }
    }

    private async Task InformAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var db = await store.CreateDbContextAsync(cancellation);
        var due = await db.OwedDuties.AsNoTracking()
            .Where(d => (d.State == DutyStates.Pending || d.State == DutyStates.Breached) && d.Action == RuleActions.Inform && d.NextTryAt <= now)
            .OrderBy(d => d.NextTryAt).Take(MaxAtOnce).ToListAsync(cancellation);
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = ParallelLimit, CancellationToken = cancellation }, async (row, stop) => await InformAsync(row, stop));
    }

    private async Task InformAsync(OwedDutyRow row, CancellationToken cancellation)
    {
        if ((await book.ResumeAsync(row.UseId, row.DutyId, cancellation)) is { IsOk: true, Value: true })
            return;
        if (!(await inform.AskAsync(row, cancellation)).TryGet(out var acknowledgement, out var error))
        {
            LogNotAcknowledged(log, row.Party!, error.Code);
            await book.FailedAsync(row.UseId, row.DutyId, error, cancellation);
        }
        else if ((await book.DoneAsync(row.UseId, row.DutyId, acknowledgement, DutyDesk.HashOf(acknowledgement), cancellation)) is { IsOk: false } unwritten)
        {
            LogUnwritten(log, unwritten.Error.Code);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A round of duties failed")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "Duty {Action} of contract {ContractId} is overdue for use {UseId}")]
    private static partial void LogBreached(ILogger logger, string action, string contractId, string useId);

    [LoggerMessage(3, LogLevel.Error, "An entry about a duty could not be written: {Code}")]
    private static partial void LogUnwritten(ILogger logger, string code);

    [LoggerMessage(4, LogLevel.Warning, "{Party} has not acknowledged a notice: {Code}")]
    private static partial void LogNotAcknowledged(ILogger logger, string party, string code);
}
