using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Connector.Duties;
using DataSpace.Connector.Tests.Duties;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Policy.Standard;
using DataSpace.Kernel.Results;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>The coverage list's other half: every action as permission, prohibition and duty, and every logical constraint, allows and denies at the use gate or is refused as a contract.</summary>
public class GateRuleTests(SharedGate shared) : IClassFixture<SharedGate>
{
    private readonly GateWorld _world = shared.World;

    /// <summary>What an action is good for, written out: of what a use does (<c>use</c>), to forbid what no use does (<c>never</c>), as a duty, or for nothing.</summary>
    private static readonly Dictionary<string, string> Expected = (((string Good, string[] Actions)[])
    [
        ("use", ["use", "dataspace:compute", "dataspace:delivery"]),
        ("never",
        [
            "dataspace:transform", "dataspace:anonymize", "dataspace:desensitize", "dataspace:access", "read", "reproduce", "dataspace:storage", "dataspace:process",
            "dataspace:jointDevelop", "distribute", "grantUse", "sell",
        ]),
        ("duty", ["compensate", "inform", "delete", "dataspace:logRecordSend"]),
        ("nothing", ["std:download", "std:plicyTransmit", "std:alert", "telepathy"]),
    ]).SelectMany(e => e.Actions.Select(a => (a, e.Good))).ToDictionary(e => e.a, e => e.Good);

    public static TheoryData<string> Actions() => [.. Expected.Keys.Union(KnownActions(), StringComparer.Ordinal)];

