using System.Text.Json.Nodes;
using CsCheck;
using DataSpace.Kernel.Policy;
using Xunit;
using static DataSpace.Kernel.Tests.Policy.Policies;

namespace DataSpace.Kernel.Tests.Policy;

/// <summary>Properties over generated policies and requests: order never matters, prohibitions never widen, deny overrides, what is unknown is denied.</summary>
public class PolicyPropertyTests
{
    private static readonly string[] Purposes = ["p1", "p2", "p3"];
    private static readonly string[] Columns = ["a", "b", "c", "d"];
    private static readonly string[] CoProviders = [Other + "#k", "did:web:x.example#k", Consumer + "#k"];
    private static readonly PolicyDecisionPoint Pdp = new(() => "id");

    private static Gen<string[]> Some(string[] values, int least) => Gen.Bool.Array[values.Length]
        .Select(bits => values.Where((_, i) => bits[i]).ToArray()).Where(v => v.Length >= least);

    private static readonly Gen<JsonObject> Permission = Gen.Select(
        Some(Purposes, 1), Some(Columns, 1), Gen.Int[1, 30], Gen.Int[2, 6], Gen.Int[50, 101], Some(CoProviders, 1), Gen.Int[0, 2], Gen.Int[1, 3],
        (purposes, columns, count, group, dominance, partners, independent, months) => Rule(
            List("purpose", "isAnyOf", purposes),
            List("dataspace:column", "isAnyOf", columns),
            List("dataspace:groupKey", "isAnyOf", columns[0]),
            List("dataspace:computation", "isAnyOf", "sql", "aggregate"),
            Constraint("count", "lteq", $"{count}"),
            Constraint("dataspace:minimumGroupSize", "gteq", $"{group}"),
            Constraint("dataspace:dominancePercent", "lteq", dominance == 101 ? "off" : $"{dominance}"),
            List("dataspace:coProvider", "isAnyOf", partners),
            Constraint("dataspace:independentCoProviders", "gteq", $"{independent}"),
            Constraint("dateTime", "lt", $"2026-0{months + 1}-15T00:00:00Z")));

    private static readonly Gen<JsonObject> Prohibition = Gen.OneOf(
        Some(Purposes, 1).Select(p => Rule(List("purpose", "isAnyOf", p))),
        Some(Columns, 1).Select(c => Rule(List("dataspace:column", "isAnyOf", c))),
        Gen.Select(Some(Purposes, 1), Some(Columns, 1)).Select(t => Rule(List("purpose", "isAnyOf", t.Item1), List("dataspace:column", "isAnyOf", t.Item2))),
        Some(CoProviders, 1).Select(c => Rule(List("dataspace:coProvider", "isAnyOf", c))));

    private static readonly Gen<(JsonObject[] Permissions, JsonObject[] Prohibitions)> Rules =
        Gen.Select(Permission.Array[1, 4], Prohibition.Array[0, 3]);

    private static readonly Gen<PolicyRequest> Asked = Gen.Select(
        Gen.Int[0, 4].Select(i => i == 0 ? null : "p" + i), Some(Columns, 0), Some(CoProviders, 0), Gen.Int[0, 8], Gen.Int[0, 100],
        (purpose, columns, partners, group, days) => Request(null) with
        {
            Purpose = purpose,
            Columns = columns,
            GroupKeys = columns.Take(1).ToArray(),
            CoProviders = partners.Select(p => new CoProvider(p.Split('#')[0], p.Split('#')[1])).ToArray(),
            MinimumGroupSize = group == 0 ? null : group,
            Now = new DateTimeOffset(2026, 1, 15, 0, 0, 0, TimeSpan.Zero).AddDays(days),
        });

    private static JsonObject Rule(params JsonObject[] constraints) => new() { ["action"] = "use", ["constraint"] = new JsonArray([.. constraints]) };

    private static CompiledPolicy Policy(IEnumerable<JsonObject> permissions, IEnumerable<JsonObject> prohibitions)
    {
        var agreement = Agreement();
        agreement["permission"] = new JsonArray([.. permissions.Select(p => p.DeepClone())]);
        if (prohibitions.Any())
            agreement["prohibition"] = new JsonArray([.. prohibitions.Select(p => p.DeepClone())]);
        return Compile(agreement);
    }

    /// <summary>Everything about a decision except its id and the policy's hash.</summary>
    private static string Essence(PolicyDecision d) => d.Outcome + "|" + string.Join(';', d.FailedRules.Select(f => f.Rule + f.Term + f.Code)) + "|"
        + (d.Obligations is not { } o ? "" : string.Join(',', o.Debits) + string.Join(',', o.AllowedColumns) + string.Join(',', o.AllowedGroupKeys)
            + o.MinimumGroupSize + "/" + o.DominancePercent + "/" + o.MaxRows + string.Join(',', o.Clamps) + o.Price);

    [Fact]
    public void The_order_of_rules_and_constraints_never_matters() => Gen.Select(Rules, Asked).Sample((rules, asked) =>
    {
        var forward = Pdp.Decide(asked with { Policy = Policy(rules.Permissions, rules.Prohibitions) });
        var backward = Pdp.Decide(asked with { Policy = Policy(rules.Permissions.Reverse().Select(Turned), rules.Prohibitions.Reverse().Select(Turned)) });
        return Essence(forward) == Essence(backward);

        static JsonObject Turned(JsonObject rule) => Rule([.. rule["constraint"]!.AsArray().Reverse().Select(c => c!.DeepClone().AsObject())]);
    }, iter: 500);

