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
/// published one and the policy decision point permits the consumer; a consumer accepts an offer of the rules it asked for and verifies the agreement that
/// honours them, and ends the negotiation over anything else. Either side's operator may end it. The durable row is the truth: the new state is written
/// before its message leaves, and the message is sent until the peer has answered.
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
        while (true)
        {
            try
            {
                return await TryReceiveAsync(pid, message, sender, cancellation);
            }
            catch (DbUpdateConcurrencyException)
            {
                // This side stored what it sent, or what the peer answered to it, in between; the message is read again in the light of that.
            }
        }
    }

    private async Task<Result<NegotiationProcess>> TryReceiveAsync(string pid, NegotiationMessage message, string sender, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await db.Negotiations.FindAsync([pid], cancellation) is not { } row || row.Counterparty != sender)
            return ConnectorErrors.NegotiationUnknown.Of();
        var before = StoredProcess.Read(row.Process);
        if (!before.Receive(message).TryGet(out var outcome, out var error))
        {
            if (before is { Role: NegotiationRole.Consumer, Ending: null } && (error.Kind == ProtocolErrors.AgreementDiffersFromOffer || error.Kind == ProtocolErrors.AgreementParties))
                await OweEndingAsync(db, row, before with { ProviderPid = message.ProviderProcess }, error, cancellation);
            return error;
        }
        if (outcome.Repeated)
            return outcome.Process;
        Update(row, outcome.Process);
        if (outcome.Process is { State: NegotiationState.Terminated, Ending: { } ending })
            row.ErrorJson = JsonSerializer.Serialize(RefusalNotice.Of(sender, ConnectorErrors.NegotiationTerminated.Of(string.Join(": ", ending.Reasons.Take(1).Prepend(ending.Code).OfType<string>()))), JobJson.Options);
        if (message is ContractOfferMessage offered && !offered.Offer.HasSameRulesAs(before.Offer))
        {
            await OweEndingAsync(db, row, outcome.Process, ConnectorErrors.OfferChanged.Of(), cancellation);
            return outcome.Process;
        }
        await SaveAsync(db, outcome.Process, cancellation);
        await bus.Publish(new AdvanceNegotiation(row.Id), cancellation);
        return outcome.Process;
    }

    /// <summary>Either side: its operator ends a negotiation; the peer is told, however long that takes.</summary>
    public async Task<Result<NegotiationRow>> TerminateAsync(string id, string? reason, CancellationToken cancellation)
    {
        while (true)
        {
            await using var db = await store.CreateDbContextAsync(cancellation);
            if (await db.Negotiations.FindAsync([id], cancellation) is not { } row)
                return ConnectorErrors.NegotiationUnknown.Of(id);
            var process = StoredProcess.Read(row.Process);
            if (process.State.IsFinal())
                return ConnectorErrors.NegotiationOver.Of(row.State);
            if (process.Ending is not null)
                return row;
            try
            {
                await OweEndingAsync(db, row, process, ConnectorErrors.NegotiationTerminated.Of(reason), cancellation);
                return row;
            }
            catch (DbUpdateConcurrencyException)
            {
                // A message of the peer came in between; the question is put again to what it made of the negotiation.
            }
        }
    }

    /// <summary>Sends what this side owes; true when it must be tried again later.</summary>
    public async Task<bool> AdvanceAsync(string id, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await db.Negotiations.FindAsync([id], cancellation) is not { } row)
            return false;
        var process = StoredProcess.Read(row.Process);
        var again = StoredProcess.IsUndelivered(row.Process);
        if ((again ? Said(process) : Owed(process)) is not { } step)
            return false;
        var message = Compose(step, process, row.CreatedAt);
        var opening = process is { Role: NegotiationRole.Consumer, ProviderPid: null };
        if (!again && !opening)
        {
            if (!process.Send(message).TryGet(out var next, out var error))
            {
                row.ErrorJson = Spell(error);
                await db.SaveChangesAsync(cancellation);
                return false;
            }
            // The new state is durable before the message leaves; a repeat after a crash carries the same content.
            Update(row, next, undelivered: true);
            await SaveAsync(db, next, cancellation);
            process = next;
        }
        return await DeliverAsync(db, row, process, message, opening, cancellation);
    }

    /// <summary>After a restart.</summary>
    public async Task ResumeAsync()
    {
        await using var db = await store.CreateDbContextAsync();
        foreach (var row in await db.Negotiations.AsNoTracking()
            .Where(n => (n.State != "FINALIZED" && n.State != "TERMINATED") || n.Process.Contains(StoredProcess.UndeliveredMark)).ToListAsync())
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
        ConnectorState db, NegotiationRow row, NegotiationProcess process, NegotiationMessage message, bool opening, CancellationToken cancellation)
    {
        var peerDid = process.Role == NegotiationRole.Consumer ? process.ProviderId : process.ConsumerId;
        if (peers.Find(peerDid) is not { } member)
            return true;
        var receiverPid = opening ? null : process.Role == NegotiationRole.Consumer ? process.ProviderPid : process.ConsumerPid;
        var answer = await transport.SendAsync(
            PeerDirectory.PeerOf(member), HttpMethod.Post, DspBase.Path + NegotiationPaths.For(message.Step, receiverPid), DspCodec.Write(message), cancellation);
        if (!answer.TryGet(out var response, out _) || response.Status >= 500)
            return true;
        if (!response.IsSuccess && (message.Step != NegotiationStep.Termination || row.ErrorJson is null))
            row.ErrorJson = JsonSerializer.Serialize(ReadRefusal(peerDid, response), JobJson.Options);
        if (!opening)
        {
            row.Process = StoredProcess.Write(process);
            row.Revision++;
            await db.SaveChangesAsync(cancellation);
            return Owed(process) is not null;
        }
        if (!response.IsSuccess)
        {
            (row.State, row.Process) = ("TERMINATED", StoredProcess.Write(process with { State = NegotiationState.Terminated }));
            row.Revision++;
            await db.SaveChangesAsync(cancellation);
            return false;
        }
        if (!DspCodec.Read<ContractNegotiation>(response.Body.Span).TryGet(out var opened, out _))
            return false;
        // The provider may have been faster: its agreement arrived before this answer and already named its process.
        await using var fresh = await store.CreateDbContextAsync(cancellation);
        if (await fresh.Negotiations.FindAsync([row.Id], cancellation) is not { } current
            || !StoredProcess.Read(current.Process).Acknowledged(opened).TryGet(out var acknowledged, out _))
            return false;
        current.Process = StoredProcess.Write(acknowledged, StoredProcess.IsUndelivered(current.Process));
        current.Revision++;
        await fresh.SaveChangesAsync(cancellation);
        return Owed(acknowledged) is not null;
    }

    /// <summary>Writes down that this side ends the negotiation; the message follows as any other.</summary>
    private async Task OweEndingAsync(ConnectorState db, NegotiationRow row, NegotiationProcess process, DsError reason, CancellationToken cancellation)
    {
        IReadOnlyList<string> reasons = [reason.Detail is null ? reason.Kind.Title : reason.Detail, reason.Kind.TitleZh, reason.Kind.Advice, reason.Kind.AdviceZh];
        row.Process = StoredProcess.Write(process with { Ending = new NegotiationEnding(reason.Code, reasons) }, StoredProcess.IsUndelivered(row.Process));
        row.ErrorJson = Spell(reason);
        row.Revision++;
        await db.SaveChangesAsync(cancellation);
        await bus.Publish(new AdvanceNegotiation(row.Id), cancellation);
    }

    private static RefusalNotice ReadRefusal(string peer, PeerAnswer response)
    {
        if (DspCodec.Read<ContractNegotiationError>(response.Body.Span).TryGet(out var refused, out _) && refused.Code is { } code)
            return new RefusalNotice(peer, code, refused.Reasons.ElementAtOrDefault(0) ?? code, refused.Reasons.ElementAtOrDefault(1) ?? code,
                refused.Reasons.ElementAtOrDefault(2) ?? string.Empty, refused.Reasons.ElementAtOrDefault(3) ?? string.Empty);
        return PeerProblem.Read(peer, response);
    }

    /// <summary>What this side has to say next, or null.</summary>
    private static NegotiationStep? Owed(NegotiationProcess process) => process switch
    {
        { State: NegotiationState.Finalized or NegotiationState.Terminated } => null,
        { Role: NegotiationRole.Consumer, ProviderPid: null } => NegotiationStep.Request,
        { Ending: not null } => NegotiationStep.Termination,
        { Role: NegotiationRole.Consumer, State: NegotiationState.Offered } => NegotiationStep.Accepted,
        { Role: NegotiationRole.Consumer, State: NegotiationState.Agreed } => NegotiationStep.Verification,
        { Role: NegotiationRole.Provider, State: NegotiationState.Requested or NegotiationState.Accepted } => NegotiationStep.Agreement,
        { Role: NegotiationRole.Provider, State: NegotiationState.Verified } => NegotiationStep.Finalized,
        _ => null,
    };

    /// <summary>What this side said to bring the negotiation to where it stands, or null when that was the peer.</summary>
    private static NegotiationStep? Said(NegotiationProcess process) => (process.Role, process.State) switch
    {
        (_, NegotiationState.Terminated) => NegotiationStep.Termination,
        (NegotiationRole.Consumer, NegotiationState.Accepted) => NegotiationStep.Accepted,
        (NegotiationRole.Consumer, NegotiationState.Verified) => NegotiationStep.Verification,
        (NegotiationRole.Provider, NegotiationState.Agreed) => NegotiationStep.Agreement,
        (NegotiationRole.Provider, NegotiationState.Finalized) => NegotiationStep.Finalized,
        _ => null,
    };

    /// <summary>The message of a step; said twice, it is the same to the byte.</summary>
    private NegotiationMessage Compose(NegotiationStep step, NegotiationProcess process, DateTimeOffset openedAt)
    {
        var (provider, consumer) = (process.ProviderPid ?? string.Empty, process.ConsumerPid ?? string.Empty);
        return step switch
        {
            NegotiationStep.Request => new ContractRequestMessage(consumer, null, process.Offer, OwnAddress()) { MessageId = consumer },
            NegotiationStep.Accepted => new ContractNegotiationEventMessage(provider, consumer, NegotiationEvent.Accepted) { MessageId = consumer + "-accepted" },
            NegotiationStep.Verification => new ContractAgreementVerificationMessage(provider, consumer) { MessageId = consumer + "-verified" },
            NegotiationStep.Agreement => new ContractAgreementMessage(provider, consumer, process.Agreement ?? Agreement.Conclude(
                process.Offer, AgreementIdOf(process), process.ProviderId, process.ConsumerId, openedAt))
            { MessageId = provider + "-agreed" },
            NegotiationStep.Finalized => new ContractNegotiationEventMessage(provider, consumer, NegotiationEvent.Finalized) { MessageId = provider + "-finalized" },
            NegotiationStep.Termination => new ContractNegotiationTerminationMessage(provider, consumer, process.Ending?.Code, process.Ending?.Reasons ?? [])
            { MessageId = (process.Role == NegotiationRole.Provider ? provider : consumer) + "-terminated" },
            _ => throw new ArgumentOutOfRangeException(nameof(step), step, "this node makes no such message"),
        };
    }

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

    private void Update(NegotiationRow row, NegotiationProcess process, bool undelivered = false)
    {
        var history = JsonSerializer.Deserialize<List<NegotiationEventLine>>(row.History, JobJson.Options)!;
        history.Add(new NegotiationEventLine(process.State.WireName(), clock.GetUtcNow()));
        (row.History, row.State, row.Process, row.AgreementId) =
            (JsonSerializer.Serialize(history, JobJson.Options), process.State.WireName(), StoredProcess.Write(process, undelivered), process.Agreement?.Id ?? row.AgreementId);
        row.Revision++;
    }

    /// <summary>Writes a step down; one that concludes an agreement together with it.</summary>
    /// <exception cref="DbUpdateConcurrencyException">Another step was faster. It shows at the negotiation's revision, before the agreement that both would add.</exception>
    private async Task SaveAsync(ConnectorState db, NegotiationProcess process, CancellationToken cancellation)
    {
        await using var both = await db.Database.BeginTransactionAsync(cancellation);
        await db.SaveChangesAsync(cancellation);
        if (process.State == NegotiationState.Finalized)
        {
            await agreements.KeepAsync(db, process, cancellation);
            await db.SaveChangesAsync(cancellation);
        }
        await both.CommitAsync(cancellation);
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
