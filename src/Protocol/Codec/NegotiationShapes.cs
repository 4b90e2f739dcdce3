using System.Text.Json;
using DataSpace.Protocol.Messages;
using DataSpace.Protocol.Negotiation;

namespace DataSpace.Protocol.Codec;

/// <summary>Field by field: the messages of the Contract Negotiation Protocol.</summary>
internal static class NegotiationShapes
{
    public static DspMessage ReadRequest(JsonElement root, ShapeReader fields)
    {
        var message = new ContractRequestMessage(
            fields.Pid(root, "consumerPid"), fields.OptionalPid(root, "providerPid"), ReadMessageOffer(root, fields),
            fields.OptionalCallback(root, "callbackAddress"))
        { MessageId = fields.OptionalText(root, "", "@id") };
        Exclusive(message.CallbackAddress, message.ProviderPid, "providerPid", fields);
        return message;
    }

    public static DspMessage ReadOffer(JsonElement root, ShapeReader fields)
    {
        var message = new ContractOfferMessage(
            fields.Pid(root, "providerPid"), fields.OptionalPid(root, "consumerPid"), ReadMessageOffer(root, fields),
            fields.OptionalCallback(root, "callbackAddress"))
        { MessageId = fields.OptionalText(root, "", "@id") };
        Exclusive(message.CallbackAddress, message.ConsumerPid, "consumerPid", fields);
        return message;
    }

    public static DspMessage ReadAgreement(JsonElement root, ShapeReader fields)
    {
        var (provider, consumer) = ReadPids(root, fields);
        var element = fields.Object(root, "", "agreement");
        var agreement = fields.Error is null ? fields.Take(Agreement.Parse(element)) : null;
        return new ContractAgreementMessage(provider, consumer, agreement!) { MessageId = fields.OptionalText(root, "", "@id") };
    }

    public static DspMessage ReadVerification(JsonElement root, ShapeReader fields)
    {
        var (provider, consumer) = ReadPids(root, fields);
        return new ContractAgreementVerificationMessage(provider, consumer) { MessageId = fields.OptionalText(root, "", "@id") };
    }

    public static DspMessage ReadEvent(JsonElement root, ShapeReader fields)
    {
        var (provider, consumer) = ReadPids(root, fields);
        var name = fields.Text(root, "", "eventType");
        NegotiationEvent? kind = name switch
        {
            "ACCEPTED" => NegotiationEvent.Accepted,
            "FINALIZED" => NegotiationEvent.Finalized,
            _ => null,
        };
        if (kind is null)
            fields.Fail(ProtocolErrors.InvalidField, "eventType must be ACCEPTED or FINALIZED");
        return new ContractNegotiationEventMessage(provider, consumer, kind ?? default) { MessageId = fields.OptionalText(root, "", "@id") };
    }

    public static DspMessage ReadTermination(JsonElement root, ShapeReader fields)
    {
        var (provider, consumer) = ReadPids(root, fields);
        return new ContractNegotiationTerminationMessage(
            provider, consumer, fields.OptionalText(root, "", "code"), fields.Reasons(root))
        { MessageId = fields.OptionalText(root, "", "@id") };
    }

    public static DspMessage ReadState(JsonElement root, ShapeReader fields)
    {
        var (provider, consumer) = ReadPids(root, fields);
        var state = NegotiationStates.Parse(fields.Text(root, "", "state"));
        if (state is null)
            fields.Fail(ProtocolErrors.InvalidField, "state is not a state of a negotiation");
        return new ContractNegotiation(provider, consumer, state ?? default);
    }

    public static DspMessage ReadError(JsonElement root, ShapeReader fields)
    {
        var (provider, consumer) = ReadPids(root, fields);
        return new ContractNegotiationError(provider, consumer, fields.OptionalText(root, "", "code"), fields.Reasons(root));
    }

    public static bool TryWriteBody(Utf8JsonWriter writer, DspMessage message)
    {
        switch (message)
        {
            case ContractRequestMessage request:
                WritePids(writer, request.ProviderPid, request.ConsumerPid);
                WriteOffer(writer, request.Offer, request.CallbackAddress);
                return true;
            case ContractOfferMessage offer:
                WritePids(writer, offer.ProviderPid, offer.ConsumerPid);
                WriteOffer(writer, offer.Offer, offer.CallbackAddress);
                return true;
            case ContractAgreementMessage agreement:
                WritePids(writer, agreement.ProviderPid, agreement.ConsumerPid);
                writer.WritePropertyName("agreement");
                agreement.Agreement.Policy.WriteTo(writer);
                return true;
            case ContractAgreementVerificationMessage verification:
                WritePids(writer, verification.ProviderPid, verification.ConsumerPid);
                return true;
            case ContractNegotiationEventMessage happened:
                WritePids(writer, happened.ProviderPid, happened.ConsumerPid);
                writer.WriteString("eventType", happened.Event == NegotiationEvent.Accepted ? "ACCEPTED" : "FINALIZED");
                return true;
            case ContractNegotiationTerminationMessage termination:
                WritePids(writer, termination.ProviderPid, termination.ConsumerPid);
                CatalogShapes.WriteCodeAndReasons(writer, termination.Code, termination.Reasons);
                return true;
            case ContractNegotiation negotiation:
                WritePids(writer, negotiation.ProviderPid, negotiation.ConsumerPid);
                writer.WriteString("state", negotiation.State.WireName());
                return true;
            case ContractNegotiationError error:
                WritePids(writer, error.ProviderPid, error.ConsumerPid);
                CatalogShapes.WriteCodeAndReasons(writer, error.Code, error.Reasons);
                return true;
            default:
                return false;
        }
    }

    private static (string Provider, string Consumer) ReadPids(JsonElement root, ShapeReader fields)
        => (fields.Pid(root, "providerPid"), fields.Pid(root, "consumerPid"));

    private static Offer ReadMessageOffer(JsonElement root, ShapeReader fields)
    {
        var element = fields.Object(root, "", "offer");
        var offer = fields.Error is null ? fields.Take(Offer.Parse(element)) : null;
        if (fields.Error is null && offer!.Target is null)
            fields.Fail(ProtocolErrors.PolicyShape, "an offer in a message carries a target");
        return offer!;
    }

    private static void Exclusive(string? callbackAddress, string? peerPid, string peerName, ShapeReader fields)
    {
        if ((callbackAddress is null) == (peerPid is null))
            fields.Fail(ProtocolErrors.ExactlyOneOf, $"callbackAddress or {peerName}");
    }

    private static void WritePids(Utf8JsonWriter writer, string? providerPid, string? consumerPid)
    {
        if (providerPid is not null)
            writer.WriteString("providerPid", providerPid);
        if (consumerPid is not null)
            writer.WriteString("consumerPid", consumerPid);
    }

    private static void WriteOffer(Utf8JsonWriter writer, Offer offer, string? callbackAddress)
    {
        writer.WritePropertyName("offer");
        offer.Policy.WriteTo(writer);
        if (callbackAddress is not null)
            writer.WriteString("callbackAddress", callbackAddress);
    }
}
