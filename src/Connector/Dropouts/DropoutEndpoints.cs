using DataSpace.Connector.Jobs;
using DataSpace.Hosting.Http;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Dropouts;

/// <summary>What the coordinator asks of an owner in a job that may go on without some owners.</summary>
internal static class DropoutEndpoints
{
    public static void MapDropouts(this WebApplication app)
    {
        var peer = app.MapGroup("/peer/jobs/{jobHash}").RequirePeer();
        peer.MapPost("/shares", async (HttpContext http, string jobHash, DropoutDesk desk, Refusals refusals, CancellationToken c) =>
        {
            var call = http.CallOf();
            if (!call.Read<RoundOneRequest>().TryGet(out var request, out var error))
                return error.ToProblem();
            var shares = await desk.SharesAsync(jobHash, request, call.Did, c);
            return shares.IsOk ? shares.ToHttp() : refusals.Problem(shares.Error, jobHash, call.Did);
        }).Takes<RoundOneRequest>().Gives<string>().WithSummary("Before the roster of a job that may go on without some owners: this owner's signed shares, sealed owner to owner; always the same.");
        peer.MapPost("/survivors", async (HttpContext http, string jobHash, DropoutDesk desk, CancellationToken c) =>
        {
            var call = http.CallOf();
            return call.Read<SurvivorsRequest>().TryGet(out var request, out var error) ? (await desk.AgreeAsync(jobHash, request, call.Did, c)).ToHttp() : error.ToProblem();
        }).Takes<SurvivorsRequest>().Gives<string>().WithSummary("This owner's signature under the set of owners whose contributions are added; the first set stands.");
        peer.MapPost("/unmask", async (HttpContext http, string jobHash, DropoutDesk desk, CancellationToken c) =>
        {
            var call = http.CallOf();
            return call.Read<UnmaskRequest>().TryGet(out var request, out var error) ? (await desk.TellAsync(jobHash, request, call.Did, c)).ToHttp() : error.ToProblem();
        }).Takes<UnmaskRequest>().Gives<ToldShare>().WithSummary("With the signatures of more than two thirds of the owners over one set: shares that unmask the sum, sealed to the analyst.");
    }
}
