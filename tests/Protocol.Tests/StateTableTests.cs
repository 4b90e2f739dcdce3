using DataSpace.Protocol.Negotiation;
using Xunit;
using static DataSpace.Protocol.Negotiation.NegotiationRole;
using static DataSpace.Protocol.Negotiation.NegotiationState;

namespace DataSpace.Protocol.Tests;

public sealed class StateTableTests
{
    /// <summary>The table of the protocol, written out a second time: from, step, sender, to.</summary>
    private static readonly (NegotiationState? From, NegotiationStep Step, NegotiationRole Sender, NegotiationState To)[] Legal =
    [
        (null, NegotiationStep.Request, Consumer, Requested),
        (null, NegotiationStep.Offer, Provider, Offered),
        (Requested, NegotiationStep.Offer, Provider, Offered),
        (Requested, NegotiationStep.Agreement, Provider, Agreed),
        (Requested, NegotiationStep.Termination, Consumer, Terminated),
        (Requested, NegotiationStep.Termination, Provider, Terminated),
        (Offered, NegotiationStep.Request, Consumer, Requested),
        (Offered, NegotiationStep.Accepted, Consumer, Accepted),
        (Offered, NegotiationStep.Termination, Consumer, Terminated),
        (Offered, NegotiationStep.Termination, Provider, Terminated),
        (Accepted, NegotiationStep.Agreement, Provider, Agreed),
        (Accepted, NegotiationStep.Termination, Consumer, Terminated),
        (Accepted, NegotiationStep.Termination, Provider, Terminated),
        (Agreed, NegotiationStep.Verification, Consumer, Verified),
        (Agreed, NegotiationStep.Termination, Consumer, Terminated),
        (Agreed, NegotiationStep.Termination, Provider, Terminated),
        (Verified, NegotiationStep.Finalized, Provider, Finalized),
        (Verified, NegotiationStep.Termination, Consumer, Terminated),
        (Verified, NegotiationStep.Termination, Provider, Terminated),
    ];

    public static TheoryData<NegotiationState?, NegotiationStep, NegotiationRole> All
    {
        get
        {
            var data = new TheoryData<NegotiationState?, NegotiationStep, NegotiationRole>();
            foreach (var state in Enum.GetValues<NegotiationState>().Select(s => (NegotiationState?)s).Prepend(null))
            {
                foreach (var step in Enum.GetValues<NegotiationStep>())
                {
                    data.Add(state, step, Consumer);
                    data.Add(state, step, Provider);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_step_is_taken_exactly_when_the_table_has_it(NegotiationState? from, NegotiationStep step, NegotiationRole sender)
    {
        var next = NegotiationStateMachine.Next(from, step, sender);
        var expected = Legal.Where(row => row.From == from && row.Step == step && row.Sender == sender).ToArray();
        if (expected.Length == 1)
            Assert.Equal(expected[0].To, next.Value);
        else
            Assert.Equal(ProtocolErrors.IllegalTransition.Code, next.Error?.Code);
    }

    [Fact]
    public void All_combinations_are_covered_and_nothing_leaves_a_final_state()
    {
        Assert.Equal(8 * 7 * 2, All.Count);
        Assert.DoesNotContain(Legal, row => row.From is { } from && from.IsFinal());
    }

    [Fact]
    public void Wire_names_round_trip_and_prefixed_or_lower_case_names_are_unknown()
    {
        foreach (var state in Enum.GetValues<NegotiationState>())
            Assert.Equal(state, NegotiationStates.Parse(state.WireName()));
        Assert.Null(NegotiationStates.Parse("requested"));
        Assert.Null(NegotiationStates.Parse("dspace:REQUESTED"));
    }

    [Fact]
    public void Every_step_has_its_path_and_a_pid_cannot_leave_it()
    {
        foreach (var step in Enum.GetValues<NegotiationStep>())
            Assert.StartsWith("/negotiations/urn:uuid:1/", NegotiationPaths.For(step, "urn:uuid:1"), StringComparison.Ordinal);
        Assert.Equal("/negotiations/request", NegotiationPaths.For(NegotiationStep.Request, null));
        Assert.Equal("/negotiations/offers", NegotiationPaths.For(NegotiationStep.Offer, null));
        Assert.Equal("/negotiations/c/agreement/verification", NegotiationPaths.For(NegotiationStep.Verification, "c"));
        Assert.Throws<ArgumentException>(() => NegotiationPaths.For(NegotiationStep.Accepted, "../admin"));
        Assert.Throws<ArgumentNullException>(() => NegotiationPaths.For(NegotiationStep.Accepted, null));
        Assert.Equal("https://a.example/dsp/negotiations/p", Pids.Join("https://a.example/dsp/", NegotiationPaths.State("p")));
    }
}
