using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Coordinator.Jobs;

/// <summary>Writes JobDispatched before any provider hears of a job: a dispatch without Grant or Denied by its deadline is a finding.</summary>
internal sealed class DispatchLog(AuditLedger ledger)
{
    /// <summary>Idempotent: the event id follows from the job hash.</summary>
    public async Task<Result<Unit>> AppendAsync(JobRow job, IReadOnlyList<string> roster, CancellationToken cancellation)
    {
        var payload = new JobDispatchedPayload { JobHash = job.JobHash, JobId = job.JobId, Roster = roster, DeadlineMs = job.Deadline.ToUnixTimeMilliseconds() };
        var eventId = Digest.Sha256(System.Text.Encoding.ASCII.GetBytes("dispatch/" + job.JobHash)).AsMemory(0, 16);
        var appended = await ledger.AppendAsync(new EntryDraft(payload, job.JobHash) { EventId = eventId }, cancellation);
        return appended.IsOk ? Unit.Value : appended.Error;
    }
}
