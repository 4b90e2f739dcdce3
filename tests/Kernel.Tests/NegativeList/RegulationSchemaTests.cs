using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using NJsonSchema;
using Xunit;

namespace DataSpace.Kernel.Tests.NegativeList;

/// <summary>The schemas of rule sets and bundles take what the code writes, and refuse what the reader refuses for its form.</summary>
public sealed class RegulationSchemaTests
{
    private readonly Regulator _regulator = new();

    /// <summary>Every route and every member of a match.</summary>
    private RuleSet Negative => _regulator.Set(3,
        Regulator.Rule("R-1", new RuleMatch(Industry: ["C36"], Scenario: ["T0200"], Field: ["gps_*", "*轨迹*"], Pattern: ["idCard"])),
        Regulator.Rule("R-2", new RuleMatch(GradeAtLeast: 5, Purpose: ["marketing"], Participant: ["did:web:consumer.example"]), RuleRoute.SecurityAssessment),
        Regulator.Rule("R-3", new RuleMatch(DestinationRegion: [RegionScope.Abroad, "US", "CN-310000"], Volume: new VolumePerYear(Subjects: 10_000)), RuleRoute.StandardContract),
        Regulator.Rule("R-4", new RuleMatch(Pattern: ["phone"], Volume: new VolumePerYear(Records: 1)), RuleRoute.Certification));

    private RuleSet White => _regulator.Set(4, Regulator.Rule("W-1", new RuleMatch(Industry: ["C36"], GradeAtMost: 2), RuleRoute.Allowed)) with { Mode = RuleSetMode.Whitelist, WhitelistIndustries = ["C36"] };

    [Fact]
    public async Task Rule_sets_as_they_are_signed()
    {
        var schema = await Schemas.ReadAsync("rule-set");
        foreach (var set in (RuleSet[])[Negative, White])
            schema.Obeys(RuleSetReader.Of(set).Value.Json.GetRawText());
        var routes = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Schemas.Folder, "rule-set.schema.json"), TestContext.Current.CancellationToken))!["properties"]!["rules"]!["items"]!["properties"]!["route"]!["enum"]!;
        Assert.Equal(Enum.GetNames<RuleRoute>().Select(JsonNamingPolicy.CamelCase.ConvertName).Order(), routes.AsArray().Select(r => (string)r!).Order());
    }

    [Fact]
    public async Task Bundles_as_they_travel_with_what_is_signed_in_them()
    {
        var orders = _regulator.Orders(3,
            [new Freeze(FreezeTarget.Dataset, "frozen-set", "case-17", Regulator.Start), new Freeze(FreezeTarget.Participant, "did:web:x.example", "case-18", Regulator.Start), new Freeze(FreezeTarget.Contract, "urn:uuid:1", "case-19", Regulator.Start)],
            [new Clearance("sales-2025", "did:web:consumer.example", "R-2", Regulator.Start + TimeSpan.FromDays(3), "case-20")]);
        var schema = await Schemas.ReadAsync("regulation-bundle");
        foreach (var bundle in (RegulationBundle[])[_regulator.Bundle(Negative, orders), _regulator.Bundle(White)])
        {
            schema.Obeys(JsonSerializer.Serialize(bundle, KernelJson.Options));
            foreach (var approval in bundle.Approvals)
                (await PayloadAsync("approval")).Obeys(Payload(approval));
            (await PayloadAsync("orders")).Obeys(Payload(bundle.Orders));
            (await PayloadAsync("stamp")).Obeys(Payload(bundle.Stamp));
        }
    }

    [Theory]
    [InlineData("version", "0")]
    [InlineData("regulator", "\"https://regulator.example\"")]
    [InlineData("mode", "\"grey\"")]
    [InlineData("colour", "1")]
    [InlineData("stampKey", """{"publicKey":"x","keyId":"y"}""")]
    [InlineData("rules", """[{"id":"R-1","basis":"b","titleEn":"t","titleZh":"t","match":{},"route":"prohibited"}]""")]
    [InlineData("rules", """[{"id":"R-1","basis":"b","titleEn":"t","titleZh":"t","match":{"gradeAtLeast":7},"route":"prohibited"}]""")]
    [InlineData("rules", """[{"id":"R 1","basis":"b","titleEn":"t","titleZh":"t","match":{"gradeAtLeast":6},"route":"prohibited"}]""")]
    [InlineData("rules", """[{"id":"R-1","basis":"b","titleEn":"t","titleZh":"t","match":{"gradeAtLeast":6},"route":"maybe"}]""")]
    [InlineData("rules", """[{"id":"R-1","basis":"b","titleEn":"t","titleZh":"t","match":{"colour":["red"]},"route":"prohibited"}]""")]
    public async Task A_rule_set_with_one_wrong_member_is_refused_by_schema_and_reader(string member, string value)
    {
        var set = JsonNode.Parse(RuleSetReader.Of(Negative).Value.Json.GetRawText())!.AsObject();
        Assert.True(RuleSetReader.Read(Bytes(set)).IsOk);
        set[member] = JsonNode.Parse(value);
        Assert.NotEmpty((await Schemas.ReadAsync("rule-set")).Validate(set.ToJsonString()));
        Assert.False(RuleSetReader.Read(Bytes(set)).IsOk);
        // In a bundle as well: the reference leads somewhere.
        var bundle = JsonSerializer.SerializeToNode(_regulator.Bundle(Negative), KernelJson.Options)!.AsObject();
        bundle["ruleSet"] = set.DeepClone();
        Assert.NotEmpty((await Schemas.ReadAsync("regulation-bundle")).Validate(bundle.ToJsonString()));
    }

    private static byte[] Bytes(JsonNode json) => Encoding.UTF8.GetBytes(json.ToJsonString());

    private static string Payload(string jws) => Encoding.UTF8.GetString(Jws.Parse(jws, int.MaxValue).Value.Payload.Span);

    private static async Task<JsonSchema> PayloadAsync(string name)
        => await JsonSchema.FromJsonAsync(
            JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Schemas.Folder, "regulation-bundle.schema.json"), TestContext.Current.CancellationToken))!["$defs"]![name]!.ToJsonString(),
            TestContext.Current.CancellationToken);
}
