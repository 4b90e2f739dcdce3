using DataSpace.Hosting.Http;
using DataSpace.Kernel.NegativeList;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Regulation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DataSpace.Hosting.Regulation;

/// <summary>What a node has that rules could touch.</summary>
public interface IRegulationPreview
{
    /// <summary>What these rules would stop here. Nothing is kept and nothing changed.</summary>
    Task<RegulationPreviewAnswer> LookAsync(RuleSetDocument document, NegativeListIndex index, DateTimeOffset now, CancellationToken cancellation);
}

/// <summary>Where a regulator asks before it publishes. Rules without signatures decide nothing.</summary>
public static class PreviewEndpoint
{
    /// <summary>Maps the question; the host brings the answer.</summary>
    public static void MapPreview(this WebApplication app)
        => app.MapPost(RegulationPaths.Preview, async (
            HttpContext http, PinnedRegulators pinned, RegulationRegister register, IRegulationPreview preview, TimeProvider clock, CancellationToken cancellation) =>
        {
            var call = http.CallOf();
            if (!call.Read<RegulationPreviewRequest>().TryGet(out var request, out var error) || !Read(request, call.Did, pinned).TryGet(out var document, out error))
                return error.ToProblem();
            var now = register.Now().TryGet(out var trusted, out _) ? trusted : clock.GetUtcNow();
            return Results.Json(await preview.LookAsync(document, NegativeListIndex.Compile(document), now, cancellation), Protocol.Jobs.JobJson.Options);
        }).RequirePeer().WithMetadata(new PeerBodyLimit(RegulationBundle.MaxBytes)).WithSummary("A pinned regulator asks what a rule set would suspend here; nothing is kept or changed.");

    /// <summary>A pinned regulator's own rules, or why not.</summary>
    private static Result<RuleSetDocument> Read(RegulationPreviewRequest request, string caller, PinnedRegulators pinned)
    {
        if (!pinned.All.Any(r => r.Pin.Did == caller))
            return NegativeListErrors.UnknownRegulator.Of(caller);
        if (!RuleSetReader.Read(request.RuleSet).TryGet(out var document, out var error))
            return error;
        return document.Content.Regulator == caller ? document : NegativeListErrors.UnknownRegulator.Of("another regulator's rules");
    }
}
