using System.Text.Json.Nodes;
using DataSpace.Cli.Demo.Intersection;
using DataSpace.Cli.Job;
using DataSpace.Kernel.Policy;
using Xunit;

namespace DataSpace.Cli.Tests;

/// <summary>Policy, question and configuration of the bank-and-merchant sample. The demo itself needs four nodes (<c>samples/bank-and-merchant/run.sh</c>).</summary>
public sealed class IntersectionDemoTests
{
    [Theory]
    [InlineData(IntersectionDemo.Offer, "intersect")]
    [InlineData(IntersectionDemo.SumOffer, "intersect:sum")]
    public void The_samples_policies_permit_one_kind_of_intersection_alone(string offer, string computation)
    {
        var text = File.ReadAllText(Path.Combine(IntersectionDemo.Sample, "policies", offer + ".odrl.json"));
        foreach (var party in (string[])["analyst", "bank", "merchant"])
        {
            text = text.Replace($"${{{party}.did}}", $"did:web:{party}.example", StringComparison.Ordinal)
                .Replace($"${{{party}.keyId}}", "ed25519-00112233445566778899aabbccddeeff", StringComparison.Ordinal);
        }
        var compiled = PolicyCompiler.Compile(System.Text.Encoding.UTF8.GetBytes(text));
        Assert.True(compiled.IsOk, compiled.IsOk ? "" : compiled.Error.ToString());
        var terms = Assert.Single(compiled.Value.Terms);
        Assert.Equal([computation], terms.Computations);
        Assert.Equal(IntersectionScreens.Minimum, terms.Obligations.MinimumGroupSize);
    }

    [Theory]
    [InlineData(IntersectionDemo.Offer)]
    [InlineData(IntersectionDemo.SumOffer)]
    public async Task The_samples_questions_obey_the_schema_and_name_the_owners_keys(string offer)
    {
        var spec = Assert.IsType<JsonObject>(YamlToJson.Read(File.ReadAllText(Path.Combine(IntersectionDemo.Sample, "jobs", offer + ".yaml"))).Value);
        Assert.Empty(await JobSpecFile.ValidateAsync(spec, null!, TestContext.Current.CancellationToken));
        foreach (var (_, name, dataset, file) in IntersectionDemo.Parts)
        {
            var config = JsonNode.Parse(File.ReadAllText(Path.Combine(IntersectionDemo.Sample, name, "config.json")))!["datasets"]![0]!;
            Assert.Equal((dataset, file), (config["id"]!.GetValue<string>(), config["path"]!.GetValue<string>()));
            var input = spec["inputs"]!.AsArray().Single(i => i!["dataset"]!.GetValue<string>() == dataset)!;
            Assert.Equal(spec["intersect"]!["key"]![0]!["steps"]!.ToJsonString(), config["intersection"]!["keys"]![input["key"]![0]!.GetValue<string>()]!.ToJsonString());
            Assert.Equal(IntersectionScreens.Cap, config["intersection"]!["maxRuns"]!.GetValue<int>());
        }
    }
}
