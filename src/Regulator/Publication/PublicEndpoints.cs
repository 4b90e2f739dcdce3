using DataSpace.Hosting.Http;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Regulation;

namespace DataSpace.Regulator.Publication;

/// <summary>What anyone may read: bundle and stamp prove themselves, whoever carries them.</summary>
internal static class PublicEndpoints
{
    public static void MapPublication(this WebApplication app)
    {
        var open = app.MapGroup(string.Empty).WithMetadata(new OpenToEveryone());
        open.MapGet(RegulationPaths.Bundle, Bundle).WithSummary("The bundle in force: rule set, approvals, standing orders, stamp. 304 with a matching If-None-Match; 204 when nothing is newer than after (unix seconds of a stamp).");
        open.MapGet(RegulationPaths.Stamp, NewestStamp).WithSummary("The newest stamp alone (compact JWS), at most 60 s old.");
    }

    private static IResult Bundle(HttpContext http, PublicationDesk desk, long? after)
    {
        if (desk.Current is not { } current)
            return Why(desk).ToProblem();
        http.Response.Headers.ETag = current.ETag;
        http.Response.Headers.CacheControl = "no-cache";
        if (http.Request.Headers.IfNoneMatch.ToString() == current.ETag)
            return Results.StatusCode(StatusCodes.Status304NotModified);
        return after is { } seconds && current.State.Stamp.Time.ToUnixTimeSeconds() <= seconds
            ? Results.NoContent()
            : Results.Bytes(current.Json, "application/json");
    }

    private static IResult NewestStamp(PublicationDesk desk)
        => desk.Current is { } current ? Results.Text(current.State.Bundle.Stamp, "application/jose") : Why(desk).ToProblem();

    private static DsError Why(PublicationDesk desk) => desk.Why ?? RegulatorErrors.NothingPublished.Of();
}