    [Fact]
    public void Adding_a_prohibition_never_widens() => Gen.Select(Rules, Prohibition, Asked).Sample((rules, more, asked) =>
    {
        var before = Pdp.Decide(asked with { Policy = Policy(rules.Permissions, rules.Prohibitions) });
        var after = Pdp.Decide(asked with { Policy = Policy(rules.Permissions, [.. rules.Prohibitions, more]) });
        return !after.IsAllowed || (before.IsAllowed && Essence(after) == Essence(before));
    }, iter: 500);

    [Fact]
    public void Adding_a_constraint_never_widens() => Gen.Select(Rules, Some(Columns, 1), Asked).Sample((rules, columns, asked) =>
    {
        // A further column list that leaves the permission something, else it is refused as a contradiction.
        var narrowed = rules.Permissions.Select(p => p.DeepClone().AsObject()).ToList();
        var own = narrowed[0]["constraint"]!.AsArray().Single(c => (string?)c!["leftOperand"] == "dataspace:groupKey")!["rightOperand"]![0]!.GetValue<string>();
        narrowed[0]["constraint"]!.AsArray().Add((JsonNode)List("dataspace:column", "isAnyOf", [.. columns.Append(own).Distinct()]));
        var before = Pdp.Decide(asked with { Policy = Policy(rules.Permissions, rules.Prohibitions) });
        var after = Pdp.Decide(asked with { Policy = Policy(narrowed, rules.Prohibitions) });
        return !after.IsAllowed || before.IsAllowed;
    }, iter: 500);

    [Fact]
    public void Deny_overrides_and_allow_needs_a_permission_agree_with_a_plain_reading()
    {
        int allowed = 0, overridden = 0;
        Gen.Select(Rules, Asked).Sample((rules, asked) => Agrees(rules, asked, ref allowed, ref overridden), iter: 1500);
        Assert.True(allowed > 0 && overridden > 0, $"the generator must reach both sides: {allowed} allowed, {overridden} overridden");
    }

    private static bool Agrees((JsonObject[] Permissions, JsonObject[] Prohibitions) rules, PolicyRequest asked, ref int allowed, ref int overridden)
    {
        var decision = Pdp.Decide(asked with { Policy = Policy(rules.Permissions, rules.Prohibitions) });
        if (decision.IsAllowed)
            Interlocked.Increment(ref allowed);
        else if (decision.Reason!.Kind == PolicyErrors.Prohibited && rules.Permissions.Any(p => Reading.Permits(p, asked)))
            Interlocked.Increment(ref overridden);
        return decision.IsAllowed == (rules.Permissions.Any(p => Reading.Permits(p, asked)) && !rules.Prohibitions.Any(p => Reading.Prohibits(p, asked)));
    }

    [Fact]
    public void A_denial_always_names_a_reason_and_an_allowance_never_loosens() => Gen.Select(Rules, Asked).Sample((rules, asked) =>
    {
        var decision = Pdp.Decide(asked with { Policy = Policy(rules.Permissions, rules.Prohibitions) });
        return decision.IsAllowed
            ? decision.Obligations!.MinimumGroupSize >= 2 && asked.Columns.All(c => decision.Obligations.AllowedColumns.Contains(c)) && decision.Obligations.Debits.Count > 0
            : decision.Reason is not null && decision.FailedRules.Count > 0 && decision.FailedRules[0] == decision.Reason;
    }, iter: 500);

    /// <summary>The same semantics read off the JSON, without the engine.</summary>
    private static class Reading
    {
        public static bool Permits(JsonObject rule, PolicyRequest asked) => rule["constraint"]!.AsArray().All(c => Left(c) switch
        {
            "purpose" => asked.Purpose is not null && Right(c).Contains(asked.Purpose),
            "dataspace:column" => asked.Columns.All(Right(c).Contains),
            "dataspace:groupKey" => asked.GroupKeys.All(Right(c).Contains),
            "dataspace:computation" => Right(c).Contains(asked.Computation!),
            "dataspace:minimumGroupSize" => asked.MinimumGroupSize is null || asked.MinimumGroupSize >= int.Parse(Right(c)[0], null),
            "dataspace:coProvider" => asked.CoProviders.All(p => Right(c).Contains(p.ToString())),
            "dataspace:independentCoProviders" => asked.CoProviders.Count(p => p.Did != Consumer) >= int.Parse(Right(c)[0], null),
            "dateTime" => asked.Now < DateTimeOffset.Parse(Right(c)[0], null),
            _ => true,
        });

        public static bool Prohibits(JsonObject rule, PolicyRequest asked) => rule["constraint"]!.AsArray().All(c => Left(c) switch
        {
            "purpose" => asked.Purpose is null || Right(c).Contains(asked.Purpose),
            "dataspace:column" => asked.Columns.Any(Right(c).Contains),
            _ => asked.CoProviders.Any(p => Right(c).Contains(p.ToString())),
        });

        private static string Left(JsonNode? c) => (string)c!["leftOperand"]!;

        private static List<string> Right(JsonNode? c) => c!["rightOperand"] is JsonArray list ? [.. list.Select(v => (string)v!)] : [(string)c["rightOperand"]!];
    }
}
