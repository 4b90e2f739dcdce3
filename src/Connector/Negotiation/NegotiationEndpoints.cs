using System.Text.Json;
using DataSpace.Connector.Catalog;
using DataSpace.Hosting;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Results;
using DataSpace.Protocol;
using DataSpace.Protocol.Codec;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Messages;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Negotiation;

/// <summary>Contract negotiation over the Dataspace Protocol 2025-1, and the management endpoints that start and watch it.</summary>
internal static class NegotiationEndpoints
{
    private const int MaxReasonChars = 1000;

    public static void MapNegotiation(this WebApplication app)
    {
        var dsp = app.MapGroup(DspBase.Path).RequirePeer();
        dsp.MapPost(NegotiationPaths.InitialRequest, OpenAsync).WithSummary("ContractRequestMessage that opens a negotiation (DSP 2025-1).");
        dsp.MapPost(NegotiationPaths.EventsTemplate, ReceiveAsync<ContractNegotiationEventMessage>).WithSummary("ACCEPTED or FINALIZED (DSP 2025-1).");
        dsp.MapPost(NegotiationPaths.AgreementTemplate, ReceiveAsync<ContractAgreementMessage>).WithSummary("ContractAgreementMessage (DSP 2025-1).");
        dsp.MapPost(NegotiationPaths.VerificationTemplate, ReceiveAsync<ContractAgreementVerificationMessage>).WithSummary("ContractAgreementVerificationMessage (DSP 2025-1).");
        dsp.MapPost(NegotiationPaths.OfferTemplate, ReceiveAsync<ContractOfferMessage>).WithSummary("ContractOfferMessage (DSP 2025-1).");
        dsp.MapPost(NegotiationPaths.RequestTemplate, ReceiveAsync<ContractRequestMessage>).WithSummary("Counter-request (DSP 2025-1).");
        dsp.MapPost(NegotiationPaths.TerminationTemplate, ReceiveAsync<ContractNegotiationTerminationMessage>).WithSummary("Termination by either side (DSP 2025-1).");
        dsp.MapGet(NegotiationPaths.StateTemplate, StateAsync).WithSummary("State of a negotiation (DSP 2025-1).");
        app.MapGet(VersionDocument.Path, () => Results.Bytes(
            new VersionDocument([new ProtocolVersion(VersionDocument.Dsp2025, DspBase.Path)]).Write(), DspCodec.MediaType)).WithMetadata(new OpenToEveryone()).WithSummary("Versions of the Dataspace Protocol spoken here.");

        var admin = app.MapGroup("/admin/negotiations").RequireAdmin();
        admin.MapPost("/", StartAsync).WithSummary("Asks a provider for a contract under a published offer.");
        admin.MapGet("/", ListAsync).WithSummary("Negotiations of this node.");
        admin.MapGet("/{id}", GetAsync).WithSummary("One negotiation with its history.");
        admin.MapPost("/{id}/terminate", TerminateAsync).WithSummary("Ends a negotiation that is not final and tells the other side, with the reason if one is given.");
    }

    private static async Task<IResult> OpenAsync(HttpContext http, NegotiationDesk desk, CancellationToken cancellation)
    {
        var call = http.CallOf();
        if (!DspCodec.Read<ContractRequestMessage>(call.Body.Span).TryGet(out var request, out var error))
            return Refuse(null, null, error);
        return (await desk.OpenAsync(request, call.Did, cancellation)).TryGet(out var process, out error)
            ? Results.Bytes(DspCodec.Write(process.ToMessage())).WithStatus(StatusCodes.Status201Created)
            : Refuse(null, request.ConsumerPid, error);
    }

    private static async Task<IResult> ReceiveAsync<T>(HttpContext http, string pid, NegotiationDesk desk, CancellationToken cancellation)
        where T : NegotiationMessage
    {
        var call = http.CallOf();
        if (!DspCodec.Read<T>(call.Body.Span).TryGet(out var message, out var error))
            return Refuse(pid, pid, error);
        return (await desk.ReceiveAsync(pid, message, call.Did, cancellation)).TryGet(out var process, out error)
            ? Results.Bytes(DspCodec.Write(process.ToMessage())).WithStatus(StatusCodes.Status200OK)
            : Refuse(message.ProviderProcess, message.ConsumerProcess, error);
    }

    private static async Task<IResult> StateAsync(HttpContext http, string pid, IDbContextFactory<ConnectorState> store, CancellationToken cancellation)
    {
        var caller = http.CallOf().Did;
        await using var db = await store.CreateDbContextAsync(cancellation);
        var row = await db.Negotiations.AsNoTracking().FirstOrDefaultAsync(n => n.Id == pid && n.Counterparty == caller, cancellation);
        return row is null
            ? Refuse(pid, pid, ConnectorErrors.NegotiationUnknown.Of())
            : Results.Bytes(DspCodec.Write(StoredProcess.Read(row.Process).ToMessage())).WithStatus(StatusCodes.Status200OK);
    }

