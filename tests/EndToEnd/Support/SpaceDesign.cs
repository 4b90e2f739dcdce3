using System.Text.Json.Nodes;

namespace DataSpace.EndToEnd.Support;

/// <summary>What a space is made of before it starts: datasets and offers beside those of the sample.</summary>
internal sealed class SpaceDesign(Space space)
{
    private readonly Dictionary<Party, Party[]> _groups = [];
    private readonly List<(Party Owner, JsonObject Dataset)> _datasets = [];
    private readonly Dictionary<string, (Action<Policy> Change, string? Column)> _policies = [];
    private readonly Dictionary<string, (string Id, Action<Policy> Change)> _onlyOffers = [];

    private readonly List<(Party Owner, string Name, JsonNode Value)> _settings = [];
    private TestRegulator? _regulator;
    private JsonArray? _pins;

    public Party Leader => space.Leader;

    public Party SupplierA => space.SupplierA;

    public Party SupplierB => space.SupplierB;

    /// <summary>An offer for every dataset, or for those with that column: the sample's joint-statistics policy, changed.</summary>
    public void Offer(string id, Action<Policy> change, string? column = null) => _policies[id] = (change, column);

    /// <summary>The same for one dataset, which then has no other offer.</summary>
    public void OnlyOffer(string dataset, string id, Action<Policy> change) => _onlyOffers[dataset] = (id, change);

    /// <summary>To this owner, these consumers count as one.</summary>
    public void ConsumerGroup(Party owner, params Party[] members) => _groups[owner] = members;

    /// <summary>Every node pins this regulator. Supplier A takes the analyst for foreign, supplier B for domestic.</summary>
    public void Regulated(TestRegulator regulator) => (_regulator, _pins) = (regulator, regulator.Config(CardFile()));

    /// <summary>The same with a regulator that has a host.</summary>
    public void Regulated(JsonArray pins) => _pins = pins;

    /// <summary>One more member of an owner's configuration.</summary>
    public void Setting(Party owner, string name, JsonNode value) => _settings.Add((owner, name, value));

