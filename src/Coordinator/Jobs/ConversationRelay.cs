using System.Text.Json;
using DataSpace.Hosting.Jobs;
using DataSpace.Hosting.Transport;
using DataSpace.Hosting.Witnessing;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Coordinator.Jobs;

/// <summary>Who did not keep to the form of the relay; without a party, the analyst.</summary>
internal sealed record RelayFault(PartyRow? Party, DsError Error);

/// <summary>
/// Carries the messages of conversations of two: between two owners, or between every owner and the analyst. It reads nothing but lengths: every message is signed by who said it and names all
/// that was said before; what is said in it is blinded, masked or encrypted under keys that the parties alone have. Remembers nothing: where a conversation stands, its parties know.
/// </summary>
internal sealed partial class ConversationRelay(PeerDirectory peers, LogKeys logs, INodeTransport transport, TimeProvider clock, ILogger<ConversationRelay> log)
{
    private const int MaxMessageBytes = Privacy.Conversations.IConversationPart.MostMessageBytes;

    /// <summary>Stands for an answer that is none.</summary>
    private static readonly RelayAnswer Malformed = new(string.Empty, 0, [null!]);

    /// <summary>After this time the job is looked at again: it may have been cancelled, held, or be late.</summary>
    private static readonly TimeSpan TurnLimit = TimeSpan.FromSeconds(2);

    /// <summary>One side of a conversation: an owner, or whoever talks with several, as it talks with one.</summary>
    private sealed record Side(string Participant, PartyRow? Owner, string? With);

    /// <summary>A conversation and where it stands, as far as this pass has heard.</summary>
    private sealed class Pair(Side first, Side second)
    {
        public Side First => first;

        public Side Second => second;

        /// <summary>What the second answered last; null before it was asked.</summary>
        public RelayAnswer? AtSecond { get; set; }

        /// <summary>What the first is to be told next.</summary>
        public RelayRequest ForFirst { get; set; } = new(0, []);
    }

    /// <summary>Carries what there is to carry, and says who broke the form; nothing to do for kinds without conversations.</summary>
    public async Task<RelayFault?> PassAsync(CoordinatorState db, JobRow job, IReadOnlyList<PartyRow> parties, CancellationToken cancellation)
    {
        var order = ContributionInbox.Order(job);
        var pairs = PairsOf(order, parties);
        var started = clock.GetTimestamp();
        while (pairs.Count > 0 && clock.GetElapsedTime(started) < TurnLimit)
        {
            var moved = false;
            foreach (var pair in pairs)
            {
                var (went, fault) = await TurnAsync(db, job, order, pair, cancellation);
                if (fault is not null)
                    return fault;
                moved |= went;
            }
            if (!moved)
                return null; // nobody has anything to say now
        }
        return null;
    }

    /// <summary>Tells whoever still waits that there is nothing to wait for. Best effort: without it the party's own limit ends its run.</summary>
    public async Task StopAsync(JobRow job, IReadOnlyList<PartyRow> parties, CancellationToken cancellation)
    {
        if (ContributionInbox.Order(job).Plan.Conversation == JobConversation.None)
            return;
        foreach (var party in parties.Where(p => p is { RoundOneAccepted: true, Header: null, State: not PartyStates.Refused }))
            await SendAsync(job, new Side(party.Participant, party, null), new RelayRequest(0, [], Stop: true), cancellation);
    }

    private static List<Pair> PairsOf(JobOrder order, IReadOnlyList<PartyRow> parties)
    {
        static Side Owner(PartyRow party) => new(party.Participant, party, null);
        return order.Plan.Conversation switch
        {
            JobConversation.BetweenOwners => [new Pair(Owner(parties[0]), Owner(parties[1]))],
            JobConversation.WithAnalyst => [.. parties.Where(p => p.Header is null).Select(p => new Pair(Owner(p), new Side(order.Consumer, null, p.Participant)))],
            JobConversation.LeaderWithOwners => WithLeader(order.Plan.LeaderOf(order.Consumer), parties),
            _ => [],
        };
    }

    private static List<Pair> WithLeader(string leader, IReadOnlyList<PartyRow> parties)
    {
        var own = parties.First(p => p.Participant == leader);
        // Until the leader has contributed it may still have to be told that the other one has heard everything.
        return [.. parties.Where(p => p != own && (p.Header is null || own.Header is null)).Select(p => new Pair(new Side(leader, own, p.Participant), new Side(p.Participant, p, null)))];
    }

