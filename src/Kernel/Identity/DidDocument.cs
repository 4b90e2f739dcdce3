using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Identity;

/// <summary>An endpoint that a participant publishes.</summary>
/// <param name="Id">Fragment, for example <c>dsp</c>.</param>
/// <param name="Type">Service type, for example <c>DataService</c>.</param>
/// <param name="Endpoint">Absolute HTTPS address.</param>
/// <param name="TlsSpki">Base64url SHA-256 of the TLS certificate's SubjectPublicKeyInfo, which clients pin; null when the public web PKI vouches.</param>
public sealed record DidService(string Id, string Type, Uri Endpoint, string? TlsSpki = null);

/// <summary>
/// A DID document (DID Core 1.0, §4 and §5) in the part that the data space uses: Ed25519 keys as <c>JsonWebKey2020</c> with an OKP <c>publicKeyJwk</c> (RFC 8037)
/// and services. Keys of other kinds and unknown members are passed over, for the document is also read by others.
/// </summary>
/// <param name="Id">Whose document it is.</param>
/// <param name="DisplayName">Member <c>name</c>; the id when there is none.</param>
/// <param name="Keys">Ed25519 keys; extension members <c>validFrom</c> and <c>expires</c> bound their validity.</param>
/// <param name="Services">Endpoints.</param>
public sealed record DidDocument(ParticipantId Id, string DisplayName, KeySet Keys, IReadOnlyList<DidService> Services)
{
    /// <summary>Largest document, in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    private const int MaxItems = 64;
    private const int MaxDepth = 16;
    private const int MaxNameChars = 200;

    /// <summary>The participant that the document describes.</summary>
    public Participant ToParticipant() => new(Id, DisplayName, Keys);

    /// <summary>
    /// Reads a document that was fetched for <paramref name="expected"/>; another participant's document is refused, else one host could speak for another.
    /// </summary>
    public static Result<DidDocument> FromJson(ReadOnlyMemory<byte> json, ParticipantId expected)
    {
        if (!CanonicalJson.Parse(json, MaxBytes, MaxDepth).TryGet(out var root, out var error))
            return IdentityErrors.InvalidDocument.Of(error.Detail);
        try
        {
            return Read(root, expected);
        }
        catch (InvalidOperationException)
        {
            return IdentityErrors.InvalidDocument.Of("a member has another type than expected");
        }
    }

    /// <summary>The document as UTF-8 JSON, canonical.</summary>
    public byte[] ToJson()
    {
        var methods = new JsonArray();
        var ids = new JsonArray();
        foreach (var key in Keys.Keys)
        {
            var id = Id.Value + "#" + key.Key.KeyId;
            ids.Add((JsonNode)id);
            var method = new JsonObject
            {
                ["id"] = id,
                ["type"] = "JsonWebKey2020",
                ["controller"] = Id.Value,
                ["publicKeyJwk"] = new JsonObject { ["kty"] = "OKP", ["crv"] = "Ed25519", ["x"] = Base64Url.EncodeToString(key.Key.Raw.Span) },
            };
            if (key.ValidFrom != DateTimeOffset.UnixEpoch) // without a bound
                method["validFrom"] = Text(key.ValidFrom);
            if (key.ValidUntil is { } until)
                method["expires"] = Text(until);
            methods.Add((JsonNode)method);
        }
        var services = new JsonArray();
        foreach (var service in Services)
        {
            var node = new JsonObject { ["id"] = Id.Value + "#" + service.Id, ["type"] = service.Type, ["serviceEndpoint"] = service.Endpoint.AbsoluteUri };
            if (service.TlsSpki is { } pin)
                node["tlsSpki"] = pin;
            services.Add((JsonNode)node);
        }
        var document = new JsonObject
        {
            ["@context"] = new JsonArray("https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"),
            ["id"] = Id.Value,
            ["name"] = DisplayName,
            ["verificationMethod"] = methods,
            ["authentication"] = ids,
            ["assertionMethod"] = ids.DeepClone(),
            ["service"] = services,
        };
        var canonical = CanonicalJson.FromNode(document);
        return canonical.TryGet(out var bytes, out var error) ? bytes : throw new InvalidOperationException(error.ToString());
    }