    /// <summary>The engine's actions and those of the contract standard.</summary>
    private static IEnumerable<string> KnownActions() => typeof(RuleActions).GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!)
        .Concat(RuleActions.NeverPerformed).Concat(StandardCodes.Actions.Select(a => a.Odrl));

    [Theory]
    [MemberData(nameof(Actions))]
    public async Task Every_action_allows_and_denies_or_is_refused(string action)
    {
        var expected = Expected[action];
        if (expected == "use")
        {
            await PermitsAsync(action);
            Assert.Equal(PolicyErrors.Prohibited.Code, await AskAsync(Prohibiting(action, "analyst")));
            Assert.Null(await AskAsync(Prohibiting(action, "auditor")));
        }
        else
        {
            var permitting = GateWorld.Agreement(GateWorld.Terms());
            permitting["permission"]!.AsArray().Add((JsonNode)new JsonObject { ["action"] = action });
            Assert.Equal(PolicyErrors.UnknownAction, RefusalOf(permitting));
            if (expected == "never")
                Assert.Null(await AskAsync(Prohibiting(action, "analyst"))); // kept, for no use does it
            else
                Assert.Equal(PolicyErrors.UnknownAction, RefusalOf(Prohibiting(action, "analyst")));
        }
        if (expected == "duty")
            await (Duty(action) ?? throw new InvalidOperationException(action + " has no case"));
        else
            Assert.Equal(PolicyErrors.UnknownDuty, RefusalOf(Owing(action)));
    }

    /// <summary>A use computes and delivers: what is permitted for another role permits neither.</summary>
    private async Task PermitsAsync(string action)
    {
        JsonObject To(string role)
        {
            var policy = GateWorld.Agreement([.. GateWorld.Terms(), .. (JsonNode[])(action == "dataspace:delivery" ? [] : [Role(role)])]);
            if (action == "use")
                return policy;
            policy["permission"]![0]!["action"] = "dataspace:compute";
            var delivery = new JsonObject { ["action"] = "dataspace:delivery" };
            if (action == "dataspace:delivery")
                delivery["constraint"] = new JsonArray(Role(role));
            policy["permission"]!.AsArray().Add((JsonNode)delivery);
            return policy;
        }
        Assert.Null(await AskAsync(To("analyst")));
        Assert.Equal(PolicyErrors.RoleNotAllowed.Code, await AskAsync(To("auditor")));
        if (action == "use")
            return;
        var alone = GateWorld.Agreement(GateWorld.Terms());
        alone["permission"]![0]!["action"] = action;
        Assert.Equal(PolicyErrors.NothingPermitted, RefusalOf(alone));
    }

    /// <summary>
    /// A duty is carried out or the use does not take place. Payment and record are carried out with the Grant and the Report themselves, so no use can lack them; what can be denied is a
    /// contract that words them as something else.
    /// </summary>
    private Task? Duty(string action) => action switch
    {
        "compensate" => CompensateAsync(),
        "inform" => InformAsync(),
        "delete" => GateProvisions.OverdueAsync(Owing("delete", GateWorld.Constraint("elapsedTime", "lteq", "PT1H"))),
        "dataspace:logRecordSend" => RecordAsync(),
        _ => null,
    };

    private async Task CompensateAsync()
    {
        static JsonObject Priced(string op, string? unit, string term = "payAmount")
        {
            var price = GateWorld.Constraint(term, op, "2.00");
            if (unit is not null)
                price["unit"] = unit;
            return price;
        }
        static JsonObject Price(string op, string? unit) => Owing("compensate", Priced(op, unit));
        // On credit for one use: the first is allowed, the second is not while nobody pays.
        var first = _world.Use(Owing("compensate", Priced("eq", "CNY"), Priced("lteq", "CNY", PolicyTerms.CreditLimit)));
        Assert.Null((await _world.AdmitAsync(first)).Error);
        Assert.Equal(PolicyErrors.CreditExhausted.Code, (await _world.AdmitAsync(_world.Use(first.Agreement))).Error?.Code);
        var (_, decision) = await _world.AdmitAsync(_world.Use(Price("eq", "CNY")));
        Assert.Equal("¥2.00", decision!.Obligations!.Price.ToString());
        Assert.Equal(200, Ledger.Receipts.GrantPayload.FromFields(_world.Ledger.Read(_world.Ledger.Latest.Size - 1, _world.Ledger.Latest.Size).Single().PayloadFields).Value.PricePerUseMinor);
        // A price plan is its hash, and the Grant names it.
        var plan = Kernel.Crypto.Digest.Sha256Hex("a price plan"u8);
        JsonObject Planned(string op, string hash) => Owing("compensate", Priced("eq", "CNY"), GateWorld.Constraint(PolicyTerms.PricePlan, op, hash));
        Assert.Null((await _world.AdmitAsync(_world.Use(Planned("eq", plan)))).Error);
        Assert.Equal(plan, Ledger.Receipts.GrantPayload.FromFields(_world.Ledger.Read(_world.Ledger.Latest.Size - 1, _world.Ledger.Latest.Size).Single().PayloadFields).Value.PricePlanHash);
        Assert.Equal(PolicyErrors.UnknownDuty, RefusalOf(Planned("eq", "gold")));
        Assert.Equal(PolicyErrors.UnknownDuty, RefusalOf(Planned("neq", plan)));
        Assert.Equal(PolicyErrors.UnknownOperator, RefusalOf(Price("lteq", "CNY")));
        Assert.Equal(PolicyErrors.InvalidValue, RefusalOf(Price("eq", null)));
        Assert.Equal(PolicyErrors.UnknownDuty, RefusalOf(Owing("compensate")));
    }

    private async Task InformAsync()
    {
        foreach (var phase in (string[])["before", "during", "after"])
        {
            JsonObject To(string party) => Owing("inform", GateWorld.Constraint("recipient", "eq", party), GateWorld.Constraint("dataspace:phase", "eq", phase));
            Assert.Null(await AskAsync(To(GateWorld.Other)));
            Assert.Equal(DutyErrors.NotCarriedOut.Code, await AskAsync(To("did:web:nobody.example")));
        }
        // A party that does not acknowledge, before the use and during it.
        await new InformTests().A_party_that_is_down_means_no_use_in_bounded_time_and_nothing_is_spent();
        await new InformTests().A_use_whose_party_is_away_ends_within_its_limit_and_stays_spent(within: null);
    }

    private async Task RecordAsync()
    {
        Assert.Null(await AskAsync(Owing("dataspace:logRecordSend")));
        Assert.Equal(PolicyErrors.UnknownDuty, RefusalOf(Owing("dataspace:logRecordSend", GateWorld.Constraint("recipient", "eq", GateWorld.Other))));
        await new InformTests().The_record_of_a_use_is_proven_by_its_report();
    }

    /// <summary>All eight answers that three conditions can give, under each logic and, one level deeper, under each pair.</summary>
    [Theory]
    [InlineData("and")]
    [InlineData("or")]
    [InlineData("xone")]
    public async Task A_logical_constraint_allows_and_denies(string logic)
    {
        for (var bits = 0; bits < 8; bits++)
        {
            bool[] truth = [(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0];
            await HoldsAsync(() => Combined(logic, Operand(0, truth), Operand(1, truth), Operand(2, truth)), Holds(logic, truth), $"{logic} {bits}");
            foreach (var inner in (string[])["and", "or", "xone"])
                await HoldsAsync(() => Combined(logic, Combined(inner, Operand(0, truth), Operand(1, truth)), Operand(2, truth)), Holds(logic, Holds(inner, truth[0], truth[1]), truth[2]), $"{logic}({inner}) {bits}");
        }
    }

    private async Task HoldsAsync(Func<JsonObject> constraint, bool holds, string which)
    {
        var permitted = await AskAsync(GateWorld.Agreement([.. GateWorld.Terms(), constraint()]));
        Assert.True(permitted is null == holds, $"permission {which}: {permitted}");
        var prohibited = await AskAsync(GateCoverageTests.Prohibiting(constraint()));
        Assert.True(prohibited == (holds ? PolicyErrors.Prohibited.Code : null), $"prohibition {which}: {prohibited}");
    }

    [Fact]
    public void Another_logic_is_no_term_of_a_contract()
    {
        var sequence = Combined("andSequence", Operand(0, [true]), Role("analyst"));
        Assert.Equal(PolicyErrors.LogicNotEnforced, RefusalOf(GateWorld.Agreement([.. GateWorld.Terms(), sequence])));
        // "Exactly one" needs the others to be false for certain, which a counter never is.
        Assert.Equal(PolicyErrors.LogicNotEnforced, RefusalOf(GateWorld.Agreement([.. GateWorld.Terms(), Combined("xone", GateWorld.Constraint("count", "lteq", "3"), Role("analyst"))])));
    }

    private static bool Holds(string logic, params bool[] operands) => logic switch
    {
        "and" => operands.All(o => o),
        "or" => operands.Any(o => o),
        _ => operands.Count(o => o) == 1,
    };

    private static JsonObject Operand(int index, bool[] truth) => index switch
    {
        0 => Role(truth[0] ? "analyst" : "auditor"),
        1 => GateWorld.Constraint("purpose", "eq", truth[1] ? GateWorld.Purpose : "finance"),
        _ => GateWorld.Constraint("dataspace:consumerRegion", "isPartOf", truth[2] ? "CN-310000" : "CN-440300"),
    };

    private static JsonObject Combined(string logic, params JsonObject[] operands) => new() { [logic] = new JsonArray([.. operands]) };

    private static JsonObject Role(string role) => GateWorld.Constraint("dataspace:role", "eq", role);

    private static JsonObject Prohibiting(string action, string role) => GateCoverageTests.Prohibiting(Role(role), action);

    private static JsonObject Owing(string duty, params JsonObject[] constraints)
    {
        var policy = GateWorld.Agreement(GateWorld.Terms());
        var rule = new JsonObject { ["action"] = duty };
        if (constraints.Length > 0)
            rule["constraint"] = new JsonArray([.. constraints]);
        policy["obligation"] = new JsonArray(rule);
        return policy;
    }

    private async Task<string?> AskAsync(JsonObject policy) => (await _world.AdmitAsync(_world.Use(policy))).Error?.Code;

    private static ErrorKind? RefusalOf(JsonObject policy) => PolicyCompiler.Compile(JsonSerializer.SerializeToElement(policy)).Error?.Kind;
}
