using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;
using DataSpace.Kernel.Policy;
using static DataSpace.Kernel.Tests.Policy.Policies;

namespace DataSpace.Kernel.Tests.Policy;

/// <summary>
/// Policies and requests from a small world, so that they meet: permissions for use, compute or delivery, nested logic over roles and regions, counts, rates and privacy budgets that may be spent,
/// duties before, during and after; prohibitions of all these.
/// </summary>
internal static class GeneratedPolicies
{
    private static readonly string[] Purposes = ["p1", "p2", "p3"];
    private static readonly string[] Columns = ["a", "b", "c", "d"];
    private static readonly string[] CoProviders = [Other + "#k", "did:web:x.example#k", Consumer + "#k"];
    private static readonly string[] Roles = ["analyst", "auditor", "guest"];
    private static readonly string[] Regions = ["CN-310000", "CN-320000", "CN", "US"];

    /// <summary>The rules of an agreement.</summary>
    public sealed record Rules(JsonObject[] Permissions, JsonObject[] Prohibitions, JsonObject[] Obligations)
    {
        public JsonObject Agreement()
        {
            var agreement = Policies.Agreement();
            foreach (var (name, rules) in ((string, JsonObject[])[])[("permission", Permissions), ("prohibition", Prohibitions), ("obligation", Obligations)])
            {
                agreement.Remove(name);
                if (rules.Length > 0)
                    agreement[name] = new JsonArray([.. rules.Select(r => r.DeepClone())]);
            }
            return agreement;
        }

        /// <summary>The same with every list turned round, but for the constraints of duties: of a payment the amount comes first.</summary>
        public Rules Turned() => new([.. Permissions.Reverse().Select(Rule)], [.. Prohibitions.Reverse().Select(Rule)], [.. Obligations.Reverse()]);

        private static JsonObject Rule(JsonObject rule)
        {
            rule = rule.DeepClone().AsObject();
            rule["constraint"] = Turned(rule["constraint"]!.AsArray());
            if (rule["duty"] is JsonArray duties)
                rule["duty"] = new JsonArray([.. duties.Reverse().Select(d => d!.DeepClone())]);
            return rule;
        }

        private static JsonArray Turned(JsonArray constraints) => [.. constraints.Reverse().Select(c => c!.DeepClone()).Select(c => PlainReading.Logic(c) is { } logic
            ? new JsonObject { [logic] = Turned(c[logic]!.AsArray()) } : c)];
    }

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<string[]> Some(string[] values, int least) => Gen.Bool.Array[values.Length]
        .Select(bits => values.Where((_, i) => bits[i]).ToArray()).Where(v => v.Length >= least);

    private static Gen<JsonObject> OneTerm(string term, string[] operators, string[] values)
        => Gen.Select(Pick(operators), Some(values, 1)).Select((op, chosen) => List(term, op, chosen));

    private static readonly Gen<JsonObject> Condition = Gen.OneOf(
        OneTerm("dataspace:role", ["isAnyOf", "isNoneOf"], Roles),
        OneTerm("dataspace:consumerRegion", ["isPartOf", "isNoneOf"], Regions),
        OneTerm("dataspace:executionRegion", ["isPartOf", "isNoneOf"], Regions));

    private static Gen<JsonObject> Combined(Gen<JsonObject> operands) => Gen.Select(Pick("and", "or", "xone"), operands.Array[1, 2])
        .Select((logic, all) => new JsonObject { [logic] = new JsonArray([.. all.Select(o => o.DeepClone())]) });

    private static readonly Gen<JsonObject> Logical = Gen.OneOf(Condition, Combined(Condition), Combined(Gen.OneOf(Condition, Combined(Condition))));

    /// <summary>A further constraint of a permission.</summary>
    public static readonly Gen<JsonObject> Narrowing = Gen.OneOf(
        Logical, OneTerm("dataspace:column", ["isAnyOf", "isNoneOf"], Columns), OneTerm("purpose", ["isAnyOf", "isNoneOf"], Purposes),
        Gen.Int[1, 30].Select(n => Constraint("count", "lt", Text(n + 1))), Gen.Int[1, 5].Select(n => Constraint("dataspace:privacyBudget", "lteq", Text(n * 100))));

