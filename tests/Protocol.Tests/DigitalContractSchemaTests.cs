using System.Text.Json.Nodes;
using DataSpace.Kernel.Policy.Standard;
using NJsonSchema;
using Xunit;

namespace DataSpace.Protocol.Tests;

/// <summary>The schema of digital contracts takes every vector, refuses what the reader refuses, and lists the codes of the engine's table.</summary>
public sealed class DigitalContractSchemaTests
{
    private static readonly string Schemas = Path.Combine(Vectors.Root, "contracts", "schemas", "digital-contract.schema.json");
    private static readonly string Folder = Path.Combine(Vectors.Root, "contracts", "vectors", "policy");

    public static TheoryData<string> Contracts() => ["signed.contract.json", "spellings.contract.json", "spellings.canonical.json", "statistics.contract.json"];

    private static Task<JsonSchema> Schema() => JsonSchema.FromFileAsync(Schemas, TestContext.Current.CancellationToken);

    private static JsonObject Read(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, name)))!.AsObject();

    [Theory]
    [MemberData(nameof(Contracts))]
    public async Task Every_vector_obeys(string name) => Assert.Empty((await Schema()).Validate(Read(name).ToJsonString()));

    [Theory]
    [InlineData("contractStatus", "\"04\"")]
    [InlineData("contractId", "\"c4\"")]
    [InlineData("signMode", "\"03\"")]
    [InlineData("colour", "1")]
    [InlineData("createTime", "\"yesterday\"")]
    [InlineData("contractPolicies", "{}")]
    [InlineData("contractPolicies", """{"permissionPolicies":[{"actions":["export"]}]}""")]
    [InlineData("contractPolicies", """{"permissionPolicies":[{"actions":["read"],"constraints":[{"constraintName":"count","constraintOperator":"13","constraintValue":"1"}]}]}""")]
    public async Task A_contract_with_one_wrong_member_is_refused(string member, string value)
    {
        var contract = Read("signed.contract.json");
        contract[member] = JsonNode.Parse(value);
        Assert.NotEmpty((await Schema()).Validate(contract.ToJsonString()));
    }

    [Fact]
    public void The_schema_lists_the_codes_of_the_tables()
    {
        var definitions = JsonNode.Parse(File.ReadAllText(Schemas))!["definitions"]!;
        string[] Listed(JsonNode? node) => [.. node!["enum"]!.AsArray().Select(v => (string)v!)];
        Assert.Equal(StandardCodes.Actions.Select(a => a.Code).Append("policyTransmit").Order(), Listed(definitions["action"]!["anyOf"]![0]).Order());
        Assert.Equal(StandardCodes.Constraints.Select(c => c.Name).Append("dataRecord").Append("expansionItem").Order(), Listed(definitions["constraint"]!["properties"]!["constraintName"]).Order());
        Assert.Equal(StandardCodes.Operators.Select(o => o.Code), Listed(definitions["constraint"]!["properties"]!["constraintOperator"]));
    }
}
