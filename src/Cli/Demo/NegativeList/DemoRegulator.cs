using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using DataSpace.Kernel.Results;

namespace DataSpace.Cli.Demo.NegativeList;

/// <summary>
/// The demo's regulator: its host, and two people whose root keys never touch that host. Rule sets are signed here, each approval with one person's key, and handed to the
/// host like any file that two people signed.
/// </summary>
internal sealed class DemoRegulator(DemoFolder folder, int port)
{
    /// <summary>Folder name of the regulator's host.</summary>
    public const string Key = "regulator";

    private readonly Ed25519Signer[] _people = [Ed25519Signer.Generate(), Ed25519Signer.Generate()];
    private int _version;

    /// <summary>Its DID.</summary>
    public string Did { get; } = $"did:web:localhost%3A{Money.Number(port)}";

    /// <summary>Version published last.</summary>
    public int Version => _version;

    /// <summary>Client of its management API; set when it runs.</summary>
    public NodeClient Client { get; set; } = null!;

    /// <summary>Configuration of the host.</summary>
    public JsonObject Config => new()
    {
        ["did"] = Did,
        ["displayName"] = new JsonObject { ["en"] = "Regulator", ["zh"] = "监管方" },
        ["rootKeys"] = Keys(),
        ["threshold"] = 2,
    };

    /// <summary>The pin in every node's configuration.</summary>
    public JsonArray Pins => new(new JsonObject
    {
        ["did"] = Did,
        ["name"] = "Regulator",
        ["rootKeys"] = Keys(),
        ["threshold"] = 2,
        ["card"] = Path.Combine(folder.NodeDirectory(Key), "node.json"),
    });

    /// <summary>Signs the next version by both people and publishes it.</summary>
    public async Task PublishAsync(IReadOnlyList<Rule> rules, CancellationToken cancel)
    {
        var document = await DraftAsync(rules, cancel);
        await Client.PostAsync("admin/rule-sets", Signed(document, _people), cancel).OrStop();
        _version++;
    }

    /// <summary>The same with one signature: the code of the refusal.</summary>
    public async Task<string> TryAloneAsync(IReadOnlyList<Rule> rules, CancellationToken cancel)
    {
        var document = await DraftAsync(rules, cancel);
        return (await Client.PostAsync("admin/rule-sets", Signed(document, _people[..1]), cancel)).Error?.Code ?? "";
    }

    /// <summary>Lifts a freeze: an act that both people sign.</summary>
    public async Task LiftAsync(FreezeTarget target, string id, string caseId, CancellationToken cancel)
    {
        var status = await Client.GetAsync("admin/status", cancel).OrStop();
        var act = new LooseningAct(Did, LooseningActs.Lift, target, id, caseId, status.GetProperty("freezeSequence").GetInt64(), TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1));
        var signed = new SignedAct(act, [.. _people.Select(p => LooseningActs.Approve(act, p))]);
        await Client.PostAsync("admin/acts", JsonSerializer.SerializeToElement(signed, KernelJson.Options), cancel).OrStop();
    }

    private async Task<RuleSetDocument> DraftAsync(IReadOnlyList<Rule> rules, CancellationToken cancel)
    {
        var key = (await Client.GetAsync("admin/status", cancel).OrStop()).GetProperty("stampKey");
        var now = TimeProvider.System.GetUtcNow();
        var start = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var set = new RuleSet(
            Did, _version + 1, start, start, start.AddDays(30), RuleSetMode.Negative,
            new StampKey(key.GetProperty("publicKey").GetString()!, key.GetProperty("keyId").GetString()!, start.AddDays(10)), rules);
        return RuleSetReader.Of(set).Value;
    }

    private static JsonElement Signed(RuleSetDocument document, Ed25519Signer[] people)
        => JsonSerializer.SerializeToElement(new SignedRuleSet(document.Json, [.. people.Select(p => RegulationSignatures.Approve(document, p))]), KernelJson.Options);

    private JsonArray Keys() => new([.. _people.Select(p => (JsonNode)RegulatorPin.Spell(p.PublicKey))]);
}

/// <summary>Answer of the regulator's <c>/admin/status</c>, as far as the demo reads it.</summary>
internal sealed record SupervisionView(IReadOnlyList<SupervisedNode> Nodes, long? FreezeSequence);

/// <summary>How a node stands.</summary>
internal sealed record SupervisedNode(string Did, string? Name, string? Role, string State, DateTimeOffset? NoAnswerSince, AcknowledgedView? Acknowledged);

/// <summary>What a node acknowledged.</summary>
internal sealed record AcknowledgedView(int Version, long FreezeSequence, DateTimeOffset ReceivedAt, long TookMs, IReadOnlyList<EffectView>? Suspended, IReadOnlyList<EffectView>? Resumed);

/// <summary>One thing suspended or resumed.</summary>
internal sealed record EffectView(string Kind, string Target, string? RuleId);
