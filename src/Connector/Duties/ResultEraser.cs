using System.Data;
using System.Text.Json;
using DataSpace.Connector.Jobs;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Storage;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Duties;

/// <summary>
/// Deletes results whose time is over, at the consumer: the result, the job's keys and what reasons say about groups, overwritten in the database's pages (<c>secure_delete</c>) and
/// then cut out of the write-ahead log. Only after both does anybody say that the result is gone. Driven by durable rows; every step can be repeated.
/// </summary>
internal sealed class ResultEraser(IDbContextFactory<ConnectorState> store, NodeIdentity self, TimeProvider clock)
{
    private const int MaxAtOnce = 100;

    /// <summary>Deletes what is due now.</summary>
    public async Task EraseDueAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var db = await store.CreateDbContextAsync(cancellation);
        // A job that ended without a result keeps nothing, and says so too: its owner may have released its part.
        var due = await db.KeptResults.AsNoTracking()
            .Where(k => k.State == KeptStates.Kept && ((k.DueAt != null && k.DueAt <= now) || (k.DueAt == null && db.Jobs.Any(j => j.JobId == k.JobId && j.State != AnalystStates.Running))))
            .Select(k => k.JobId).Distinct().OrderBy(id => id).Take(MaxAtOnce).ToListAsync(cancellation);
        foreach (var jobId in due)
            await EraseAsync(jobId, cancellation);
        if (await db.KeptResults.AnyAsync(k => k.State == KeptStates.Deleted, cancellation) && await CutLogAsync(db, cancellation))
            await db.KeptResults.Where(k => k.State == KeptStates.Deleted).ExecuteUpdateAsync(set => set.SetProperty(k => k.State, KeptStates.Wiped).SetProperty(k => k.NextTryAt, now), cancellation);
    }

    private async Task EraseAsync(string jobId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var db = await store.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (await db.Jobs.FindAsync([jobId], cancellation) is { } job)
        {
            if (job.Result is not null)
            {
                job.ResultDeletedAt = now;
                JobStory.Tell(job, self.Name, "result deleted, as a contract asks", "已按合约要求删除结果", now);
            }
            // Details of reasons name groups of the result.
            job.Reasons = JsonSerializer.Serialize(JobStory.Read<JobReason>(job.Reasons).Select(r => r with { Notice = r.Notice with { Detail = null } }), JobJson.Options);
            (job.Result, job.Secrets) = (null, []);
            await db.RemoveBlobAsync(job.JobHash, BlobNames.SecretKey, cancellation);
            job.Revision++;
            await db.SaveChangesAsync(CancellationToken.None);
        }
        await db.KeptResults.Where(k => k.JobId == jobId && k.State == KeptStates.Kept)
            .ExecuteUpdateAsync(set => set.SetProperty(k => k.State, KeptStates.Deleted).SetProperty(k => k.DeletedAt, now), CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>Copies the write-ahead log into the database and empties the file. False when a reader still holds it; then later.</summary>
    private static async Task<bool> CutLogAsync(ConnectorState db, CancellationToken cancellation)
    {
        var connection = db.Database.GetDbConnection();
        await db.Database.OpenConnectionAsync(cancellation);
        try
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellation);
            return await reader.ReadAsync(cancellation) && reader.GetInt64(0) == 0;
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }
}
