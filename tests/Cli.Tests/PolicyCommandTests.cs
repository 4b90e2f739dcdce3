using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace DataSpace.Cli.Tests;

/// <summary><c>dataspace policy</c> over files: exit codes and what a script or a person reads.</summary>
public sealed class PolicyCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("policy-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static JsonObject Policy() => JsonNode.Parse("""
        {
          "@type": "Offer",
          "permission": [{ "action": "use", "constraint": [
            { "leftOperand": "purpose", "operator": "isAnyOf", "rightOperand": ["statistics", "research"] },
            { "leftOperand": "dateTime", "operator": "lt", "rightOperand": "2090-01-01T00:00:00Z" },
            { "leftOperand": "count", "operator": "lteq", "rightOperand": "10" },
            { "leftOperand": "dataspace:computation", "operator": "isAnyOf", "rightOperand": ["sql"] },
            { "leftOperand": "dataspace:column", "operator": "isAnyOf", "rightOperand": ["year", "invest"] },
            { "leftOperand": "dataspace:groupKey", "operator": "isAnyOf", "rightOperand": ["year"] },
            { "leftOperand": "dataspace:minimumGroupSize", "operator": "gteq", "rightOperand": "5" },
            { "leftOperand": "dataspace:dominancePercent", "operator": "lteq", "rightOperand": "80" },
            { "leftOperand": "dataspace:privacyBudget", "operator": "lteq", "rightOperand": "1000000" }
          ] }]
        }
        """)!.AsObject();

    private string File(string name, JsonObject json)
    {
        var path = Path.Combine(_folder, name);
        System.IO.File.WriteAllText(path, json.ToJsonString());
        return path;
    }

    private static JsonObject With(string term, string value)
    {
        var policy = Policy();
        policy["permission"]![0]!["constraint"]!.AsArray().Single(c => (string?)c!["leftOperand"] == term)!["rightOperand"] = value;
        return policy;
    }

    [Fact]
    public async Task Explain_allows_and_denies_by_the_rule()
    {
        var file = File("p.json", Policy());
        string[] use = ["policy", "explain", file, "--purpose", "research", "--computation", "sql", "--columns", "invest", "--group-by", "year", "--epsilon", "1000"];
        Assert.Contains("Allowed", (await CliProcess.RunAsync(use)).Exits(0).Output, StringComparison.Ordinal);
        use[4] = "marketing";
        var denied = (await CliProcess.RunAsync(use)).Exits(3);
        Assert.Contains("DS-POL-023", denied.Output, StringComparison.Ordinal);
        Assert.Contains("marketing", denied.Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await CliProcess.RunAsync([.. use, "--json"])).Exits(3).Output);
        Assert.Equal("deny", json.RootElement.GetProperty("outcome").GetString());
        Assert.Single(json.RootElement.GetProperty("rules").EnumerateArray(), r => !r.GetProperty("holds").GetBoolean());
        Assert.Contains("被", (await CliProcess.RunAsync([.. use, "--lang", "zh"])).Exits(3).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_wants_one_thing_to_explain()
        => Assert.Contains("DS-POL-089", (await CliProcess.RunAsync("policy", "explain", "--purpose", "x")).Exits(2).Errors, StringComparison.Ordinal);

    [Fact]
    public async Task Lint_exits_0_1_and_2()
    {
        (await CliProcess.RunAsync("policy", "lint", File("clean.json", Policy()), "--strict")).Exits(0);
        var weak = File("weak.json", With("dataspace:dominancePercent", "off"));
        (await CliProcess.RunAsync("policy", "lint", weak)).Exits(0);
        Assert.Contains("DS-POL-094", (await CliProcess.RunAsync("policy", "lint", weak, "--strict")).Exits(1).Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await CliProcess.RunAsync("policy", "lint", File("bad.json", With("count", "many")), "--json")).Exits(2).Output);
        var finding = Assert.Single(json.RootElement.GetProperty("findings").EnumerateArray());
        Assert.Equal(("DS-POL-008", "/permission/0/constraint/2"), (finding.GetProperty("code").GetString(), finding.GetProperty("pointer").GetString()));
    }

    [Fact]
    public async Task Diff_says_whether_the_new_version_may_permit_more()
    {
        string old = File("old.json", Policy()), narrower = File("narrower.json", With("count", "5"));
        Assert.Contains("Proven", (await CliProcess.RunAsync("policy", "diff", old, narrower)).Exits(0).Output, StringComparison.Ordinal);
        var wider = (await CliProcess.RunAsync("policy", "diff", narrower, old)).Exits(1);
        Assert.Contains("wider", wider.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Translate_goes_to_the_standard_and_back()
    {
        var file = File("p.json", Policy());
        (await CliProcess.RunAsync("policy", "translate", file, "--to", "standard")).Exits(3); // no target: the product has to be named
        var contract = (await CliProcess.RunAsync("policy", "translate", file, "--to", "standard", "--product", "investment")).Exits(0).Output;
        Assert.Contains("\"constraintName\": \"count\"", contract, StringComparison.Ordinal);
        var back = (await CliProcess.RunAsync("policy", "translate", File("c.json", JsonNode.Parse(contract)!.AsObject()), "--to", "odrl", "--policy-only")).Exits(0).Output;
        Assert.True(JsonNode.DeepEquals(Policy()["permission"], JsonNode.Parse(back)!["permission"]));
        (await CliProcess.RunAsync("policy", "diff", file, File("c.json", JsonNode.Parse(contract)!.AsObject()))).Exits(0);
    }
}
