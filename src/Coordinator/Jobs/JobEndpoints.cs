using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Coordinator.Regulation;
using DataSpace.Hosting;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Jobs;
using DataSpace.Hosting.Storage;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Coordinator.Jobs;

/// <summary>Analyst-facing endpoints: submit, status, bundle, cancel; and the operator's view.</summary>
internal static class JobEndpoints
{
    private const int MaxUnfinishedJobs = 200;
    private const int MaxAnalystKeyBytes = 4 * 1024 * 1024;

    public static void MapJobs(this WebApplication app)
    {
        var jobs = app.MapGroup("/jobs").RequirePeer();
        jobs.MapPost("/", SubmitAsync).Takes<JobEnvelope>().Gives<JsonObject>(StatusCodes.Status202Accepted).WithMetadata(PeerBodyLimit.Order).WithSummary("Submits a signed job order; the same order again is answered alike.");
        jobs.MapGet("/{jobHash}", StatusAsync).Gives<CoordinatorJobStatus>().WithSummary("Where a job stands; for its analyst only. With ?after=REVISION answered when it has changed, or after a second.");
        jobs.MapGet("/{jobHash}/bundle", BundleAsync).Gives<JobBundle>().WithSummary("Statements, contributions with grant proofs, and the sum.");
        jobs.MapPost("/{jobHash}/cancel", CancelAsync).Gives<JsonObject>().WithSummary("Stops a job; uses already granted stay spent.");
        var admin = app.MapGroup("/admin/jobs").RequireAdmin();
        admin.MapGet("/", ListAsync).Gives<JsonObject>().WithSummary("All jobs.");
        admin.MapGet("/{jobId}/view", ViewAsync).Gives<JsonObject>().WithSummary("Everything the coordinator saw of a job: senders, kinds, sizes, digests.");
    }

    private static async Task<IResult> SubmitAsync(
        HttpContext http, IDbContextFactory<CoordinatorState> store, NodeIdentity self, PeerDirectory peers, DispatchRules rules, IBus bus, TimeProvider clock, CancellationToken cancellation)
    {
        var call = http.CallOf();
        if (!call.Read<JobEnvelope>().TryGet(out var envelope, out var error))
            return error.ToProblem();
        var keys = envelope.AnalystKeys;
        if (keys.Length > MaxAnalystKeyBytes)
            return JobErrors.BadOrder.Of("public keys").ToProblem();
        var verified = JobOrders.Verify(envelope.Order, keys, self.Did, peers.Key, clock);
        if (!verified.TryGet(out var order, out error))
            return error.ToProblem();
        if (order.Issuer != call.Did)
            return CryptoErrors.WrongIssuer.Of("somebody else's order").ToProblem();
        if (order.Body.ServiceParty != self.Did)
            return CoordinatorErrors.NotTheServiceParty.Of(order.Body.ServiceParty).ToProblem();
        if (order.Body.Plan.Roster.FirstOrDefault(r => peers.Find(r.Participant) is null) is { } stranger)
            return CoordinatorErrors.ProviderNotMember.Of(stranger.Participant).ToProblem();
        if (rules.Problem(order.Body) is { } unlawful)
            return unlawful.ToProblem();
        if (order.Body.Plan.Aggregate is { } query && !AggregationShapes.Of(query, order.Body.Plan.Roster.Count).TryGet(out _, out error))
            return error.ToProblem();

        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await KnownAsync(db, order, cancellation) is { } known)
            return known;
        if (await db.Jobs.CountAsync(j => j.State == JobStates.Running, cancellation) >= MaxUnfinishedJobs)
            return CoordinatorErrors.TooManyJobs.Of($"at most {MaxUnfinishedJobs}").ToProblem();

