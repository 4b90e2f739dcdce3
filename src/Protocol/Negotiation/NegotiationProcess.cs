using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Codec;
using DataSpace.Protocol.Messages;

namespace DataSpace.Protocol.Negotiation;

/// <summary>Code and reasons of a termination.</summary>
public sealed record NegotiationEnding(string? Code, IReadOnlyList<string> Reasons);

/// <summary>Identifies the last message taken from the peer, so that its repetition can be told from a second message.</summary>
/// <param name="Step">What it asked for.</param>
/// <param name="MessageId">Its <c>@id</c>, or null when the peer sends none.</param>
/// <param name="Digest">Lower-case hex SHA-256 over the message as our codec writes it.</param>
public sealed record MessageFingerprint(NegotiationStep Step, string? MessageId, string Digest)
{
    /// <summary>Fingerprint of <paramref name="message"/>.</summary>
    public static MessageFingerprint Of(NegotiationMessage message)
        => new(message.Step, message.MessageId, Convert.ToHexStringLower(SHA256.HashData(DspCodec.Write(message))));
}

/// <summary>The outcome of a message that was taken.</summary>
/// <param name="Process">The negotiation afterwards.</param>
/// <param name="Repeated">True when this was the last message again: answer as before and do nothing else.</param>
public sealed record NegotiationOutcome(NegotiationProcess Process, bool Repeated);

/// <summary>
/// One side's view of one negotiation: an immutable value. The owner stores it and decides when a change becomes durable;
/// nothing here does I/O. Beyond the state table it holds what makes a negotiation trustworthy: both process ids, both parties,
/// the last offer, and that the agreement is over exactly that offer.
/// </summary>
public sealed record NegotiationProcess
{
    /// <summary>Which side this is.</summary>
    public required NegotiationRole Role { get; init; }

    /// <summary>The provider's process id; null only on the consumer's side until the provider has answered.</summary>
    public required string? ProviderPid { get; init; }

    /// <summary>The consumer's process id; null only on the provider's side until the consumer has answered.</summary>
    public required string? ConsumerPid { get; init; }

    /// <summary>Participant id of the provider, as authenticated.</summary>
    public required string ProviderId { get; init; }

    /// <summary>Participant id of the consumer, as authenticated.</summary>
    public required string ConsumerId { get; init; }

    /// <summary>Where it stands.</summary>
    public required NegotiationState State { get; init; }

    /// <summary>The last offer or request; what an agreement must honour.</summary>
    public required Offer Offer { get; init; }

    /// <summary>The agreement, from <see cref="NegotiationState.Agreed"/> on.</summary>
    public Agreement? Agreement { get; init; }

    /// <summary>Base address for messages to the peer.</summary>
    public string? PeerAddress { get; init; }

    /// <summary>Why it ends: what a termination said, or what this side still owes the peer to say.</summary>
    public NegotiationEnding? Ending { get; init; }

    /// <summary>The last message taken from the peer.</summary>
    public MessageFingerprint? LastReceived { get; init; }

    /// <summary>The answer to a state query. Both process ids must be known.</summary>
    public ContractNegotiation ToMessage()
        => new(
            ProviderPid ?? throw new InvalidOperationException("the provider's process id is not known yet"),
            ConsumerPid ?? throw new InvalidOperationException("the consumer's process id is not known yet"),
            State);

    /// <summary>Provider side: opens a process from a consumer's opening request.</summary>
    /// <param name="request">Request without providerPid.</param>
    /// <param name="newProviderPid">Fresh process id.</param>
    /// <param name="providerId">Own participant id.</param>
    /// <param name="consumerId">Authenticated participant id of the sender.</param>
    public static Result<NegotiationProcess> FromRequest(ContractRequestMessage request, string newProviderPid, string providerId, string consumerId)
    {
        if (request.ProviderPid is not null)
            return ProtocolErrors.ExactlyOneOf.Of("an opening request carries callbackAddress and no providerPid");
        return new NegotiationProcess
        {
            Role = NegotiationRole.Provider,
            ProviderPid = newProviderPid,
            ConsumerPid = request.ConsumerPid,
            ProviderId = providerId,
            ConsumerId = consumerId,
            State = NegotiationState.Requested,
            Offer = request.Offer,
            PeerAddress = request.CallbackAddress,
            LastReceived = MessageFingerprint.Of(request),
        };
    }

    /// <summary>Consumer side: opens a process from a provider's opening offer.</summary>
    /// <param name="offer">Offer without consumerPid.</param>
    /// <param name="newConsumerPid">Fresh process id.</param>
    /// <param name="providerId">Authenticated participant id of the sender.</param>
    /// <param name="consumerId">Own participant id.</param>
    public static Result<NegotiationProcess> FromOffer(ContractOfferMessage offer, string newConsumerPid, string providerId, string consumerId)
    {
        if (offer.ConsumerPid is not null)
            return ProtocolErrors.ExactlyOneOf.Of("an opening offer carries callbackAddress and no consumerPid");
        return new NegotiationProcess
        {
            Role = NegotiationRole.Consumer,
            ProviderPid = offer.ProviderPid,
            ConsumerPid = newConsumerPid,
            ProviderId = providerId,
            ConsumerId = consumerId,
            State = NegotiationState.Offered,
            Offer = offer.Offer,
            PeerAddress = offer.CallbackAddress,
            LastReceived = MessageFingerprint.Of(offer),
        };
    }

