using DataSpace.Kernel.Results;

namespace DataSpace.Protocol.Negotiation;

/// <summary>
/// The state table of a contract negotiation (DSP 2025-1, Contract Negotiation Protocol, states), pure and the same for both sides.
/// A step that is not in the table is refused: there is no default edge.
/// </summary>
public static class NegotiationStateMachine
{
    private static readonly Dictionary<(NegotiationState? From, NegotiationStep Step, NegotiationRole Sender), NegotiationState> Table = new()
    {
        [(null, NegotiationStep.Request, NegotiationRole.Consumer)] = NegotiationState.Requested,
        [(null, NegotiationStep.Offer, NegotiationRole.Provider)] = NegotiationState.Offered,

        [(NegotiationState.Requested, NegotiationStep.Offer, NegotiationRole.Provider)] = NegotiationState.Offered,
        [(NegotiationState.Requested, NegotiationStep.Agreement, NegotiationRole.Provider)] = NegotiationState.Agreed,

        [(NegotiationState.Offered, NegotiationStep.Request, NegotiationRole.Consumer)] = NegotiationState.Requested,
        [(NegotiationState.Offered, NegotiationStep.Accepted, NegotiationRole.Consumer)] = NegotiationState.Accepted,

        [(NegotiationState.Accepted, NegotiationStep.Agreement, NegotiationRole.Provider)] = NegotiationState.Agreed,
        [(NegotiationState.Agreed, NegotiationStep.Verification, NegotiationRole.Consumer)] = NegotiationState.Verified,
        [(NegotiationState.Verified, NegotiationStep.Finalized, NegotiationRole.Provider)] = NegotiationState.Finalized,
    };

    /// <summary>
    /// The state after <paramref name="sender"/> sent <paramref name="step"/> in state <paramref name="current"/>
    /// (null before the first message), or <see cref="ProtocolErrors.IllegalTransition"/>.
    /// </summary>
    public static Result<NegotiationState> Next(NegotiationState? current, NegotiationStep step, NegotiationRole sender)
    {
        if (step == NegotiationStep.Termination && current is { } running && !running.IsFinal())
            return NegotiationState.Terminated;
        if (Table.TryGetValue((current, step, sender), out var next))
            return next;
        var where = current is { } state ? state.WireName() : "the start";
        return ProtocolErrors.IllegalTransition.Of($"{step} by the {sender} does not follow {where}");
    }
}
