namespace DataSpace.Protocol.Messages;

/// <summary>
/// A top-level object of the Dataspace Protocol 2025-1: sent with <c>@context</c> and an unprefixed <c>@type</c>.
/// Read and write with <see cref="Codec.DspCodec"/>, which owns all validation.
/// </summary>
public abstract record DspMessage
{
    /// <summary>The literal <c>@type</c>.</summary>
    public abstract string Type { get; }
}

/// <summary>A message that moves a negotiation from one state to the next.</summary>
public abstract record NegotiationMessage : DspMessage
{
    /// <summary>
    /// The message's own <c>@id</c>, optional in the protocol. We always send one, because it is what lets the
    /// receiver tell a repeated message from a second one.
    /// </summary>
    public string? MessageId { get; init; }

    /// <summary>Which edge of the state table this message stands for.</summary>
    public abstract Negotiation.NegotiationStep Step { get; }

    /// <summary>The provider's process id, or null in a consumer's opening request.</summary>
    public abstract string? ProviderProcess { get; }

    /// <summary>The consumer's process id, or null in a provider's opening offer.</summary>
    public abstract string? ConsumerProcess { get; }
}
