using System.Text.Json.Nodes;
using DataSpace.Connector.Duties;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>
/// The coverage list: every term of the vocabulary, with every operator, in a permission and in a prohibition, allows one use and denies one at the use gate. A term
/// or operator that is added to the vocabulary without a case here fails.
/// </summary>
public class GateCoverageTests
{
    private sealed record Values(string Match, string Other, string? Above = null);

    /// <summary>What the use of <see cref="GateWorld"/> is, and what it is not.</summary>
    private static readonly Dictionary<string, Values> Sets = new()
    {
        ["purpose"] = new(GateWorld.Purpose, "finance", "research"),
        ["dataspace:role"] = new("analyst", "auditor"),
        ["recipient"] = new(GateWorld.Consumer, GateWorld.Other),
        ["dataspace:consumerRegion"] = new("CN-310115", "CN-440300", "CN-310000"),
        ["dataspace:executionRegion"] = new("CN-330100", "CN-440300", "CN-330000"),
        ["dataspace:networkAddress"] = new("10.1.2.3", "192.168.0.0/16"),
        ["dataspace:computation"] = new("aggregate", "sql"),
        ["dataspace:algorithm"] = new("secure-aggregation/1", "sql-release/1"),
        ["dataspace:executionEnv"] = new("mpc", "sandbox"),
        ["dataspace:groupKey"] = new("year", "invest"),
        ["dataspace:coProvider"] = new(GateWorld.Other + "#" + GateWorld.KeyId, "did:web:third.example#" + GateWorld.KeyId),
        // All results travel in one way, so there is no other value that a contract could name.
        ["dataspace:encryptMode"] = new("ciphertext", ""),
        ["dataspace:deliveryMethod"] = new("api", ""),
    };

    /// <summary>Term and operator: a bound that the use keeps, and one that it breaks.</summary>
    private static readonly Dictionary<(string, string), (string Kept, string Broken)> Bounds = new()
    {
        [("dateTime", "gteq")] = ("2026-03-01T12:00:00Z", "2026-03-01T12:00:01Z"),
        [("dateTime", "gt")] = ("2026-03-01T11:59:59Z", "2026-03-01T12:00:00Z"),
        [("dateTime", "lteq")] = ("2026-03-01T12:00:00Z", "2026-03-01T11:59:59Z"),
        [("dateTime", "lt")] = ("2026-03-01T12:00:01Z", "2026-03-01T12:00:00Z"),
        [("elapsedTime", "lteq")] = ("P60D", "P10D"),
        [("elapsedTime", "lt")] = ("P60D", "P10D"),
        [("dataspace:independentCoProviders", "gteq")] = ("1", "2"),
        [("dataspace:independentCoProviders", "gt")] = ("0", "1"),
        [("dataspace:minimumGroupSize", "gteq")] = ("3", "4"),
        [("dataspace:minimumGroupSize", "gt")] = ("2", "3"),
        [("dataspace:dominancePercent", "lteq")] = ("70", "69"),
        [("dataspace:dominancePercent", "lt")] = ("71", "70"),
        [("dataspace:maxRows", "lteq")] = ("2", "1"),
        [("dataspace:maxRows", "lt")] = ("3", "2"),
        [("dataspace:outputBytes", "lteq")] = ("32", "31"),
        [("dataspace:outputBytes", "lt")] = ("33", "32"),
    };

    public static TheoryData<string, string> InPermission()
    {
        var data = new TheoryData<string, string>();
        foreach (var term in PolicyVocabulary.Terms)
        {
            foreach (var op in term.Operators)
                data.Add(term.Name, op);
        }
        return data;
    }

    public static TheoryData<string, string> InProhibition()
    {
        var data = new TheoryData<string, string>();
        foreach (var term in PolicyVocabulary.Terms.Where(t => t.InProhibition))
        {
            foreach (var op in term.Operators)
                data.Add(term.Name, op);
        }
        return data;
    }