    /// <summary>To the first what the second has said, and back. True when something was said or heard.</summary>
    private async Task<(bool Went, RelayFault? Fault)> TurnAsync(CoordinatorState db, JobRow job, JobOrder order, Pair pair, CancellationToken cancellation)
    {
        if (pair.AtSecond is null)
        {
            if (await SendAsync(job, pair.Second, new RelayRequest(0, []), cancellation) is not { } begun)
                return default;
            if (Problem(db, job, order, pair.Second, begun) is { } broken)
                return (false, new RelayFault(pair.Second.Owner, broken));
            (pair.AtSecond, pair.ForFirst) = (begun, new RelayRequest(0, [], Heard(begun)));
        }
        if (await SendAsync(job, pair.First, pair.ForFirst, cancellation) is not { } atFirst)
            return default;
        if (Problem(db, job, order, pair.First, atFirst) is { } wrong)
            return (false, new RelayFault(pair.First.Owner, wrong));
        var from = pair.AtSecond.Received;
        if (await SendAsync(job, pair.Second, new RelayRequest(from, atFirst.Messages, Heard(atFirst)), cancellation) is not { } atSecond)
            return default;
        if (Problem(db, job, order, pair.Second, atSecond) is { } bad)
            return (false, new RelayFault(pair.Second.Owner, bad));
        (pair.AtSecond, pair.ForFirst) = (atSecond, new RelayRequest(atFirst.Received, atSecond.Messages, Heard(atSecond)));
        return (atFirst.Messages.Count + atSecond.Messages.Count > 0 || atSecond.Received != from, null);
    }

    /// <summary>From where the other one needs messages: from nowhere while it cannot take any; and a party whose run is over needs nothing any more.</summary>
    private static int? Heard(RelayAnswer other) => other.State switch
    {
        RelayAnswer.Preparing => null,
        RelayAnswer.Over => int.MaxValue,
        _ => other.Received,
    };

    /// <summary>Nothing of an owner is carried without a proof of its Grant (law 1, seen from outside), and nothing that is not of the form.</summary>
    private DsError? Problem(CoordinatorState db, JobRow job, JobOrder order, Side side, RelayAnswer answer)
    {
        if (answer.Messages is null || answer.Messages.Count > RelayRequest.MaxMessages || answer.Messages.Any(m => m is null || m.Length > MaxMessageBytes)
            || answer.Messages.Sum(m => (long)m.Length) > RelayRequest.MaxBatchBytes + MaxMessageBytes)
            return CoordinatorErrors.BadContribution.Of("messages of a conversation");
        if (side.Owner is null && answer.State == RelayAnswer.Left)
            return JobErrors.AnalystLeft.Of();
        if (answer.Messages.Count == 0)
            return null;
        if (side.Owner is not null)
        {
            if (!logs.Trusted(side.Participant).TryGet(out var vkey, out var untrusted))
                return untrusted;
            if (answer.GrantProof is null || Contributions.VerifyGranted(order, job.JobHash, side.Participant, answer.GrantProof, peers.Key, vkey).Error is { })
                return CoordinatorErrors.NoGrantProof.Of();
        }
        using var seen = new MemoryStream();
        foreach (var message in answer.Messages)
            seen.Write(message);
        db.See(job.JobHash, side.Participant, $"{answer.Messages.Count} {(order.Plan switch { { Lookup: not null } => Sights.LookupMessages, { Intersect: not null } => Sights.Messages, _ => Sights.Talk })}", seen.GetBuffer().AsSpan(0, (int)seen.Length), clock.GetUtcNow());
        return null;
    }

    private async Task<RelayAnswer?> SendAsync(JobRow job, Side side, RelayRequest request, CancellationToken cancellation)
    {
        if (peers.Find(side.Participant) is not { } member)
            return null;
        var sent = await transport.SendAsync(
            PeerDirectory.PeerOf(member), HttpMethod.Post, $"/peer/jobs/{job.JobHash}/messages", JsonSerializer.SerializeToUtf8Bytes(request with { With = side.With }, JobJson.Options), cancellation);
        if (!sent.TryGet(out var answer, out var error))
        {
            LogPeerFailed(log, side.Participant, error.Code);
            return null;
        }
        try
        {
            return answer.IsSuccess ? JsonSerializer.Deserialize<RelayAnswer>(answer.Body.Span, JobJson.Options) ?? Malformed : null;
        }
        catch (JsonException)
        {
            return Malformed;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "No answer from {Participant}: {Code}")]
    private static partial void LogPeerFailed(ILogger logger, string participant, string code);
}
