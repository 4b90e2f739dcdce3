using System.Text.Json.Nodes;
using NJsonSchema;

namespace DataSpace.EndToEnd.Support;

/// <summary>Configurations that tests write obey the published schemas: a schema that refuses what a node reads, or lacks a member, fails here.</summary>
internal static class ConfigSchemas
{
    private static readonly Dictionary<string, Lazy<JsonSchema>> Schemas = new[] { "connector", "coordinator", "regulator" }.ToDictionary(kind => kind, kind => new Lazy<JsonSchema>(
        () => JsonSchema.FromJsonAsync(File.ReadAllText(Path.Combine(Layout.Root, "contracts", "schemas", kind + "-config.schema.json"))).GetAwaiter().GetResult()));

    public static void AssertValid(string kind, string config)
    {
        var json = JsonNode.Parse(config)!;
        // What is not classified is what a test offers on purpose: the node withholds it.
        if (json["datasets"] is JsonArray datasets)
            json["datasets"] = new JsonArray([.. datasets.Where(d => d!["classification"] is not null).Select(d => d!.DeepClone())]);
        var problems = Schemas[kind].Value.Validate(json.ToJsonString());
        Assert.True(problems.Count == 0, $"{kind}: {string.Join("; ", problems)}");
    }
}
