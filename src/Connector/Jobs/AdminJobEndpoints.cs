using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Hosting;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Jobs;

/// <summary>The analyst's management endpoints: plan, submit, follow, why, result, cancel.</summary>
internal static class AdminJobEndpoints
{
    private const int MaxSpecBytes = 256 * 1024;

    private static readonly (string Name, string En, string Zh)[] Stages =
    [
        ("sign", "sign the order", "签署指令"), ("dispatch", "dispatch (logged)", "派发（已留痕）"), ("roster", "agree the roster", "确认名册"),
        ("contribute", "owners compute, mask and encrypt", "各方计算、掩码并加密"), ("sum", "coordinator adds ciphertexts", "协调方密文求和"),
        ("decode", "verify and decrypt", "核验并解密"), ("receipt", "exchange receipts", "交换回执"),
    ];

    public static void MapAdminJobs(this WebApplication app)
    {
        var jobs = app.MapGroup("/admin/jobs").RequireAdmin();
        jobs.MapPost("/plan", PlanAsync).Takes<JobSpec>().Gives<JsonObject>().WithSummary("Dry run: who learns what, contracts, price, refusals known in advance. Spends nothing.");
        jobs.MapPost("/", SubmitAsync).Takes<SubmitJob>().Gives<JsonObject>(StatusCodes.Status202Accepted).WithSummary("Submits a spec whose plan hash was seen in a dry run.");
        jobs.MapGet("/", ListAsync).Gives<JsonObject>().WithSummary("Jobs of this node.");
        jobs.MapGet("/{id}", GetAsync).Gives<JsonObject>().WithSummary("Status with progress.");
        jobs.MapGet("/{id}/why", WhyAsync).Gives<JsonObject>().WithSummary("Why a job is where it is.");
        jobs.MapGet("/{id}/result", ResultAsync).Gives<JsonObject>().WithSummary("The result with its provenance.");
        jobs.MapPost("/{id}/export", ExportAsync).Gives<JsonObject>().WithSummary("The released rows as CSV, or as Parquet (base64), with a signed provenance: what they inherit when they are listed as a dataset.");
        jobs.MapPost("/{id}/cancel", CancelAsync).Gives<JsonObject>().WithSummary("Asks the coordinator to stop the job; granted uses stay spent.");
    }

    private static async Task<IResult> PlanAsync(HttpRequest request, JobPlanner planner, PlanView view, CataloguePreview preview, CancellationToken cancellation)
    {
        if (!(await ReadAsync<JobSpec>(request, cancellation)).TryGet(out var spec, out var error))
            return error.ToProblem();
        return (await planner.PlanAsync(spec, cancellation)).TryGet(out var bound, out error)
            ? Results.Json(view.Of(bound, await preview.OfAsync(bound, cancellation)), JobJson.Options)
            : error.ToProblem();
    }

    private static async Task<IResult> SubmitAsync(HttpRequest request, AnalystDesk desk, CancellationToken cancellation)
    {
        if (!(await ReadAsync<SubmitJob>(request, cancellation)).TryGet(out var submit, out var error))
            return error.ToProblem();
        return (await desk.SubmitAsync(submit.Spec, submit.PlanHash, submit.Actor, cancellation)).TryGet(out var id, out error)
            ? Results.Json(new { jobId = id }, JobJson.Options, statusCode: StatusCodes.Status202Accepted)
            : error.ToProblem();
    }

    private static async Task<IResult> ListAsync(IDbContextFactory<ConnectorState> store, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var jobs = await db.Jobs.AsNoTracking().OrderByDescending(j => j.CreatedAt).Take(200)
            .Select(j => new { j.JobId, j.Title, j.State, j.CreatedAt }).ToListAsync(cancellation);
        return Results.Json(new { jobs }, JobJson.Options);
    }

