using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Identity;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Tiles;
using DataSpace.Protocol.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Hosting.Http;

/// <summary>Public endpoints of every node: health, DID document, the static files of its log; and the egress counters for its owner.</summary>
internal static class NodeEndpoints
{
    public static void MapNodeEndpoints(this WebApplication app)
    {
        var open = app.MapGroup(string.Empty).WithMetadata(new OpenToEveryone());
        open.MapGet("/healthz", (AuditLedger ledger, NodeRole role) => ledger.Refusal is { } sick
            ? sick.ToProblem()
            : Results.Json(new { status = "ok", role = role.Name }, JobJson.Options))
            .WithSummary("Whether this node can take requests; a problem with a code when its ledger is not writable.");
        open.MapGet("/.well-known/did.json", DidDocumentAsync).WithSummary("DID document of the participant (did:web).");
        open.MapGet("/ledger/checkpoint", (HttpContext http, AuditLedger ledger) => LedgerFile(http, ledger, "checkpoint"))
            .WithSummary("Newest signed checkpoint (C2SP tlog-tiles).");
        open.MapGet("/ledger/tile/{**path}", (HttpContext http, AuditLedger ledger, string path) => LedgerFile(http, ledger, "tile/" + path))
            .WithSummary("Tiles and entry bundles (C2SP tlog-tiles).");
        app.MapGet("/admin/egress", Egress).RequireAdmin().WithSummary("Bytes per peer, counted at the socket.");
    }

    private static IResult Egress(EgressMeter meter)
    {
        var peers = meter.Read();
        return Results.Json(new
        {
            since = meter.Since,
            bytesByPeer = peers.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => new { peer = p.Key, bytesOut = p.Value.Out, bytesIn = p.Value.In }),
            totalBytesOut = peers.Where(p => p.Key != EgressMeter.Management).Sum(p => p.Value.Out),
            totalBytesIn = peers.Where(p => p.Key != EgressMeter.Management).Sum(p => p.Value.In),
        }, JobJson.Options);
    }

    private static async Task<IResult> DidDocumentAsync(NodeIdentity self, NodeAddress address)
    {
        var (id, name, keys) = self.Participant;
        return Results.Bytes(new DidDocument(id, name, keys, [new DidService("node", "DataSpaceNode", new Uri(await address.Url), self.TlsPin)]).ToJson(), "application/json");
    }

    // The ledger's directory also holds its database and vault: only names that a public log has are served.
    private static IResult LedgerFile(HttpContext http, AuditLedger ledger, string relative)
        => LogFiles.Serve(http, PublicFiles.TryResolve(ledger.Directory, relative), relative, HostErrors.NotFound);
}
