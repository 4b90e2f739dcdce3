using System.Text.Json;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Messages;
using DataSpace.Protocol.Negotiation;

namespace DataSpace.Connector.Negotiation;

/// <summary>A negotiation process as stored: the immutable value of the protocol room, spelt as JSON.</summary>
internal sealed record StoredProcess(
    string Role, string? ProviderPid, string? ConsumerPid, string ProviderId, string ConsumerId, string State,
    JsonElement Offer, JsonElement? Agreement, string? PeerAddress, string? LastStep, string? LastMessageId, string? LastDigest,
    NegotiationEnding? Ending, bool Undelivered)
{
    /// <summary>How a row says that its last message has not reached the peer.</summary>
    public const string UndeliveredMark = "\"undelivered\":true";

    public static string Write(NegotiationProcess process, bool undelivered = false) => JsonSerializer.Serialize(new StoredProcess(
        process.Role.ToString(), process.ProviderPid, process.ConsumerPid, process.ProviderId, process.ConsumerId, process.State.ToString(),
        process.Offer.Policy, process.Agreement?.Policy, process.PeerAddress,
        process.LastReceived?.Step.ToString(), process.LastReceived?.MessageId, process.LastReceived?.Digest,
        process.Ending, undelivered), Options);

    public static bool IsUndelivered(string json) => JsonSerializer.Deserialize<StoredProcess>(json, Options)!.Undelivered;

    public static NegotiationProcess Read(string json)
    {
        var stored = JsonSerializer.Deserialize<StoredProcess>(json, Options)!;
        return new NegotiationProcess
        {
            Role = Enum.Parse<NegotiationRole>(stored.Role),
            ProviderPid = stored.ProviderPid,
            ConsumerPid = stored.ConsumerPid,
            ProviderId = stored.ProviderId,
            ConsumerId = stored.ConsumerId,
            State = Enum.Parse<NegotiationState>(stored.State),
            Offer = Protocol.Messages.Offer.Parse(stored.Offer).Value,
            Agreement = stored.Agreement is { } agreement ? Protocol.Messages.Agreement.Parse(agreement).Value : null,
            PeerAddress = stored.PeerAddress,
            LastReceived = stored.LastStep is null ? null : new MessageFingerprint(Enum.Parse<NegotiationStep>(stored.LastStep), stored.LastMessageId, stored.LastDigest!),
            Ending = stored.Ending,
        };
    }

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { MaxDepth = JobJson.Options.MaxDepth };
}

/// <summary>One line of a negotiation's history.</summary>
internal sealed record NegotiationEventLine(string State, DateTimeOffset At);
