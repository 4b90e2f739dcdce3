using System.Text.Json;
using DataSpace.Connector.Agreements;
using DataSpace.Hosting;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Membership;

namespace DataSpace.Connector.Membership;

/// <summary>Keeps this node a member: joins, renews its document, learns the other members. What it remembers over a restart holds until the coordinator's next answer, whose row is the truth.</summary>
internal sealed partial class MembershipService(
    CoordinatorLink link, IServiceProvider services, NodeAddress address, PeerDirectory peers, INodeTransport transport, NodeIdentity self, KeyPins pins, TimeProvider clock,
    ILogger<MembershipService> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ApprovedInterval = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan StoreInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan RenewAfter = MemberDocuments.Lifetime / 12;
    private (string Members, DateTimeOffset At) _stored = (string.Empty, DateTimeOffset.MinValue);
    private (MemberDocument Card, string Document, DateTimeOffset At)? _own;
    private ReadOnlyMemory<byte> _learned;

    /// <summary>
    /// Before the node listens or resumes anything: the coordinator, whom the operator handed over, and the members as they were last seen. Jobs that a restart
    /// interrupted need their co-providers' keys at once, whether the coordinator answers or not.
    /// </summary>
    public static void Remember(IServiceProvider services)
    {
        var (peers, pins, link, self) = (
            services.GetRequiredService<PeerDirectory>(), services.GetRequiredService<KeyPins>(), services.GetRequiredService<CoordinatorLink>(), services.GetRequiredService<NodeIdentity>());
        if (link.Coordinator is { } coordinator)
            peers.Trust(coordinator);
        var file = FileOf(services.GetRequiredService<NodeOptions>());
        try
        {
            if (File.Exists(file) && JsonSerializer.Deserialize<MemberList>(File.ReadAllBytes(file), JobJson.Options) is { } list)
            {
                foreach (var document in list.Documents)
                {
                    // Self-signed and with an end of its own: an old one is refused like any other. Its own among them: it was a member lately, and asks again at once.
                    if (peers.Learn(document, member => !pins.Contradicts(member)).TryGet(out var member, out _) && member.Did == self.Did)
                        link.Update("approved", reachable: false);
                }
            }
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            // Written again at the next contact with the coordinator.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await address.Url.WaitAsync(stoppingToken);
        peers.Trust(address.Card(services));
        if (link.Coordinator is not { } coordinator)
            return;
        // Handed over by the operator, so trusted without a signature: its requests must verify from now on.
        peers.Trust(coordinator);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RefreshAsync(coordinator, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Whatever a coordinator sends, this node stays up.
                LogFailed(log, e);
                link.Update("none", reachable: false);
            }
            await Task.Delay(link.Membership == "approved" ? ApprovedInterval : Interval, clock, stoppingToken);
        }
    }

    private async Task RefreshAsync(MemberDocument coordinator, CancellationToken cancellation)
    {
        var peer = PeerDirectory.PeerOf(coordinator);
        var body = JsonSerializer.SerializeToUtf8Bytes(new JoinRequest(OwnDocument()), JobJson.Options);
        var joined = await transport.SendAsync(peer, HttpMethod.Post, "/members/join", body, cancellation);
        if (!joined.TryGet(out var answer, out var error) || !answer.IsSuccess)
        {
            link.Update(link.Membership, reachable: false);
            LogJoinFailed(log, error?.Code ?? PeerProblem.Read(coordinator.Did, answer!).Code);
            return;
        }
        var state = JsonSerializer.Deserialize<JoinAnswer>(answer.Body.Span, JobJson.Options)!.State;
        if (state == "approved")
            await LearnAsync(peer, cancellation);
        link.Update(state, reachable: true);
    }

    private async Task LearnAsync(Peer coordinator, CancellationToken cancellation)
    {
        var listed = await transport.SendAsync(coordinator, HttpMethod.Get, "/members", default, cancellation);
        if (!listed.TryGet(out var answer, out _) || !answer.IsSuccess || answer.Body.Span.SequenceEqual(_learned.Span))
            return; // to the byte what was learnt last time: signatures and all
        var list = JsonSerializer.Deserialize<MemberList>(answer.Body.Span, JobJson.Options)!;
        var members = new List<MemberDocument>();
        foreach (var document in list.Documents)
        {
            // Each document is signed by its subject; the coordinator can withhold one, not forge one.
            if (peers.Learn(document, member => !pins.Contradicts(member)).TryGet(out var member, out var refused))
                members.Add(member);
            else
                LogMemberRefused(log, refused.Code);
        }
        var stored = Store(list, string.Join('\n', members));
        _learned = stored && members.Count == list.Documents.Count ? answer.Body : default; // what was refused is looked at, and told, again
    }

    /// <summary>This node's document, signed anew when what it says changes or an hour has passed: the same one again changes nothing anywhere.</summary>
    private string OwnDocument()
    {
        var (card, now) = (address.Card(services), clock.GetUtcNow());
        if (_own is not { } own || own.Card != card || (now - own.At).Duration() > RenewAfter)
            _own = own = (card, MemberDocuments.Sign(card, self.Signer, clock), now);
        return own.Document;
    }

    /// <summary>Documents are renewed every hour; written down is what says something new, and now and then what ends later.</summary>
    private bool Store(MemberList list, string members)
    {
        var now = clock.GetUtcNow();
        if (members == _stored.Members && now - _stored.At < StoreInterval)
            return true;
        var file = FileOf(services.GetRequiredService<NodeOptions>());
        try
        {
            File.WriteAllBytes(file + ".new", JsonSerializer.SerializeToUtf8Bytes(list, JobJson.Options));
            File.Move(file + ".new", file, overwrite: true);
            _stored = (members, now);
            return true;
        }
        catch (IOException)
        {
            return false; // a full disk: the members are known in memory, and the next contact tries again
        }
    }

    private static string FileOf(NodeOptions options) => Path.Combine(options.Directory, "members.json");

    [LoggerMessage(1, LogLevel.Warning, "Joining failed: {Code}")]
    private static partial void LogJoinFailed(ILogger logger, string code);

    [LoggerMessage(3, LogLevel.Error, "Membership could not be refreshed")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "A member document was refused: {Code}")]
    private static partial void LogMemberRefused(ILogger logger, string code);
}
