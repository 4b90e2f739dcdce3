using System.Buffers.Text;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using DataSpace.Protocol.Regulation;

namespace DataSpace.EndToEnd.Support;

/// <summary>
/// A regulator in the test's hand: root keys, online key, rising numbers. It has no host; bundles reach nodes by whoever posts them, as the laws of the list say
/// that this makes no difference.
/// </summary>
internal sealed class TestRegulator
{
    private int _version;
    private long _sequence;
    private IReadOnlyList<Rule> _rules = [];
    private IReadOnlyList<Freeze> _freezes = [];

    public TestRegulator(string label) => Persona = Persona.Fresh($"did:web:regulator.{label}.example");

    public Persona Persona { get; }

    public string Did => Persona.Did;

    public ISigner[] Roots { get; } = [Ed25519Signer.Generate(), Ed25519Signer.Generate(), Ed25519Signer.Generate()];

    public ISigner Online { get; } = Ed25519Signer.Generate();

    /// <summary>How far the regulator's clock is from the machine's.</summary>
    public TimeSpan Shift { get; set; }

    public int Version => _version;

    public long Sequence => _sequence;

    /// <summary>The member of a node's configuration.</summary>
    public JsonArray Config(string cardFile) => new(new JsonObject
    {
        ["did"] = Did,
        ["name"] = "Regulator",
        ["rootKeys"] = new JsonArray([.. Roots.Select(r => (JsonNode)RegulatorPin.Spell(r.PublicKey))]),
        ["threshold"] = 2,
        ["card"] = cardFile,
    });

    /// <summary>A node.json at whose address nobody listens.</summary>
    public JsonObject Card => new()
    {
        ["did"] = Did,
        ["name"] = "Regulator",
        ["role"] = "regulator",
        ["url"] = "https://127.0.0.1:1",
        ["publicKey"] = Base64Url.EncodeToString(Persona.Signer.PublicKey.Raw.Span),
        ["keyId"] = Persona.Signer.PublicKey.KeyId,
        ["tlsSpki"] = new string('A', 43),
        ["ledgerVkey"] = "none",
    };

    public static Rule Rule(string id, RuleMatch match, RuleRoute route = RuleRoute.Prohibited) => new(id, "Basis of " + id, "Title of " + id, "名称 " + id, match, route);

    /// <summary>The next version with these rules.</summary>
    public byte[] Publish(params Rule[] rules)
    {
        (_version, _rules) = (_version + 1, rules);
        return Bundle();
    }

    /// <summary>The next list of freezes.</summary>
    public byte[] Freeze(params Freeze[] freezes)
    {
        (_sequence, _freezes) = (_sequence + 1, freezes);
        return Bundle();
    }

    public static Freeze FreezeOf(FreezeTarget target, string id, string? provider = null) => new(target, id, "case-1", TimeProvider.System.GetUtcNow(), provider);

    /// <summary>What is in force, stamped now or at another moment.</summary>
    public byte[] Bundle(TimeSpan? age = null, ISigner[]? signers = null, ISigner? online = null, string? did = null)
    {
        var now = TimeProvider.System.GetUtcNow() + Shift;
        var start = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddDays(-2);
        var key = (online ?? Online).PublicKey;
        var set = new RuleSet(did ?? Did, _version, start, start, start.AddDays(30), RuleSetMode.Negative, new StampKey(RegulatorPin.Spell(key), key.KeyId, start.AddDays(20)), _rules);
        var document = RuleSetReader.Of(set).Value;
        var orders = RegulationSignatures.Sign(new StandingOrders(did ?? Did, _sequence, start, _freezes, []), online ?? Online).Value;
        var hash = RegulationSignatures.HashOf(Jws.Parse(orders, int.MaxValue).Value);
        var stamp = RegulationSignatures.Sign(new Stamp(did ?? Did, _version, document.Hash, _sequence, hash, now - (age ?? TimeSpan.Zero)), online ?? Online);
        return new RegulationBundle(document.Json, [.. (signers ?? Roots[..2]).Select(r => RegulationSignatures.Approve(document, r))], orders, stamp).ToJson();
    }

    /// <summary>Hands a bundle to a node, as the regulator or as anybody who has a key there.</summary>
    public Task<Answer> PushAsync(Party node, byte[] bundle, Persona? carrier = null)
        => node.FromAsync(carrier ?? Persona, HttpMethod.Post, RegulationPaths.Bundle, JsonNode.Parse(bundle)!);
}