    private static async Task<IResult> GetAsync(string id, IDbContextFactory<ConnectorState> store, Duties.JobDuties duties, Conversations.AnalystConversations conversations, PeerDirectory peers, NodeIdentity self, CancellationToken cancellation)
    {
        if (await FindAsync(id, store, cancellation) is not { } job)
            return ConnectorErrors.JobUnknown.Of(id).ToProblem();
        var times = JobStory.Read<StageTime>(job.StageTimes).ToDictionary(t => t.Name);
        var order = JsonSerializer.Deserialize<JobOrder>(job.OrderJson, JobJson.Options)!;
        var progress = JobStory.Read<PartyProgress>(job.Parties).ToDictionary(p => p.Participant);
        var reasons = JobStory.Read<JobReason>(job.Reasons);
        return Results.Json(new
        {
            job.JobId,
            job.Title,
            job.State,
            order.Actor,
            stages = Stages.SelectMany(s => (StageProgress[])[
                times.TryGetValue(s.Name, out var t) ? new(s.Name, new Bilingual(s.En, s.Zh), t.Done, t.Total, t.Ms)
                    : new(s.Name, new Bilingual(s.En, s.Zh), s.Name == "sign" ? 1 : 0, s.Name is "roster" or "contribute" ? order.Plan.Roster.Count : 1, 0),
                .. s.Name == "contribute" && Rounds(order, conversations.Find(job.JobHash), times.ContainsKey("contribute")) is { } rounds ? [rounds] : Array.Empty<StageProgress>()]),
            parties = order.Plan.Roster.Select(r => new
            {
                did = r.Participant,
                name = r.Participant == self.Did ? self.Name : peers.Find(r.Participant)?.Name ?? r.Participant,
                state = progress.GetValueOrDefault(r.Participant)?.State ?? "waiting",
                code = progress.GetValueOrDefault(r.Participant)?.Code,
            }),
            duties = await duties.OfAsync(job, cancellation),
            error = job.State == AnalystStates.Failed && reasons.Count > 0 ? Spell(reasons[0].Notice) : null,
            waits = JobStory.WaitsFor(job, order.ServiceParty, self.Did) is { } waits ? Spell(waits) : null,
        }, JobJson.Options);
    }

    /// <summary>Rounds of a model between owners and this node, while they are taken and after; null where there are none.</summary>
    private static StageProgress? Rounds(JobOrder order, Conversations.IAnalystPart? part, bool isOver)
        => order.Plan.Regress is not { Mode: RegressQuery.Horizontal } query ? null
            : new("rounds", new Bilingual("rounds of the model", "模型迭代轮次"), part?.Rounds?.Done ?? (isOver ? query.Iterations : 0), query.Iterations, 0);

    /// <summary>One stage as the job's view has it.</summary>
    private sealed record StageProgress(string Name, Bilingual Title, int Done, int Total, long Ms);

    private static async Task<IResult> WhyAsync(string id, IDbContextFactory<ConnectorState> store, Duties.JobDuties duties, PeerDirectory peers, NodeIdentity self, CancellationToken cancellation)
    {
        if (await FindAsync(id, store, cancellation) is not { } job)
            return ConnectorErrors.JobUnknown.Of(id).ToProblem();
        string Name(string did) => did == self.Did ? self.Name : peers.Find(did)?.Name ?? did;
        return Results.Json(new
        {
            job.JobId,
            job.State,
            JsonSerializer.Deserialize<JobOrder>(job.OrderJson, JobJson.Options)!.Actor,
            reasons = JobStory.Read<JobReason>(job.Reasons).Select(r => new
            { r.At, party = Name(r.Notice.Participant), r.Notice.Code, r.Notice.Title, r.Notice.TitleZh, r.Notice.Detail, r.Notice.Advice, r.Notice.AdviceZh }),
            duties = await duties.OfAsync(job, cancellation),
            trail = JobStory.Read<TrailLine>(job.Trail).Select(t => new { t.At, t.Party, @event = new Bilingual(t.En, t.Zh) }),
        }, JobJson.Options);
    }

