using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using Xunit;

namespace DataSpace.Kernel.Tests.NegativeList;

/// <summary>Bad input: each has its stable code, and the work it causes is bounded by size limits that are checked first.</summary>
public class RuleSetReaderTests
{
    private static readonly JsonSerializerOptions Deep = new() { MaxDepth = 200 };

    private readonly Regulator _regulator = new();

    private JsonObject Json(params Rule[] rules) => JsonSerializer.SerializeToNode(_regulator.Set(1, rules), KernelJson.Options)!.AsObject();

    private static string? Code(JsonNode json) => RuleSetReader.Read(Encoding.UTF8.GetBytes(json.ToJsonString())).Error?.Code;

    private static Rule Sound(string id = "R-1") => Regulator.Rule(id, new RuleMatch(Industry: ["C36"]));

    [Fact]
    public void A_sound_one_is_read_and_its_hash_does_not_depend_on_spelling()
    {
        var json = Json(Sound());
        var plain = RuleSetReader.Read(Encoding.UTF8.GetBytes(json.ToJsonString())).Value;
        var reordered = new JsonObject(json.Reverse().Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone())));
        Assert.Equal(plain.Hash, RuleSetReader.Read(Encoding.UTF8.GetBytes(reordered.ToString())).Value.Hash);
        json["version"] = 2;
        Assert.NotEqual(plain.Hash, RuleSetReader.Read(Encoding.UTF8.GetBytes(json.ToJsonString())).Value.Hash);
    }

    [Fact]
    public void More_than_16_MB() => Assert.Equal("DS-NEG-002", RuleSetReader.Read(new byte[RuleSetReader.MaxBytes + 1]).Error?.Code);

    [Fact]
    public void Ten_MB_in_one_text()
    {
        var json = Json(Sound());
        json["rules"]![0]!["titleEn"] = new string('a', 10 * 1024 * 1024);
        Assert.Equal("DS-NEG-003", Code(json));
    }

    [Fact]
    public void One_rule_more_than_10_000()
    {
        Assert.Equal("DS-NEG-002", Code(Json([.. Enumerable.Range(0, 10_001).Select(i => Sound("R-" + i))])));
        Assert.Null(Code(Json([.. Enumerable.Range(0, 10_000).Select(i => Sound("R-" + i))])));
    }

    [Fact]
    public void A_hundred_levels()
    {
        var json = Json(Sound());
        json["rules"]![0]!["match"] = JsonNode.Parse(string.Concat(Enumerable.Repeat("{\"industry\":", 100)) + "[]" + new string('}', 100), null, new JsonDocumentOptions { MaxDepth = 200 });
        Assert.Equal("DS-NEG-001", RuleSetReader.Read(Encoding.UTF8.GetBytes(json.ToJsonString(Deep))).Error?.Code);
    }

    [Fact]
    public void Duplicate_ids() => Assert.Equal("DS-NEG-004", Code(Json(Sound(), Sound())));

    [Fact]
    public void Duplicate_members()
        => Assert.Equal("DS-NEG-001", RuleSetReader.Read(Encoding.UTF8.GetBytes(Json(Sound()).ToJsonString().Replace("\"version\":1", "\"version\":1,\"version\":2", StringComparison.Ordinal))).Error?.Code);

    [Theory]
    [InlineData("abc\u202Edef")]
    [InlineData("abc\u2066def")]
    [InlineData("abc\u200Bdef")]
    [InlineData("a\u0007b")]
    [InlineData("a\nb")]
    [InlineData("\u05D0\u05D1")]
    [InlineData("\u0627\u0644")]
    [InlineData("\uFEFFabc")]
    [InlineData("\uE000")]
    public void Text_that_reads_otherwise_than_it_is(string text)
    {
        foreach (var member in (string[])["titleEn", "titleZh", "basis"])
        {
            var json = Json(Sound());
            json["rules"]![0]![member] = text;
            Assert.Equal("DS-NEG-005", Code(json));
        }
        var value = Json(Sound());
        value["rules"]![0]!["match"]!["field"] = new JsonArray(text);
        Assert.True(Code(value) is "DS-NEG-005" or "DS-NEG-003");
    }

    [Fact]
    public void Chinese_text_is_text()
        => Assert.Null(Code(Json(new Rule("R-1", "《数据出境安全评估办法》第四条", "Important data", "重要数据出境（汽车）", new RuleMatch(Field: ["车牌号", "*身份证*"]), RuleRoute.SecurityAssessment))));

    [Theory]
    [InlineData("unknownMember", "1")]
    [InlineData("route", "\"forbidden\"")]
    [InlineData("route", "4")]
    [InlineData("match", "null")]
    [InlineData("id", "null")]
    [InlineData("id", "7")]
    public void A_rule_of_another_shape(string member, string value)
    {
        var json = Json(Sound());
        json["rules"]![0]![member] = JsonNode.Parse(value);
        Assert.Equal("DS-NEG-001", Code(json));
    }

    [Fact]
    public void A_missing_member()
    {
        var json = Json(Sound());
        json["rules"]![0]!.AsObject().Remove("route");
        Assert.Equal("DS-NEG-001", Code(json));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"industry":[]}""")]
    [InlineData("""{"industry":[""]}""")]
    [InlineData("""{"industry":[null]}""")]
    [InlineData("""{"participant":["acme"]}""")]
    [InlineData("""{"destinationRegion":["Mars"]}""")]
    [InlineData("""{"destinationRegion":["CN-31"]}""")]
    [InlineData("""{"gradeAtLeast":7}""")]
    [InlineData("""{"gradeAtLeast":0}""")]
    [InlineData("""{"gradeAtLeast":4,"gradeAtMost":3}""")]
    [InlineData("""{"volume":{}}""")]
    [InlineData("""{"volume":{"records":1,"subjects":1}}""")]
    [InlineData("""{"volume":{"records":0}}""")]
    [InlineData("""{"field":["*a*b*c*d*e*f*g*h*"]}""")]
    public void A_match_that_means_nothing_or_everything(string match)
    {
        var json = Json(Sound());
        json["rules"]![0]!["match"] = JsonNode.Parse(match);
        Assert.Equal("DS-NEG-003", Code(json));
    }

    [Theory]
    [InlineData("")]
    [InlineData("R 1")]
    [InlineData("../x")]
    [InlineData("规则")]
    public void A_rule_id_that_is_none(string id) => Assert.Equal("DS-NEG-003", Code(Json(Sound(id))));

    [Fact]
    public void All_findings_are_told_at_once()
    {
        var set = _regulator.Set(0, Sound(), Sound(), Regulator.Rule("R 2", new RuleMatch())) with { ValidUntil = Regulator.Start };
        Assert.Equal(5, RuleSetReader.Problems(set).Count);
    }

    [Fact]
    public void Standing_orders_hold_to_their_limits()
    {
        Freeze Of(int i) => new(FreezeTarget.Dataset, "d" + i, "case", Regulator.Start);
        Assert.Equal("DS-NEG-002", RegulationSignatures.Sign(_regulator.Orders(1, [.. Enumerable.Range(0, 10_001).Select(Of)]), _regulator.Online).Error?.Code);
        Assert.True(RegulationSignatures.Sign(_regulator.Orders(1, [.. Enumerable.Range(0, 10_000).Select(Of)]), _regulator.Online).IsOk);
        Assert.Equal("DS-NEG-004", RegulationSignatures.Sign(_regulator.Orders(1, [Of(1), Of(1)]), _regulator.Online).Error?.Code);
        Freeze At(string owner) => Of(1) with { Provider = owner };
        Assert.True(RegulationSignatures.Sign(_regulator.Orders(1, [At("did:web:a.example"), At("did:web:b.example")]), _regulator.Online).IsOk);
        Assert.Equal("DS-NEG-004", RegulationSignatures.Sign(_regulator.Orders(1, [At("did:web:a.example"), At("did:web:a.example")]), _regulator.Online).Error?.Code);
        var clearance = new Clearance("d", "did:web:c.example", "R", Regulator.Start, "case", "did:web:a.example");
        foreach (var orders in (StandingOrders[])[_regulator.Orders(1, [At("somebody")]), _regulator.Orders(1, [At("did:web:a.example") with { Target = FreezeTarget.Contract }]), _regulator.Orders(1, clearances: [clearance with { Provider = "" }])])
            Assert.Equal(NegativeListErrors.RuleInvalid, RegulationSignatures.Sign(orders, _regulator.Online).Error?.Kind);
        Assert.True(RegulationSignatures.Sign(_regulator.Orders(1, clearances: [clearance, clearance with { Provider = "did:web:b.example" }]), _regulator.Online).IsOk);
        Assert.Equal("DS-NEG-005", RegulationSignatures.Sign(_regulator.Orders(1, [Of(1) with { Id = "a\u202Eb" }]), _regulator.Online).Error?.Code);
    }

    [Fact]
    public void A_bundle_of_another_shape()
    {
        foreach (var text in (string[])["", "[]", "{}", "null", """{"ruleSet":1,"approvals":[],"orders":"","stamp":""}""", """{"ruleSet":{},"approvals":[null],"orders":"","stamp":""}"""])
            Assert.Equal("DS-NEG-001", RegulationBundle.Read(Encoding.UTF8.GetBytes(text)).Error?.Code);
        Assert.Equal("DS-NEG-002", RegulationBundle.Read(new byte[RegulationBundle.MaxBytes + 1]).Error?.Code);
    }
}
