using DataSpace.Hosting.Http;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DataSpace.Hosting.Disclosing;

/// <summary>The owner's decision to erase payloads of its ledger.</summary>
/// <param name="From">First entry.</param>
/// <param name="To">Entry after the last one.</param>
/// <param name="Part"><c>content</c> or <c>all</c>.</param>
/// <param name="Ground">Legal ground.</param>
/// <param name="By">Pseudonym of whoever decides.</param>
public sealed record EraseRequest(long From, long To, string? Part, string? Ground, string? By);

/// <summary>Erasure of payloads on the owner's word.</summary>
internal static class ErasureEndpoints
{
    private const int MaxEntries = 256;

    public static void MapErasures(this WebApplication app)
        => app.MapPost("/admin/ledger/erasures", EraseAsync).RequireAdmin()
            .WithSummary("Erases payloads of at most 256 entries: key and ciphertext go, an Erased entry comes; metering fields stay for their retention.");

    private static async Task<IResult> EraseAsync(EraseRequest request, AuditLedger ledger, CancellationToken cancellation)
    {
        if (request.From < 0 || request.To <= request.From || request.To - request.From > MaxEntries)
            return HostErrors.MalformedRequest.Of($"from and to name 1 to {MaxEntries} entries").ToProblem();
        if (request.Part is null || request.Ground is null || request.By is null)
            return HostErrors.MalformedRequest.Of("part, ground and by").ToProblem();
        var (erased, refused) = (new List<object>(), new List<object>());
        for (var index = request.From; index < request.To; index++)
        {
            var done = await ledger.EraseAsync(new ErasureRequest(index, request.Part, request.Ground, request.By), cancellation);
            if (done.TryGet(out var entry, out var error))
                erased.Add(new { index, entry = entry.Index });
            else if (error.Kind.Status >= StatusCodes.Status500InternalServerError)
                return error.ToProblem(); // the rest would fail alike; repeating is safe
            else
                refused.Add(new { index, code = error.Code, detail = error.Detail, title = error.Kind.Title, titleZh = error.Kind.TitleZh });
        }
        return Results.Json(new { erased, refused }, JobJson.Options);
    }
}