    /// <summary>A constraint that is true of the use, and one that is false; null where no value can be.</summary>
    private static (JsonObject? True, JsonObject? False) Of(string term, string op)
    {
        if (Bounds.TryGetValue((term, op), out var bound))
            return (GateWorld.Constraint(term, op, bound.Kept), GateWorld.Constraint(term, op, bound.Broken));
        if (term == "dataspace:column")
        {
            // The use reads invest and year. One name alone cannot cover both.
            return op switch
            {
                "eq" => (null, GateWorld.Constraint(term, op, "invest")),
                "neq" => (GateWorld.Constraint(term, op, "wage"), GateWorld.Constraint(term, op, "invest")),
                "isNoneOf" => (GateWorld.Constraint(term, op, "wage", "bonus"), GateWorld.Constraint(term, op, "invest", "wage")),
                _ => (GateWorld.Constraint(term, op, "invest", "year"), GateWorld.Constraint(term, op, "year", "wage")),
            };
        }
        var values = Sets[term];
        JsonObject? Is(string value) => value.Length == 0 ? null : GateWorld.Constraint(term, op, value);
        return op switch
        {
            "neq" or "isNoneOf" => (Is(values.Other), Is(values.Match)),
            "isA" => (Is(values.Above!), Is(values.Other)),
            _ => (Is(values.Match), Is(values.Other)),
        };
    }

    private static JsonArray Base(string term) => GateWorld.Terms(term is "dataspace:dominancePercent" or "dataspace:minimumGroupSize" or "dataspace:coProvider" ? term : null);

    private static bool IsProvision(string term) => term is "count" or "dataspace:frequency" or "dataspace:rowFilter" or "dataspace:clamp" or "dataspace:retention"
        or "dataspace:privacyBudget" or "dataspace:epsilonPerUse" or "dataspace:contributionBound"
        or "dataspace:stampExtension"; // RegulatedGateTests

    [Theory]
    [MemberData(nameof(InPermission))]
    public async Task A_permission_allows_and_denies(string term, string op)
    {
        if (IsProvision(term))
            return; // each has a test of its own below
        var (holds, fails) = Of(term, op);
        await using var world = new GateWorld();
        if (holds is not null)
        {
            var (error, decision) = await world.AdmitAsync(world.Use(GateWorld.Agreement([.. Base(Narrowing(term, op)), holds])));
            Assert.True(decision is not null, $"{term} {op}: {error}");
        }
        if (fails is null)
            return;
        List<JsonNode?> terms = [.. Base(Narrowing(term, op)), fails];
        if (Refused(GateWorld.Agreement(terms)) is { } refused)
        {
            // Some contradict what the contract must state; then nobody could conclude it.
            Assert.Equal(PolicyErrors.Contradiction, refused.Kind);
            return;
        }
        var (denied, _) = await world.AdmitAsync(world.Use(GateWorld.Agreement(terms)));
        Assert.True(denied is not null, $"{term} {op} did not deny");
        Assert.StartsWith("DS-POL-", denied.Code, StringComparison.Ordinal);
        Assert.Contains(term, denied.Detail, StringComparison.Ordinal);
    }

    /// <summary>Terms that the base states already and a positive list of which is a must keep their base list.</summary>
    private static string Narrowing(string term, string op) => term == "dataspace:coProvider" && op is "neq" or "isNoneOf" ? "" : term;

    private static DsError? Refused(JsonObject policy) => PolicyCompiler.Compile(System.Text.Json.JsonSerializer.SerializeToElement(policy)).Error;

    [Theory]
    [MemberData(nameof(InProhibition))]
    public async Task A_prohibition_denies_and_lets_pass(string term, string op)
    {
        var (applies, spares) = Of(term, op);
        if (term == "dataspace:column")
            (applies, spares) = op switch // a prohibition speaks of any of the columns
            {
                "eq" => (GateWorld.Constraint(term, op, "invest"), GateWorld.Constraint(term, op, "wage")),
                "neq" => (GateWorld.Constraint(term, op, "invest"), null), // year is another column than invest
                "isNoneOf" => (GateWorld.Constraint(term, op, "invest"), GateWorld.Constraint(term, op, "invest", "year")),
                _ => (GateWorld.Constraint(term, op, "invest", "wage"), GateWorld.Constraint(term, op, "wage", "bonus")),
            };
        await using var world = new GateWorld();
        if (applies is not null)
        {
            var (error, _) = await world.AdmitAsync(world.Use(Prohibiting(applies)));
            Assert.Equal(PolicyErrors.Prohibited.Code, error?.Code);
        }
        if (spares is not null)
        {
            var (error, decision) = await world.AdmitAsync(world.Use(Prohibiting(spares)));
            Assert.True(decision is not null, $"{term} {op}: {error}");
        }
    }

    private static JsonObject Prohibiting(JsonObject constraint, string action = "use")
    {
        var policy = GateWorld.Agreement(GateWorld.Terms());
        policy["prohibition"] = new JsonArray(new JsonObject { ["action"] = action, ["constraint"] = new JsonArray(constraint) });
        return policy;
    }

