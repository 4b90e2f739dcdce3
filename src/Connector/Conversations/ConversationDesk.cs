using System.Collections.Concurrent;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Regulation;
using DataSpace.Hosting;
using DataSpace.Hosting.Http;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Conversations;

/// <summary>
/// Which conversations are under way here, for the coordinator that carries their messages. In memory: a run whose process died is over, and its use stays spent. Every exchange is a release: the
/// regulators' list is asked each time. Thread-safe.
/// </summary>
internal sealed class ConversationDesk(IDbContextFactory<ConnectorState> store, AgreementBook agreements, RegulationGate regulation, RunningUses running, AnalystConversations analyst)
{
    private const int MaxStopped = 1000;
    private readonly ConcurrentDictionary<string, ConversationSession> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _stopped = new(StringComparer.Ordinal);

    /// <summary>Messages may come for this job from now on.</summary>
    /// <param name="jobHash">Job.</param>
    /// <param name="session">The conversation.</param>
    /// <param name="with">With whom (DID), where this owner has several; else null.</param>
    public void Open(string jobHash, ConversationSession session, string? with = null)
    {
        _sessions[KeyOf(jobHash, with)] = session;
        if (_stopped.TryRemove(jobHash, out _))
            session.Stop(JobErrors.PeerSilent.Of());
    }

    /// <summary>No more.</summary>
    public void Close(string jobHash, string? with = null)
    {
        _sessions.TryRemove(KeyOf(jobHash, with), out _);
        _stopped.TryRemove(jobHash, out _);
    }

    /// <summary>One exchange with the coordinator that the job names.</summary>
    public async Task<Result<RelayAnswer>> ExchangeAsync(string jobHash, RelayRequest request, string carrier, CancellationToken cancellation)
    {
        if (request.Messages is null)
            return HostErrors.MalformedRequest.Of("messages");
        await using var db = await store.CreateDbContextAsync(cancellation);
        var row = await db.Uses.AsNoTracking().FirstOrDefaultAsync(u => u.JobHash == jobHash, cancellation);
        // A node may be owner and analyst of one job. As the leader of an intersection it is asked as an owner, as in every other kind that names a peer as the analyst.
        if (request.With is { } owner && (row is null || ProviderDesk.Unverified(row.Order).Plan.Conversation != JobConversation.LeaderWithOwners))
            return await analyst.ExchangeAsync(jobHash, owner, request, carrier, cancellation);
        if (row is null || ProviderDesk.Unverified(row.Order) is not { Plan.Conversation: not JobConversation.None } order || order.ServiceParty != carrier)
            return JobErrors.Unknown.Of();
        if (request is { Stop: true, With: null })
            StopAll(jobHash);
        if (_sessions.TryGetValue(KeyOf(jobHash, request.With), out var session))
        {
            if (await agreements.FindAsync(row.AgreementId, AgreementBook.Provider, cancellation) is not { } agreement)
                return ConnectorErrors.AgreementUnknown.Of(row.AgreementId);
            // A stamp can run out in the middle of a run, and nobody tells: a refusal ends the run as a rule that arrives does, and what was not said is not said.
            var useId = GrantPayload.ComputeUseId(jobHash, row.AgreementId, JobOrders.ContributeStep);
            var judged = await regulation.ReleaseAsync(agreement, order, ProviderDesk.RosterOf(row.RoundZeros), useId, cancellation);
            if (!judged.TryGet(out var held, out var unnoted) || held is not null)
            {
                var why = held is null ? unnoted! : RegulationGate.Explain(held);
                running.Stop(jobHash, why);
                session.Stop(why);
            }
            return await session.ExchangeAsync(request, cancellation);
        }
        // The other party ended while this one still reads: remembered, so that nobody is waited for. Without the note the run's own limit ends it.
        if (request.Stop && row.State == UseStates.Running && _stopped.Count < MaxStopped)
            _stopped[jobHash] = 0;
        return new RelayAnswer(row.State is UseStates.Rostered or UseStates.Running ? RelayAnswer.Preparing : RelayAnswer.Over, 0, []);
    }

    /// <summary>Whoever has several conversations is stopped in all of them.</summary>
    private void StopAll(string jobHash)
    {
        foreach (var (_, session) in _sessions.Where(s => s.Key.StartsWith(jobHash + ' ', StringComparison.Ordinal)))
            session.Stop(JobErrors.PeerSilent.Of());
    }

    private static string KeyOf(string jobHash, string? with) => with is null ? jobHash : jobHash + ' ' + with;
}

/// <summary>The endpoint behind it.</summary>
internal static class ConversationEndpoint
{
    private static readonly PeerBodyLimit Limit = new(RelayRequest.MaxBytes);

    public static void MapConversations(this WebApplication app)
        => app.MapGroup("/peer").RequirePeer().MapPost("/jobs/{jobHash}/messages", async (HttpContext http, string jobHash, ConversationDesk desk, CancellationToken c) =>
        {
            var call = http.CallOf();
            return call.Read<RelayRequest>().TryGet(out var request, out var error)
                ? (await desk.ExchangeAsync(jobHash, request, call.Did, c)).ToHttp()
                : error.ToProblem();
        }).Takes<RelayRequest>().Gives<RelayAnswer>().WithMetadata(Limit).WithSummary("During a conversation: brings the other party's messages and takes this node's. Safe to repeat.");
}
