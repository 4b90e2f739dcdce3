using System.Text;
using System.Text.Json;
using DataSpace.Protocol.Codec;
using DataSpace.Protocol.Messages;
using DataSpace.Protocol.Negotiation;
using Xunit;

namespace DataSpace.Protocol.Tests;

/// <summary>Two processes, provider and consumer, that exchange bytes as they would over HTTP.</summary>
public sealed class ProcessTests
{
    private const string ProviderId = "did:web:supplier-a.example";
    private const string ConsumerId = "did:web:chain-leader.example";
    private static readonly DateTimeOffset Time = new(2026, 3, 1, 8, 30, 0, TimeSpan.Zero);

    private readonly ContractRequestMessage _request = Vectors.Message<ContractRequestMessage>("contract-request-opening");
    private NegotiationProcess _provider;
    private NegotiationProcess _consumer;
    private int _messages;

    public ProcessTests()
    {
        _provider = NegotiationProcess.FromRequest(_request, "urn:uuid:p", ProviderId, ConsumerId).Value;
        _consumer = NegotiationProcess.ForRequest(_request, ProviderId, ConsumerId, "https://supplier-a.example/dsp")
            .Acknowledged(_provider.ToMessage()).Value;
    }

    private string Pid => _provider.ProviderPid!;

    private string Cid => _provider.ConsumerPid!;

    [Fact]
    public void The_long_way_ends_finalised_on_both_sides()
    {
        FromProvider(new ContractOfferMessage(Pid, Cid, _request.Offer, null));
        FromConsumer(new ContractNegotiationEventMessage(Pid, Cid, NegotiationEvent.Accepted));
        FromProvider(new ContractAgreementMessage(Pid, Cid, Concluded()));
        FromConsumer(new ContractAgreementVerificationMessage(Pid, Cid));
        FromProvider(new ContractNegotiationEventMessage(Pid, Cid, NegotiationEvent.Finalized));

        Assert.Equal((NegotiationState.Finalized, NegotiationState.Finalized), (_provider.State, _consumer.State));
        Assert.Equal(_provider.Agreement, _consumer.Agreement);
        Assert.Equal(Time, _consumer.Agreement!.Timestamp);
    }

    [Fact]
    public void A_provider_may_open_the_negotiation()
    {
        var offer = Vectors.Message<ContractOfferMessage>("contract-offer-opening");
        var process = NegotiationProcess.FromOffer(offer, "urn:uuid:c", ProviderId, ConsumerId).Value;
        Assert.Equal(NegotiationState.Offered, process.State);
        Assert.True(process.Receive(new ContractOfferMessage(offer.ProviderPid, "urn:uuid:c", offer.Offer, null)).Error!.Code == "DS-DSP-012");
        var counter = Vectors.Message<ContractOfferMessage>("contract-offer-counter");
        Assert.Equal(ProtocolErrors.ExactlyOneOf.Code, NegotiationProcess.FromOffer(counter, "x", ProviderId, ConsumerId).Error?.Code);
    }

    [Fact]
    public void An_agreement_with_a_changed_rule_or_target_is_refused_by_the_consumer()
    {
        var honest = Encoding.UTF8.GetString(DspCodec.Write(new ContractAgreementMessage(Pid, Cid, Concluded())));
        foreach (var (from, to) in new[] { ("\"20\"", "\"2000\""), ("supply-chain-planning", "advertising"), ("supplier-a:investments", "supplier-a:payroll"), ("advertising", "charity") })
        {
            var forged = honest.Replace(from, to, StringComparison.Ordinal);
            Assert.NotEqual(honest, forged);
            var message = DspCodec.Read<ContractAgreementMessage>(Encoding.UTF8.GetBytes(forged)).Value;
            Assert.Equal(ProtocolErrors.AgreementDiffersFromOffer.Code, _consumer.Receive(message).Error?.Code);
        }

        Assert.True(_consumer.Receive(DspCodec.Read<ContractAgreementMessage>(Encoding.UTF8.GetBytes(honest)).Value).IsOk);
    }