    /// <summary>One more dataset of an owner, with the sample's columns unless <paramref name="change"/> says otherwise.</summary>
    public void Dataset(Party owner, string id, string csv, Action<JsonObject>? change = null)
    {
        var file = Path.Combine(space.Root, "data", owner.Name, id + ".csv");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, csv);
        var dataset = Sample(owner);
        (dataset["id"], dataset["path"]) = (id, file);
        change?.Invoke(dataset);
        _datasets.Add((owner, dataset));
    }

    public IReadOnlyList<Party> Owners => space.Owners;

    /// <summary>Further owners have what supplier B has.</summary>
    private static string SampleOf(Party owner) => owner.Name is "chain-leader" or "supplier-a" ? owner.Name : "supplier-b";

    /// <summary>Text of an owner's data as the sample has it.</summary>
    public static string Csv(Party owner) => File.ReadAllText(Path.Combine(Layout.Sample, SampleOf(owner), "investments.csv"));

    /// <summary>Writes policies and configuration files.</summary>
    public void Write()
    {
        foreach (var id in (string[])[Space.Joint, Space.Trial])
            File.WriteAllText(PolicyFile(id), Filled(id));
        foreach (var (id, change) in _policies.Select(p => (p.Key, p.Value.Change)).Concat(_onlyOffers.Values))
        {
            var policy = new Policy(JsonNode.Parse(Filled(Space.Joint))!.AsObject());
            change(policy);
            File.WriteAllText(PolicyFile(id), policy.Json.ToJsonString());
        }
        foreach (var owner in space.Owners)
        {
            var sample = Sample(owner);
            sample["path"] = Path.Combine(Layout.Sample, SampleOf(owner), "investments.csv");
            var config = new JsonObject
            {
                ["did"] = owner.Did,
                ["displayName"] = new JsonObject { ["en"] = owner.Name, ["zh"] = owner.Name },
                ["spaceId"] = "e2e",
                ["datasets"] = new JsonArray([.. _datasets.Where(d => d.Owner == owner).Select(d => d.Dataset).Prepend(sample).Select(Offered)]),
            };
            if (_groups.TryGetValue(owner, out var group))
                config["consumerGroups"] = new JsonArray(new JsonArray([.. group.Select(m => (JsonNode)m.Did)]));
            if (_pins is not null)
            {
                config["regulators"] = _pins.DeepClone();
                config["regulationPollMs"] = 500;
                config["region"] = "CN-310000";
                config["regions"] = new JsonObject { [space.Leader.Did] = owner == space.SupplierA ? "SG" : "CN-310000" };
            }
            foreach (var setting in _settings.Where(s => s.Owner == owner))
                config[setting.Name] = setting.Value.DeepClone();
            ConfigSchemas.AssertValid("connector", config.ToJsonString());
            File.WriteAllText(owner.ConfigFile, config.ToJsonString());
        }
        var coordinator = new JsonObject
        {
            ["did"] = space.Coordinator.Did,
            ["displayName"] = new JsonObject { ["en"] = "Coordinator", ["zh"] = "协调方" },
        };
        if (_regulator is not null)
            File.WriteAllText(CardFile(), _regulator.Card.ToJsonString());
        if (_pins is not null)
            (coordinator["regulators"], coordinator["regulationPollMs"]) = (_pins.DeepClone(), 500);
        ConfigSchemas.AssertValid("coordinator", coordinator.ToJsonString());
        File.WriteAllText(space.Coordinator.ConfigFile, coordinator.ToJsonString());
    }

    private JsonObject Offered(JsonObject dataset)
    {
        bool Has(string? column) => column is null || dataset["columns"]!.AsArray().Any(c => c!["name"]!.GetValue<string>() == column);
        var ids = _onlyOffers.TryGetValue(dataset["id"]!.GetValue<string>(), out var only) ? [only.Id]
            : _policies.Where(p => Has(p.Value.Column)).Select(p => p.Key).Prepend(Space.Trial).Prepend(Space.Joint);
        dataset["offers"] = new JsonArray([.. ids
            .Select(id => (JsonNode)new JsonObject { ["id"] = id, ["policy"] = PolicyFile(id) })]);
        return dataset;
    }

    private string CardFile() => Path.Combine(space.Root, "regulator.node.json");

    private string PolicyFile(string id) => Path.Combine(space.Root, id + ".odrl.json");

    private string Filled(string id)
    {
        var text = File.ReadAllText(Path.Combine(Layout.Sample, "policies", id + ".odrl.json"));
        foreach (var owner in space.Owners)
            text = text.Replace($"${{{owner.Name}.did}}", owner.Did, StringComparison.Ordinal).Replace($"${{{owner.Name}.keyId}}", owner.KeyId, StringComparison.Ordinal);
        return text;
    }

    private static JsonObject Sample(Party owner)
        => JsonNode.Parse(File.ReadAllText(Path.Combine(Layout.Sample, SampleOf(owner), "config.json")))!["datasets"]![0]!.DeepClone().AsObject();
}

/// <summary>A policy document under change.</summary>
internal sealed class Policy(JsonObject json)
{
    public JsonObject Json => json;

    private JsonArray Constraints => json["permission"]![0]!["constraint"]!.AsArray();

    public string Get(string leftOperand) => Constraints.First(c => c!["leftOperand"]!.GetValue<string>() == leftOperand)!["rightOperand"]!.GetValue<string>();

    public Policy Set(string leftOperand, JsonNode rightOperand, string? @operator = null)
    {
        var constraint = Constraints.First(c => c!["leftOperand"]!.GetValue<string>() == leftOperand)!;
        constraint["rightOperand"] = rightOperand;
        if (@operator is not null)
            constraint["operator"] = @operator;
        return this;
    }

    public Policy Add(string leftOperand, string @operator, JsonNode rightOperand)
    {
        Constraints.Add(new JsonObject { ["leftOperand"] = leftOperand, ["operator"] = @operator, ["rightOperand"] = rightOperand });
        return this;
    }

    public Policy Remove(string leftOperand)
    {
        Constraints.Remove(Constraints.First(c => c!["leftOperand"]!.GetValue<string>() == leftOperand));
        return this;
    }
}
