using System.Text;
using System.Text.Json;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Jobs;

/// <summary>
/// Receipts that were not exchanged while the job ran. As consumer: offers them again after the job's end. As provider: notices that none came. Either side,
/// once the wait is over, writes <see cref="OneSidedPayload"/> into its own ledger and files it with the coordinator: the use is disputed and not billed.
/// A receipt that comes later still counts.
/// </summary>
internal sealed partial class ReceiptClerk(
    IDbContextFactory<ConnectorState> store, ReceiptDesk receipts, AuditLedger ledger, ConnectorConfig config, CoordinatorLink link, INodeTransport transport,
    TimeProvider clock, ILogger<ReceiptClerk> log) : BackgroundService
{
    private const int MaxRows = 200;
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(7);
    private static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxInterval = TimeSpan.FromSeconds(30);
    private readonly HashSet<string> _filed = new(StringComparer.Ordinal);
    private string _lastJob = string.Empty;

    private TimeSpan Wait => TimeSpan.FromMilliseconds(config.ReceiptWaitMs);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = TimeSpan.FromTicks(Math.Clamp(Wait.Ticks / 4, MinInterval.Ticks, MaxInterval.Ticks));
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(interval, clock, stoppingToken);
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(log, e);
            }
        }
    }

    /// <summary>One look at what is open on either side.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        await AsConsumerAsync(cancellation);
        await AsProviderAsync(cancellation);
    }

    private async Task AsConsumerAsync(CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var (now, since) = (clock.GetUtcNow(), clock.GetUtcNow() - Horizon);
        // Round by round through all of them: providers that never answer do not stand before the others.
        var jobs = await db.Jobs.Where(j => j.PendingReceipts != null && j.CreatedAt > since && string.Compare(j.JobId, _lastJob) > 0).OrderBy(j => j.JobId).Take(MaxRows).ToListAsync(cancellation);
        _lastJob = jobs.Count < MaxRows ? string.Empty : jobs[^1].JobId;
        foreach (var job in jobs)
        {
            var pending = JsonSerializer.Deserialize<List<PendingReceipt>>(job.PendingReceipts!, JobJson.Options)!;
            // While the job runs its own runner offers them.
            var left = job.State == AnalystStates.Running ? pending : await receipts.ExchangeAsync(job, pending, cancellation);
            if (left.Count != pending.Count)
            {
                var text = left.Count == 0 ? null : JsonSerializer.Serialize(left, JobJson.Options);
                await db.Jobs.Where(j => j.JobId == job.JobId && j.Revision == job.Revision)
                    .ExecuteUpdateAsync(set => set.SetProperty(j => j.PendingReceipts, text).SetProperty(j => j.Revision, j => j.Revision + 1), cancellation);
            }
            if (now < job.StageStartedAt + Wait)
                continue;
            foreach (var receipt in left)
            {
                await DisputeAsync(new OneSidedPayload
                {
                    JobHash = job.JobHash,
                    UseId = receipt.UseId,
                    GrantHash = receipt.GrantHash,
                    ReportHash = receipt.ReportHash,
                    ContractId = receipt.AgreementId,
                    Silent = receipt.Provider,
                    Reason = OneSidedPayload.NoCountersignature,
                    DeadlineMs = (job.StageStartedAt + Wait).ToUnixTimeMilliseconds(),
                }, cancellation);
            }
        }
    }

    private async Task AsProviderAsync(CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var (latest, earliest) = (clock.GetUtcNow() - Wait, clock.GetUtcNow() - Horizon);
        var open = db.Uses.AsNoTracking().Where(u => !u.ReceiptSettled && u.ReleasedAt != null && u.ReleasedAt < latest && u.ReleasedAt > earliest).OrderBy(u => u.ReleasedAt).ThenBy(u => u.JobHash);
        for (var left = 0; ;)
        {
            var uses = await open.Skip(left).Take(MaxRows).ToListAsync(cancellation);
            foreach (var row in uses)
            {
                if (await IsSettledAsync(row, cancellation))
                    await db.Uses.Where(u => u.JobHash == row.JobHash).ExecuteUpdateAsync(set => set.SetProperty(u => u.ReceiptSettled, true), cancellation);
                else
                    left++;
            }
            if (uses.Count < MaxRows)
                return;
        }
    }

    private async Task<bool> IsSettledAsync(UseRow row, CancellationToken cancellation)
    {
        var useId = GrantPayload.ComputeUseId(row.JobHash, row.AgreementId, JobOrders.ContributeStep);
        if (ledger.IndexOf(ReceiptDesk.ProviderEvent(useId)) is not null || ledger.FindUse(useId) is not { ReportIndex: { } report } use)
            return true;
        return await DisputeAsync(new OneSidedPayload
        {
            JobHash = row.JobHash,
            UseId = useId,
            GrantHash = Convert.ToHexStringLower(use.Handle.GrantHash.Span),
            ReportHash = Convert.ToHexStringLower(Ledger.Merkle.MerkleHash.Leaf(ledger.EntryBytes(report)!.Value.Span)),
            ContractId = row.AgreementId,
            Silent = row.Consumer,
            Reason = OneSidedPayload.NoReceipt,
            DeadlineMs = (row.ReleasedAt!.Value + Wait).ToUnixTimeMilliseconds(),
        }, cancellation);
    }

    /// <summary>Once per use and side into the ledger; to the coordinator until it has it. True when it has.</summary>
    private async Task<bool> DisputeAsync(OneSidedPayload payload, CancellationToken cancellation)
    {
        if (_filed.Contains(payload.Reason + payload.UseId))
            return true;
        var eventId = Digest.Sha256(Encoding.ASCII.GetBytes($"one-sided/{payload.Reason}/{payload.UseId}")).AsMemory(0, 16);
        var index = ledger.IndexOf(eventId);
        if (index is null)
        {
            if (!(await ledger.AppendAsync(new EntryDraft(payload, payload.ContractId) { EventId = eventId }, cancellation)).TryGet(out var entry, out _))
                return false;
            index = entry.Index;
            LogDisputed(log, payload.Silent, payload.Reason);
        }
        if (link.Coordinator is not { } coordinator || !ledger.ProveEntry(index.Value).TryGet(out var proof, out _))
            return false;
        var body = JsonSerializer.SerializeToUtf8Bytes(new FiledEntry(Convert.ToBase64String(proof.Encode())), JobJson.Options);
        var sent = await transport.SendAsync(PeerDirectory.PeerOf(coordinator), HttpMethod.Post, FiledEntry.DisputePath, body, cancellation);
        var filed = sent.TryGet(out var answer, out _) && answer.IsSuccess;
        if (filed)
            _filed.Add(payload.Reason + payload.UseId);
        return filed;
    }

    [LoggerMessage(1, LogLevel.Error, "Looking after receipts failed")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "A use is disputed: {Participant} is silent ({Reason})")]
    private static partial void LogDisputed(ILogger logger, string participant, string reason);
}