    [Fact]
    public void An_agreement_that_names_another_party_is_refused()
    {
        var stranger = Agreement.Conclude(_request.Offer, "a", ProviderId, "did:web:stranger.example", Time);
        var swapped = Agreement.Conclude(_request.Offer, "a", ConsumerId, ProviderId, Time);
        Assert.Equal(ProtocolErrors.AgreementParties.Code, _consumer.Receive(new ContractAgreementMessage(Pid, Cid, stranger)).Error?.Code);
        Assert.Equal(ProtocolErrors.AgreementParties.Code, _provider.Send(new ContractAgreementMessage(Pid, Cid, swapped)).Error?.Code);
    }

    [Fact]
    public void Empty_rule_lists_and_missing_ones_are_the_same_rules_for_peers_that_write_them()
    {
        const string Rules = "\"target\":\"t\",\"permission\":[{\"action\":\"use\"}]";
        var offer = Offer.Parse(JsonElement.Parse("{\"@type\":\"Offer\",\"@id\":\"o\"," + Rules + "}")).Value;
        Agreement With(string more) => Agreement.Parse(JsonElement.Parse(
            "{\"@type\":\"Agreement\",\"@id\":\"a\",\"assigner\":\"p\",\"assignee\":\"c\",\"timestamp\":\"2026-03-01T08:30:00Z\"," + more + Rules + "}")).Value;
        Assert.True(With("\"prohibition\":[],\"obligation\":[],").Honours(offer));
        Assert.False(With("\"x\":[],").Honours(offer));
        Assert.False(With("\"obligation\":[{\"action\":\"compensate\"}],").Honours(offer));
    }

    [Fact]
    public void Messages_of_another_negotiation_are_refused()
    {
        var foreign = new ContractNegotiationTerminationMessage("urn:uuid:other", Cid, null, []);
        Assert.Equal(ProtocolErrors.PidMismatch.Code, _provider.Receive(foreign).Error?.Code);
        Assert.Equal(ProtocolErrors.PidMismatch.Code, _consumer.Receive(new ContractOfferMessage(Pid, "urn:uuid:other", _request.Offer, null)).Error?.Code);
        Assert.Equal(ProtocolErrors.PidMismatch.Code, _consumer.Acknowledged(new ContractNegotiation("urn:uuid:other", Cid, NegotiationState.Requested)).Error?.Code);
        Assert.Equal(ProtocolErrors.ExactlyOneOf.Code, _provider.Receive(_request with { MessageId = "second" }).Error?.Code);
    }

    [Fact]
    public void A_peer_cannot_send_what_only_the_other_side_may_send()
    {
        var finalized = new ContractNegotiationEventMessage(Pid, Cid, NegotiationEvent.Finalized);
        var agreement = new ContractAgreementMessage(Pid, Cid, Concluded());
        Assert.Equal(ProtocolErrors.IllegalTransition.Code, _provider.Receive(finalized).Error?.Code);
        Assert.Equal(ProtocolErrors.IllegalTransition.Code, _provider.Receive(agreement).Error?.Code);
    }

    [Fact]
    public void A_repeated_message_succeeds_without_effect_even_after_the_answer_moved_on()
    {
        FromProvider(new ContractOfferMessage(Pid, Cid, _request.Offer, null));
        var accepted = new ContractNegotiationEventMessage(Pid, Cid, NegotiationEvent.Accepted) { MessageId = "m-1" };
        _provider = _provider.Receive(accepted).Value.Process;
        _provider = _provider.Send(new ContractAgreementMessage(Pid, Cid, Concluded())).Value;

        var again = _provider.Receive(accepted).Value;
        Assert.True(again.Repeated);
        Assert.Equal(NegotiationState.Agreed, again.Process.State);
        Assert.Equal(ProtocolErrors.IllegalTransition.Code, _provider.Receive(accepted with { MessageId = "m-2" }).Error?.Code);
    }

