using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Witnessing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataSpace.Hosting.Witnessing;

/// <summary>A log whose tiles did not bear out what was heard of it: nothing is proven, but somebody should ask.</summary>
public sealed record UnprovenLog(string Origin, long HeldSize, long HeardSize, string From, DateTimeOffset Since);

/// <summary>
/// Looks into what <see cref="GossipDesk"/> heard: verifies signatures, asks the log for its tiles where two sizes have to be brought together, keeps proofs of
/// two histories, writes them into this node's ledger and tells the coordinator and some peers.
/// </summary>
public sealed partial class GossipWorker(
    GossipDesk desk, CheckpointBook book, WitnessStore store, LogKeys keys, PeerDirectory peers, INodeTransport transport, AuditLedger ledger, NodeIdentity self,
    TimeProvider clock, ILogger<GossipWorker> log) : BackgroundService
{
    /// <summary>Where proofs of two histories are taken.</summary>
    public const string EvidencePath = "/peer/equivocations";

    private const int MaxPeersTold = 8;
    private const int MaxUnproven = 256;
    private static readonly TimeSpan LookLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, UnprovenLog> _unproven = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _asked = new(StringComparer.Ordinal);

    /// <summary>Logs about which something was heard that their tiles do not bear out.</summary>
    public IReadOnlyCollection<UnprovenLog> Unproven => (IReadOnlyCollection<UnprovenLog>)_unproven.Values;

    /// <summary>Takes a proof from somebody else; it is judged by the log's own signatures.</summary>
    public Result<bool> Accept(ReadOnlySpan<byte> json)
    {
        if (!EquivocationProof.Parse(json).TryGet(out var proof, out var error))
            return error;
        if (!VerifierKey.ParseLog(proof.Vkey).TryGet(out var claimed, out _) || keys.FindAny(claimed.Name) is not { } key)
            return WitnessErrors.OriginUnknown.Of();
        return book.Accept(proof, key);
    }

    /// <summary>Somebody asks for cosignatures under a later log than the one pinned: its owner's statement is fetched, if it has one.</summary>
    internal void Follow(string origin)
    {
        if (keys.NeedsStatement(origin))
            desk.Hear(new Rumour(origin, null, "add-checkpoint"));
    }

    /// <summary>A checkpoint that came otherwise than with a message, for example to a mirror.</summary>
    public void Hear(Checkpoint checkpoint, string from) => desk.Hear(new Rumour(checkpoint.Origin, checkpoint, from));

    /// <summary>Two checkpoints of one size that a witness was shown.</summary>
    internal void Contradict(Checkpoint held, Checkpoint other)
    {
        if (keys.FindForeign(other.Origin) is { } key && book.Accept(new EquivocationProof(key.ToString(), held.Bare(key).Note, other.Bare(key).Note), key).IsOk)
            LogForked(log, other.Origin, "add-checkpoint");
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(LookAsync(stoppingToken), ReportAsync(stoppingToken));

    private async Task LookAsync(CancellationToken stopping)
    {
        await foreach (var rumour in desk.Rumours.ReadAllAsync(stopping))
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            limit.CancelAfter(LookLimit);
            try
            {
                if (rumour.Checkpoint is { } checkpoint)
                    await LookAsync(rumour, checkpoint, limit.Token);
                else
                    await FollowAsync(rumour.Origin, limit.Token);
            }
            catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
            {
                // It will be heard again.
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(log, e); // whatever is said about a log, this node goes on listening
            }
        }
    }

    private async Task LookAsync(Rumour rumour, Checkpoint heard, CancellationToken cancellation)
    {
        if (keys.FindForeign(rumour.Origin) is not { } key || book.IsKnown(heard))
            return;
        if (!SignedNote.Parse(heard.Note).TryGet(out var note, out _) || !Checkpoint.Open(heard.Note, key).TryGet(out var verified, out _))
            return;
        verified = verified.Bare(key);
        var sighting = book.Observe(verified, key);
        if (sighting == Sighting.NeedsProof)
            sighting = await SettleAsync(rumour, verified, key, cancellation);
        if (sighting == Sighting.Kept)
            desk.Remember(verified);
        if (sighting == Sighting.Forked)
            LogForked(log, rumour.Origin, rumour.From);
    }

    private async Task<Sighting> SettleAsync(Rumour rumour, Checkpoint verified, VerifierKey key, CancellationToken cancellation)
    {
        if (book.Newest(verified.Origin) is not { } held || peers.Find(LogKeys.Split(verified.Origin)!.Value.Did) is not { } owner)
            return Sighting.Known;
        var (smaller, larger) = held.Size < verified.Size ? (held, verified) : (verified, held);
        var made = await new RemoteTiles(transport, PeerDirectory.PeerOf(owner), "/ledger").ConsistencyAsync(smaller.Size, larger.Size, cancellation);
        if (made is { } tiles && book.Settle(verified, key, tiles.Root, tiles.Proof) is { } settled)
        {
            _unproven.TryRemove(verified.Origin, out _);
            return settled;
        }
        // The owner is away, its tiles are on their way, or it shows this node another history than the one that was signed. Remembered until tiles bear it out.
        if (_unproven.Count < MaxUnproven)
            _unproven.TryAdd(verified.Origin, new UnprovenLog(verified.Origin, held.Size, verified.Size, rumour.From, clock.GetUtcNow()));
        return Sighting.Known;
    }

    /// <summary>A participant speaks under a later log than the pinned one: it has to say so itself.</summary>
    private async Task FollowAsync(string origin, CancellationToken cancellation)
    {
        if (LogKeys.Split(origin) is not { } next || !keys.NeedsStatement(origin) || peers.Find(next.Did) is not { } owner)
            return;
        var now = clock.GetUtcNow();
        if (_asked.TryGetValue(next.Did, out var last) && now - last < TimeSpan.FromSeconds(1))
            return;
        _asked[next.Did] = now;
        var got = await transport.SendAsync(PeerDirectory.PeerOf(owner), HttpMethod.Get, WitnessEndpoints.ContinuationPath, default, cancellation);
        if (!got.TryGet(out var answer, out _) || !answer.IsSuccess || answer.Body.Length > EntryProof.MaxBytes)
            return;
        var pinned = keys.PinOf(next.Did);
        if (keys.Follow(next.Did, answer.Body).TryGet(out var said, out var error))
        {
            if (pinned is not null)
                desk.Drop(pinned);
            LogFollowed(log, next.Did, said.NewOrigin, said.KnownSize, book.Newest(said.OldOrigin)?.Size ?? 0);
            // The statement's own proof is the first that is held of the new log; nobody needs to speak again for it.
            if (EntryProof.Decode(answer.Body).TryGet(out var proof, out _) && SignedNote.Parse(proof.Proof.CheckpointNote).TryGet(out var note, out _)
                && Checkpoint.ParseText(note.Text).TryGet(out var head, out _))
                await LookAsync(new Rumour(said.NewOrigin, head with { Note = proof.Proof.CheckpointNote }, next.Did), head with { Note = proof.Proof.CheckpointNote }, cancellation);
        }
        else
        {
            LogRefused(log, next.Did, error.Code);
        }
    }

    private async Task ReportAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            foreach (var fork in book.Forks.Where(f => !f.Reported))
            {
                try
                {
                    await ReportAsync(fork, stopping);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    LogFailed(log, e);
                }
            }
            await Task.Delay(ReportInterval, clock, stopping);
        }
    }

    /// <summary>Into this node's ledger once, then to the coordinator and some peers; again until the coordinator took it.</summary>
    private async Task ReportAsync(KeptFork fork, CancellationToken cancellation)
    {
        var json = Encoding.UTF8.GetBytes(fork.Proof);
        if (keys.FindAny(fork.Origin) is { } key && EquivocationProof.Parse(json).TryGet(out var proof, out _) && proof.Verify(key).TryGet(out var pair, out _))
        {
            var payload = new EquivocationPayload
            {
                Origin = fork.Origin,
                ProofHash = Convert.ToHexStringLower(SHA256.HashData(json)),
                FirstSize = pair.First.Size,
                SecondSize = pair.Second.Size,
            };
            var eventId = SHA256.HashData(Encoding.UTF8.GetBytes("equivocation/" + fork.Origin)).AsMemory(0, 16);
            if (!(await ledger.AppendAsync(new EntryDraft(payload, fork.Origin) { EventId = eventId }, cancellation)).IsOk)
                return;
        }
        var accused = LogKeys.Split(fork.Origin)?.Did;
        var others = peers.All.Where(m => m.Did != self.Did && m.Did != accused).ToList();
        var coordinator = others.FirstOrDefault(m => m.Role == "coordinator");
        foreach (var peer in others.Where(m => m != coordinator).Take(MaxPeersTold))
            await transport.SendAsync(PeerDirectory.PeerOf(peer), HttpMethod.Post, EvidencePath, json, cancellation);
        if (coordinator is null
            || (await transport.SendAsync(PeerDirectory.PeerOf(coordinator), HttpMethod.Post, EvidencePath, json, cancellation)).TryGet(out var answer, out _) && answer.IsSuccess)
            store.ForkReported(fork.Origin);
    }

    [LoggerMessage(1, LogLevel.Error, "The log {Origin} has shown two histories; the second came from {From}")]
    private static partial void LogForked(ILogger logger, string origin, string from);

    [LoggerMessage(2, LogLevel.Error, "Looking into gossip failed")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(3, LogLevel.Warning, "{Participant} goes on under {Origin}; it names size {Named} of the old log, held here is {Held}")]
    private static partial void LogFollowed(ILogger logger, string participant, string origin, long named, long held);

    [LoggerMessage(4, LogLevel.Warning, "The statement of {Participant} about a new log was refused: {Code}")]
    private static partial void LogRefused(ILogger logger, string participant, string code);
}