        Store(db, order, envelope, keys, clock);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException)
        {
            // Two deliveries raced; the first one is the job.
            await using var again = await store.CreateDbContextAsync(cancellation);
            return await KnownAsync(again, order, cancellation) ?? HostErrors.DirectoryNotWritable.Of("state.db").ToProblem();
        }
        await bus.Publish(new AdvanceJob(order.Hash), cancellation);
        return Results.Json(new { jobHash = order.Hash }, JobJson.Options, statusCode: StatusCodes.Status202Accepted);
    }

    /// <summary>The answer to an order whose id was seen before; null for a new one.</summary>
    private static async Task<IResult?> KnownAsync(CoordinatorState db, SignedDocument<JobOrder> order, CancellationToken cancellation)
        => await db.Jobs.AsNoTracking().Where(j => j.Consumer == order.Issuer && j.JobId == order.Body.JobId).Select(j => j.JobHash).FirstOrDefaultAsync(cancellation) switch
        {
            null => null,
            var hash when hash == order.Hash => Results.Json(new { jobHash = order.Hash }, JobJson.Options),
            _ => CoordinatorErrors.JobConflict.Of(order.Body.JobId).ToProblem(),
        };

    private static void Store(CoordinatorState db, SignedDocument<JobOrder> order, JobEnvelope envelope, byte[] keys, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        var workLimit = now + TimeSpan.FromMilliseconds(order.Body.Plan.WallLimitMs) + JobRunner.ProtocolAllowance;
        db.Jobs.Add(new JobRow
        {
            JobHash = order.Hash,
            JobId = order.Body.JobId,
            Consumer = order.Issuer,
            Title = order.Body.Plan.Title,
            Order = envelope.Order,
            State = JobStates.Running,
            Stage = JobStages.Dispatch,
            CreatedAt = now,
            StageStartedAt = now,
            Deadline = workLimit < order.NotAfter ? workLimit : order.NotAfter,
            NotAfter = order.NotAfter,
        });
        db.AddBlob(order.Hash, BlobNames.AnalystKeys, keys);
        var position = 0;
        foreach (var party in order.Body.Plan.Roster)
            db.Parties.Add(new PartyRow { JobHash = order.Hash, Participant = party.Participant, Position = position++, State = PartyStates.Waiting });
        db.See(order.Hash, order.Issuer, Sights.Order, System.Text.Encoding.ASCII.GetBytes(envelope.Order), now);
        if (keys.Length > 0)
            db.See(order.Hash, order.Issuer, Sights.AnalystKeys, keys, now);
    }

    private static async Task<IResult> StatusAsync(
        HttpContext http, string jobHash, int? after, IDbContextFactory<CoordinatorState> store, JobNews news, IHostApplicationLifetime node, TimeProvider clock, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        using var listener = news.Listen(jobHash);
        var job = await OwnJobAsync(db, http, jobHash, cancellation);
        if (job?.State == JobStates.Running && job.Revision == after)
        {
            await listener.WaitAsync(clock, cancellation, node.ApplicationStopping);
            job = await OwnJobAsync(db, http, jobHash, cancellation);
        }
        if (job is null)
            return CoordinatorErrors.JobUnknown.Of().ToProblem();
        var parties = await db.Parties.AsNoTracking().Where(p => p.JobHash == jobHash).OrderBy(p => p.Position).ToListAsync(cancellation);
        return Results.Json(new CoordinatorJobStatus(
            job.JobId, job.Revision, job.State, job.Stage,
            [.. parties.Select(p => new PartyProgress(p.Participant, p.State, p.Code))],
            [.. parties.Where(p => p.Refusal is not null).Select(p => JsonSerializer.Deserialize<RefusalNotice>(p.Refusal!, JobJson.Options)! with { Statement = null })],
            StageClock.Read(job, parties)), JobJson.Options);
    }

    private static async Task<IResult> BundleAsync(HttpContext http, string jobHash, IDbContextFactory<CoordinatorState> store, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await OwnJobAsync(db, http, jobHash, cancellation) is not { State: JobStates.Completed } job)
            return CoordinatorErrors.JobUnknown.Of("or it has no result").ToProblem();
        var parties = await db.Parties.AsNoTracking().Where(p => p.JobHash == jobHash).OrderBy(p => p.Position).ToListAsync(cancellation);
        return Results.Json(new JobBundle(
            [.. parties.Select(p => p.RoundZero!)],
            await ContributionInbox.EnvelopesAsync(db, parties, cancellation),
            await db.BlobAsync(jobHash, BlobNames.Sum, cancellation), ContributionInbox.Order(job).Plan.HasDropout ? SurvivorInbox.Bundle(parties) : null), JobJson.Options);
    }

    private static async Task<IResult> CancelAsync(HttpContext http, string jobHash, IDbContextFactory<CoordinatorState> store, JobNews news, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await OwnJobAsync(db, http, jobHash, cancellation) is null)
            return CoordinatorErrors.JobUnknown.Of().ToProblem();
        // Conditional update: a job that completed in between stays completed.
        var changed = await db.Jobs.Where(j => j.JobHash == jobHash && j.State == JobStates.Running)
            .ExecuteUpdateAsync(set => set.SetProperty(j => j.State, JobStates.Cancelled).SetProperty(j => j.Revision, j => j.Revision + 1), cancellation);
        news.Tell(jobHash);
        return changed == 1 ? Results.Json(new { state = JobStates.Cancelled }, JobJson.Options) : CoordinatorErrors.AlreadyFinished.Of().ToProblem();
    }

    private static async Task<IResult> ListAsync(IDbContextFactory<CoordinatorState> store, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var jobs = await db.Jobs.AsNoTracking().OrderByDescending(j => j.CreatedAt).Take(200)
            .Select(j => new { j.JobId, j.JobHash, j.Title, j.Consumer, j.State, j.Stage, j.CreatedAt }).ToListAsync(cancellation);
        return Results.Json(new { jobs }, JobJson.Options);
    }

    private static async Task<IResult> ViewAsync(string jobId, IDbContextFactory<CoordinatorState> store, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var job = await db.Jobs.AsNoTracking().FirstOrDefaultAsync(j => j.JobId == jobId || j.JobHash == jobId, cancellation);
        if (job is null)
            return CoordinatorErrors.JobUnknown.Of(jobId).ToProblem();
        var saw = await db.Sights.AsNoTracking().Where(s => s.JobHash == job.JobHash).OrderBy(s => s.Id)
            .ToListAsync(cancellation);
        return Results.Json(new { jobId = job.JobId, saw = saw.Select(s => new { s.At, from = s.Sender, s.What, whatZh = Sights.ZhOf(s.What), s.Bytes, s.Sha256 }) }, JobJson.Options);
    }

    private static async Task<JobRow?> OwnJobAsync(CoordinatorState db, HttpContext http, string jobHash, CancellationToken cancellation)
    {
        var caller = http.CallOf().Did;
        return await db.Jobs.AsNoTracking().FirstOrDefaultAsync(j => j.JobHash == jobHash && j.Consumer == caller, cancellation);
    }
}
