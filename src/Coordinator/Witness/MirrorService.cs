using DataSpace.Hosting;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Hosting.Witnessing;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Tiles;
using DataSpace.Ledger.Witnessing;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Coordinator.Witness;

/// <summary>
/// Copies of all members' logs, so that an auditor has one place to read and a member cannot unsay what it said. Every copy is computed from the entries and held
/// against a checkpoint that its owner signed. Bounded: <see cref="LogMirror.MaxBundles"/> bundles of one log per round, one log at a time.
/// </summary>
internal sealed partial class MirrorService(
    NodeOptions options, PeerDirectory peers, LogKeys logs, GossipWorker gossip, INodeTransport transport, NodeIdentity self, TimeProvider clock, ILogger<MirrorService> log)
    : BackgroundService
{
    private const int MaxLogs = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LogLimit = TimeSpan.FromSeconds(30);
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, string?> _codes = new(StringComparer.Ordinal);

    private string Root => Path.Combine(options.Directory, "mirrors");

    /// <summary>The copy of a log, named by the hex SHA-256 of its origin; null when there is none.</summary>
    public LogMirror? Find(string originHash)
    {
        if (originHash.Length != 64 || !originHash.All(c => c is >= '0' and <= '9' or >= 'a' and <= 'f'))
            return null;
        var directory = Path.Combine(Root, originHash);
        var file = Path.Combine(directory, "vkey");
        return File.Exists(file) && VerifierKey.ParseLog(File.ReadAllText(file).TrimEnd('\n')).TryGet(out var key, out _) ? new LogMirror(directory, key) : null;
    }

    /// <summary>Every copy, at most 1000.</summary>
    public IEnumerable<(string Hash, Checkpoint Shown, string? Code)> All()
        => !Directory.Exists(Root) ? [] : Directory.EnumerateDirectories(Root).Take(MaxLogs).Select(d => Path.GetFileName(d))
            .Select(hash => (Hash: hash, Find(hash)?.Shown)).Where(m => m.Shown is not null).Select(m => (m.Hash, m.Shown!, _codes.GetValueOrDefault(m.Shown!.Origin)));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            foreach (var member in peers.All.Where(m => m.Did != self.Did).Take(MaxLogs))
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                limit.CancelAfter(LogLimit);
                try
                {
                    await FollowAsync(member, limit.Token);
                }
                catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
                {
                    // The next round goes on.
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    LogFailed(log, e);
                }
            }
            await Task.Delay(Interval, clock, stoppingToken);
        }
    }

    private async Task FollowAsync(Protocol.Membership.MemberDocument member, CancellationToken cancellation)
    {
        if (!logs.Trusted(member.Did).TryGet(out var vkey, out _) || !VerifierKey.ParseLog(vkey).TryGet(out var key, out _))
            return;
        var peer = PeerDirectory.PeerOf(member);
        var got = await transport.SendAsync(peer, HttpMethod.Get, "/ledger/checkpoint", default, cancellation);
        if (!got.TryGet(out var answer, out _) || !answer.IsSuccess || answer.Body.Length > SignedNote.MaxBytes
            || !Checkpoint.Open(System.Text.Encoding.UTF8.GetString(answer.Body.Span), key).TryGet(out var target, out _))
            return;
        // What is shown to the mirror is shown to gossip too.
        gossip.Hear(target, member.Did);
        var mirror = new LogMirror(Path.Combine(Root, Ledger.Witnessing.Witness.HashOf(key.Name)), key);
        if (mirror.Shown is { } shown && target.Size <= shown.Size)
            return;
        var followed = await mirror.FollowAsync(target, FetchAsync, cancellation);
        var code = followed.Error?.Code;
        if (code is not null && _codes.GetValueOrDefault(key.Name) != code)
            LogRefused(log, key.Name, code, followed.Error!.Detail);
        _codes[key.Name] = code;

        async Task<byte[]?> FetchAsync(TilePath path, CancellationToken c)
        {
            foreach (var wanted in path.IsFull ? [path] : (TilePath[])[path, path.Full])
            {
                var sent = await transport.SendAsync(peer, HttpMethod.Get, $"/ledger/{wanted}", default, c);
                if (sent.TryGet(out var bundle, out _) && bundle.IsSuccess && bundle.Body.Length <= EntryBundle.MaxBundleBytes)
                    return bundle.Body.ToArray();
            }
            return null;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Mirroring failed")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "The log {Origin} could not be mirrored: {Code} {Detail}")]
    private static partial void LogRefused(ILogger logger, string origin, string code, string? detail);
}

/// <summary>The mirrors over HTTP, as open as the logs themselves.</summary>
internal static class MirrorEndpoints
{
    public static void MapMirrors(this WebApplication app)
    {
        var open = app.MapGroup("/mirror").WithMetadata(new OpenToEveryone());
        open.MapGet("", (MirrorService mirrors) => Results.Json(new
        {
            logs = mirrors.All().Select(m => new { m.Shown.Origin, originHash = m.Hash, m.Shown.Size, rootHash = Convert.ToBase64String(m.Shown.RootHash.Span), m.Code }),
        }, JobJson.Options)).WithSummary("Logs that are mirrored here.");
        open.MapGet("/{originHash}/{**path}", (HttpContext http, string originHash, string path, MirrorService mirrors)
            => LogFiles.Serve(http, mirrors.Find(originHash)?.Resolve(path), path, WitnessErrors.NotMirrored)).WithSummary("Checkpoint, key, tiles and bundles of a mirrored log (C2SP tlog-tiles).");
    }
}
