using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Policy.Standard;
using Xunit;

namespace DataSpace.Kernel.Tests.Policy.Standard;

/// <summary>Generated contracts and policies come back the same: nothing is lost in either direction.</summary>
public class TranslationPropertyTests
{
    private static readonly string[] Words = ["a", "year", "credit-risk", "did:web:x.example", "CN-310000", "310000", "CN", "10/PT1H", "10", "20260101000000", "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00.5Z", "2026-01-01T08:00:00+08:00", "sandbox", "02", "other", "P7D", "off", "year gteq 2020", "year >= 2020", "上海", "{\"term\":\"use\"}", "100.00", "\"", "1G"];

    private static readonly string[] Lefts = [.. StandardCodes.Constraints.Select(c => c.Odrl), "purpose", "recipient", "dataspace:computation", "dataspace:groupKey", "dataspace:minimumGroupSize",
        "dataspace:dominancePercent", "dataspace:coProvider", "dataspace:independentCoProviders", "dataspace:clamp", "dataspace:role", "dataspace:consumerRegion",
        "dataspace:privacyBudget", "dataspace:epsilonPerUse", "dataspace:contributionBound", "dataspace:retention", "dataspace:stampExtension", "std:count", "std:unheard", "std:expansionItem"];

    private static readonly string[] OdrlActions = [.. StandardCodes.Actions.Select(a => a.Odrl), "use", "inform", "std:compute", "std:expansionItem {\"term\":\"use\"}", "archive"];

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static readonly Gen<OdrlConstraint> Comparison = Gen.Select(
        Of(Lefts), Of([.. StandardCodes.Operators.Select(o => o.Odrl), "almost"]), Of(Words).Array[1, 3], Gen.Bool, Gen.Int[0, 5],
        (left, op, values, list, unit) => (OdrlConstraint)new OdrlComparison(left, op, list ? values : values[..1], list, unit == 0 ? "CNY" : unit == 1 ? "u" : null));

    private static Gen<OdrlConstraint> Odrl(int depth) => depth == 0 ? Comparison : Gen.Frequency(
        (4, Comparison),
        (1, Gen.Select(Of("and", "or", "xone", "andSequence"), Odrl(depth - 1).Array[1, 3], (op, parts) => (OdrlConstraint)new OdrlLogical(op, parts))));

    private static readonly Gen<OdrlRule> Duty = Gen.Select(Of(OdrlActions), Comparison.Array[0, 2], Gen.Int[0, 4], (action, constraints, phase) => new OdrlRule(action,
        phase == 0 ? constraints : [.. constraints, new OdrlComparison("dataspace:phase", "eq", [phase switch { 1 => "before", 2 => "during", 3 => "after", _ => "sometime" }], false, null)], []));

    private static Gen<OdrlRule> Rule(bool duties) => Gen.Select(Of(OdrlActions), Odrl(2).Array[0, 4], Duty.Array[0, duties ? 2 : 0], (a, c, d) => new OdrlRule(a, c, d));

    private static readonly Gen<OdrlPolicy> Policy = Gen.Select(
        Gen.Bool, Rule(true).Array[1, 3], Rule(false).Array[0, 2], Rule(false).Array[0, 2], Gen.Bool, (agreed, permissions, prohibitions, obligations, twice) => new OdrlPolicy(
            agreed ? PolicyKind.Agreement : PolicyKind.Offer, agreed ? "urn:uuid:1" : null, "investment", agreed ? Policies.Provider : null, agreed ? Policies.Consumer : null,
            agreed ? "2026-01-15T08:00:00Z" : null, twice ? [.. permissions, permissions[0]] : permissions, prohibitions, obligations));

    private static readonly Gen<JsonNode> Expansion = Gen.OneOf(
        Of(Words).Select(w => (JsonNode)new JsonObject { ["term"] = w }),
        Of(Words).Select(w => (JsonNode)new JsonObject { ["term"] = "std:count", ["operator"] = "lteq", ["value"] = w }),
        Of(Words).Select(w => (JsonNode)new JsonObject { ["term"] = "count", ["operator"] = "lteq", ["value"] = w }),
        Of(Words).Select(w => (JsonNode)new JsonObject { ["term"] = "std:remedy", ["operator"] = "isAllOf", ["value"] = new JsonArray(w) }),
        Of(Words).Select(w => (JsonNode)new JsonObject { ["logic"] = "or", ["operands"] = new JsonArray(Contracts.Constraint("application", "01", w)) }),
        Gen.Int[0, 9].Select(i => (JsonNode)new JsonObject { ["x"] = i, ["y"] = new JsonArray(true, null) }));

    private static readonly (string Name, string[] Values)[] Valid =
    [
        ("time", ["20260101000000", "2026-01-01T00:00:00+08:00", "20260101000000/20270101000000", "2026-01-01T00:00:00.5Z/20270101000000"]), ("timeWindow", ["P7D", "PT12H"]),
        ("region", ["310000", "CN", "CN-310115", "Europe"]), ("networkAddress", ["10.0.0.0/8", "node.example"]), ("physicalAddress", ["00-11"]), ("count", ["5", "1000000"]),
        ("frequency", ["10", "10/PT1M", "7 次/天"]), ("dataSize", ["10G", "5", "2KiB"]), ("dateRecord", ["9"]), ("dataField", ["year", "投资"]),
        ("valueExpression", ["a >= 1", "a gteq 1", "length(a) = 3"]), ("application", ["tool"]), ("algorithm", ["sql-release/1"]), ("machineLearningModels", ["m"]),
        ("executionEnv", ["01", "02", "07"]), ("encryptMode", ["01", "02"]), ("deliveryMethod", ["03", "04"]), ("payAmount", ["100.00 CNY", "1 EUR", "ten"]),
    ];

