using DataSpace.Protocol.Negotiation;

namespace DataSpace.Protocol.Messages;

/// <summary>Consumer → provider: opens a negotiation or makes a counter-request.</summary>
/// <param name="ConsumerPid">The consumer's process id.</param>
/// <param name="ProviderPid">The provider's process id; null exactly when the request opens a negotiation.</param>
/// <param name="Offer">The offer wanted, with a target.</param>
/// <param name="CallbackAddress">Base address for the provider's messages; given exactly when the request opens a negotiation.</param>
public sealed record ContractRequestMessage(
    string ConsumerPid, string? ProviderPid, Offer Offer, string? CallbackAddress) : NegotiationMessage
{
    /// <inheritdoc />
    public override string Type => "ContractRequestMessage";

    /// <inheritdoc />
    public override NegotiationStep Step => NegotiationStep.Request;

    /// <inheritdoc />
    public override string? ProviderProcess => ProviderPid;

    /// <inheritdoc />
    public override string? ConsumerProcess => ConsumerPid;
}

/// <summary>Provider → consumer: opens a negotiation or makes a counter-offer.</summary>
/// <param name="ProviderPid">The provider's process id.</param>
/// <param name="ConsumerPid">The consumer's process id; null exactly when the offer opens a negotiation.</param>
/// <param name="Offer">The offer, with a target.</param>
/// <param name="CallbackAddress">Base address for the consumer's messages; given exactly when the offer opens a negotiation.</param>
public sealed record ContractOfferMessage(
    string ProviderPid, string? ConsumerPid, Offer Offer, string? CallbackAddress) : NegotiationMessage
{
    /// <inheritdoc />
    public override string Type => "ContractOfferMessage";

    /// <inheritdoc />
    public override NegotiationStep Step => NegotiationStep.Offer;

    /// <inheritdoc />
    public override string? ProviderProcess => ProviderPid;

    /// <inheritdoc />
    public override string? ConsumerProcess => ConsumerPid;
}

/// <summary>Provider → consumer: the agreement.</summary>
/// <param name="ProviderPid">The provider's process id.</param>
/// <param name="ConsumerPid">The consumer's process id.</param>
/// <param name="Agreement">Rules, parties and time.</param>
public sealed record ContractAgreementMessage(string ProviderPid, string ConsumerPid, Agreement Agreement) : NegotiationMessage
{
    /// <inheritdoc />
    public override string Type => "ContractAgreementMessage";

    /// <inheritdoc />
    public override NegotiationStep Step => NegotiationStep.Agreement;

    /// <inheritdoc />
    public override string? ProviderProcess => ProviderPid;

    /// <inheritdoc />
    public override string? ConsumerProcess => ConsumerPid;
}

/// <summary>Consumer → provider: the agreement arrived and was verified.</summary>
/// <param name="ProviderPid">The provider's process id.</param>
/// <param name="ConsumerPid">The consumer's process id.</param>
public sealed record ContractAgreementVerificationMessage(string ProviderPid, string ConsumerPid) : NegotiationMessage
{
    /// <inheritdoc />
    public override string Type => "ContractAgreementVerificationMessage";

    /// <inheritdoc />
    public override NegotiationStep Step => NegotiationStep.Verification;

    /// <inheritdoc />
    public override string? ProviderProcess => ProviderPid;

    /// <inheritdoc />
    public override string? ConsumerProcess => ConsumerPid;
}

/// <summary>The two events of a negotiation.</summary>
public enum NegotiationEvent
{
    /// <summary><c>ACCEPTED</c>: the consumer accepts the last offer.</summary>
    Accepted,

    /// <summary><c>FINALIZED</c>: the provider closes the negotiation; the agreement may be used.</summary>
    Finalized,
}

/// <summary>An event: <c>ACCEPTED</c> from the consumer, <c>FINALIZED</c> from the provider.</summary>
/// <param name="ProviderPid">The provider's process id.</param>
/// <param name="ConsumerPid">The consumer's process id.</param>
/// <param name="Event">Which one.</param>
public sealed record ContractNegotiationEventMessage(string ProviderPid, string ConsumerPid, NegotiationEvent Event) : NegotiationMessage
{
    /// <inheritdoc />
    public override string Type => "ContractNegotiationEventMessage";

    /// <inheritdoc />
    public override NegotiationStep Step => Event == NegotiationEvent.Accepted ? NegotiationStep.Accepted : NegotiationStep.Finalized;

    /// <inheritdoc />
    public override string? ProviderProcess => ProviderPid;

    /// <inheritdoc />
    public override string? ConsumerProcess => ConsumerPid;
}

/// <summary>Either side ends the negotiation.</summary>
/// <param name="ProviderPid">The provider's process id.</param>
/// <param name="ConsumerPid">The consumer's process id.</param>
/// <param name="Code">Stable code, optional.</param>
/// <param name="Reasons">Human-readable reasons.</param>
public sealed record ContractNegotiationTerminationMessage(
    string ProviderPid, string ConsumerPid, string? Code, IReadOnlyList<string> Reasons) : NegotiationMessage
{
    /// <inheritdoc />
    public override string Type => "ContractNegotiationTerminationMessage";

    /// <inheritdoc />
    public override NegotiationStep Step => NegotiationStep.Termination;

    /// <inheritdoc />
    public override string? ProviderProcess => ProviderPid;

    /// <inheritdoc />
    public override string? ConsumerProcess => ConsumerPid;
}

/// <summary>The state of a negotiation: the answer to a state query and to an accepted message.</summary>
/// <param name="ProviderPid">The provider's process id.</param>
/// <param name="ConsumerPid">The consumer's process id.</param>
/// <param name="State">Where it stands.</param>
public sealed record ContractNegotiation(string ProviderPid, string ConsumerPid, NegotiationState State) : DspMessage
{
    /// <inheritdoc />
    public override string Type => "ContractNegotiation";
}

/// <summary>A refused negotiation message; the negotiation did not move.</summary>
/// <param name="ProviderPid">The provider's process id.</param>
/// <param name="ConsumerPid">The consumer's process id.</param>
/// <param name="Code">Stable code, optional.</param>
/// <param name="Reasons">Human-readable reasons.</param>
public sealed record ContractNegotiationError(
    string ProviderPid, string ConsumerPid, string? Code, IReadOnlyList<string> Reasons) : DspMessage
{
    /// <inheritdoc />
    public override string Type => "ContractNegotiationError";
}
