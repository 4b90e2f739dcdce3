using System.Text;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Policy.Standard;
using Xunit;
using static DataSpace.Kernel.Tests.Policy.Standard.Contracts;

namespace DataSpace.Kernel.Tests.Policy.Standard;

public class DigitalContractReaderTests
{
    private static string? Refusal(JsonObject json) => Read(json).Error?.Code;

    private static JsonObject With(string name, JsonNode? value)
    {
        var json = Draft();
        if (value is null)
            json.Remove(name);
        else
            json[name] = value;
        return json;
    }

    [Fact]
    public void A_draft_is_read() => Assert.True(Read(Draft()).IsOk);

    [Theory]
    [InlineData("contractName")]
    [InlineData("contractStatus")]
    [InlineData("signMode")]
    [InlineData("contractPolicies")]
    public void What_even_a_draft_must_say(string name) => Assert.Equal("DS-POL-084", Refusal(With(name, null)));

    [Theory]
    [InlineData("contractName", "", "DS-POL-083")]
    [InlineData("contractStatus", "04", "DS-POL-086")]
    [InlineData("signMode", "03", "DS-POL-086")]
    [InlineData("createTime", "20251340000000", "DS-POL-083")]
    [InlineData("createTime", "tomorrow", "DS-POL-083")]
    [InlineData("contractId", "C491000000MA0DEMA0051101202511221530000000000AA", "DS-POL-085")]
    [InlineData("contractName", "a\u202eb", "DS-POL-083")]
    [InlineData("colour", "red", "DS-POL-082")]
    [InlineData("signatories", "x", "DS-POL-080")]
    [InlineData("expansionItem", "x", "DS-POL-083")]
    public void Wrong_fields_are_refused_by_code(string name, string value, string code) => Assert.Equal(code, Refusal(With(name, value)));

    [Fact]
    public void Lengths_are_the_dictionarys()
    {
        Assert.True(Read(With("contractName", new string('名', 128))).IsOk);
        Assert.Equal("DS-POL-083", Refusal(With("contractName", new string('名', 129))));
        Assert.True(Read(With("contractAbstract", new string('a', 1024))).IsOk);
        Assert.Equal("DS-POL-083", Refusal(With("contractAbstract", new string('a', 1025))));
    }

    [Theory]
    [InlineData("count", "0")]
    [InlineData("count", "007")]
    [InlineData("count", "12345678901234567")]
    [InlineData("time", "2026")]
    [InlineData("time", "20260101000000/20260102000000/20260103000000")]
    [InlineData("timeWindow", "P")]
    [InlineData("timeWindow", "PT")]
    [InlineData("timeWindow", "20260101-20261231")]
    [InlineData("timeWindow", "P1234DT1234H")]
    [InlineData("region", "Shanghai Pudong")]
    [InlineData("networkAddress", "2001:0db8:0000:0000:0000:0000:0000:0001-2001:0db8::ffff")]
    [InlineData("physicalAddress", "00-11-22-33-44-55-66-77")]
    [InlineData("frequency", "10/fortnight")]
    [InlineData("dataSize", "10 elephants")]
    [InlineData("executionEnv", "08")]
    [InlineData("encryptMode", "00")]
    [InlineData("deliveryMethod", "5")]
    [InlineData("algorithm", "")]
    public void Values_without_the_format_of_their_constraint_are_refused(string name, string value)
        => Assert.Equal("DS-POL-083", Refusal(Permitting(Constraint(name, "01", value))));

    [Theory]
    [InlineData("colour", "01")]
    [InlineData("count", "13")]
    [InlineData("count", "1")]
    [InlineData("count", "lteq")]
    public void Unknown_codes_are_refused(string name, string op) => Assert.Equal("DS-POL-086", Refusal(Permitting(Constraint(name, op, "5"))));

    [Fact]
    public void An_unknown_action_is_refused_and_one_twice_too()
    {
        Assert.Equal("DS-POL-086", Refusal(Draft(new JsonObject { ["permissionPolicies"] = new JsonArray(Contracts.Policy(["export"])) })));
        Assert.Equal("DS-POL-080", Refusal(Draft(new JsonObject { ["permissionPolicies"] = new JsonArray(Contracts.Policy(["read", "read"])) })));
    }

    [Fact]
    public void A_node_or_product_id_must_pass_its_check_character()
    {
        var policy = Contracts.Policy(["compute"]);
        policy["executionNodes"]!["assignerId"] = ProviderNode[..^1] + "D";
        Assert.Equal("DS-POL-085", Refusal(Draft(new JsonObject { ["permissionPolicies"] = new JsonArray(policy) })));
        policy = Contracts.Policy(["compute"]);
        policy["subjects"]![0]!["dataProductId"] = Product[..^1] + "Q";
        Assert.Equal("DS-POL-085", Refusal(Draft(new JsonObject { ["permissionPolicies"] = new JsonArray(policy) })));
    }

    [Fact]
    public void One_product_described_in_two_ways_is_refused()
    {
        var other = Contracts.Policy(["read"]);
        other["subjects"]![0]!["dataProductName"] = "something else";
        Assert.Equal("DS-POL-087", Refusal(Draft(new JsonObject { ["permissionPolicies"] = new JsonArray(Contracts.Policy(["compute"]), other) })));
    }