    [Fact]
    public void A_message_id_cannot_be_reused_for_other_content()
    {
        FromProvider(new ContractOfferMessage(Pid, Cid, _request.Offer, null));
        _provider = _provider.Receive(new ContractNegotiationEventMessage(Pid, Cid, NegotiationEvent.Accepted) { MessageId = "m-1" }).Value.Process;
        var reused = new ContractNegotiationTerminationMessage(Pid, Cid, "x", []) { MessageId = "m-1" };
        Assert.Equal(ProtocolErrors.MessageIdReused.Code, _provider.Receive(reused).Error?.Code);
    }

    [Fact]
    public void An_equal_counter_request_without_an_id_is_a_second_request_and_refused()
    {
        FromProvider(new ContractOfferMessage(Pid, Cid, _request.Offer, null));
        var counter = new ContractRequestMessage(Cid, Pid, _request.Offer, null);
        _provider = _provider.Receive(counter).Value.Process;
        Assert.Equal(ProtocolErrors.IllegalTransition.Code, _provider.Receive(counter).Error?.Code);
    }

    [Fact]
    public void A_counter_offer_cannot_swap_the_dataset()
    {
        var other = _request.Offer.WithTarget("urn:dataspace:supplier-a:payroll");
        Assert.Equal(ProtocolErrors.InvalidField.Code, _consumer.Receive(new ContractOfferMessage(Pid, Cid, other, null)).Error?.Code);
    }

    [Fact]
    public void An_opening_request_is_recognised_when_it_comes_again_from_the_same_party_only()
    {
        Assert.True(_provider.CameFrom(_request, ConsumerId));
        Assert.False(_provider.CameFrom(_request, "did:web:stranger.example"));
        Assert.False(_provider.CameFrom(_request with { Offer = _request.Offer.WithTarget("other") }, ConsumerId));
    }

    [Fact]
    public void Termination_keeps_code_and_reasons_and_is_final()
    {
        FromConsumer(new ContractNegotiationTerminationMessage(Pid, Cid, "DS-X-001", ["太贵"]));
        Assert.Equal("太贵", _provider.Ending!.Reasons.Single());
        Assert.Equal(ProtocolErrors.IllegalTransition.Code, _provider.Send(new ContractAgreementMessage(Pid, Cid, Concluded())).Error?.Code);
    }

    [Fact]
    public void An_offer_keeps_its_rules_between_catalogue_and_message()
    {
        var listed = _request.Offer.WithoutTarget();
        Assert.Null(listed.Target);
        Assert.Null(Offer.Parse(listed.Policy).Value.Target);
        Assert.True(listed.HasSameRulesAs(_request.Offer));
        Assert.Equal(_request.Offer, listed.WithTarget(_request.Offer.Target!));
        Assert.Throws<ArgumentException>(() => Agreement.Conclude(listed, "a", ProviderId, ConsumerId, Time));
    }

    private Agreement Concluded() => Agreement.Conclude(_provider.Offer, "urn:uuid:agreement", ProviderId, ConsumerId, Time);

    private void FromProvider(NegotiationMessage message) => (_provider, _consumer) = Exchange(_provider, _consumer, message);

    private void FromConsumer(NegotiationMessage message) => (_consumer, _provider) = Exchange(_consumer, _provider, message);

    private (NegotiationProcess Sender, NegotiationProcess Receiver) Exchange(NegotiationProcess sender, NegotiationProcess receiver, NegotiationMessage message)
    {
        message = message with { MessageId = $"urn:test:{++_messages}" };
        var arrived = (NegotiationMessage)DspCodec.ReadAny(DspCodec.Write(message)).Value;
        var outcome = receiver.Receive(arrived).Value;
        Assert.False(outcome.Repeated);
        return (sender.Send(message).Value, outcome.Process);
    }
}
