using System.Text.Json.Nodes;
using DataSpace.Cli.Demo;
using DataSpace.Cli.Demo.Privacy;
using DataSpace.Cli.Job;
using DataSpace.Kernel.Policy;
using Xunit;

namespace DataSpace.Cli.Tests;

/// <summary>Policy and questions of the privacy demo: a budget for exactly two of them. The demo itself needs four nodes (<c>samples/privacy-budget.sh</c>).</summary>
public sealed class PrivacyDemoTests
{
    [Fact]
    public void The_samples_policy_has_room_for_two_questions()
    {
        var text = File.ReadAllText(Path.Combine(DemoFolder.Sample, "policies", PrivacyDemo.Offer + ".odrl.json"));
        foreach (var owner in DemoFolder.Owners)
        {
            text = text.Replace($"${{{owner}.did}}", $"did:web:{owner}.example", StringComparison.Ordinal)
                .Replace($"${{{owner}.keyId}}", "ed25519-00112233445566778899aabbccddeeff", StringComparison.Ordinal);
        }
        var compiled = PolicyCompiler.Compile(System.Text.Encoding.UTF8.GetBytes(text));
        Assert.True(compiled.IsOk, compiled.IsOk ? "" : compiled.Error.ToString());
        var privacy = Assert.Single(compiled.Value.Terms).Obligations.Privacy!;
        Assert.Equal((2 * PrivacyScreens.EpsilonMicro, PrivacyScreens.EpsilonMicro, 1), (privacy.BudgetMicroEpsilon, privacy.EpsilonPerUseMicro!.Value, privacy.ContributionBound));
    }

    [Fact]
    public async Task Every_question_obeys_the_schema_and_costs_the_same()
    {
        foreach (var (name, groups) in PrivacyScreens.Questions)
        {
            var (value, problem) = YamlToJson.Read(SyntheticSpace.JobSpec(groups, "[count, sum, mean]", PrivacyScreens.EpsilonMicro));
            Assert.Null(problem);
            var spec = Assert.IsType<JsonObject>(value);
            Assert.Empty(await JobSpecFile.ValidateAsync(spec, null!, TestContext.Current.CancellationToken));
            Assert.True(spec["epsilonMicro"]!.GetValue<long>() == PrivacyScreens.EpsilonMicro, name);
        }
        var plain = YamlToJson.Read(SyntheticSpace.JobSpec("range: { from: 0, to: 99 }", "[sum]")).Value!.AsObject();
        Assert.False(plain.ContainsKey("epsilonMicro"));
    }
}