    [Theory]
    [InlineData("lteq", "2")]
    [InlineData("lt", "3")]
    public async Task A_count_ends(string op, string value)
    {
        await using var world = new GateWorld();
        var first = world.Use(GateWorld.Agreement([.. GateWorld.Terms(), GateWorld.Constraint("count", op, value)]));
        Assert.Null((await world.AdmitAsync(first)).Error);
        Assert.Null((await world.AdmitAsync(world.Use(first.Agreement))).Error);
        Assert.Equal(PolicyErrors.UsesExhausted.Code, (await world.AdmitAsync(world.Use(first.Agreement))).Error?.Code);
    }

    [Fact]
    public async Task A_frequency_ends_with_its_window_and_begins_anew()
    {
        await using var world = new GateWorld();
        var first = world.Use(GateWorld.Agreement([.. GateWorld.Terms(), GateWorld.Constraint("dataspace:frequency", "lteq", "1/PT1M")]));
        Assert.Null((await world.AdmitAsync(first)).Error);
        Assert.Equal(PolicyErrors.TooFrequent.Code, (await world.AdmitAsync(world.Use(first.Agreement))).Error?.Code);
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null((await world.AdmitAsync(world.Use(first.Agreement))).Error);
    }

    [Fact]
    public async Task Two_hundred_uses_at_once_of_a_count_of_ten_are_exactly_ten()
    {
        await using var world = new GateWorld();
        var first = world.Use(GateWorld.Agreement([.. GateWorld.Terms(), GateWorld.Constraint("count", "lteq", "10")]));
        var asked = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(
            () => world.Gate.AdmitAsync(world.Use(first.Agreement), TestContext.Current.CancellationToken))));
        Assert.Equal(10, asked.Count(a => a.IsOk));
        Assert.All(asked.Where(a => !a.IsOk), a => Assert.Equal(PolicyErrors.UsesExhausted.Code, a.Error!.Code));
        Assert.Equal(10, world.Ledger.Latest.Size);
    }

    [Theory]
    [InlineData("dataspace:clamp", "isAnyOf", "invest:1:0:2000", "invest:1:0:1999")]
    [InlineData("dataspace:clamp", "isAllOf", "invest:1:0:2000", "invest:1:0:1999")]
    public async Task Value_bounds_are_the_contracts_own(string term, string op, string kept, string broken)
    {
        await using var world = new GateWorld();
        Assert.Null((await world.AdmitAsync(world.Use(GateWorld.Agreement([.. GateWorld.Terms(term), GateWorld.Constraint(term, op, kept)])))).Error);
        Assert.Equal(ConnectorErrors.PlanExceedsContract.Code,
            (await world.AdmitAsync(world.Use(GateWorld.Agreement([.. GateWorld.Terms(term), GateWorld.Constraint(term, op, broken)])))).Error?.Code);
    }

    [Theory]
    [InlineData("isAllOf")]
    [InlineData("eq")]
    public async Task A_row_filter_goes_with_every_use(string op)
    {
        await using var world = new GateWorld();
        var (_, decision) = await world.AdmitAsync(world.Use(GateWorld.Agreement([.. GateWorld.Terms(), GateWorld.Constraint("dataspace:rowFilter", op, "year gteq 1940")])));
        Assert.Equal([new RowPredicate("year", "gteq", "1940")], decision!.Obligations!.RowFilter);
        var query = decision is null ? null : Connector.Jobs.CellPlans.Of(world.Use(GateWorld.Agreement(GateWorld.Terms())).Order.Plan.Aggregate!, decision.Obligations.RowFilter);
        Assert.Contains(query!.Where, p => p is { Column: "year", Operator: "gteq" } && p.Values[0] == "1940");
    }

    [Fact]
    public async Task A_duty_that_nobody_would_carry_out_denies_and_the_record_of_the_use_does_not()
    {
        await using var world = new GateWorld();
        // What happens when a result is not deleted is in Duties/DeletionTests.
        var retention = world.Use(GateWorld.Agreement([.. GateWorld.Terms(), GateWorld.Constraint("dataspace:retention", "lteq", "P7D")]));
        Assert.Null((await world.AdmitAsync(retention)).Error);
        JsonObject With(string duty, params JsonObject[] constraints)
        {
            var policy = GateWorld.Agreement(GateWorld.Terms());
            var rule = new JsonObject { ["action"] = duty };
            if (constraints.Length > 0)
                rule["constraint"] = new JsonArray([.. constraints]);
            policy["obligation"] = new JsonArray(rule);
            return policy;
        }
        Assert.Null((await world.AdmitAsync(world.Use(With("delete", GateWorld.Constraint("elapsedTime", "lteq", "P7D"))))).Error);
        // The other rows of duties, allow and deny, are in Duties/InformTests.
        Assert.Null((await world.AdmitAsync(world.Use(With("inform", GateWorld.Constraint("recipient", "eq", GateWorld.Other))))).Error);
        Assert.Equal(DutyErrors.NotCarriedOut.Code, (await world.AdmitAsync(world.Use(With("inform", GateWorld.Constraint("recipient", "eq", "did:web:nobody.example"))))).Error?.Code);
        Assert.Null((await world.AdmitAsync(world.Use(With("dataspace:logRecordSend")))).Error);
        var price = GateWorld.Constraint("payAmount", "eq", "2.00");
        price["unit"] = "CNY";
        Assert.Equal("¥2.00", (await world.AdmitAsync(world.Use(With("compensate", price)))).Decision!.Obligations!.Price.ToString());
    }

    [Fact]
    public async Task Without_a_privacy_budget_in_the_job_a_contract_that_demands_one_denies()
    {
        await using var world = new GateWorld();
        foreach (var terms in (JsonObject[][])[
            [GateWorld.Constraint("dataspace:privacyBudget", "lteq", "1000000")],
            [GateWorld.Constraint("dataspace:privacyBudget", "lteq", "1000000"), GateWorld.Constraint("dataspace:epsilonPerUse", "lteq", "10")],
            [GateWorld.Constraint("dataspace:privacyBudget", "lteq", "1000000"), GateWorld.Constraint("dataspace:epsilonPerUse", "lt", "10"), GateWorld.Constraint("dataspace:contributionBound", "lteq", "2")]])
        {
            Assert.Equal(PolicyErrors.EpsilonMissing.Code, (await world.AdmitAsync(world.Use(GateWorld.Agreement([.. GateWorld.Terms(), .. terms])))).Error?.Code);
        }
    }

    [Theory]
    [InlineData("use")]
    [InlineData("dataspace:compute")]
    [InlineData("dataspace:delivery")]
    public async Task Each_action_of_a_use_is_permitted_and_prohibited(string action)
    {
        await using var world = new GateWorld();
        var permitting = GateWorld.Agreement(GateWorld.Terms());
        if (action != "use")
        {
            permitting["permission"]![0]!["action"] = "dataspace:compute";
            permitting["permission"]!.AsArray().Add((JsonNode)new JsonObject { ["action"] = "dataspace:delivery", ["constraint"] = new JsonArray(GateWorld.Constraint("dataspace:role", "eq", "analyst")) });
        }
        Assert.Null((await world.AdmitAsync(world.Use(permitting))).Error);
        Assert.Equal(PolicyErrors.Prohibited.Code, (await world.AdmitAsync(world.Use(Prohibiting(GateWorld.Constraint("dataspace:role", "eq", "analyst"), action)))).Error?.Code);
        Assert.Null((await world.AdmitAsync(world.Use(Prohibiting(GateWorld.Constraint("dataspace:role", "eq", "auditor"), action)))).Error);
    }

    [Fact]
    public async Task Prohibitions_of_what_no_use_does_are_kept_without_denying()
    {
        await using var world = new GateWorld();
        foreach (var action in RuleActions.NeverPerformed)
            Assert.Null((await world.AdmitAsync(world.Use(Prohibiting(GateWorld.Constraint("dataspace:role", "eq", "analyst"), action)))).Error);
    }

    [Fact]
    public async Task A_use_that_no_permission_names_is_denied_by_default()
    {
        await using var world = new GateWorld();
        var use = world.Use(GateWorld.Agreement([.. GateWorld.Terms(), GateWorld.Constraint("purpose", "eq", "other")]));
        Assert.Equal(PolicyErrors.PurposeNotAllowed.Code, (await world.AdmitAsync(use)).Error?.Code);
        var unknownKind = world.Use(GateWorld.Agreement(GateWorld.Terms()), plan => plan with { Kind = "telepathy" });
        Assert.Equal(PolicyErrors.ComputationNotAllowed.Code, (await world.AdmitAsync(unknownKind)).Error?.Code);
    }

    [Fact]
    public void Every_term_and_operator_has_a_case()
    {
        foreach (var term in PolicyVocabulary.Terms.Where(t => !IsProvision(t.Name) && t.Name != "dataspace:column"))
            Assert.True(term.Operators.All(op => Bounds.ContainsKey((term.Name, op)) || Sets.ContainsKey(term.Name)), term.Name);
    }
}
