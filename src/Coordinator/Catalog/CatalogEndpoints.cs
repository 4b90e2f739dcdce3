using System.Text.Json;
using DataSpace.Coordinator.Regulation;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Regulation;
using DataSpace.Hosting.Transport;
using DataSpace.Protocol;
using DataSpace.Protocol.Codec;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Membership;
using DataSpace.Protocol.Messages;

namespace DataSpace.Coordinator.Catalog;

/// <summary>
/// The federated catalogue: asks every approved member for its Dataspace Protocol catalogue and hands the answers on, less what the regulators' list withholds.
/// Cached for a few seconds; a member that does not answer is listed as unreachable rather than left out silently.
/// </summary>
internal sealed class FederatedCatalog(PeerDirectory peers, INodeTransport transport, DispatchRules rules, TimeProvider clock) : IRegulationListener, IDisposable
{
    private static readonly TimeSpan CacheTime = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _gate = new(1);
    private (DateTimeOffset At, FederatedCatalogAnswer Answer)? _cached;

    public async Task<FederatedCatalogAnswer> ReadAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            var now = clock.GetUtcNow();
            if (_cached is { } cached && now - cached.At < CacheTime)
                return cached.Answer;
            var members = peers.All.Where(m => m.Role == "connector").OrderBy(m => m.Did, StringComparer.Ordinal).ToList();
            var catalogs = await Task.WhenAll(members.Select(m => AskAsync(m.Did, m.Name, PeerDirectory.PeerOf(m), cancellation)));
            _cached = (now, new FederatedCatalogAnswer([.. catalogs.Select(rules.Withhold)]));
            return _cached.Value.Answer;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>What new rules withhold is withheld at once, not when the cache ends.</summary>
    public async Task OnChangedAsync(RegulationChange change, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        _cached = null;
        _gate.Release();
    }

    public void Dispose() => _gate.Dispose();

    private async Task<MemberCatalog> AskAsync(string did, string name, Peer peer, CancellationToken cancellation)
    {
        var body = DspCodec.Write(new CatalogRequestMessage());
        var answer = await transport.SendAsync(peer, HttpMethod.Post, DspBase.Path + CatalogPaths.Request, body, cancellation);
        if (!answer.TryGet(out var response, out var error))
            return new MemberCatalog(did, name, error.Code);
        if (!response.IsSuccess)
            return new MemberCatalog(did, name, PeerProblem.Read(did, response).Code);
        return DspCodec.Read<Protocol.Messages.Catalog>(response.Body.Span).TryGet(out _, out error)
            ? new MemberCatalog(did, name, null, JsonDocument.Parse(response.Body).RootElement.Clone())
            : new MemberCatalog(did, name, error.Code);
    }
}

/// <summary>Endpoint of the federated catalogue.</summary>
internal static class CatalogEndpoints
{
    public static void MapCatalog(this WebApplication app)
        => app.MapGet("/catalog", async (FederatedCatalog catalog, CancellationToken c) => Results.Json(await catalog.ReadAsync(c), JobJson.Options))
            .RequirePeer().WithSummary("Catalogues of all approved members, as they published them.");
}
