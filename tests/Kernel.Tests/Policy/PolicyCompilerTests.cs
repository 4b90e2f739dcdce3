using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using Xunit;
using static DataSpace.Kernel.Tests.Policy.Policies;

namespace DataSpace.Kernel.Tests.Policy;

public class PolicyCompilerTests
{
    private static void Refused(ErrorKind kind, JsonNode json, string? named = null)
    {
        var error = PolicyCompiler.Compile(Element(json)).Error;
        Assert.Equal(kind.Code, error?.Code);
        if (named is not null)
            Assert.Contains(named, error!.Detail, StringComparison.Ordinal);
    }

    private static JsonObject Changed(Action<JsonObject> change)
    {
        var agreement = Agreement();
        change(agreement);
        return agreement;
    }

    [Fact]
    public void Integrity_comes_first()
    {
        var json = Agreement();
        var version = PolicyCompiler.VersionOf(Element(json)).Value;
        Assert.Equal(version, PolicyCompiler.Compile(Element(json), version).Value.Version);
        json["permission"]![0]!["constraint"]![3]!["rightOperand"] = "21";
        Assert.Equal(PolicyErrors.IntegrityMismatch, PolicyCompiler.Compile(Element(json), version).Error?.Kind);
    }

    [Fact]
    public void The_version_ignores_layout_and_the_rules_hash_ignores_who_agreed()
    {
        var offer = Agreement();
        offer["@type"] = "Offer";
        offer.Remove("assignee");
        offer["permission"]![0]!["constraint"] = new JsonArray([.. Constraints().Reverse().Select(c => c!.DeepClone())]);
        Assert.Equal(Compile(offer).RulesHash, Compile(Agreement()).RulesHash);
        Assert.NotEqual(Compile(offer).Version, Compile(Agreement()).Version);
        var spaced = Encoding.UTF8.GetBytes(Agreement().ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        Assert.Equal(Compile(Agreement()).Version, PolicyCompiler.Compile(spaced).Value.Version);
        Assert.NotEqual(Compile(Agreement()).RulesHash, Compile(With("count", Constraint("count", "lteq", "21"))).RulesHash);
    }

    [Theory]
    [InlineData("spatial", "eq", "CN")]
    [InlineData("dataspace:colunm", "isAnyOf", "x")]
    [InlineData("Purpose", "eq", "x")]
    public void Unknown_terms_refuse_by_name(string left, string op, string right)
        => Refused(PolicyErrors.UnknownTerm, With("purpose", Constraint(left, op, right)), left);

    [Theory]
    [InlineData("purpose", "hasPart", "x")]
    [InlineData("purpose", "lt", "x")]
    [InlineData("count", "eq", "5")]
    [InlineData("count", "gteq", "5")]
    [InlineData("dateTime", "eq", "2026-01-01T00:00:00Z")]
    [InlineData("dataspace:minimumGroupSize", "lteq", "5")]
    [InlineData("dataspace:dominancePercent", "gteq", "5")]
    [InlineData("dataspace:clamp", "eq", "invest:0:0:1")]
    [InlineData("recipient", "isA", "did:web:x.example")]
    public void Unknown_operators_refuse_by_name(string left, string op, string right)
        => Refused(PolicyErrors.UnknownOperator, With(left, Constraint(left, op, right)), op);

    [Theory]
    [InlineData("purpose", "eq", "with space")]
    [InlineData("count", "lteq", "0")]
    [InlineData("count", "lteq", "-1")]
    [InlineData("count", "lteq", "1.5")]
    [InlineData("count", "lteq", "020")]
    [InlineData("count", "lteq", "99999999999999999999")]
    [InlineData("dateTime", "lt", "2026-13-01T00:00:00Z")]
    [InlineData("dateTime", "lt", "2026-01-01T00:00:00")]
    [InlineData("dateTime", "lt", "tomorrow")]
    [InlineData("recipient", "eq", "https://leader.example")]
    [InlineData("dataspace:computation", "eq", "code")]
    [InlineData("dataspace:column", "eq", "a;drop")]
    [InlineData("dataspace:minimumGroupSize", "gteq", "1")]
    [InlineData("dataspace:dominancePercent", "lteq", "0")]
    [InlineData("dataspace:dominancePercent", "lteq", "100")]
    [InlineData("dataspace:dominancePercent", "lteq", "101")]
    [InlineData("dataspace:dominancePercent", "lteq", "Off")]
    [InlineData("dataspace:coProvider", "eq", "did:web:other.example")]
    [InlineData("dataspace:coProvider", "eq", "did:web:other.example#a b")]
    [InlineData("dataspace:clamp", "isAnyOf", "invest:3:5:1")]
    [InlineData("dataspace:clamp", "isAnyOf", "invest:1:0.25:1")]
    [InlineData("dataspace:clamp", "isAnyOf", "invest:10:0:1")]
    public void Values_that_cannot_be_enforced_refuse_by_name(string left, string op, string right)
        => Refused(PolicyErrors.InvalidValue, With(left, Constraint(left, op, right)), left);

    [Fact]
    public void Numbers_and_booleans_are_no_right_operands() // Dataspace Protocol 2025-1, constraint schema
    {
        foreach (var value in (JsonNode?[])[JsonValue.Create(5), JsonValue.Create(true), null, new JsonObject { ["@value"] = "5" }])
        {
            var constraint = Constraint("count", "lteq", "5");
            constraint["rightOperand"] = value;
            Refused(PolicyErrors.InvalidValue, With("count", constraint));
        }
        var mixed = List("purpose", "isAnyOf", "a");
        mixed["rightOperand"]!.AsArray().Add((JsonNode)1);
        Refused(PolicyErrors.InvalidValue, With("purpose", mixed));
    }

    [Fact]
    public void An_order_of_constraints_is_not_enforced_and_a_group_size_has_no_opposite()
    {
        Refused(PolicyErrors.LogicNotEnforced,
            With("purpose", new JsonObject { ["andSequence"] = new JsonArray(Constraint("purpose", "eq", "a"), Constraint("purpose", "eq", "b")) }), "andSequence");
        Refused(PolicyErrors.LogicNotEnforced, With("purpose", new JsonObject
        {
            ["xone"] = new JsonArray(Constraint("purpose", "eq", "a"), Constraint("dataspace:minimumGroupSize", "gteq", "9")),
        }), "xone");
    }

    [Fact]
    public void Nested_and_is_enforced()
    {
        var policy = Compile(With("purpose", new JsonObject
        {
            ["and"] = new JsonArray(
            List("purpose", "isAnyOf", "a", "b"), new JsonObject { ["and"] = new JsonArray(List("purpose", "isAnyOf", "b", "c")) })
        }));
        var pdp = new PolicyDecisionPoint();
        Assert.True(pdp.Decide(Request(policy) with { Purpose = "b" }).IsAllowed);
        Assert.False(pdp.Decide(Request(policy) with { Purpose = "a" }).IsAllowed);
        Assert.False(pdp.Decide(Request(policy) with { Purpose = "c" }).IsAllowed);
        Assert.Equal(["b"], policy.Terms[0].Purposes);
    }

    [Theory]
    [InlineData("dataspace:computation")]
    [InlineData("dataspace:column")]
    [InlineData("dataspace:minimumGroupSize")]
    [InlineData("dataspace:dominancePercent")]
    public void Required_terms_must_be_stated(string left) => Refused(PolicyErrors.TermMissing, With(left, null), left);

    [Theory]
    [InlineData("count", "lteq", "5")]
    [InlineData("dataspace:minimumGroupSize", "gteq", "5")]
    [InlineData("dataspace:dominancePercent", "lteq", "off")]
    [InlineData("dataspace:maxRows", "lteq", "5")]
    [InlineData("dataspace:clamp", "isAnyOf", "invest:0:0:1")]
    [InlineData("dataspace:independentCoProviders", "gteq", "1")]
    public void Terms_without_meaning_in_a_prohibition_refuse(string left, string op, string right)
        => Refused(PolicyErrors.TermMisplaced, Prohibiting(Agreement(), Constraint(left, op, right)), left);

    [Fact]
    public void Contradictions_refuse()
    {
        Refused(PolicyErrors.Contradiction, With("dateTime", new JsonObject
        {
            ["and"] = new JsonArray(
            Constraint("dateTime", "gteq", "2027-01-01T00:00:00Z"), Constraint("dateTime", "lteq", "2026-01-01T00:00:00Z"))
        }));
        Refused(PolicyErrors.Contradiction, With("purpose", new JsonObject { ["and"] = new JsonArray(Constraint("purpose", "eq", "a"), Constraint("purpose", "eq", "b")) }));
        Refused(PolicyErrors.Contradiction, With("dataspace:groupKey", Constraint("dataspace:groupKey", "eq", "firm")), "firm");
        Refused(PolicyErrors.Contradiction, With("dataspace:clamp", List("dataspace:clamp", "isAnyOf", "wage:0:0:1")), "wage");
        var doubled = Agreement();
        doubled["permission"]![0]!["duty"] = doubled["obligation"]!.DeepClone();
        Refused(PolicyErrors.Contradiction, doubled);
    }

    /// <summary>A term that nobody would keep refuses the contract: of single records there is no group, no total and no noise; everything else has a minimum.</summary>
    [Fact]
    public void Single_records_are_permitted_by_a_permission_of_their_own_that_says_so()
    {
        var records = (JsonObject)Records();
        Assert.Equal((1, (int?)null), (Compile(records).Terms[0].Obligations.MinimumGroupSize, Compile(records).Terms[0].Obligations.DominancePercent));
        Refused(PolicyErrors.NotAboutRecords, Records(("dataspace:minimumGroupSize", Constraint("dataspace:minimumGroupSize", "gteq", "3"))), "minimumGroupSize");
        Refused(PolicyErrors.NotAboutRecords, Records(("dataspace:dominancePercent", Constraint("dataspace:dominancePercent", "lteq", "99"))), "dominancePercent");
        Refused(PolicyErrors.NotAboutRecords, Records(("dataspace:clamp", List("dataspace:clamp", "isAnyOf", "invest:3:0:9"))), "clamp");
        Refused(PolicyErrors.NotAboutRecords, Records(("dataspace:privacyBudget", Constraint("dataspace:privacyBudget", "lteq", "1000"))), "privacyBudget");
        Refused(PolicyErrors.NotAboutRecords, Records(("dataspace:computation", List("dataspace:computation", "isAnyOf", "lookup", "sql"))), "sql");
        Refused(PolicyErrors.NotAboutRecords, With("dataspace:minimumGroupSize", Constraint("dataspace:minimumGroupSize", "gteq", "off")), "minimumGroupSize off");
        // Hidden behind an alternative, or narrowed in two steps: the same.
        Refused(PolicyErrors.NotAboutRecords, With("dataspace:computation", new JsonObject { ["or"] = new JsonArray(Constraint("dataspace:computation", "eq", "sql"), Constraint("dataspace:computation", "eq", "lookup")) }));
        Refused(PolicyErrors.NotAboutRecords, Records(("dataspace:minimumGroupSize", new JsonObject
        {
            ["and"] = new JsonArray(Constraint("dataspace:minimumGroupSize", "gteq", "off"), Constraint("dataspace:minimumGroupSize", "gteq", "5")),
        })));
    }

    /// <summary>A contract about look-ups with one of its terms replaced.</summary>
    private static JsonObject Records(params (string Left, JsonObject Term)[] changes)
    {
        var terms = new Dictionary<string, JsonObject?>
        {
            ["dataspace:computation"] = Constraint("dataspace:computation", "eq", "lookup"),
            ["dataspace:minimumGroupSize"] = Constraint("dataspace:minimumGroupSize", "gteq", "off"),
            ["dataspace:clamp"] = null,
        };
        foreach (var (left, term) in changes)
            terms[left] = term;
        var kept = Constraints().Where(c => !terms.ContainsKey((string)c!["leftOperand"]!)).Select(c => c!.DeepClone());
        return Agreement([.. kept, .. terms.Values.OfType<JsonObject>()]);
    }

    [Fact]
    public void Unknown_actions_and_duties_refuse()
    {
        Refused(PolicyErrors.UnknownAction, Changed(a => a["permission"]![0]!["action"] = "distribute"), "distribute"); // raw data never leaves: there is no way to permit it
        Refused(PolicyErrors.UnknownAction, Changed(a => a["prohibition"] = new JsonArray(new JsonObject { ["action"] = "print" })), "print");
        Refused(PolicyErrors.UnknownDuty, Changed(a => a["obligation"]![0]!["action"] = "attribute"), "attribute");
        Refused(PolicyErrors.UnknownDuty, Changed(a => a["obligation"]![0]!.AsObject().Remove("constraint")));
        Refused(PolicyErrors.InvalidValue, Changed(a => a["obligation"]![0]!["constraint"]![0]!["unit"] = "XXX"));
        Refused(PolicyErrors.InvalidValue, Changed(a => a["obligation"]![0]!["constraint"]![0]!["rightOperand"] = "2.005"));
        Refused(PolicyErrors.InvalidValue, Changed(a => a["obligation"]![0]!["constraint"]![0]!["rightOperand"] = "-2"));
        Refused(PolicyErrors.NothingPermitted, Changed(a => a.Remove("permission")));
    }

    [Fact]
    public void Unknown_members_refuse_wherever_they_hide()
    {
        Refused(PolicyErrors.UnknownMember, Changed(a => a["inheritFrom"] = "x"), "inheritFrom");
        Refused(PolicyErrors.UnknownMember, Changed(a => a["permission"]![0]!["target"] = "x"), "target");
        Refused(PolicyErrors.UnknownMember, Changed(a => a["permission"]![0]!["constraint"]![0]!["dataType"] = "x"), "dataType");
        Refused(PolicyErrors.UnknownMember, Changed(a => a["prohibition"] = new JsonArray(new JsonObject { ["action"] = "use", ["remedy"] = new JsonArray() })), "remedy");
        Refused(PolicyErrors.UnknownMember, With("count", Changed2("unit", "week")), "unit");
        Refused(PolicyErrors.UnknownTerm, Changed(a => a["profile"] = "http://example.org/profile"), "profile");

        static JsonObject Changed2(string name, string value)
        {
            var constraint = Constraint("count", "lteq", "5");
            constraint[name] = value;
            return constraint;
        }
    }

    [Fact]
    public void Malformed_policies_refuse()
    {
        foreach (var name in (string[])["@type", "@id", "target", "assigner", "assignee", "timestamp"])
            Refused(PolicyErrors.Malformed, Changed(a => a.Remove(name)), name);
        Refused(PolicyErrors.Malformed, Changed(a => a["assigner"] = "urn:connector:a"));
        Refused(PolicyErrors.Malformed, Changed(a => a["permission"] = new JsonArray()));
        Refused(PolicyErrors.Malformed, Changed(a => a["permission"] = new JsonObject()));
        Refused(PolicyErrors.Malformed, Changed(a => a["@type"] = "Set"));
        Assert.Equal(PolicyErrors.Malformed, PolicyCompiler.Compile("{"u8.ToArray()).Error?.Kind);
        Assert.Equal(PolicyErrors.Malformed, PolicyCompiler.Compile("[]"u8.ToArray()).Error?.Kind);
        Assert.Equal(PolicyErrors.Malformed, PolicyCompiler.Compile("""{"@type":"Offer","@type":"Offer"}"""u8.ToArray()).Error?.Kind);
        Assert.Equal(PolicyErrors.Malformed, PolicyCompiler.Compile("""{"@type":"Offer","permission":[{"action":"\ud800"}]}"""u8.ToArray()).Error?.Kind);
    }

    [Fact]
    public void Size_rules_depth_and_values_are_bounded()
    {
        Assert.Equal(PolicyErrors.TooLarge, PolicyCompiler.Compile(new byte[10_000_000]).Error?.Kind);
        Refused(PolicyErrors.TooLarge, With("purpose", List("purpose", "isAnyOf", [.. Enumerable.Range(0, 1001).Select(i => $"p{i}")])));
        var many = Agreement();
        many["prohibition"] = new JsonArray([.. Enumerable.Range(0, 10_000).Select(_ => (JsonNode)new JsonObject { ["action"] = "use" })]);
        Refused(PolicyErrors.TooLarge, many);
        JsonObject deep = Constraint("purpose", "eq", "a");
        for (var i = 0; i < 8; i++)
            deep = new JsonObject { ["and"] = new JsonArray(deep) };
        Refused(PolicyErrors.TooLarge, With("purpose", deep));
        Assert.False(PolicyCompiler.Compile(Encoding.ASCII.GetBytes(new string('[', 60_000))).IsOk);
    }

    [Fact]
    public void Hostile_text_in_an_error_is_made_harmless()
    {
        var error = PolicyCompiler.Compile(Element(With("purpose", Constraint("a\u202eb\r\n\u0007" + new string('x', 500), "eq", "x")))).Error!;
        Assert.Equal(PolicyErrors.InvalidValue, error.Kind);
        Assert.True(error.Detail!.Length <= 128 && !error.Detail.Any(c => char.IsControl(c) || c == '\u202e'));
    }

    [Fact]
    public void Odrl_prefixes_mean_the_same()
    {
        var prefixed = Changed(a => a["permission"]![0]!["action"] = "odrl:use");
        foreach (var c in prefixed["permission"]![0]!["constraint"]!.AsArray().Where(c => !((string)c!["leftOperand"]!).Contains(':', StringComparison.Ordinal)))
            c!["leftOperand"] = "odrl:" + (string)c["leftOperand"]!;
        Assert.Equal(Compile(Agreement()).RulesHash, Compile(prefixed).RulesHash);
    }

    [Fact]
    public void Writing_back_loses_nothing()
    {
        var json = Prohibiting(Agreement(), Constraint("purpose", "eq", "marketing"));
        Assert.True(JsonNode.DeepEquals(json, PolicyWriter.Write(PolicyReader.Read(Element(json)).Value)));
    }
}
