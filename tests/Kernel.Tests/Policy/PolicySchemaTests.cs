using System.Text.Json.Nodes;
using CsCheck;
using DataSpace.Kernel.Policy;
using Xunit;
using static DataSpace.Kernel.Tests.Policy.Policies;

namespace DataSpace.Kernel.Tests.Policy;

/// <summary>The schema of usage policies takes what the engine takes, and refuses what has another form.</summary>
public sealed class PolicySchemaTests
{
    [Fact]
    public async Task It_takes_every_term_with_every_operator_of_the_vocabulary_and_no_other()
    {
        var schema = await Schemas.ReadAsync("usage-policy");
        foreach (var term in PolicyVocabulary.Terms)
        {
            foreach (var op in term.Operators)
                schema.Obeys(Agreement([Constraint(term.Name, op, "x")]).ToJsonString());
        }
        var listed = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Schemas.Folder, "usage-policy.schema.json"), TestContext.Current.CancellationToken))!["definitions"]!["comparison"]!["properties"]!["operator"]!["enum"]!
            .AsArray().Select(o => (string)o!).Where(o => !o.StartsWith("odrl:", StringComparison.Ordinal));
        Assert.Equal(PolicyVocabulary.Terms.SelectMany(t => t.Operators).Distinct().Order(), listed.Order());
    }

    [Fact]
    public async Task It_takes_what_the_engine_compiles()
    {
        var schema = await Schemas.ReadAsync("usage-policy");
        GeneratedPolicies.AnyRules.Sample(rules => Assert.Empty(schema.Validate(rules.Agreement().ToJsonString())), iter: 150, threads: 1);
    }

    [Theory]
    [InlineData("permission", "[]")]
    [InlineData("permission", """[{"action":"sell"}]""")]
    [InlineData("permission", """[{"action":"use","target":"d"}]""")]
    [InlineData("permission", """[{"action":"use","constraint":[{"leftOperand":"colour","operator":"eq","rightOperand":"red"}]}]""")]
    [InlineData("permission", """[{"action":"use","constraint":[{"leftOperand":"purpose","operator":"like","rightOperand":"p"}]}]""")]
    [InlineData("permission", """[{"action":"use","constraint":[{"leftOperand":"count","operator":"lteq","rightOperand":3}]}]""")]
    [InlineData("permission", """[{"action":"use","constraint":[{"andSequence":[{"leftOperand":"purpose","operator":"eq","rightOperand":"p"}]}]}]""")]
    [InlineData("prohibition", """[{"action":"std:download"}]""")]
    [InlineData("obligation", """[{"action":"alert"}]""")]
    [InlineData("obligation", """[{"action":"compensate"}]""")]
    [InlineData("@type", "\"Set\"")]
    [InlineData("assigner", "\"https://owner.example\"")]
    [InlineData("profile", "\"x\"")]
    public async Task It_refuses_what_the_engine_refuses_for_its_form(string member, string value)
    {
        var policy = Agreement();
        policy[member] = JsonNode.Parse(value);
        Assert.False(PolicyCompiler.Compile(Element(policy)).IsOk);
        Assert.NotEmpty((await Schemas.ReadAsync("usage-policy")).Validate(policy.ToJsonString()));
    }
}
