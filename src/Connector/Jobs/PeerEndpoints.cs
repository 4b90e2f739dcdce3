using DataSpace.Hosting.Http;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>What the coordinator and consumers may ask of a provider.</summary>
internal static class PeerEndpoints
{
    public static void MapPeer(this WebApplication app)
    {
        var peer = app.MapGroup("/peer").RequirePeer();
        peer.MapPost("/jobs", async (HttpContext http, ProviderDesk desk, Refusals refusals, CancellationToken c) =>
        {
            var call = http.CallOf();
            if (!call.Read<JobEnvelope>().TryGet(out var envelope, out var error))
                return error.ToProblem();
            var opened = await desk.OpenAsync(envelope, call.Did, c);
            return opened.IsOk ? opened.ToHttp() : refusals.Problem(opened.Error, ProviderDesk.HashOf(envelope.Order), call.Did);
        }).Takes<JobEnvelope>().Gives<string>().WithMetadata(PeerBodyLimit.Order).WithSummary("Round 0: a signed order arrives; answered with this node's signed ephemeral key, always the same for one job.");
        peer.MapPost("/jobs/{jobHash}/roster", async (HttpContext http, string jobHash, ProviderDesk desk, Refusals refusals, CancellationToken c) =>
        {
            var call = http.CallOf();
            if (!call.Read<RoundOneRequest>().TryGet(out var request, out var error))
                return error.ToProblem();
            var accepted = await desk.AcceptRosterAsync(jobHash, request, call.Did, c);
            return accepted.IsOk ? accepted.ToHttp(StatusCodes.Status202Accepted) : refusals.Problem(accepted.Error, jobHash, call.Did);
        }).Takes<RoundOneRequest>().Produces(StatusCodes.Status202Accepted).WithSummary("Round 1: the roster's statements; starts the use.");
        peer.MapGet("/jobs/{jobHash}/contribution", async (
            HttpContext http, string jobHash, bool? wait, ProviderDesk desk, Refusals refusals, JobNews news, IHostApplicationLifetime node, TimeProvider clock, CancellationToken c) =>
        {
            var caller = http.CallOf().Did;
            using var listener = news.Listen(jobHash);
            var answered = await desk.AnswerAsync(jobHash, caller, c);
            if (wait == true && answered is { IsOk: true, Value.State: ContributionAnswer.Running })
            {
                await listener.WaitAsync(clock, c, node.ApplicationStopping);
                answered = await desk.AnswerAsync(jobHash, caller, c);
            }
            if (!answered.TryGet(out var answer, out var error))
                return refusals.Problem(error, jobHash, caller);
            return Results.Json(
                answer is { State: ContributionAnswer.Refused, Refusal: { } notice } ? answer with { Refusal = refusals.Signed(notice, jobHash, caller) } : answer, JobJson.Options);
        }).Gives<ContributionAnswer>().WithSummary("The committed contribution with its proofs, or that it is not there yet; with ?wait=true that is said after a second.");
        peer.MapGet("/jobs/{jobHash}/evidence", async (HttpContext http, string jobHash, string? code, ProviderDesk desk, CancellationToken c)
            => (await desk.EvidenceAsync(jobHash, code, http.CallOf().Did, c)).ToHttp()).Gives<FiledEntry>().WithSummary("For the coordinator: that this node's log has a Grant or a Denied for a job; nothing else of the entry is shown.");
        peer.MapPost("/receipts", async (HttpContext http, ReceiptDesk desk, CancellationToken c) =>
        {
            var call = http.CallOf();
            return call.Read<ReceiptOffer>().TryGet(out var offer, out var error)
                ? (await desk.CountersignAsync(offer, call.Did, c)).ToHttp()
                : error.ToProblem();
        }).Takes<ReceiptOffer>().Gives<ReceiptCountersigned>().WithSummary("A consumer's signed receipt; countersigned and appended.");
    }
}
