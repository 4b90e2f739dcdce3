using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DataSpace.Cli.Demo;
using DataSpace.Cli.Demo.NegativeList;
using DataSpace.Kernel.Policy;
using NJsonSchema;
using Xunit;

namespace DataSpace.Cli.Tests;

/// <summary>What the demos write for their nodes, and what the samples ship, obeys the schemas; every policy compiles.</summary>
public sealed partial class DemoFilesTests
{
    private const string KeyId = "ed25519-00112233445566778899aabbccddeeff";

    private static readonly string Samples = Path.GetDirectoryName(DemoFolder.Sample)!;

    private static Task<JsonSchema> SchemaAsync(string name) => JsonSchema.FromFileAsync(Path.Combine(Samples, "..", "contracts", "schemas", name + ".schema.json"), TestContext.Current.CancellationToken);

    public static TheoryData<string> Policies() => [.. Directory.EnumerateFiles(Samples, "*.odrl.json", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Samples, f)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Configurations() => [.. Directory.EnumerateFiles(Samples, "config.json", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Samples, f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Policies))]
    public async Task Every_sample_policy_obeys_the_schema_and_compiles(string file) => await EnforceableAsync(Filled(file));

    [Theory]
    [MemberData(nameof(Configurations))]
    public async Task Every_sample_configuration_obeys_the_schema(string file) => Assert.Empty((await SchemaAsync("connector-config")).Validate(Filled(file)));

    [Fact]
    public async Task Configurations_and_policies_of_the_demos_obey_their_schemas()
    {
        using var home = new TempFolder();
        var folder = DemoFolder.Create(Path.Combine(home.Path, "demo"));
        var schema = await SchemaAsync("connector-config");
        void Obey()
        {
            foreach (var owner in DemoFolder.Owners)
                Assert.Empty(schema.Validate(File.ReadAllText(folder.ConfigFile(owner))));
        }
        Obey(); // before the first start
        folder.WritePolicies(DemoFolder.Owners.ToDictionary(o => o, _ => KeyId));
        foreach (var dataset in (JsonObject?[])[null, SyntheticSpace.Dataset(), Shipped("bank"), Shipped("merchant")])
        {
            foreach (var owner in DemoFolder.Owners)
                folder.WriteConfig(owner, withDatasets: true, dataset);
            Obey();
        }
        folder.Pin(new DemoRegulator(folder, 8443).Pins);
        Obey();
        folder.Call("supplier-a", "bank", "Bank", "银行");
        Obey();
        SyntheticSpace.WritePolicy(folder, "joint-statistics", "value:2:0:100000");
        var written = Directory.GetFiles(Path.Combine(folder.Root, "policies"), "*.odrl.json");
        Assert.Equal(3, written.Length);
        foreach (var file in written)
            await EnforceableAsync(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    private static async Task EnforceableAsync(string policy)
    {
        Assert.Empty((await SchemaAsync("usage-policy")).Validate(policy));
        var compiled = PolicyCompiler.Compile(Encoding.UTF8.GetBytes(policy));
        Assert.True(compiled.IsOk, compiled.Error?.ToString());
    }

    private static JsonObject Shipped(string owner) => JsonNode.Parse(File.ReadAllText(Path.Combine(Samples, "bank-and-merchant", owner, "config.json")))!["datasets"]![0]!.DeepClone().AsObject();

    /// <summary>As after the nodes' first start, when their names and keys are known.</summary>
    private static string Filled(string file) => Placeholder().Replace(File.ReadAllText(Path.Combine(Samples, file)), m => m.Groups["what"].Value == "did" ? $"did:web:{m.Groups["who"].Value}.example" : KeyId);

    [GeneratedRegex(@"\$\{(?<who>[a-z-]+)\.(?<what>did|keyId)\}")]
    private static partial Regex Placeholder();
}
