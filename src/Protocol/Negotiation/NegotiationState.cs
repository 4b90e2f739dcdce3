namespace DataSpace.Protocol.Negotiation;

/// <summary>States of a contract negotiation. The wire name is the upper-case member name.</summary>
public enum NegotiationState
{
    /// <summary>The consumer asked.</summary>
    Requested,

    /// <summary>The provider offered.</summary>
    Offered,

    /// <summary>The consumer accepted the last offer.</summary>
    Accepted,

    /// <summary>The provider sent the agreement.</summary>
    Agreed,

    /// <summary>The consumer verified the agreement.</summary>
    Verified,

    /// <summary>Final: the agreement may be used.</summary>
    Finalized,

    /// <summary>Final: no agreement.</summary>
    Terminated,
}

/// <summary>The two sides of a negotiation.</summary>
public enum NegotiationRole
{
    /// <summary>Wants to use data.</summary>
    Consumer,

    /// <summary>Owns data.</summary>
    Provider,
}

/// <summary>What a negotiation message asks for: an edge label of the state table.</summary>
public enum NegotiationStep
{
    /// <summary>ContractRequestMessage.</summary>
    Request,

    /// <summary>ContractOfferMessage.</summary>
    Offer,

    /// <summary>ContractNegotiationEventMessage with <c>ACCEPTED</c>.</summary>
    Accepted,

    /// <summary>ContractAgreementMessage.</summary>
    Agreement,

    /// <summary>ContractAgreementVerificationMessage.</summary>
    Verification,

    /// <summary>ContractNegotiationEventMessage with <c>FINALIZED</c>.</summary>
    Finalized,

    /// <summary>ContractNegotiationTerminationMessage.</summary>
    Termination,
}

/// <summary>Wire names of states and helpers on them.</summary>
public static class NegotiationStates
{
    /// <summary>The name on the wire, for example <c>REQUESTED</c>.</summary>
    public static string WireName(this NegotiationState state) => state switch
    {
        NegotiationState.Requested => "REQUESTED",
        NegotiationState.Offered => "OFFERED",
        NegotiationState.Accepted => "ACCEPTED",
        NegotiationState.Agreed => "AGREED",
        NegotiationState.Verified => "VERIFIED",
        NegotiationState.Finalized => "FINALIZED",
        NegotiationState.Terminated => "TERMINATED",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <summary>The state with this wire name, or null.</summary>
    public static NegotiationState? Parse(string wireName)
    {
        foreach (var state in Enum.GetValues<NegotiationState>())
        {
            if (state.WireName() == wireName)
                return state;
        }

        return null;
    }

    /// <summary>True when nothing may follow.</summary>
    public static bool IsFinal(this NegotiationState state) => state is NegotiationState.Finalized or NegotiationState.Terminated;

    /// <summary>The other side.</summary>
    public static NegotiationRole Other(this NegotiationRole role)
        => role == NegotiationRole.Consumer ? NegotiationRole.Provider : NegotiationRole.Consumer;
}
