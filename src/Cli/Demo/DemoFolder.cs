using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Cli.Run;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo;

/// <summary>
/// The demo's folder: copies of the sample with the names filled in that exist only after the nodes' first start
/// (participant ids contain ports; pinned keys are made by the nodes).
/// </summary>
/// <param name="Root">The folder.</param>
/// <param name="Ports">Port per node.</param>
internal sealed record DemoFolder(string Root, IReadOnlyDictionary<string, int> Ports)
{
    /// <summary>The coordinator's folder name.</summary>
    public const string Coordinator = "coordinator";

    /// <summary>Folder names of the owners; the first is the chain leader, who is the analyst too.</summary>
    public static readonly IReadOnlyList<string> Owners = ["chain-leader", "supplier-a", "supplier-b"];

    /// <summary>What owners are called where a demo calls them otherwise than the sample; before they start.</summary>
    public Dictionary<string, (string En, string Zh)> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>Regulators that every configuration names; none in the plain demo.</summary>
    private JsonArray? _regulators;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The sample in the repository; the command ends when it is not there.</summary>
    public static string Sample => Installation.Repository is { } repository && Directory.Exists(Path.Combine(repository, "samples", "supply-chain"))
        ? Path.Combine(repository, "samples", "supply-chain")
        : throw new CommandStopped(CliErrors.NoFile.Of("samples/supply-chain"), ExitCode.Usage);

    /// <summary>A node's folder.</summary>
    public string Of(string key) => Path.Combine(Root, key);

    /// <summary>A node's own data directory.</summary>
    public string NodeDirectory(string key) => Path.Combine(Root, key, "node");

    /// <summary>A node's configuration file.</summary>
    public string ConfigFile(string key) => Path.Combine(Root, key, "config.json");

    /// <summary>A job spec.</summary>
    public string Job(string name) => Path.Combine(Root, "jobs", name + ".yaml");

    /// <summary>An owner's data file.</summary>
    public string DataFile(string owner) => Path.Combine(Root, owner, "investments.csv");

    /// <summary>A participant's id: a did:web of this machine.</summary>
    public string Did(string key) => $"did:web:localhost%3A{Money.Number(Ports[key])}";

    /// <summary>The chain leader runs the coordinator: beside it, it is no second witness of anybody's log.</summary>
    private JsonArray OperatorDids() => new(JsonValue.Create(Did(Owners[0])));

    /// <summary>Makes the folder anew, with the sample in it and configurations that offer nothing yet.</summary>
    public static DemoFolder Create(string root)
    {
        if (Directory.Exists(root))
            Directory.Delete(root, recursive: true);
        Directory.CreateDirectory(root);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string[] keys = [Coordinator, .. Owners];
        var folder = new DemoFolder(root, FreePorts(keys));
        CopyFolder(Path.Combine(Sample, "jobs"), Path.Combine(root, "jobs"));
        foreach (var key in keys)
            Directory.CreateDirectory(folder.Of(key));
        foreach (var owner in Owners)
            File.Copy(Path.Combine(Sample, owner, "investments.csv"), folder.DataFile(owner));
        WriteJson(folder.ConfigFile(Coordinator), new JsonObject
        {
            ["did"] = folder.Did(Coordinator),
            ["displayName"] = new JsonObject { ["en"] = "Coordinator", ["zh"] = "协调方" },
            ["spaceId"] = "grunfeld-supply-chain",
            ["operatorDids"] = folder.OperatorDids(),
        });
        foreach (var owner in Owners)
            folder.WriteConfig(owner, withDatasets: false, dataset: null);
        return folder;
    }

    /// <summary>Writes an owner's configuration. Before keys are known it offers nothing; then the dataset of the sample, or the given one.</summary>
    public void WriteConfig(string owner, bool withDatasets, JsonObject? dataset)
    {
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(Sample, owner, "config.json")))!.AsObject();
        config["did"] = Did(owner);
        config["operatorDids"] = OperatorDids();
        if (Names.TryGetValue(owner, out var name))
            config["displayName"] = new JsonObject { ["en"] = name.En, ["zh"] = name.Zh };
        // Short names for job specs; only the analyst's node needs them.
        if (owner == Owners[0])
            config["aliases"] = new JsonObject(Owners.Select(o => KeyValuePair.Create(o, (JsonNode?)JsonValue.Create(Did(o)))));
        if (_regulators is not null)
            config["regulators"] = _regulators.DeepClone();
        if (!withDatasets)
            config["datasets"] = new JsonArray();
        else if (dataset is not null)
            config["datasets"] = new JsonArray(dataset.DeepClone());
        foreach (var (other, alias) in _aliases)
            (config["aliases"] as JsonObject)?.Add(alias, Did(other));
        WriteJson(ConfigFile(owner), config);
    }

    private readonly List<(string Owner, string Alias)> _aliases = [];

    /// <summary>A further short name of an owner in job specs, and what people read.</summary>
    public void Call(string owner, string alias, string en, string zh)
    {
        Names[owner] = (en, zh);
        _aliases.Add((owner, alias));
        foreach (var each in Owners)
            WriteConfig(each, withDatasets: false, dataset: null);
    }

    /// <summary>Names regulators in every node's configuration, from now on.</summary>
    public void Pin(JsonArray regulators)
    {
        _regulators = regulators;
        var coordinator = JsonNode.Parse(File.ReadAllText(ConfigFile(Coordinator)))!.AsObject();
        coordinator["regulators"] = regulators.DeepClone();
        WriteJson(ConfigFile(Coordinator), coordinator);
        foreach (var owner in Owners)
            WriteConfig(owner, withDatasets: false, dataset: null);
    }

    /// <summary>Copies the policies with participant ids and key ids filled in.</summary>
    public void WritePolicies(IReadOnlyDictionary<string, string> keyIds)
    {
        Directory.CreateDirectory(Path.Combine(Root, "policies"));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Sample, "policies"), "*.json"))
        {
            var text = File.ReadAllText(file);
            foreach (var (owner, keyId) in keyIds)
            {
                text = text.Replace($"${{{owner}.did}}", Did(owner), StringComparison.Ordinal)
                    .Replace($"${{{owner}.keyId}}", keyId, StringComparison.Ordinal);
            }
            File.WriteAllText(Path.Combine(Root, "policies", Path.GetFileName(file)), text);
        }
    }

    /// <summary>A job spec in which one owner's input names its agreement.</summary>
    public string WriteJobWithAgreement(string fromJob, string name, string owner, string agreementId)
    {
        var lines = File.ReadAllText(Job(fromJob)).Split('\n')
            .Select(l => l.Contains($"participant: {owner},", StringComparison.Ordinal) ? l.Replace(" }", $", agreement: \"{agreementId}\" }}", StringComparison.Ordinal) : l);
        File.WriteAllText(Job(name), string.Join('\n', lines));
        return Job(name);
    }

    private static void WriteJson(string path, JsonObject value) => File.WriteAllText(path, value.ToJsonString(Indented) + "\n");

    /// <summary>Ports that are free now. All are held open until the last is known, so that they differ.</summary>
    private static Dictionary<string, int> FreePorts(IReadOnlyList<string> keys)
    {
        var listeners = keys.Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            foreach (var listener in listeners)
                listener.Start();
            return keys.Zip(listeners).ToDictionary(p => p.First, p => ((IPEndPoint)p.Second.LocalEndpoint).Port, StringComparer.Ordinal);
        }
        finally
        {
            foreach (var listener in listeners)
                listener.Dispose();
        }
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