    private static async Task<Result<JobRow>> WithResultAsync(string id, IDbContextFactory<ConnectorState> store, CancellationToken cancellation)
    {
        if (await FindAsync(id, store, cancellation) is not { } job)
            return ConnectorErrors.JobUnknown.Of(id);
        if (job.ResultDeletedAt is { } deleted)
            return Duties.DutyErrors.ResultDeleted.Of(deleted.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
        return job.Result is null ? JobErrors.NoResultYet.Of(job.State) : job;
    }

    private static async Task<IResult> ExportAsync(string id, string? format, IDbContextFactory<ConnectorState> store, ResultExport export, CancellationToken cancellation)
        => (await WithResultAsync(id, store, cancellation)).TryGet(out var job, out var error) && (await export.ExportAsync(job, format ?? ExportedResult.AsCsv, cancellation)).TryGet(out var exported, out error)
            ? Results.Json(exported, JobJson.Options) : error.ToProblem();

    private static async Task<IResult> ResultAsync(string id, IDbContextFactory<ConnectorState> store, CancellationToken cancellation)
    {
        if (!(await WithResultAsync(id, store, cancellation)).TryGet(out var job, out var error))
            return error.ToProblem();
        using var json = JsonDocument.Parse(job.Result!);
        var root = json.RootElement;
        var table = root.GetProperty("table");
        return Results.Json(new
        {
            job.JobId,
            job.Kind,
            columns = table.GetProperty("Columns").EnumerateArray().Select(c => new { name = c.GetProperty("Name").GetString(), title = c.GetProperty("Title").GetString() }).ToList(),
            rows = table.GetProperty("Rows").Clone(),
            suppressed = table.GetProperty("Suppressed").EnumerateArray().Select(s => new { group = s.GetProperty("Group").GetString(), code = s.GetProperty("Code").GetString() }).ToList(),
            clamped = table.GetProperty("Clamped").GetBoolean(),
            errors = table.TryGetProperty("Errors", out var errors) ? errors.Clone() : (JsonElement?)null,
            noise = table.TryGetProperty("Noise", out var noise) ? noise.Deserialize<NoiseView>() : null,
            hiddenGroups = table.TryGetProperty("HiddenGroups", out var hidden) ? hidden.Deserialize<HiddenGroups.HiddenGroupCounts>() : null,
            card = table.TryGetProperty("Card", out var card) ? card.Clone() : (JsonElement?)null,
            resultDigest = root.GetProperty("resultDigest").GetString(),
            provenance = root.GetProperty("provenance").Clone(),
            classification = root.TryGetProperty("classification", out var classification) ? classification.Clone() : (JsonElement?)null,
        }, JobJson.Options);
    }

    private static async Task<IResult> CancelAsync(
        string id, IDbContextFactory<ConnectorState> store, INodeTransport transport, CoordinatorLink link, CancellationToken cancellation)
    {
        if (await FindAsync(id, store, cancellation) is not { } job || link.Coordinator is not { } coordinator)
            return ConnectorErrors.JobUnknown.Of(id).ToProblem();
        var sent = await transport.SendAsync(PeerDirectory.PeerOf(coordinator), HttpMethod.Post, $"/jobs/{job.JobHash}/cancel", default, cancellation);
        if (!sent.TryGet(out var answer, out var error))
            return error.ToProblem();
        if (!answer.IsSuccess)
            return Results.Content(System.Text.Encoding.UTF8.GetString(answer.Body.Span), "application/problem+json", statusCode: answer.Status);
        return Results.Json(new { state = AnalystStates.Cancelled }, JobJson.Options);
    }

    private static async Task<JobRow?> FindAsync(string id, IDbContextFactory<ConnectorState> store, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        return await db.Jobs.AsNoTracking().FirstOrDefaultAsync(j => j.JobId == id, cancellation);
    }

    private static object Spell(RefusalNotice r) => new { r.Code, r.Title, r.TitleZh, r.Detail, r.Advice, r.AdviceZh };

    private static async Task<Result<T>> ReadAsync<T>(HttpRequest request, CancellationToken cancellation)
        where T : class
    {
        if (request.ContentLength > MaxSpecBytes)
            return HostErrors.RequestTooLarge.Of($"at most {MaxSpecBytes} bytes");
        if (!request.HasJsonContentType())
            return HostErrors.MalformedRequest.Of("content type is application/json");
        try
        {
            return await request.ReadFromJsonAsync<T>(JobJson.Options, cancellation) is { } value ? value : HostErrors.MalformedRequest.Of("empty body");
        }
        catch (JsonException e)
        {
            return JobErrors.BadSpec.Of($"at {e.Path}");
        }
    }

    private sealed record SubmitJob(JobSpec Spec, string PlanHash, string? Actor = null);
}