    [Fact]
    public void Two_spellings_at_once_are_refused()
    {
        var json = With("createTime", "20260101000000");
        json["issueTime"] = "20260101000000";
        Assert.Equal("DS-POL-080", Refusal(json));
    }

    [Theory]
    [InlineData("contractId")]
    [InlineData("signTime")]
    [InlineData("indate")]
    [InlineData("signatories")]
    public void A_signed_contract_lacks_nothing(string name)
    {
        var json = Signed();
        Assert.True(Read(json).IsOk);
        json.Remove(name);
        Assert.Equal("DS-POL-084", Refusal(json));
    }

    [Fact]
    public void A_signed_contract_names_both_nodes_and_the_owner_and_ends_after_it_was_signed()
    {
        var json = Signed();
        json["contractPolicies"]!["permissionPolicies"]![0]!["executionNodes"]!.AsObject().Remove("assigneeId");
        Assert.Equal("DS-POL-084", Refusal(json));
        json = Signed();
        json["contractPolicies"]!["permissionPolicies"]![0]!["subjects"]![0]!.AsObject().Remove("dataProductEntityId");
        Assert.Equal("DS-POL-084", Refusal(json));
        json = Signed();
        json["indate"] = "20250101000000";
        Assert.Equal("DS-POL-083", Refusal(json));
    }

    [Fact]
    public void Size_depth_and_numbers_are_limited()
    {
        Assert.Equal("DS-POL-081", DigitalContractReader.Read(new byte[DigitalContractReader.MaxBytes + 1]).Error?.Code);
        var deep = string.Concat(Enumerable.Repeat("[", 200)) + string.Concat(Enumerable.Repeat("]", 200));
        Assert.Equal("DS-POL-080", DigitalContractReader.Read(Encoding.UTF8.GetBytes(deep)).Error?.Code);
        var many = new JsonArray([.. Enumerable.Range(0, 1001).Select(i => Contracts.Policy(["compute"], Constraint("count", "11", $"{i + 1}")))]);
        Assert.Equal("DS-POL-081", Refusal(Draft(new JsonObject { ["permissionPolicies"] = many })));
        var values = new JsonArray([.. Enumerable.Range(0, 1001).Select(i => (JsonNode)$"c{i}")]);
        Assert.Equal("DS-POL-081", Refusal(Permitting(Constraint("dataField", "07", values))));
    }

    [Fact]
    public void A_policy_without_target_needs_a_product_and_what_does_not_fit_is_refused_not_dropped()
    {
        var policy = new Kernel.Policy.OdrlPolicy(Kernel.Policy.PolicyKind.Offer, null, null, null, null, null, [new("use", [], [])], [], []);
        Assert.Equal(StandardErrors.MissingField, ContractTranslation.ToStandard(TranslatedContract.Of(policy)).Error?.Kind);
        Assert.True(ContractTranslation.ToStandard(TranslatedContract.Of(policy), "investment").IsOk);
        Assert.Equal(StandardErrors.NotTranslatable, ContractTranslation.ToStandard(TranslatedContract.Of(policy), new string('x', 66)).Error?.Kind);
    }

    [Fact]
    public void A_notice_of_termination_is_written_in_the_tables_spelling()
    {
        var notice = new JsonObject
        {
            ["contractName"] = "联合统计",
            ["contractId"] = Id,
            ["issueTime"] = "2026-06-01T00:00:00Z",
            ["terminateType"] = "01",
            ["activationTime"] = "20260101000000",
            ["scheduledEndTime"] = "2026-12-31T00:00:00Z",
            ["agreedEndTime"] = "2026-06-30T00:00:00Z",
            ["issuerId"] = ProviderNode,
            ["issuerEntityId"] = "91000000MA0DEMA005",
            ["signature"] = "cHJvdmlkZXI=",
            ["expansionItem"] = new JsonObject { ["reason"] = "agreed" },
        };
        var read = ContractTermination.Read(Encoding.UTF8.GetBytes(notice.ToJsonString())).Value;
        var written = read.Write();
        Assert.Equal("01", (string?)written["erminateType"]);
        Assert.Null(written["terminateType"]);
        Assert.Equal(read, ContractTermination.Read(Encoding.UTF8.GetBytes(written.ToJsonString())).Value);
        notice.Remove("agreedEndTime");
        Assert.Equal("DS-POL-084", ContractTermination.Read(Encoding.UTF8.GetBytes(notice.ToJsonString())).Error?.Code);
    }

    private static JsonObject Signed()
    {
        var json = Draft();
        json["contractStatus"] = "0301";
        json["contractId"] = Id;
        json["signTime"] = "20251125080000";
        json["indate"] = "20261231235959";
        json["signatories"] = new JsonArray(new JsonObject { ["signatoryEntityId"] = "91000000MA0DEMA005", ["signatorytype"] = "01", ["signature"] = "cHJvdmlkZXI=" });
        var policy = json["contractPolicies"]!["permissionPolicies"]![0]!;
        policy["executionNodes"]!["assigneeId"] = "491000000MA0DEMA005110100000001*";
        policy["subjects"]![0]!["dataProductEntityId"] = "91000000MA0DEMA005";
        return json;
    }
}