    private static async Task<IResult> StartAsync(HttpRequest request, NegotiationDesk desk, CatalogReader catalog, CancellationToken cancellation)
    {
        StartNegotiation? start;
        if (!request.HasJsonContentType())
            return HostErrors.MalformedRequest.Of("content type is application/json").ToProblem();
        try
        {
            start = await request.ReadFromJsonAsync<StartNegotiation>(JobJson.Options, cancellation);
        }
        catch (JsonException e)
        {
            return HostErrors.MalformedRequest.Of($"at {e.Path}").ToProblem();
        }
        if (start is null)
            return HostErrors.MalformedRequest.Of("empty body").ToProblem();
        if (!(await catalog.FindOfferAsync(start.Participant, start.DatasetId, start.OfferId, cancellation)).TryGet(out var offer, out var error)
            || !(await desk.StartAsync(start.Participant, start.DatasetId, offer, cancellation)).TryGet(out var row, out error))
            return error.ToProblem();
        return Results.Json(new { row.Id, row.State }, JobJson.Options, statusCode: StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> TerminateAsync(string id, HttpRequest request, NegotiationDesk desk, CancellationToken cancellation)
    {
        string? reason = null;
        if (request.ContentLength is not (null or 0))
        {
            try
            {
                reason = (await JsonSerializer.DeserializeAsync<TerminateNegotiation>(request.Body, JobJson.Options, cancellation))?.Reason;
            }
            catch (JsonException e)
            {
                return HostErrors.MalformedRequest.Of($"at {e.Path}").ToProblem();
            }
        }
        if (reason?.Length > MaxReasonChars)
            return HostErrors.MalformedRequest.Of($"a reason has at most {MaxReasonChars} characters").ToProblem();
        return (await desk.TerminateAsync(id, string.IsNullOrWhiteSpace(reason) ? null : reason, cancellation)).TryGet(out var row, out var error)
            ? Results.Json(new { row.Id, row.State }, JobJson.Options, statusCode: StatusCodes.Status202Accepted)
            : error.ToProblem();
    }

    private static async Task<IResult> ListAsync(IDbContextFactory<ConnectorState> store, PeerDirectory peers, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var rows = await db.Negotiations.AsNoTracking().OrderByDescending(n => n.CreatedAt).Take(200).ToListAsync(cancellation);
        return Results.Json(new { negotiations = rows.Select(r => View(r, peers)) }, JobJson.Options);
    }

    private static async Task<IResult> GetAsync(string id, IDbContextFactory<ConnectorState> store, PeerDirectory peers, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        return await db.Negotiations.AsNoTracking().FirstOrDefaultAsync(n => n.Id == id, cancellation) is { } row
            ? Results.Json(View(row, peers), JobJson.Options)
            : ConnectorErrors.NegotiationUnknown.Of(id).ToProblem();
    }

    private static object View(NegotiationRow row, PeerDirectory peers) => new
    {
        row.Id,
        participant = row.Counterparty,
        participantName = peers.Find(row.Counterparty)?.Name ?? row.Counterparty,
        row.DatasetId,
        row.OfferId,
        row.Role,
        row.State,
        history = JsonSerializer.Deserialize<List<NegotiationEventLine>>(row.History, JobJson.Options),
        row.AgreementId,
        error = row.ErrorJson is null ? null : JsonSerializer.Deserialize<RefusalNotice>(row.ErrorJson, JobJson.Options),
    };

    /// <summary>An error body as the protocol has it, with our code, title, Chinese title and advice as reasons.</summary>
    private static IResult Refuse(string? providerPid, string? consumerPid, DsError error)
    {
        var status = error.Kind.Status is 404 or 400 or 401 or 403 or 409 or 413 or 422 or 429 ? error.Kind.Status : 400;
        IReadOnlyList<string> reasons = [error.Detail is null ? error.Kind.Title : $"{error.Kind.Title}: {error.Detail}", error.Kind.TitleZh, error.Kind.Advice, error.Kind.AdviceZh];
        return Results.Bytes(DspCodec.Write(new ContractNegotiationError(providerPid ?? "unknown", consumerPid ?? "unknown", error.Code, reasons))).WithStatus(status);
    }

    private sealed record TerminateNegotiation(string? Reason);

    private sealed record StartNegotiation(string Participant, string DatasetId, string OfferId);
}

/// <summary>Gives a body another status.</summary>
internal static class StatusResults
{
    public static IResult WithStatus(this IResult inner, int status) => new Coded(inner, status);

    private sealed class Coded(IResult inner, int status) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            httpContext.Response.ContentType = DspCodec.MediaType;
            return inner.ExecuteAsync(httpContext);
        }
    }
}