    private static readonly Gen<JsonObject> StandardConstraint = Gen.Frequency(
        (4, Gen.Select(Of(Valid), Of([.. StandardCodes.Operators.Select(o => o.Code)]), Gen.Int[0, 9], Gen.Bool, (of, op, i, list) => Contracts.Constraint(of.Name, op,
            list ? new JsonArray([.. of.Values.Skip(i % of.Values.Length).Select(v => (JsonNode)v)]) : of.Values[i % of.Values.Length]))),
        (1, Gen.Select(Expansion, Of("01", "07"), (e, op) => Contracts.Constraint("expansionItem", op, e.DeepClone()))));

    private static readonly Gen<JsonNode> StandardAction = Gen.Frequency(
        (4, Of([.. StandardCodes.Actions.Select(a => a.Code)]).Select(a => (JsonNode)a)),
        (1, Expansion.Select(e => (JsonNode)new JsonObject { ["expansionItem"] = e.DeepClone() })));

    private static readonly Gen<JsonObject> StandardDuty = Gen.Select(StandardAction, StandardConstraint.Array[0, 2], Gen.Bool, (action, constraints, nested) =>
    {
        var duty = new JsonObject { ["action"] = action.DeepClone(), ["constraints"] = Clone(constraints) };
        if (nested)
            duty["consequences"] = new JsonArray(new JsonObject { ["action"] = "compensate", ["constraints"] = new JsonArray(Contracts.Constraint("payAmount", "01", "5.00 CNY")) });
        return duty;
    });

    private static Gen<JsonObject> StandardPolicy(string? duties) => Gen.Select(
        StandardAction.Array[1, 4], StandardConstraint.Array[0, 3], Gen.Int[0, 5], Gen.Int[0, 4], StandardDuty.Array[0, 2], Gen.Int[0, 5], (actions, constraints, subject, node, more, words) =>
        {
            var policy = new JsonObject
            {
                ["subjects"] = new JsonArray([.. Subjects(subject)]),
                ["actions"] = new JsonArray([.. actions.DistinctBy(a => Canonical(a)).Select(a => a.DeepClone())]),
                ["constraints"] = Clone(constraints),
            };
            if (node < 3)
                policy["executionNodes"] = new JsonObject { ["assignerId"] = "n" + node, ["assignerName"] = "节点" + node, ["expansionItem"] = new JsonObject { ["assignerDid"] = Policies.Provider } };
            if (words == 0)
                policy["policyExpansion"] = "按通知删除";
            else if (more.Length > 0)
                policy["policyExpansion"] = new JsonObject { [duties!] = Clone(more) };
            return policy;
        });

    private static IEnumerable<JsonNode> Subjects(int which) => which switch
    {
        0 => [Product("p2", 2)],
        1 => [Product("p1", 1), Product("p2", 2)],
        _ => [Product("p1", 1)],
    };

    private static JsonObject Product(string id, int i) => new() { ["dataProductId"] = id, ["dataProductName"] = "产品" + i, ["expansionItem"] = new JsonObject { ["i"] = i } };

    private static string Canonical(JsonNode json) => Encoding.UTF8.GetString(Kernel.Crypto.CanonicalJson.FromElement(JsonSerializer.SerializeToElement(json)).Value);

    private static JsonArray Clone(IEnumerable<JsonObject> items) => new([.. items.Select(i => i.DeepClone())]);

    [Fact]
    public void A_policy_comes_back_with_the_same_rules_hash() => Policy.Sample(policy =>
    {
        var contract = ContractTranslation.ToStandard(TranslatedContract.Of(policy)).Value;
        // Through the written form: what another system would receive and send back.
        var read = DigitalContractReader.Read(DigitalContractWriter.Canonical(contract)).Value;
        var back = ContractTranslation.ToOdrl(read).Value.Policy;
        Assert.True(ContractTranslation.SameRules(policy, back));
        Assert.Equal((policy.Kind, policy.Id, policy.Target, policy.Assigner, policy.Assignee, policy.Timestamp), (back.Kind, back.Id, back.Target, back.Assigner, back.Assignee, back.Timestamp));
    }, iter: 400);

    [Fact]
    public void A_contract_comes_back_the_same() => Gen.Select(
        StandardPolicy("preDuties").Array[1, 3], StandardPolicy("remedies").Array[0, 2], StandardPolicy("breachDuties").Array[0, 2]).Sample((permissions, prohibitions, obligations) =>
    {
        var json = Contracts.Draft(new JsonObject
        {
            ["permissionPolicies"] = Clone(permissions),
            ["prohibitionPolicies"] = Clone(prohibitions),
            ["obligationPolicies"] = Clone(obligations),
        });
        var contract = Contracts.Read(json).Value;
        Assert.Equal(Contracts.Text(contract), Contracts.Text(Contracts.RoundTrip(contract)));
        // Canonical form is stable: what was written reads as itself.
        Assert.Equal(Contracts.Text(contract), Contracts.Text(DigitalContractReader.Read(DigitalContractWriter.Canonical(contract)).Value));
    }, iter: 400);
}