    private static readonly Gen<JsonObject[]> Budgets = Gen.Select(Gen.Int[0, 5], Gen.Int[1, 3], Gen.Int[1, 5], Gen.Int[1, 5], (which, rate, budget, perUse) => which switch
    {
        0 => [Constraint("dataspace:frequency", "lteq", $"{rate}/PT1M")],
        1 => [Constraint("dataspace:privacyBudget", "lteq", Text(budget * 100))],
        2 => [Constraint("dataspace:privacyBudget", "lteq", Text(budget * 100)), Constraint("dataspace:epsilonPerUse", "lteq", Text(perUse * 100))],
        _ => (JsonObject[])[],
    });

    private static readonly Gen<JsonObject[]> Terms = Gen.Select(
        Some(Purposes, 2), Some(Columns, 2), Gen.Int[1, 30], Gen.Int[2, 5], Gen.Int[50, PolicyTerms.MaxDominancePercent + 1], Some(CoProviders, 2), Pick(0, 0, 1, 2), Gen.Int[1, 3],
        (purposes, columns, count, group, dominance, partners, independent, months) => (JsonObject[])
        [
            List("purpose", "isAnyOf", purposes),
            List("dataspace:column", "isAnyOf", columns),
            List("dataspace:groupKey", "isAnyOf", columns),
            List("dataspace:computation", "isAnyOf", "sql", "aggregate"),
            Constraint("count", "lteq", Text(count)),
            Constraint("dataspace:minimumGroupSize", "gteq", Text(group)),
            Constraint("dataspace:dominancePercent", "lteq", dominance > PolicyTerms.MaxDominancePercent ? "off" : Text(dominance)),
            List("dataspace:coProvider", "isAnyOf", partners),
            Constraint("dataspace:independentCoProviders", "gteq", Text(independent)),
            Constraint("dateTime", "lt", $"2026-0{months + 1}-15T00:00:00Z"),
        ]);

    private static readonly Gen<JsonObject> Duty = Gen.Select(Gen.Int[0, 3], Gen.Int[1, 9]).Select((which, days) => which switch
    {
        0 => Rule("inform", Constraint("recipient", "eq", Other), Constraint("dataspace:phase", "eq", "before")),
        1 => Rule("inform", Constraint("recipient", "eq", Other), Constraint("elapsedTime", "lteq", $"P{days}D")),
        2 => Rule("delete", Constraint("elapsedTime", "lteq", $"P{days}D")),
        _ => Rule("dataspace:logRecordSend"),
    });

    private static Gen<JsonObject> Permission(params string[] actions) => Gen.Select(
        Pick(actions), Terms, Logical.Array[0, 1], Budgets, Duty.Array[0, 2],
        (action, terms, logic, budgets, duties) =>
        {
            var rule = Rule(action, [.. terms, .. logic, .. budgets]);
            if (duties.Length > 0)
                rule["duty"] = new JsonArray([.. duties.Select(d => d.DeepClone())]);
            return rule;
        });

    /// <summary>Prohibitions, some of what no use does.</summary>
    public static readonly Gen<JsonObject> Prohibition = Gen.Select(
        Pick("use", "use", "dataspace:compute", "dataspace:delivery", "sell"),
        Gen.OneOf(
            OneTerm("purpose", ["isAnyOf", "isNoneOf"], Purposes).Array[1], OneTerm("dataspace:column", ["isAnyOf"], Columns).Array[1], OneTerm("dataspace:coProvider", ["isAnyOf"], CoProviders).Array[1],
            Logical.Array[1, 2], Gen.Select(OneTerm("purpose", ["isAnyOf"], Purposes), OneTerm("dataspace:column", ["isAnyOf"], Columns), Logical).Select((a, b, c) => (JsonObject[])[a, b, c])))
        .Select((action, constraints) => Rule(action, constraints));

    private static readonly Gen<JsonObject> Payment = Gen.Int[1, 9].Select(amount => Rule("compensate", Pay(Text(amount) + ".00", "CNY")));

