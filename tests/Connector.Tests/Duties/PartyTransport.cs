using System.Collections.Concurrent;
using System.Text.Json;
using DataSpace.Connector.Duties;
using DataSpace.Hosting;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Secrets;
using DataSpace.Hosting.Storage;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Duties;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Membership;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Connector.Tests.Duties;

/// <summary>A wire without a network: whoever is attached answers, everybody else is down. Tests put an attacker in between.</summary>
internal sealed class PartyTransport : INodeTransport
{
    private readonly Dictionary<string, Func<string, ReadOnlyMemory<byte>, Task<Result<PeerAnswer>>>> _parties = [];

    /// <summary>How many requests each party got.</summary>
    public Dictionary<string, int> Received { get; } = [];

    public void Attach(string did, Func<string, ReadOnlyMemory<byte>, Task<Result<PeerAnswer>>> party) => _parties[did] = party;

    public void Detach(string did) => _parties.Remove(did);

    public async Task<Result<PeerAnswer>> SendAsync(Peer peer, HttpMethod method, string pathAndQuery, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        lock (Received)
            Received[peer.Did] = Received.GetValueOrDefault(peer.Did) + 1;
        return _parties.TryGetValue(peer.Did, out var party) ? await party(pathAndQuery, body) : HostErrors.PeerUnreachable.Of(peer.Did);
    }

    public static Result<PeerAnswer> Signed(Result<SignedDuty> result)
        => new PeerAnswer(result.IsOk ? 200 : result.Error.Kind.Status, JsonSerializer.SerializeToUtf8Bytes<object>(result.IsOk ? result.Value : new { code = result.Error.Code }, JobJson.Options));

    public static string Document(ReadOnlyMemory<byte> body) => JsonSerializer.Deserialize<SignedDuty>(body.Span, JobJson.Options)!.Document;
}

/// <summary>Another participant's node, as far as duties need one: its key, its state, its notice desk.</summary>
internal sealed class PartyNode : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<string, Lazy<NodeIdentity>> Identities = new();
    private readonly Lazy<ServiceProvider> _services;
    private readonly Lazy<NoticeDesk> _notices;

    public PartyNode(string did, string directory, string ownerDid, NodeIdentity owner, TimeProvider clock)
    {
        // Keys are slow to make and the same for all tests; what a node keeps is its own, and there only when it is used.
        Identity = Identities.GetOrAdd(did, _ => new(() => Create(did, clock))).Value;
        _services = new(() =>
        {
            Directory.CreateDirectory(directory);
            var services = new ServiceCollection();
            services.AddStateStore<ConnectorState>(new NodeOptions { Directory = directory, ConfigFile = "none" });
            var provider = services.BuildServiceProvider();
            Assert.True(StateStore.Open<ConnectorState>(provider).IsOk);
            return provider;
        });
        var peers = new PeerDirectory(clock);
        peers.Trust(MemberOf(ownerDid, owner));
        _notices = new(() => new NoticeDesk(Store, peers, Identity, clock));
        OwnerDid = ownerDid;
    }

    public NodeIdentity Identity { get; }

    public IDbContextFactory<ConnectorState> Store => _services.Value.GetRequiredService<IDbContextFactory<ConnectorState>>();

    public NoticeDesk Notices => _notices.Value;

    public string OwnerDid { get; }

    public MemberDocument Member => MemberOf(Identity.Did, Identity);

    public async Task<Result<PeerAnswer>> AnswerAsync(string path, ReadOnlyMemory<byte> body)
    {
        Assert.Equal(DutyPaths.Notices, path);
        return PartyTransport.Signed(await Notices.TakeAsync(PartyTransport.Document(body), OwnerDid, CancellationToken.None));
    }

    public int Kept()
    {
        using var db = Store.CreateDbContext();
        return db.ReceivedNotices.Count();
    }

    public ValueTask DisposeAsync() => _services.IsValueCreated ? _services.Value.DisposeAsync() : ValueTask.CompletedTask;

    private static NodeIdentity Create(string did, TimeProvider clock)
    {
        var keys = Directory.CreateTempSubdirectory("ds-party-");
        try
        {
            return NodeIdentity.LoadOrCreate(did, did, new FileSecretProvider(keys.FullName), clock);
        }
        finally
        {
            keys.Delete(recursive: true);
        }
    }

    public static MemberDocument MemberOf(string did, NodeIdentity identity)
        => new(did, did, "connector", "https://10.1.2.3:8443", System.Buffers.Text.Base64Url.EncodeToString(identity.Signer.PublicKey.Raw.Span), identity.Signer.PublicKey.KeyId, "", "");
}
