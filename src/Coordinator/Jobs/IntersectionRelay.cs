using System.Text.Json;
using DataSpace.Hosting.Jobs;
using DataSpace.Hosting.Transport;
using DataSpace.Hosting.Witnessing;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Coordinator.Jobs;

/// <summary>A party that did not keep to the form of the relay.</summary>
internal sealed record RelayFault(PartyRow Party, DsError Error);

/// <summary>
/// Carries the messages of an intersection between the two owners. It reads nothing but lengths: points are blinded under keys that the owners alone have, and every message is signed by its
/// owner and names all that was said before. Remembers nothing: where the conversation stands, the owners know.
/// </summary>
internal sealed partial class IntersectionRelay(PeerDirectory peers, LogKeys logs, INodeTransport transport, TimeProvider clock, ILogger<IntersectionRelay> log)
{
    private const int MaxMessageChars = ((Privacy.Intersection.IntersectionParty.MostMessageBytes + 2) / 3) * 4;

    /// <summary>After this time the job is looked at again: it may have been cancelled, held, or be late.</summary>
    private static readonly TimeSpan TurnLimit = TimeSpan.FromSeconds(2);

    /// <summary>Carries what there is to carry, and says who broke the form; nothing to do for other kinds.</summary>
    public async Task<RelayFault?> PassAsync(CoordinatorState db, JobRow job, IReadOnlyList<PartyRow> parties, CancellationToken cancellation)
    {
        var order = ContributionInbox.Order(job);
        if (order.Plan.Intersect is null)
            return null;
        var (first, second) = (parties[0], parties[1]);
        var started = clock.GetTimestamp();
        if (await SendAsync(job, second, new RelayRequest(0, []), cancellation) is not { } atSecond)
            return null;
        var forFirst = new RelayRequest(0, [], Heard(atSecond));
        while (clock.GetElapsedTime(started) < TurnLimit)
        {
            if (await SendAsync(job, first, forFirst, cancellation) is not { } atFirst)
                return null;
            if (Problem(db, job, order, first, atFirst) is { } wrong)
                return new RelayFault(first, wrong);
            var from = atSecond.Received;
            if (await SendAsync(job, second, new RelayRequest(from, atFirst.Messages, Heard(atFirst)), cancellation) is not { } next)
                return null;
            if (Problem(db, job, order, second, next) is { } bad)
                return new RelayFault(second, bad);
            if (atFirst.Messages.Count + next.Messages.Count == 0 && next.Received == from)
                return null; // nobody has anything to say now
            atSecond = next;
            forFirst = new RelayRequest(atFirst.Received, atSecond.Messages, Heard(atSecond));
        }
        return null;
    }

    /// <summary>Tells whoever still waits that there is nothing to wait for. Best effort: without it the party's own limit ends its run.</summary>
    public async Task StopAsync(JobRow job, IReadOnlyList<PartyRow> parties, CancellationToken cancellation)
    {
        if (ContributionInbox.Order(job).Plan.Intersect is null)
            return;
        foreach (var party in parties.Where(p => p is { RoundOneAccepted: true, Envelope: null, State: not PartyStates.Refused }))
            await SendAsync(job, party, new RelayRequest(0, [], Stop: true), cancellation);
    }

    /// <summary>From where the other one needs messages: from nowhere while it cannot take any; and a party whose run is over needs nothing any more.</summary>
    private static int? Heard(RelayAnswer other) => other.State switch
    {
        RelayAnswer.Preparing => null,
        RelayAnswer.Over => int.MaxValue,
        _ => other.Received,
    };

    /// <summary>Nothing is carried without a proof of its Grant (law 1, seen from outside), and nothing that is not of the form.</summary>
    private DsError? Problem(CoordinatorState db, JobRow job, JobOrder order, PartyRow party, RelayAnswer answer)
    {
        if (answer.Messages is null || answer.Messages.Count > RelayRequest.MaxMessages || answer.Messages.Any(m => m is null || m.Length > MaxMessageChars))
            return CoordinatorErrors.BadContribution.Of("messages of an intersection");
        if (answer.Messages.Count == 0)
            return null;
        if (!logs.Trusted(party.Participant).TryGet(out var vkey, out var untrusted))
            return untrusted;
        if (answer.GrantProof is null || Contributions.VerifyGranted(order, job.JobHash, party.Participant, answer.GrantProof, peers.Key, vkey).Error is { })
            return CoordinatorErrors.NoGrantProof.Of();
        using var seen = new MemoryStream();
        foreach (var message in answer.Messages)
        {
            var bytes = new byte[message.Length];
            if (!Convert.TryFromBase64String(message, bytes, out var length))
                return CoordinatorErrors.BadContribution.Of("messages of an intersection");
            seen.Write(bytes, 0, length);
        }
        db.See(job.JobHash, party.Participant, $"{answer.Messages.Count} {Sights.Messages}", seen.GetBuffer().AsSpan(0, (int)seen.Length), clock.GetUtcNow());
        return null;
    }

    private async Task<RelayAnswer?> SendAsync(JobRow job, PartyRow party, RelayRequest request, CancellationToken cancellation)
    {
        if (peers.Find(party.Participant) is not { } member)
            return null;
        var sent = await transport.SendAsync(
            PeerDirectory.PeerOf(member), HttpMethod.Post, $"/peer/jobs/{job.JobHash}/messages", JsonSerializer.SerializeToUtf8Bytes(request, JobJson.Options), cancellation);
        if (!sent.TryGet(out var answer, out var error))
        {
            LogPeerFailed(log, party.Participant, error.Code);
            return null;
        }
        try
        {
            return answer.IsSuccess ? JsonSerializer.Deserialize<RelayAnswer>(answer.Body.Span, JobJson.Options) : null;
        }
        catch (JsonException)
        {
            return null; // its contribution will tell, or its deadline
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "No answer from {Participant}: {Code}")]
    private static partial void LogPeerFailed(ILogger logger, string participant, string code);
}
