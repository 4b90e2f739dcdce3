using System.Formats.Cbor;
using System.Text;
using System.Text.Json;
using DataSpace.Coordinator.Jobs;
using DataSpace.Hosting;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Transport;
using DataSpace.Hosting.Witnessing;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Coordinator.Witness;

/// <summary>
/// Makes silence visible. Every dispatched job is held against what each owner's log shows: a Grant, a Denied, or nothing. Nothing, and no signed refusal either,
/// is after the job's deadline an Unreported finding in this coordinator's own ledger; a signed refusal is kept there as it was signed. Disputes over receipts are kept as their parties proved them.
/// </summary>
internal sealed partial class FindingsDesk(
    IDbContextFactory<CoordinatorState> store, INodeTransport transport, PeerDirectory peers, LogKeys logs, AuditLedger ledger, TimeProvider clock, ILogger<FindingsDesk> log)
    : BackgroundService
{
    private const int MaxParts = 300;
    private const int MaxDisputes = 100_000;
    private const int MaxStatementChars = 4096;
    private const int MaxCodeChars = 64;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(7);
    private readonly SemaphoreSlim _one = new(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, clock, stoppingToken);
            try
            {
                await ReconcileAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(log, e);
            }
        }
    }

    /// <summary>Looks at every job that has ended or whose deadline has passed and that is not settled yet; returns how many parts were looked at.</summary>
    public async Task<int> ReconcileAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            await using var db = await store.CreateDbContextAsync(cancellation);
            var (now, since) = (clock.GetUtcNow(), clock.GetUtcNow() - Horizon);
            var parts = from job in db.Jobs.AsNoTracking()
                        where job.CreatedAt > since && (job.State != JobStates.Running || job.Deadline < now) && job.Stage != JobStages.Dispatch
                        from party in db.Parties.AsNoTracking().Where(p => p.JobHash == job.JobHash)
                        from found in db.Findings.Where(f => f.JobHash == party.JobHash && f.Participant == party.Participant).DefaultIfEmpty()
                        select new { job, party, found };
            // What is settled is never looked at again. New parts first, those that have run out of time before the others; of silent ones whoever was asked longest ago.
            var open = await parts.Where(p => p.found == null).OrderBy(p => p.job.Deadline).Take(MaxParts).ToListAsync(cancellation);
            open.AddRange(await parts.Where(p => p.found!.State == FindingStates.Unreported).OrderBy(p => p.found!.At).Take(MaxParts).ToListAsync(cancellation));
            foreach (var (job, party, found) in open.Select(p => (p.job, p.party, p.found)))
            {
                var state = await LookAsync(job, party, cancellation);
                if (state == FindingStates.Unreported && now < job.Deadline)
                    continue; // it still has time to say something
                if (state == FindingStates.NotAsked && job.State == JobStates.Running)
                    continue; // its time is over, and who was silent is written down a moment later: nobody is cleared before
                if (found is null)
                    db.Findings.Add(new FindingRow { JobHash = job.JobHash, Participant = party.Participant, JobId = job.JobId, State = state, Code = party.Code, At = now });
                else
                    (found.State, found.Code, found.At) = (state, party.Code, now);
                if (await RecordAsync(job, party, state, cancellation) is { } unrecorded)
                {
                    LogUnrecorded(log, unrecorded.Code); // what is not in the ledger is not found yet: the next round looks again
                    return open.Count;
                }
                await db.SaveChangesAsync(cancellation);
            }
            return open.Count;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Takes a dispute: entry OneSided in the caller's own log, over a use that the caller took part in.</summary>
    public async Task<Result<Unit>> FileAsync(string caller, FiledEntry filed, CancellationToken cancellation)
    {
        if (Read(caller, filed.Proof, EntryKind.OneSided) is not { } entry || !OneSidedPayload.FromFields(entry.Fields).TryGet(out var said, out _))
            return CoordinatorErrors.BadEvidence.Of("OneSided");
        await using var db = await store.CreateDbContextAsync(cancellation);
        // The two sides of a use are an owner that the job was sent to and its consumer; nobody speaks for others, nor about a job that never was.
        var (owner, consumer) = said.Reason == OneSidedPayload.NoReceipt ? (caller, said.Silent) : (said.Silent, caller);
        if (await db.Jobs.AsNoTracking().FirstOrDefaultAsync(j => j.JobHash == said.JobHash && j.Consumer == consumer, cancellation) is not { } job
            || ContributionInbox.Order(job).Plan.Roster.FirstOrDefault(r => r.Participant == owner)?.AgreementId != said.ContractId
            || said.UseId != GrantPayload.ComputeUseId(said.JobHash, said.ContractId, JobOrders.ContributeStep))
            return CoordinatorErrors.BadEvidence.Of("not a use that the caller took part in");
        if (await db.Disputes.FindAsync([said.UseId, caller], cancellation) is not null)
            return Unit.Value;
        if (await db.Disputes.CountAsync(cancellation) >= MaxDisputes)
            return CoordinatorErrors.TooManyMembers.Of("disputes");
        db.Disputes.Add(new DisputeRow { UseId = said.UseId, Filer = caller, JobHash = said.JobHash, Silent = said.Silent, Reason = said.Reason, Index = entry.Index, At = clock.GetUtcNow() });
        await db.SaveChangesAsync(cancellation);
        return Unit.Value;
    }

    private async Task<string> LookAsync(JobRow job, PartyRow party, CancellationToken cancellation)
    {
        var state = await LookInLogAsync(job, party, cancellation);
        // Its log says nothing, but the owner signed that it refuses; the runner verified that.
        return state == FindingStates.Unreported && StatementOf(party) is not null ? FindingStates.Refused : state;
    }

    /// <summary>The refusal as its owner signed it; null for one that no ledger entry can hold, which is no answer.</summary>
    private static RefusalNotice? StatementOf(PartyRow party)
        => party.Refusal is { } text && JsonSerializer.Deserialize<RefusalNotice>(text, JobJson.Options) is { Statement.Length: <= MaxStatementChars, Code: { Length: > 0 and <= MaxCodeChars } code } signed
            && code.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? signed : null;

    private async Task<string> LookInLogAsync(JobRow job, PartyRow party, CancellationToken cancellation)
    {
        if (party.Header is not null)
            return FindingStates.Granted; // its proof was verified when it came in
        // Whoever was never asked to compute, because the job ended before, owes no entry: those too who had signed round 0 and waited for another owner in vain.
        if ((job.Stage == JobStages.Roster && party.RoundZero is not null)
            || (!party.RoundOneAccepted && party.State is not (PartyStates.Refused or PartyStates.Unreported)))
            return FindingStates.NotAsked;
        if (peers.Find(party.Participant) is not { } owner)
            return FindingStates.Unreported;
        var path = $"/peer/jobs/{job.JobHash}/evidence" + (party.Code is { } code ? "?code=" + Uri.EscapeDataString(code) : "");
        var got = await transport.SendAsync(PeerDirectory.PeerOf(owner), HttpMethod.Get, path, default, cancellation);
        if (!got.TryGet(out var answer, out _) || !answer.IsSuccess)
            return FindingStates.Unreported;
        FiledEntry? filed;
        try
        {
            filed = JsonSerializer.Deserialize<FiledEntry>(answer.Body.Span, JobJson.Options);
        }
        catch (JsonException)
        {
            filed = null;
        }
        foreach (var (kind, state) in (ReadOnlySpan<(EntryKind, string)>)[(EntryKind.Grant, FindingStates.Granted), (EntryKind.Denied, FindingStates.Denied)])
        {
            if (Read(party.Participant, filed?.Proof, kind) is { } entry && entry.Fields.Any(f => f.Label == "jobHash" && IsDigest(f.Value, job.JobHash)))
                return state;
        }
        return FindingStates.Unreported;
    }

    /// <summary>Silence, and a refusal that the owner's own log does not hold, stand in this log; once each. The error when they could not be written.</summary>
    private async Task<DsError?> RecordAsync(JobRow job, PartyRow party, string state, CancellationToken cancellation)
    {
        IEntryPayload? payload = state switch
        {
            FindingStates.Unreported => new UnreportedPayload { JobHash = job.JobHash, JobId = job.JobId, Participant = party.Participant, DeadlineMs = job.Deadline.ToUnixTimeMilliseconds() },
            FindingStates.Refused when StatementOf(party) is { } signed
                => new RefusalKeptPayload { JobHash = job.JobHash, JobId = job.JobId, Participant = party.Participant, Code = signed.Code, Statement = signed.Statement! },
            _ => null,
        };
        var eventId = Digest.Sha256(Encoding.UTF8.GetBytes($"{state}/{job.JobHash}/{party.Participant}")).AsMemory(0, 16);
        if (payload is null || ledger.IndexOf(eventId) is not null)
            return null;
        if (!(await ledger.AppendAsync(new EntryDraft(payload, job.JobHash) { EventId = eventId }, cancellation)).TryGet(out _, out var error))
            return error;
        if (state == FindingStates.Unreported)
            LogUnreported(log, party.Participant, job.JobId);
        return null;
    }

    /// <summary>An entry of a participant's own log, signed by it; null for everything else.</summary>
    private VerifiedEntry? Read(string did, string? base64, EntryKind kind)
    {
        if (base64 is null || base64.Length > EntryProof.MaxBytes * 4 / 3 + 4 || peers.Find(did) is not { } member || MemberDocuments.KeyOf(member) is not { } key
            || !logs.Trusted(did).TryGet(out var vkey, out _))
            return null;
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) && EntryProof.Decode(bytes.AsMemory(0, length)).TryGet(out var proof, out _)
            && proof.Verify(key, vkey, kind).TryGet(out var entry, out _) ? entry : null;
    }

    private static bool IsDigest(ReadOnlyMemory<byte> cbor, string hex)
    {
        try
        {
            return Convert.ToHexStringLower(new CborReader(cbor).ReadByteString()) == hex;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException)
        {
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Reconciliation failed")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "{Participant} says nothing about job {JobId}")]
    private static partial void LogUnreported(ILogger logger, string participant, string jobId);

    [LoggerMessage(3, LogLevel.Error, "A finding could not be written into the ledger: {Code}")]
    private static partial void LogUnrecorded(ILogger logger, string code);
}

/// <summary>What an owner's log shows about a dispatched job.</summary>
internal static class FindingStates
{
    public const string Granted = "granted";
    public const string Denied = "denied";
    public const string Unreported = "unreported";

    /// <summary>No entry, but the owner's signed refusal.</summary>
    public const string Refused = "refused";

    /// <summary>The job ended before this owner was asked to compute.</summary>
    public const string NotAsked = "notAsked";
}

/// <summary>Filing disputes, and the operator's view of findings.</summary>
internal static class FindingsEndpoints
{
    private const int MaxListed = 1000;

    public static void MapFindings(this WebApplication app)
    {
        app.MapPost(FiledEntry.DisputePath, async (HttpContext http, FindingsDesk desk, CancellationToken c) =>
        {
            var call = http.CallOf();
            if (!call.Read<FiledEntry>().TryGet(out var filed, out var error))
                return error.ToProblem();
            return await desk.FileAsync(call.Did, filed, c) is { IsOk: false } refused ? refused.Error.ToProblem() : Results.Json(new { filed = true }, JobJson.Options);
        }).RequirePeer().WithMetadata(new PeerBodyLimit(EntryProof.MaxBytes * 2)).WithSummary("A receipt that only one side signed, as an entry of the caller's own log.");
        var admin = app.MapGroup("/admin/reconciliation").RequireAdmin();
        admin.MapGet("/", ListAsync).WithSummary("Dispatched jobs against the owners' logs, and disputed uses.");
        admin.MapPost("/", async (FindingsDesk desk, IDbContextFactory<CoordinatorState> store, CancellationToken c) =>
        {
            await desk.ReconcileAsync(c);
            return await ListAsync(store, c);
        }).WithSummary("Asks the owners now, then lists.");
    }

    private static async Task<IResult> ListAsync(IDbContextFactory<CoordinatorState> store, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var counts = await db.Findings.AsNoTracking().GroupBy(f => f.State).Select(g => new { state = g.Key, count = g.Count() }).ToListAsync(cancellation);
        var unreported = await db.Findings.AsNoTracking().Where(f => f.State == FindingStates.Unreported).OrderByDescending(f => f.At).Take(MaxListed).ToListAsync(cancellation);
        var disputes = await db.Disputes.AsNoTracking().OrderByDescending(d => d.At).Take(MaxListed).ToListAsync(cancellation);
        return Results.Json(new
        {
            granted = counts.FirstOrDefault(c => c.state == FindingStates.Granted)?.count ?? 0,
            denied = counts.FirstOrDefault(c => c.state == FindingStates.Denied)?.count ?? 0,
            refused = counts.FirstOrDefault(c => c.state == FindingStates.Refused)?.count ?? 0,
            unreported = unreported.Select(f => new { f.JobId, f.JobHash, f.Participant, f.Code, f.At }),
            disputes = disputes.Select(d => new { d.UseId, d.JobHash, d.Filer, d.Silent, d.Reason, d.Index, d.At }),
        }, JobJson.Options);
    }
}