    /// <summary>Rules under which something may be allowed: one permission speaks of all that a use does, others of parts.</summary>
    public static readonly Gen<Rules> AnyRules = Gen.Select(
        Permission("use"), Permission("use", "dataspace:compute", "dataspace:delivery").Array[0, 2], Prohibition.Array[0, 2], Gen.OneOf(Duty.Array[0, 1], Payment.Array[1]),
        (first, more, prohibitions, obligations) => new Rules([first, .. more], prohibitions, obligations));

    public static readonly Gen<PolicyRequest> Asked = Gen.Select(
        Gen.Select(Pick<string?>(null, "p1", "p1", "p2", "p3"), Pick<string[]>([], ["a"], ["a", "b"], ["b", "c"], ["d"], Columns), Pick<string[]>([], [.. CoProviders.Take(1)], [.. CoProviders.Take(2)], CoProviders), Pick(0, 0, 1, 3, 5, 5), Gen.Int[0, 70]),
        Gen.Select(Pick<string?>(null, "analyst", "analyst", "auditor", "guest"), Pick<string?>(null, "CN-310115", "CN-310115", "CN-320500", "US"), Pick<string?>(null, "CN-310115", "CN-310115", "CN-320500", "US")),
        Gen.Select(Pick(0, 0, 0, 1, 20), Pick(0, 0, 0, 2), Pick(0, 0, 0, 100, 300), Pick<long?>(null, 100, 100, 200, 400)),
        (what, who, spent) => Request(null) with
        {
            Purpose = what.Item1,
            Columns = what.Item2,
            GroupKeys = what.Item2.Take(1).ToArray(),
            CoProviders = what.Item3.Select(p => new CoProvider(p.Split('#')[0], p.Split('#')[1])).ToArray(),
            MinimumGroupSize = what.Item4 == 0 ? null : what.Item4,
            Now = new DateTimeOffset(2026, 1, 15, 0, 0, 0, TimeSpan.Zero).AddDays(what.Item5),
            Role = who.Item1,
            ConsumerRegion = who.Item2,
            ExecutionRegion = who.Item3,
            SpentOf = debit => debit.Key.StartsWith("uses/", StringComparison.Ordinal) ? spent.Item1 : debit.Key.StartsWith("rate/", StringComparison.Ordinal) ? spent.Item2 : spent.Item3,
            EpsilonMicro = spent.Item4,
        });

