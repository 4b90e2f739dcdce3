using System.Text.Json;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Datasets;
using DataSpace.Connector.Regulation;
using DataSpace.Hosting;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Protocol;
using DataSpace.Protocol.Codec;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Messages;
using DataSpace.Protocol.Negotiation;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Negotiation;

/// <summary>Bus message: send what this side owes in a negotiation.</summary>
public sealed record AdvanceNegotiation(string Id);

/// <summary>
/// Contract negotiation of both sides over the Dataspace Protocol. A provider agrees at once when the requested offer is exactly a
/// published one and the policy decision point permits the consumer; a consumer verifies at once when the agreement honours its request.
/// The durable row is the truth; sending is retried until the peer has answered.
/// </summary>
internal sealed class NegotiationDesk(
    IDbContextFactory<ConnectorState> store, DatasetRegistry datasets, AgreementBook agreements, INodeTransport transport, PeerDirectory peers,
    NodeIdentity self, KeyPins pins, NodeAddress address, PolicyDecisionPoint decisions, Duties.DutyGuard guard, ComplianceCheck compliance, RegulationGate regulation, IBus bus, TimeProvider clock)
{
    private const int MaxOpenNegotiations = 1000;

    /// <summary>Consumer side: asks for a published offer.</summary>
    public async Task<Result<NegotiationRow>> StartAsync(string participant, string datasetId, Offer offer, CancellationToken cancellation)
    {
        var provider = peers.Find(participant);
        if (pins.Problem(provider, participant) is { } unconfirmed)
            return unconfirmed;
        if (regulation.AsConsumer(string.Empty, datasetId, participant, self.Did) is { } frozen)
            return frozen;
        var request = new ContractRequestMessage(RandomId.NewUrn(), null, offer.WithTarget(datasetId), await address.Url + DspBase.Path) { MessageId = RandomId.NewUrn() };
        var process = NegotiationProcess.ForRequest(request, participant, self.Did, provider!.Url + DspBase.Path);
        var row = NewRow(process, request.ConsumerPid, participant, datasetId, offer.Id);
        await using var db = await store.CreateDbContextAsync(cancellation);
        db.Negotiations.Add(row);
        await db.SaveChangesAsync(cancellation);
        await bus.Publish(new AdvanceNegotiation(row.Id), cancellation);
        return row;
    }

    /// <summary>Provider side: a consumer's opening request.</summary>
    public async Task<Result<NegotiationProcess>> OpenAsync(ContractRequestMessage request, string consumer, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var open = await db.Negotiations.Where(n => n.Role == nameof(NegotiationRole.Provider) && n.Counterparty == consumer).ToListAsync(cancellation);
        if (open.Select(n => StoredProcess.Read(n.Process)).FirstOrDefault(p => p.CameFrom(request, consumer)) is { } again)
            return again;
        if (open.Count(n => !StoredProcess.Read(n.Process).State.IsFinal()) >= MaxOpenNegotiations)
            return ConnectorErrors.Busy.Of("too many open negotiations");
        if (pins.Problem(peers.Find(consumer), consumer) is { } unconfirmed)
            return unconfirmed;
        if (request.Offer.Target is { } target && datasets.All.TryGetValue(target, out var dataset)
            && await compliance.CurrentAsync(dataset, cancellation) is { IsListed: false } withheld)
            return withheld.ToPeer();
        if (!CheckOffer(request.Offer, consumer).TryGet(out _, out var error))
            return error;
        if (!NegotiationProcess.FromRequest(request, RandomId.NewUrn(), self.Did, consumer).TryGet(out var process, out error))
            return error;
        var row = NewRow(process, process.ProviderPid!, consumer, request.Offer.Target!, request.Offer.Id);
        db.Negotiations.Add(row);
        await db.SaveChangesAsync(cancellation);
        await bus.Publish(new AdvanceNegotiation(row.Id), cancellation);
        return process;
    }

    /// <summary>Either side: a later message from the peer.</summary>
    public async Task<Result<NegotiationProcess>> ReceiveAsync(string pid, NegotiationMessage message, string sender, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await db.Negotiations.FindAsync([pid], cancellation) is not { } row || row.Counterparty != sender)
            return ConnectorErrors.NegotiationUnknown.Of();
        var before = StoredProcess.Read(row.Process);
        if (!before.Receive(message).TryGet(out var outcome, out var error))
            return error;
        if (!outcome.Repeated)
        {
            if (outcome.Process.State == NegotiationState.Finalized)
                await agreements.KeepAsync(db, outcome.Process, cancellation);
            Update(row, outcome.Process);
            await db.SaveChangesAsync(cancellation);
            await bus.Publish(new AdvanceNegotiation(row.Id), cancellation);
        }
        return outcome.Process;
    }

    /// <summary>Sends what this side owes; true when it must be tried again later.</summary>
    public async Task<bool> AdvanceAsync(string id, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await db.Negotiations.FindAsync([id], cancellation) is not { } row)
            return false;
        var process = StoredProcess.Read(row.Process);
        if (Owed(process, row.CreatedAt) is not { } message)
            return false;
        var opening = process is { Role: NegotiationRole.Consumer, ProviderPid: null };
        NegotiationProcess next;
        if (opening)
        {
            next = process;
        }
        else if (process.Send(message).TryGet(out var sent, out var error))
        {
            next = sent;
        }
        else
        {
            row.ErrorJson = Spell(error);
            await db.SaveChangesAsync(cancellation);
            return false;
        }
        if (next.State == NegotiationState.Finalized)
            await agreements.KeepAsync(db, next, cancellation);
        // The new state is durable before the message leaves; a repeat after a crash carries the same content.
        if (!opening)
            Update(row, next);
        await db.SaveChangesAsync(cancellation);
        return await DeliverAsync(db, row, process, next, message, opening, cancellation);
    }

    /// <summary>After a restart.</summary>
    public async Task ResumeAsync()
    {
        await using var db = await store.CreateDbContextAsync();
        foreach (var row in await db.Negotiations.AsNoTracking().Where(n => n.State != "FINALIZED" && n.State != "TERMINATED").ToListAsync())
            await bus.Publish(new AdvanceNegotiation(row.Id));
    }

    /// <summary>The published offer behind a request, if the decision point permits this consumer.</summary>
    public Result<PublishedOffer> CheckOffer(Offer offer, string consumer)
    {
        if (offer.Target is null || !datasets.All.TryGetValue(offer.Target, out var dataset))
            return ConnectorErrors.DatasetUnknown.Of(offer.Target);
        if (dataset.Offers.FirstOrDefault(o => o.Id == offer.Id) is not { } published || !offer.HasSameRulesAs(published.Offer))
            return ConnectorErrors.OfferUnknown.Of(offer.Id);
        // Listed and negotiated are judged alike: an offer that somebody remembers from an older catalogue is no offer any more.
        var unlawful = regulation.Listing(dataset) ?? regulation.Contract(dataset, ContractTerms.Of(consumer, null, published.Compiled));
        var decision = PolicyEnforcementFilter.Decide(unlawful is null ? null : RegulationGate.Explain(unlawful), decisions, new PolicyRequest
        {
            Policy = published.Compiled,
            Action = PolicyActions.Negotiate,
            Actor = consumer,
            Consumer = consumer,
            Provider = self.Did,
            DatasetId = dataset.Config.Id,
            ContractId = offer.Id,
            Now = clock.GetUtcNow(),
        });
        if (published.Compiled.Terms.Select(t => guard.Problem(t.Obligations, consumer)).FirstOrDefault(p => p is not null) is { } undone)
            return undone;
        return decision.IsOk ? published : decision.Error;
    }

    private async Task<bool> DeliverAsync(
        ConnectorState db, NegotiationRow row, NegotiationProcess before, NegotiationProcess next, NegotiationMessage message, bool opening, CancellationToken cancellation)
    {
        var peerDid = next.Role == NegotiationRole.Consumer ? next.ProviderId : next.ConsumerId;
        if (peers.Find(peerDid) is not { } member)
            return true;
        var receiverPid = opening ? null : next.Role == NegotiationRole.Consumer ? next.ProviderPid : next.ConsumerPid;
        var answer = await transport.SendAsync(
            PeerDirectory.PeerOf(member), HttpMethod.Post, DspBase.Path + NegotiationPaths.For(message.Step, receiverPid), DspCodec.Write(message), cancellation);
        if (!answer.TryGet(out var response, out _) || response.Status >= 500)
        {
            if (!opening)
                await RestoreAsync(db, row, before, cancellation); // not delivered: owe it again
            return true;
        }
        if (!response.IsSuccess)
        {
            row.ErrorJson = JsonSerializer.Serialize(ReadRefusal(peerDid, response), JobJson.Options);
            if (opening)
                (row.State, row.Process) = ("TERMINATED", StoredProcess.Write(next with { State = NegotiationState.Terminated }));
            await db.SaveChangesAsync(cancellation);
            return false;
        }
        if (opening && DspCodec.Read<ContractNegotiation>(response.Body.Span).TryGet(out var opened, out _) && next.Acknowledged(opened).TryGet(out var acknowledged, out _))
        {
            // The provider may have been faster: its agreement arrived before this answer and already named its process.
            await using var fresh = await store.CreateDbContextAsync(cancellation);
            if (await fresh.Negotiations.FindAsync([row.Id], cancellation) is { } current && StoredProcess.Read(current.Process).ProviderPid is null)
            {
                current.Process = StoredProcess.Write(acknowledged);
                current.Revision++;
                await fresh.SaveChangesAsync(cancellation);
            }
        }
        return false;
    }

    private static async Task RestoreAsync(ConnectorState db, NegotiationRow row, NegotiationProcess before, CancellationToken cancellation)
    {
        row.Process = StoredProcess.Write(before);
        row.State = before.State.WireName();
        var history = JsonSerializer.Deserialize<List<NegotiationEventLine>>(row.History, JobJson.Options)!;
        row.History = JsonSerializer.Serialize(history.SkipLast(1), JobJson.Options);
        row.Revision++;
        await db.SaveChangesAsync(cancellation);
    }

    private static RefusalNotice ReadRefusal(string peer, PeerAnswer response)
    {
        if (DspCodec.Read<ContractNegotiationError>(response.Body.Span).TryGet(out var refused, out _) && refused.Code is { } code)
            return new RefusalNotice(peer, code, refused.Reasons.ElementAtOrDefault(0) ?? code, refused.Reasons.ElementAtOrDefault(1) ?? code,
                refused.Reasons.ElementAtOrDefault(2) ?? string.Empty, refused.Reasons.ElementAtOrDefault(3) ?? string.Empty);
        return PeerProblem.Read(peer, response);
    }

    private NegotiationMessage? Owed(NegotiationProcess process, DateTimeOffset openedAt) => (process.Role, process.State) switch
    {
        (NegotiationRole.Consumer, NegotiationState.Requested) when process.ProviderPid is null
            => new ContractRequestMessage(process.ConsumerPid!, null, process.Offer, OwnAddress()) { MessageId = process.ConsumerPid },
        (NegotiationRole.Consumer, NegotiationState.Agreed)
            => new ContractAgreementVerificationMessage(process.ProviderPid!, process.ConsumerPid!) { MessageId = process.ConsumerPid + "-verified" },
        (NegotiationRole.Provider, NegotiationState.Requested)
            => new ContractAgreementMessage(process.ProviderPid!, process.ConsumerPid!, Agreement.Conclude(
                process.Offer, AgreementIdOf(process), process.ProviderId, process.ConsumerId, openedAt))
            { MessageId = process.ProviderPid + "-agreed" },
        (NegotiationRole.Provider, NegotiationState.Verified)
            => new ContractNegotiationEventMessage(process.ProviderPid!, process.ConsumerPid!, NegotiationEvent.Finalized) { MessageId = process.ProviderPid + "-finalized" },
        _ => null,
    };

    /// <summary>Follows from the process, so that a repeated delivery concludes the same agreement.</summary>
    private static string AgreementIdOf(NegotiationProcess process)
        => "urn:uuid:" + new Guid(Kernel.Crypto.Digest.Sha256(System.Text.Encoding.UTF8.GetBytes("agreement/" + process.ProviderPid)).AsSpan(0, 16), bigEndian: true);

    private string OwnAddress() => address.Url.GetAwaiter().GetResult() + DspBase.Path;

    private NegotiationRow NewRow(NegotiationProcess process, string id, string counterparty, string datasetId, string offerId) => new()
    {
        Id = id,
        Counterparty = counterparty,
        DatasetId = datasetId,
        OfferId = offerId,
        Role = process.Role.ToString(),
        State = process.State.WireName(),
        Process = StoredProcess.Write(process),
        CreatedAt = clock.GetUtcNow(),
        History = JsonSerializer.Serialize<List<NegotiationEventLine>>([new(process.State.WireName(), clock.GetUtcNow())], JobJson.Options),
    };

    private void Update(NegotiationRow row, NegotiationProcess process)
    {
        var history = JsonSerializer.Deserialize<List<NegotiationEventLine>>(row.History, JobJson.Options)!;
        history.Add(new NegotiationEventLine(process.State.WireName(), clock.GetUtcNow()));
        (row.History, row.State, row.Process, row.AgreementId) =
            (JsonSerializer.Serialize(history, JobJson.Options), process.State.WireName(), StoredProcess.Write(process), process.Agreement?.Id ?? row.AgreementId);
        row.Revision++;
    }

    private string Spell(DsError error) => JsonSerializer.Serialize(RefusalNotice.Of(self.Did, error), JobJson.Options);
}

/// <summary>Wakes the desk; tries again while the peer cannot be reached.</summary>
internal sealed class NegotiationConsumer(NegotiationDesk desk, TimeProvider clock) : IConsumer<AdvanceNegotiation>
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    public async Task Consume(ConsumeContext<AdvanceNegotiation> context)
    {
        bool again;
        try
        {
            again = await desk.AdvanceAsync(context.Message.Id, context.CancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            await context.Publish(context.Message);
            return;
        }
        if (!again)
            return;
        await Task.Delay(RetryInterval, clock, context.CancellationToken);
        await context.Publish(context.Message);
    }
}