    private static Result<DidDocument> Read(JsonElement root, ParticipantId expected)
    {
        if (root.ValueKind != JsonValueKind.Object || Member(root, "id") != expected.Value)
            return IdentityErrors.InvalidDocument.Of("id is not " + expected.Value);
        if (ReadKeys(root, expected) is not { Count: > 0 } keys)
            return IdentityErrors.InvalidDocument.Of("no usable Ed25519 verification method");
        if (!KeySet.Create(keys).TryGet(out var set, out var error))
            return error;
        if (ReadServices(root, expected) is not { } services)
            return IdentityErrors.InvalidDocument.Of("a service is malformed");
        var name = Member(root, "name") is { Length: > 0 and <= MaxNameChars } given && !given.Any(char.IsControl) ? given : expected.Value;
        return new DidDocument(expected, name, set, services);
    }

    /// <summary>Null when something is malformed. A key counts only if the participant controls it and names it for authentication or assertion.</summary>
    private static List<KeyValidity>? ReadKeys(JsonElement root, ParticipantId owner)
    {
        var keys = new List<KeyValidity>();
        if (!root.TryGetProperty("verificationMethod", out var methods))
            return keys;
        if (methods.GetArrayLength() > MaxItems)
            return null;
        foreach (var method in methods.EnumerateArray())
        {
            if (!method.TryGetProperty("publicKeyJwk", out var jwk) || Member(jwk, "kty") != "OKP" || Member(jwk, "crv") != "Ed25519")
                continue;
            if (jwk.TryGetProperty("d", out _) || Member(method, "controller") != owner.Value)
                return null; // a private key in public, or somebody else's key
            if (Jws.Decode(Member(jwk, "x") ?? "") is not { Length: 32 } raw)
                return null;
            var key = PublicKey.FromEd25519(raw);
            if (Member(method, "id") is not { } id || !IsFor(root, id, owner))
                continue;
            var from = Member(method, "validFrom") is { } fromText ? Moment(fromText) : DateTimeOffset.UnixEpoch;
            var until = Member(method, "expires") is { } untilText ? Moment(untilText) : DateTimeOffset.MaxValue;
            if (from is null || until is null)
                return null;
            keys.Add(new KeyValidity(key, from.Value, until == DateTimeOffset.MaxValue ? null : until));
        }
        return keys;
    }

    private static bool IsFor(JsonElement root, string id, ParticipantId owner)
    {
        var full = id.StartsWith('#') ? owner.Value + id : id;
        foreach (var purpose in (string[])["authentication", "assertionMethod"])
        {
            if (!root.TryGetProperty(purpose, out var list) || list.GetArrayLength() > MaxItems)
                continue;
            foreach (var reference in list.EnumerateArray())
            {
                if (reference.ValueKind == JsonValueKind.String && reference.GetString() is { } named
                    && (named.StartsWith('#') ? owner.Value + named : named) == full)
                    return true;
            }
        }
        return false;
    }

    private static List<DidService>? ReadServices(JsonElement root, ParticipantId owner)
    {
        var services = new List<DidService>();
        if (!root.TryGetProperty("service", out var list))
            return services;
        if (list.GetArrayLength() > MaxItems)
            return null;
        foreach (var service in list.EnumerateArray())
        {
            if (!service.TryGetProperty("serviceEndpoint", out var endpoint) || endpoint.ValueKind != JsonValueKind.String)
                continue; // maps and lists of endpoints belong to other methods
            var id = Member(service, "id");
            var hash = id?.IndexOf('#', StringComparison.Ordinal) ?? -1;
            if (id is null || hash < 0 || (hash > 0 && id[..hash] != owner.Value) || Member(service, "type") is not { } type)
                return null;
            if (!Uri.TryCreate(endpoint.GetString(), UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps)
                continue;
            var pin = Member(service, "tlsSpki");
            if (pin is not null && Jws.Decode(pin) is not { Length: 32 })
                return null; // a pin that cannot match must not read as no pin
            services.Add(new DidService(id[(hash + 1)..], type, address, pin));
        }
        return services;
    }

    private static string? Member(JsonElement json, string name)
        => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Text(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static DateTimeOffset? Moment(string text)
        => DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : null;
}
