using System.Globalization;
using System.Text.Json;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Codec;

namespace DataSpace.Protocol.Messages;

/// <summary>
/// An ODRL offer with the shape that the protocol demands; immutable. <see cref="Policy"/> keeps everything the author
/// wrote, so that the policy engine sees all rules and can refuse what it does not know.
/// </summary>
public sealed class Offer : IEquatable<Offer>
{
    private Offer(string id, string? target, JsonElement policy) => (Id, Target, Policy) = (id, target, policy);

    /// <summary>The offer's <c>@id</c>; a consumer echoes it exactly.</summary>
    public string Id { get; }

    /// <summary>Dataset id; null in a catalogue, where the dataset that holds the offer is the target.</summary>
    public string? Target { get; }

    /// <summary>The whole offer as JSON, <c>@type</c> and <c>@id</c> included.</summary>
    public JsonElement Policy { get; }

    /// <summary>Checks an offer object. Target may be present or absent; the place where it stands decides which is right.</summary>
    public static Result<Offer> Parse(JsonElement policy)
    {
        var reader = new ShapeReader();
        reader.Typed(policy, "offer", "Offer", required: true);
        var id = reader.Text(policy, "offer.", "@id");
        var target = reader.OptionalText(policy, "offer.", "target");
        if ((reader.Error ?? PolicyShape.CheckRules(policy)) is { } error)
            return error;
        return new Offer(id, target, policy.Clone());
    }

    /// <summary>An offer from a policy template that has no id and no target of its own.</summary>
    public static Result<Offer> FromTemplate(JsonElement template, string id)
        => template.ValueKind == JsonValueKind.Object
            ? Parse(PolicyShape.WithEnvelope(template, ("@type", "Offer"), ("@id", id)))
            : ProtocolErrors.PolicyShape.Of("a template is an object");

    /// <summary>The same offer for use in a negotiation message.</summary>
    public Offer WithTarget(string target)
        => new(Id, target, PolicyShape.WithEnvelope(Policy, ("@type", "Offer"), ("@id", Id), ("target", target)));

    /// <summary>The same offer for use in a catalogue.</summary>
    public Offer WithoutTarget()
        => new(Id, null, PolicyShape.WithEnvelope(Policy, ("@type", "Offer"), ("@id", Id)));

    /// <summary>True when the rules are equal, whatever id and target are. Use it to hold a request against the published offer.</summary>
    public bool HasSameRulesAs(Offer other) => PolicyShape.SameRules(Policy, other.Policy);

    /// <inheritdoc />
    public bool Equals(Offer? other) => other is not null && JsonElement.DeepEquals(Policy, other.Policy);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as Offer);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Id, Target);
}

/// <summary>An ODRL agreement with the shape that the protocol demands; immutable.</summary>
public sealed class Agreement : IEquatable<Agreement>
{
    private Agreement(string id, string target, string assigner, string assignee, DateTimeOffset timestamp, JsonElement policy)
        => (Id, Target, Assigner, Assignee, Timestamp, Policy) = (id, target, assigner, assignee, timestamp, policy);

    /// <summary>The agreement's <c>@id</c>, chosen by the provider.</summary>
    public string Id { get; }

    /// <summary>Dataset id.</summary>
    public string Target { get; }

    /// <summary>Participant id of the provider.</summary>
    public string Assigner { get; }

    /// <summary>Participant id of the consumer.</summary>
    public string Assignee { get; }

    /// <summary>When it was concluded, by the provider's clock. Text without an offset counts as UTC.</summary>
    public DateTimeOffset Timestamp { get; }

    /// <summary>The whole agreement as JSON.</summary>
    public JsonElement Policy { get; }

    /// <summary>Checks an agreement object.</summary>
    public static Result<Agreement> Parse(JsonElement policy)
    {
        var reader = new ShapeReader();
        reader.Typed(policy, "agreement", "Agreement", required: true);
        var id = reader.Text(policy, "agreement.", "@id");
        var target = reader.Text(policy, "agreement.", "target");
        var assigner = reader.Text(policy, "agreement.", "assigner");
        var assignee = reader.Text(policy, "agreement.", "assignee");
        var written = reader.Text(policy, "agreement.", "timestamp", maxChars: 64);
        if (!TryReadTime(written, out var timestamp))
            reader.Fail(ProtocolErrors.InvalidField, "agreement.timestamp must be an XML Schema dateTime");
        if ((reader.Error ?? PolicyShape.CheckRules(policy)) is { } error)
            return error;
        return new Agreement(id, target, assigner, assignee, timestamp, policy.Clone());
    }

    /// <summary>The agreement over exactly the rules and target of <paramref name="offer"/>, which must have a target.</summary>
    public static Agreement Conclude(Offer offer, string agreementId, string assigner, string assignee, DateTimeOffset timestamp)
    {
        var target = offer.Target ?? throw new ArgumentException("the offer has no target", nameof(offer));
        var time = timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var policy = PolicyShape.WithEnvelope(
            offer.Policy,
            ("@type", "Agreement"), ("@id", agreementId), ("target", target),
            ("assigner", assigner), ("assignee", assignee), ("timestamp", time));
        return Parse(policy).Value;
    }

    /// <summary>True when rules and target are those of <paramref name="offer"/>.</summary>
    public bool Honours(Offer offer) => Target == offer.Target && PolicyShape.SameRules(Policy, offer.Policy);

    /// <inheritdoc />
    public bool Equals(Agreement? other) => other is not null && JsonElement.DeepEquals(Policy, other.Policy);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as Agreement);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Id, Target, Assigner, Assignee);

    private static bool TryReadTime(string text, out DateTimeOffset time)
    {
        string[] formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
        return DateTimeOffset.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }
}
