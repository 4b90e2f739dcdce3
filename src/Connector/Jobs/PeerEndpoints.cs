using DataSpace.Hosting.Http;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>What the coordinator and consumers may ask of a provider.</summary>
internal static class PeerEndpoints
{
    public static void MapPeer(this WebApplication app)
    {
        var peer = app.MapGroup("/peer").RequirePeer();
        peer.MapPost("/jobs", async (HttpContext http, ProviderDesk desk, CancellationToken c) =>
        {
            var call = http.CallOf();
            return call.Read<JobEnvelope>().TryGet(out var envelope, out var error)
                ? (await desk.OpenAsync(envelope, call.Did, c)).ToHttp()
                : error.ToProblem();
        }).Takes<JobEnvelope>().Gives<string>().WithMetadata(PeerBodyLimit.Order).WithSummary("Round 0: a signed order arrives; answered with this node's signed ephemeral key, always the same for one job.");
        peer.MapPost("/jobs/{jobHash}/roster", async (HttpContext http, string jobHash, ProviderDesk desk, CancellationToken c) =>
        {
            var call = http.CallOf();
            return call.Read<RoundOneRequest>().TryGet(out var request, out var error)
                ? (await desk.AcceptRosterAsync(jobHash, request, call.Did, c)).ToHttp(StatusCodes.Status202Accepted)
                : error.ToProblem();
        }).Takes<RoundOneRequest>().Produces(StatusCodes.Status202Accepted).WithSummary("Round 1: the roster's statements; starts the use.");
        peer.MapGet("/jobs/{jobHash}/contribution", async (HttpContext http, string jobHash, ProviderDesk desk, CancellationToken c)
            => (await desk.AnswerAsync(jobHash, http.CallOf().Did, c)).ToHttp()).Gives<ContributionAnswer>().WithSummary("The committed contribution with its proofs, or that it is not there yet.");
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