    /// <summary>Consumer side: opens a process for an own opening request; the provider's process id comes with its answer.</summary>
    public static NegotiationProcess ForRequest(ContractRequestMessage request, string providerId, string consumerId, string providerAddress)
        => new()
        {
            Role = NegotiationRole.Consumer,
            ProviderPid = null,
            ConsumerPid = request.ConsumerPid,
            ProviderId = providerId,
            ConsumerId = consumerId,
            State = NegotiationState.Requested,
            Offer = request.Offer,
            PeerAddress = providerAddress,
        };

    /// <summary>Consumer side: takes the provider's answer to the opening request, which brings the provider's process id.</summary>
    public Result<NegotiationProcess> Acknowledged(ContractNegotiation answer)
    {
        if (answer.ConsumerPid != ConsumerPid || (ProviderPid is not null && ProviderPid != answer.ProviderPid))
            return ProtocolErrors.PidMismatch.Of();
        return this with { ProviderPid = answer.ProviderPid };
    }

    /// <summary>
    /// Takes a message from the authenticated peer. A repetition of the last message changes nothing and succeeds, so that a
    /// lost answer does not end a negotiation; see <see cref="IsRepetition"/>.
    /// </summary>
    public Result<NegotiationOutcome> Receive(NegotiationMessage message)
    {
        var fingerprint = MessageFingerprint.Of(message);
        if (IsRepetition(fingerprint))
            return new NegotiationOutcome(this, Repeated: true);
        if (LastReceived is { MessageId: { } lastId } && lastId == fingerprint.MessageId)
            return ProtocolErrors.MessageIdReused.Of();
        if (!Apply(message, Role.Other()).TryGet(out var next, out var error))
            return error;
        return new NegotiationOutcome(next with { LastReceived = fingerprint }, Repeated: false);
    }

    /// <summary>The negotiation after this side sends <paramref name="message"/>; the same checks as on receipt.</summary>
    public Result<NegotiationProcess> Send(NegotiationMessage message) => Apply(message, Role);

    /// <summary>
    /// True when the message is the last one again. With a message id: equal id and content. Without: equal content, but only
    /// for steps that bring no offer, since an equal counter-request is a second request that the state table must judge
    /// (the conformance kit sends one). An opening request is the exception: it is told by its process id and content.
    /// </summary>
    public bool IsRepetition(MessageFingerprint message)
    {
        if (LastReceived is null || LastReceived.Digest != message.Digest)
            return false;
        return message.MessageId is not null
               || message.Step is not (NegotiationStep.Request or NegotiationStep.Offer);
    }

    /// <summary>
    /// Provider side: true when an opening request with a known consumer process id is the one this process came from, still
    /// unanswered, so that it gets the same answer and opens nothing.
    /// </summary>
    public bool CameFrom(ContractRequestMessage request, string consumerId)
        => request.ProviderPid is null
           && request.ConsumerPid == ConsumerPid
           && consumerId == ConsumerId
           && LastReceived?.Digest == MessageFingerprint.Of(request).Digest;

    private Result<NegotiationProcess> Apply(NegotiationMessage message, NegotiationRole sender)
    {
        // The opening message is the only one without the receiver's process id, and a process exists already.
        if (message.ProviderProcess is null || message.ConsumerProcess is null)
            return ProtocolErrors.ExactlyOneOf.Of("a message in a running negotiation carries both process ids");
        if ((ProviderPid is not null && message.ProviderProcess != ProviderPid)
            || (ConsumerPid is not null && message.ConsumerProcess != ConsumerPid))
            return ProtocolErrors.PidMismatch.Of();
        if (!NegotiationStateMachine.Next(State, message.Step, sender).TryGet(out var state, out var error))
            return error;

        var next = this with { State = state, ProviderPid = message.ProviderProcess, ConsumerPid = message.ConsumerProcess };
        return message switch
        {
            ContractRequestMessage request => WithOffer(next, request.Offer),
            ContractOfferMessage offer => WithOffer(next, offer.Offer),
            ContractAgreementMessage agreement => WithAgreement(next, agreement.Agreement),
            ContractNegotiationTerminationMessage termination => next with { Ending = new NegotiationEnding(termination.Code, termination.Reasons) },
            _ => next,
        };
    }

    private static Result<NegotiationProcess> WithOffer(NegotiationProcess next, Offer offer)
        => offer.Target == next.Offer.Target
            ? next with { Offer = offer }
            : ProtocolErrors.InvalidField.Of("offer.target changes during the negotiation");

    private static Result<NegotiationProcess> WithAgreement(NegotiationProcess next, Agreement agreement)
    {
        if (!agreement.Honours(next.Offer))
            return ProtocolErrors.AgreementDiffersFromOffer.Of();
        if (agreement.Assigner != next.ProviderId || agreement.Assignee != next.ConsumerId)
            return ProtocolErrors.AgreementParties.Of();
        return next with { Agreement = agreement };
    }
}