    private static JsonObject Rule(string action, params JsonObject[] constraints)
    {
        var rule = new JsonObject { ["action"] = action };
        if (constraints.Length > 0)
            rule["constraint"] = new JsonArray([.. constraints.Select(c => c.DeepClone())]);
        return rule;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The semantics read off the JSON, without the engine. What is unknown satisfies no condition of a permission and every condition of a prohibition, and so does its opposite.</summary>
internal static class PlainReading
{
    public static bool Permits(GeneratedPolicies.Rules rules, PolicyRequest asked)
        => rules.Permissions.Any(p => Action(p) is "use" or "dataspace:compute" && Holds(p, asked, unknown: false))
            && rules.Permissions.Any(p => Action(p) is "use" or "dataspace:delivery" && Holds(p, asked, unknown: false));

    public static bool Prohibits(JsonObject rule, PolicyRequest asked) => Action(rule) != "sell" && Holds(rule, asked, unknown: true);

    /// <summary>Whether a notice must go out before the use: by the policy, or by any permission that covers it.</summary>
    public static bool OwesBefore(GeneratedPolicies.Rules rules, PolicyRequest asked)
        => rules.Obligations.Concat(rules.Permissions.Where(p => Holds(p, asked, unknown: false)).SelectMany(p => p["duty"]?.AsArray() ?? []).Select(d => d!.AsObject()))
            .Any(d => d.ToJsonString().Contains("\"before\"", StringComparison.Ordinal));

    /// <summary>The logic of a combination, or null.</summary>
    public static string? Logic(JsonNode constraint) => Array.Find(["and", "or", "xone"], l => constraint[l] is not null);

    private static string Action(JsonObject rule) => (string)rule["action"]!;

    private static bool Holds(JsonObject rule, PolicyRequest asked, bool unknown)
    {
        var constraints = rule["constraint"]!.AsArray();
        return constraints.All(c => Holds(c!, asked, unknown, opposite: false))
            // A privacy budget makes epsilon a must, at most all of it.
            && constraints.Where(c => Left(c!) == "dataspace:privacyBudget").All(c => asked.EpsilonMicro is { } e && e <= long.Parse(Right(c!)[0], CultureInfo.InvariantCulture));
    }

    private static bool Holds(JsonNode constraint, PolicyRequest asked, bool unknown, bool opposite)
    {
        if (Logic(constraint) is not { } logic)
            return Plain(constraint, asked, prohibition: unknown) is { } value ? value != opposite : unknown;
        var operands = constraint[logic]!.AsArray().Select(o => o!).ToList();
        int True() => operands.Count(o => Holds(o, asked, unknown, opposite: false));
        bool Is(int i) => Holds(operands[i], asked, unknown, opposite: false);
        bool IsNot(int i) => Holds(operands[i], asked, unknown, opposite: true);
        var all = Enumerable.Range(0, operands.Count).ToList();
        return (logic, opposite) switch
        {
            ("and", false) => True() == operands.Count,
            ("or", false) => True() > 0,
            ("and", true) => all.Any(IsNot),
            ("or", true) => all.All(IsNot),
            ("xone", false) => all.Any(i => Is(i) && all.All(j => j == i || IsNot(j))),
            _ => all.All(IsNot) || all.Count(Is) > 1,
        };
    }

    private static bool? Plain(JsonNode c, PolicyRequest asked, bool prohibition)
    {
        var right = Right(c);
        long Number() => long.Parse(right[0], CultureInfo.InvariantCulture);
        var none = (string)c["operator"]! == "isNoneOf";
        return Left(c) switch
        {
            "purpose" => asked.Purpose is { } purpose ? right.Contains(purpose) != none : null,
            "dataspace:role" => asked.Role is { } role ? right.Contains(role) != none : null,
            "dataspace:consumerRegion" => asked.ConsumerRegion is { } region ? Within(region, right) != none : null,
            "dataspace:executionRegion" => asked.ExecutionRegion is { } region ? Within(region, right) != none : null,
            "dataspace:column" when none => !asked.Columns.Any(right.Contains),
            "dataspace:column" => prohibition ? asked.Columns.Any(right.Contains) : asked.Columns.All(right.Contains),
            "dataspace:groupKey" => asked.GroupKeys.All(right.Contains),
            "dataspace:computation" => right.Contains(asked.Computation!),
            "dataspace:minimumGroupSize" => asked.MinimumGroupSize is null || asked.MinimumGroupSize >= Number(),
            "dataspace:coProvider" => prohibition ? asked.CoProviders.Any(p => right.Contains(p.ToString())) : asked.CoProviders.All(p => right.Contains(p.ToString())),
            "dataspace:independentCoProviders" => asked.CoProviders.Count(p => p.Did != Consumer) >= Number(),
            "dateTime" => asked.Now < DateTimeOffset.Parse(right[0], CultureInfo.InvariantCulture),
            "count" => asked.SpentOf!(new BudgetDebit("uses/", 0, 1)) < Number() - ((string)c["operator"]! == "lt" ? 1 : 0),
            "dataspace:frequency" => asked.SpentOf!(new BudgetDebit("rate/", 0, 1)) < long.Parse(right[0].Split('/')[0], CultureInfo.InvariantCulture),
            "dataspace:privacyBudget" => asked.SpentOf!(new BudgetDebit("epsilon", 0, 1)) + (asked.EpsilonMicro ?? 0) <= Number(),
            "dataspace:epsilonPerUse" => asked.EpsilonMicro is { } epsilon ? epsilon <= Number() : null,
            "dataspace:dominancePercent" => true,
            var other => throw new InvalidOperationException(other),
        };
    }

    /// <summary><c>CN-310115</c> lies in <c>CN-310000</c> and in <c>CN</c>.</summary>
    private static bool Within(string region, List<string> wider) => wider.Any(w => region == w || (w.Length == 2 ? region.StartsWith(w, StringComparison.Ordinal) : region.StartsWith(w[..5], StringComparison.Ordinal)));

    private static string Left(JsonNode c) => (string?)c["leftOperand"] ?? "";

    private static List<string> Right(JsonNode c) => c["rightOperand"] is JsonArray list ? [.. list.Select(v => (string)v!)] : [(string)c["rightOperand"]!];
}
