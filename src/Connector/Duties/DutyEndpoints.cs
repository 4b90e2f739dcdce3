using System.Text.Json;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Duties;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Duties;

/// <summary>Where notices arrive, and what this node's owner sees of duties.</summary>
internal static class DutyEndpoints
{
    private const int MaxShown = 200;

    public static void MapDuties(this WebApplication app)
    {
        app.MapPost(DutyPaths.Notices, async (HttpContext http, NoticeDesk desk, CancellationToken c) =>
        {
            var call = http.CallOf();
            return call.Read<SignedDuty>().TryGet(out var signed, out var error)
                ? (await desk.TakeAsync(signed.Document, call.Did, c)).ToHttp()
                : error.ToProblem();
        }).RequirePeer().WithSummary("An owner's notice about a use of its data; kept, and acknowledged with this node's signature.");
        app.MapPost(DutyPaths.Deletions, async (HttpContext http, DeletionDesk desk, CancellationToken c) =>
        {
            var call = http.CallOf();
            if (!call.Read<SignedDuty>().TryGet(out var signed, out var error))
                return error.ToProblem();
            return (await desk.TakeAsync(signed.Document, call.Did, c)).TryGet(out _, out error) ? Results.NoContent() : error.ToProblem();
        }).RequirePeer().WithSummary("A consumer's statement that it deleted a result; believed with its signature and the entry in its ledger.");
        app.MapGet("/admin/duties", ListAsync).RequireAdmin().WithSummary("Duties of this owner's uses, results that this consumer has to delete, and notices that other owners sent.");
    }

    private static async Task<IResult> ListAsync(IDbContextFactory<ConnectorState> store, PeerDirectory peers, TimeProvider clock, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var owed = await db.OwedDuties.AsNoTracking().OrderByDescending(d => d.CreatedAt).Take(MaxShown).ToListAsync(cancellation);
        var notices = await db.ReceivedNotices.AsNoTracking().OrderByDescending(n => n.ReceivedAt).Take(MaxShown).ToListAsync(cancellation);
        var kept = await db.KeptResults.AsNoTracking().OrderByDescending(k => k.OrderEndsAt).Take(MaxShown).ToListAsync(cancellation);
        string Name(string did) => peers.Find(did)?.Name ?? did;
        return Results.Json(new
        {
            owed = owed.Select(d => new
            {
                d.UseId,
                d.DutyId,
                d.Action,
                d.Phase,
                d.State,
                contractId = d.AgreementId,
                d.DatasetId,
                consumer = d.Consumer,
                consumerName = Name(d.Consumer),
                d.Party,
                partyName = d.Party is null ? null : Name(d.Party),
                d.Deadline,
                d.DoneAt,
                d.BreachedAt,
                d.Attempts,
                d.LastCode,
            }),
            kept = kept.Select(k => KeptResults.View(k, clock.GetUtcNow(), Name(k.Owner))),
            notices = notices.Select(n => new { n.Owner, ownerName = Name(n.Owner), n.ReceivedAt, notice = JsonSerializer.Deserialize<DutyNotice>(n.Body, JobJson.Options) }),
        }, JobJson.Options);
    }
}
