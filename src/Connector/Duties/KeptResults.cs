using DataSpace.Connector.Agreements;
using DataSpace.Connector.Jobs;
using DataSpace.Kernel.Policy;
using DataSpace.Ledger.Receipts;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Duties;

/// <summary>
/// A result that this consumer's node has to delete, one row for each contract of its job that says so. Written with the job, before its order leaves: a node that forgets what
/// it promised would only find out from the owner's refusal.
/// </summary>
internal sealed class KeptResultRow
{
    public required string UseId { get; init; }
    public required string JobId { get; init; }
    public required string JobHash { get; init; }
    public required string Owner { get; init; }
    public required string AgreementId { get; init; }
    public required string DutyId { get; init; }

    /// <summary>Ticks that the result may be kept, from the owner's Report on.</summary>
    public long WithinTicks { get; init; }

    /// <summary>One of <see cref="KeptStates"/>.</summary>
    public required string State { get; set; }

    /// <summary>The owner's latest moment is later: it counts from the release, this node from the Report before it. Null until there is a result.</summary>
    public DateTimeOffset? Deadline { get; set; }

    /// <summary>When this node deletes: early enough that the statement arrives in time.</summary>
    public DateTimeOffset? DueAt { get; set; }

    /// <summary>Digest of the result as in the receipt; null while there is none.</summary>
    public string? ResultDigest { get; set; }

    /// <summary>No use of the job can be granted any more after this.</summary>
    public DateTimeOffset OrderEndsAt { get; init; }
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>When the owner took the statement.</summary>
    public DateTimeOffset? StatedAt { get; set; }
    public string? LastCode { get; set; }
    public int Attempts { get; set; }
    public DateTimeOffset? NextTryAt { get; set; }
}

/// <summary>Where a result stands that has to go.</summary>
internal static class KeptStates
{
    /// <summary>It may be there still.</summary>
    public const string Kept = "kept";

    /// <summary>Gone from the store; older copies of its pages may still be in the write-ahead log.</summary>
    public const string Deleted = "deleted";

    /// <summary>Gone from the files; the entry and the statement are owed.</summary>
    public const string Wiped = "wiped";

    /// <summary>The owner took the statement, or has nothing to ask for.</summary>
    public const string Stated = "stated";
}

/// <summary>What this consumer's node promised about results. Pure but for the row that the caller saves.</summary>
internal static class KeptResults
{
    private static readonly TimeSpan LongestLead = TimeSpan.FromMinutes(5);

    /// <summary>Rows for a job that is about to be ordered.</summary>
    public static IEnumerable<KeptResultRow> Of(string jobId, string jobHash, JobPlan plan, IReadOnlyList<BoundAgreement> agreements, DateTimeOffset orderEndsAt)
        => plan.Roster.Zip(agreements).Select(p => (Entry: p.First, Duty: StrictestOf(p.Second.Policy))).Where(p => p.Duty is not null).Select(p => new KeptResultRow
        {
            UseId = GrantPayload.ComputeUseId(jobHash, p.Entry.AgreementId, JobOrders.ContributeStep),
            JobId = jobId,
            JobHash = jobHash,
            Owner = p.Entry.Participant,
            AgreementId = p.Entry.AgreementId,
            DutyId = p.Duty!.Id,
            WithinTicks = p.Duty.Within!.Value.Ticks,
            State = KeptStates.Kept,
            OrderEndsAt = orderEndsAt,
        });

    /// <summary>The shortest time that any permission of a contract leaves: a result does not say under which one it was made.</summary>
    public static DutyTerm? StrictestOf(CompiledPolicy policy)
        => policy.Terms.SelectMany(t => t.Obligations.Duties).Where(d => d is { Action: RuleActions.Delete, Within: not null }).MinBy(d => d.Within);

    /// <summary>The result of a job is here: from the owners' Reports follows when it has to go. The caller saves.</summary>
    public static async Task DecodedAsync(ConnectorState db, JobRow job, IReadOnlyList<PendingReceipt> receipts, CancellationToken cancellation)
    {
        foreach (var row in await db.KeptResults.Where(k => k.JobId == job.JobId && k.State == KeptStates.Kept && k.DueAt == null).ToListAsync(cancellation))
        {
            if (receipts.FirstOrDefault(r => r.UseId == row.UseId) is not { } receipt)
                continue;
            var within = TimeSpan.FromTicks(row.WithinTicks);
            row.ResultDigest = receipt.ResultDigest;
            row.Deadline = DateTimeOffset.FromUnixTimeMilliseconds(receipt.ReportAtMs) + within;
            row.DueAt = row.Deadline - LeadOf(within);
        }
    }

    /// <summary>A fifth of the time, at most five minutes: room for the statement to arrive.</summary>
    public static TimeSpan LeadOf(TimeSpan within) => within / 5 < LongestLead ? within / 5 : LongestLead;

    /// <summary>As <c>job status</c> shows it.</summary>
    public static object View(KeptResultRow row, DateTimeOffset now, string ownerName) => new
    {
        owner = row.Owner,
        ownerName,
        contractId = row.AgreementId,
        row.DutyId,
        action = RuleActions.Delete,
        phase = "after",
        state = row.State == KeptStates.Stated ? DutyStates.Done : row.Deadline < now ? DutyStates.Breached : DutyStates.Pending,
        deadline = row.Deadline,
        deletedAt = row.DeletedAt,
        doneAt = row.StatedAt,
        code = row.LastCode,
    };
}
