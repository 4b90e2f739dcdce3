using System.Text.Json.Nodes;
using CsCheck;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using Xunit;
using static DataSpace.Kernel.Tests.Policy.Policies;

namespace DataSpace.Kernel.Tests.Policy;

/// <summary>and, or, xone against a plain reading of the tree; actions; duties.</summary>
public class PolicyLogicTests
{
    private static readonly PolicyDecisionPoint Pdp = new(() => "id");

    private static JsonObject Logic(string op, params JsonObject[] operands) => new() { [op] = new JsonArray([.. operands]) };

    private static readonly Gen<JsonObject> Leaf = Gen.OneOf(
        Gen.Int[1, 3].Select(i => Constraint("purpose", "eq", "p" + i)),
        Gen.Int[1, 3].Select(i => Constraint("purpose", "neq", "p" + i)),
        Gen.Int[1, 3].Select(i => Constraint("dataspace:role", "eq", "r" + i)),
        Gen.Int[1, 2].Select(i => Constraint("dataspace:executionEnv", "eq", i == 1 ? "mpc" : "sandbox")),
        Gen.Int[1, 5].Select(i => Constraint("dateTime", "gteq", $"2026-0{i}-01T00:00:00Z")));

    private static Gen<JsonObject> Tree(int depth) => depth == 0 ? Leaf : Gen.OneOf(
        Leaf,
        Gen.Select(Gen.Int[0, 2].Select(i => i == 0 ? "and" : i == 1 ? "or" : "xone"), Tree(depth - 1).Array[1, 3], (op, parts) => Logic(op, [.. parts.Select(p => p.DeepClone().AsObject())])));

    private static readonly Gen<PolicyRequest> Asked = Gen.Select(Gen.Int[1, 3], Gen.Int[1, 3], Gen.Bool, Gen.Int[0, 150], (purpose, role, mpc, days) => Request(null) with
    {
        Purpose = "p" + purpose,
        Role = "r" + role,
        ExecutionEnv = mpc ? "mpc" : "sandbox",
        Now = new DateTimeOffset(2026, 1, 15, 0, 0, 0, TimeSpan.Zero).AddDays(days),
    });

    private static bool Reads(JsonNode constraint, PolicyRequest asked)
    {
        foreach (var op in (string[])["and", "or", "xone"])
        {
            if (constraint[op] is not JsonArray parts)
                continue;
            var holding = parts.Count(p => Reads(p!, asked));
            return op == "and" ? holding == parts.Count : op == "or" ? holding > 0 : holding == 1;
        }
        var right = (string)constraint["rightOperand"]!;
        return (string)constraint["leftOperand"]! switch
        {
            "purpose" => (asked.Purpose == right) == ((string)constraint["operator"]! == "eq"),
            "dataspace:role" => asked.Role == right,
            "dataspace:executionEnv" => asked.ExecutionEnv == right,
            _ => asked.Now >= DateTimeOffset.Parse(right, null),
        };
    }

    private static JsonArray Bare() => [.. Constraints().Where(c => (string?)c!["leftOperand"] is not ("purpose" or "dateTime")).Select(c => c!.DeepClone())];

    [Fact]
    public void Permissions_and_prohibitions_mean_what_the_tree_says()
    {
        int compiled = 0, allowed = 0, forbidden = 0;
        Gen.Select(Tree(3), Asked).Sample((tree, asked) =>
        {
            var constraints = Bare();
            constraints.Add(tree.DeepClone());
            // A tree that can never hold is refused as a whole; its refusal needs no decision.
            if (!PolicyCompiler.Compile(Element(Agreement(constraints))).TryGet(out var permitting, out var error))
                return error.Kind == PolicyErrors.Contradiction || error.Kind == PolicyErrors.TooLarge;
            Interlocked.Increment(ref compiled);
            var expected = Reads(tree, asked);
            Interlocked.Add(ref allowed, expected ? 1 : 0);
            var prohibiting = Compile(Prohibiting(Agreement(Bare()), tree.DeepClone().AsObject()));
            var free = Pdp.Decide(asked with { Policy = prohibiting }).IsAllowed;
            Interlocked.Add(ref forbidden, free ? 0 : 1);
            return Pdp.Decide(asked with { Policy = permitting }).IsAllowed == expected && free != expected;
        }, iter: 1500);
        Assert.True(compiled > 500 && allowed > 200 && forbidden > 200, $"{compiled} compiled, {allowed} allowed, {forbidden} forbidden");
    }

    [Fact]
    public void Alternatives_share_what_stands_outside_them()
    {
        var constraints = Bare();
        constraints.Add((JsonNode)Logic("or", Constraint("purpose", "eq", "a"), Constraint("purpose", "eq", "b")));
        var policy = Compile(Agreement(constraints));
        var a = Assert.Single(Pdp.Decide(Request(policy) with { Purpose = "a" }).Obligations!.Debits);
        var b = Assert.Single(Pdp.Decide(Request(policy) with { Purpose = "b" }).Obligations!.Debits);
        Assert.Equal(a, b); // one count of 20, not one for each purpose
        Assert.False(Pdp.Decide(Request(policy) with { Purpose = "c" }).IsAllowed);

        constraints = Bare();
        foreach (var count in constraints.Where(c => (string?)c!["leftOperand"] == "count").ToList())
            constraints.Remove(count);
        constraints.Add((JsonNode)Logic("or", Logic("and", Constraint("purpose", "eq", "a"), Constraint("count", "lteq", "2")), Logic("and", Constraint("purpose", "eq", "b"), Constraint("count", "lteq", "9"))));
        policy = Compile(Agreement(constraints));
        Assert.Equal(2, Assert.Single(Pdp.Decide(Request(policy) with { Purpose = "a" }).Obligations!.Debits).Limit);
        Assert.Equal(9, Assert.Single(Pdp.Decide(Request(policy) with { Purpose = "b" }).Obligations!.Debits).Limit);
    }

    [Fact]
    public void Explosive_logic_is_refused_in_bounded_time()
    {
        JsonObject Or(int n) => Logic("or", [.. Enumerable.Range(0, n).Select(i => Constraint("purpose", "eq", $"p{i}"))]);
        var constraints = Bare();
        for (var i = 0; i < 40; i++)
            constraints.Add((JsonNode)Or(3));
        Assert.Equal(PolicyErrors.TooLarge, PolicyCompiler.Compile(Element(Agreement(constraints))).Error?.Kind);
        constraints = Bare();
        constraints.Add((JsonNode)Or(900));
        Assert.Equal(PolicyErrors.TooLarge, PolicyCompiler.Compile(Element(Agreement(constraints))).Error?.Kind);
        constraints = Bare();
        constraints.Add((JsonNode)Logic("xone", [.. Enumerable.Range(0, 17).Select(i => Constraint("dataspace:role", "eq", $"r{i}"))]));
        Assert.Equal(PolicyErrors.TooLarge, PolicyCompiler.Compile(Element(Agreement(constraints))).Error?.Kind);
        JsonObject deep = Constraint("dataspace:role", "eq", "r");
        for (var i = 0; i < 5; i++)
            deep = Logic("xone", deep, Constraint("dataspace:role", "eq", $"r{i}"));
        constraints = Bare();
        constraints.Add((JsonNode)deep);
        _ = PolicyCompiler.Compile(Element(Agreement(constraints))); // either way, but soon
    }

    [Fact]
    public void A_use_computes_and_delivers_and_both_must_be_permitted()
    {
        var agreement = Agreement();
        agreement["permission"]![0]!["action"] = "dataspace:compute";
        Assert.Equal(PolicyErrors.NothingPermitted, PolicyCompiler.Compile(Element(agreement)).Error?.Kind);
        agreement["permission"]!.AsArray().Add((JsonNode)new JsonObject
        {
            ["action"] = "dataspace:delivery",
            ["constraint"] = new JsonArray(Constraint("dataspace:outputBytes", "lteq", "64"), Constraint("dataspace:role", "eq", "analyst")),
        });
        var policy = Compile(agreement);
        var terms = Pdp.Decide(Request(policy) with { Role = "analyst" }).Obligations!;
        Assert.Equal(64, terms.MaxOutputBytes);
        Assert.Equal(["invest", "value", "year"], terms.AllowedColumns);
        Assert.Equal(PolicyErrors.RoleNotAllowed.Code, Pdp.Decide(Request(policy) with { Role = "guest" }).Reason!.Code);
        Assert.Equal(PolicyErrors.PurposeNotAllowed.Code, Pdp.Decide(Request(policy) with { Role = "analyst", Purpose = "marketing" }).Reason!.Code);
        Assert.Equal(["invest", "value", "year"], Assert.Single(policy.Terms).Obligations.AllowedColumns);
    }

    [Theory]
    [InlineData("dataspace:compute", true)]
    [InlineData("dataspace:delivery", true)]
    [InlineData("use", true)]
    [InlineData("reproduce", false)]
    [InlineData("distribute", false)]
    [InlineData("read", false)]
    public void A_prohibited_action_denies_when_a_use_performs_it(string action, bool denies)
    {
        var agreement = Agreement();
        agreement["prohibition"] = new JsonArray(new JsonObject { ["action"] = action });
        var decision = Pdp.Decide(Request(Compile(agreement)));
        Assert.Equal(!denies, decision.IsAllowed);
        if (denies)
            Assert.Equal((PolicyErrors.Prohibited.Code, action), (decision.Reason!.Code, decision.Reason.Term));
    }

    [Fact]
    public void Every_action_that_no_use_performs_can_be_prohibited_and_none_can_be_permitted()
    {
        foreach (var action in RuleActions.NeverPerformed)
        {
            var agreement = Agreement();
            agreement["prohibition"] = new JsonArray(new JsonObject { ["action"] = action });
            Assert.True(Pdp.Decide(Request(Compile(agreement))).IsAllowed);
            agreement = Agreement();
            agreement["permission"]![0]!["action"] = action;
            Assert.Equal(PolicyErrors.UnknownAction, PolicyCompiler.Compile(Element(agreement)).Error?.Kind);
        }
    }

    [Fact]
    public void Duties_that_lead_back_to_themselves_have_a_code_of_their_own_and_others_that_refer_are_unknown_members()
    {
        JsonObject Named(string name, string link, JsonNode to)
        {
            var duty = Duty("dataspace:logRecordSend");
            (duty["uid"], duty[link]) = (name, to);
            return duty;
        }
        Result<CompiledPolicy> Of(params JsonObject[] duties) => PolicyCompiler.Compile(Element(With(duties)));
        // Itself; a circle of two; inside itself; over a permission's duty.
        Assert.Equal(PolicyErrors.CyclicDuty, Of(Named("a", "consequence", "a")).Error?.Kind);
        Assert.Equal(PolicyErrors.CyclicDuty, Of(Named("a", "consequence", new JsonArray("b")), Named("b", "odrl:duty", new JsonArray("a"))).Error?.Kind);
        Assert.Equal(PolicyErrors.CyclicDuty, Of(Named("a", "consequence", new JsonArray(Named("b", "remedy", "a")))).Error?.Kind);
        var agreement = With(Named("b", "consequence", "p"));
        agreement["permission"]![0]!["@id"] = "p";
        agreement["permission"]![0]!["duty"] = new JsonArray("b");
        Assert.Equal(PolicyErrors.CyclicDuty, PolicyCompiler.Compile(Element(agreement)).Error?.Kind);
        Assert.Equal(PolicyErrors.UnknownMember, Of(Named("a", "consequence", "b"), Named("b", "consequence", "c")).Error?.Kind);
        // A circle as long as a policy may be, and many arrows on one rule: found at once, not after walking every path.
        var circle = Enumerable.Range(0, 900).Select(i => Named($"d{i}", "consequence", new JsonArray([.. Enumerable.Range(1, 40).Select(k => (JsonNode)$"d{(i + k) % 900}")]))).ToArray();
        Assert.Equal(PolicyErrors.CyclicDuty, Of(circle).Error?.Kind);
        var chain = Enumerable.Range(0, 900).Select(i => Named($"d{i}", "consequence", new JsonArray([.. Enumerable.Range(1, 40).Select(k => (JsonNode)$"d{i + k}")]))).ToArray();
        Assert.Equal(PolicyErrors.UnknownMember, Of(chain).Error?.Kind);
    }

    private static JsonObject Duty(string action, params JsonObject[] constraints)
        => constraints.Length == 0 ? new() { ["action"] = action } : new() { ["action"] = action, ["constraint"] = new JsonArray([.. constraints]) };

    private static JsonObject With(params JsonObject[] duties)
    {
        var agreement = Agreement();
        foreach (var duty in duties)
            agreement["obligation"]!.AsArray().Add((JsonNode)duty);
        return agreement;
    }

    [Fact]
    public void A_duty_before_the_use_comes_first_and_the_others_follow_in_order()
    {
        var policy = Compile(With(
            Duty("delete", Constraint("elapsedTime", "lteq", "P7D")), Duty("inform", Constraint("recipient", "eq", Other), Constraint("dataspace:phase", "eq", "before")),
            Duty("dataspace:logRecordSend"), Duty("inform", Constraint("recipient", "eq", Consumer))));
        var decision = Pdp.Decide(Request(policy));
        Assert.Equal(PolicyOutcome.AllowAfterDuty, decision.Outcome);
        Assert.False(decision.IsAllowed);
        var pending = Assert.Single(decision.PendingDuties);
        Assert.Equal((RuleActions.Inform, DutyPhase.Before, Other), (pending.Action, pending.Phase, pending.Party));
        Assert.Equal(PolicyErrors.DutyPending.Code, decision.ToError().Code);

        var again = Pdp.Decide(Request(policy) with { FulfilledDuties = [pending.Id] });
        Assert.True(again.IsAllowed);
        Assert.Equal([DutyPhase.Before, DutyPhase.During, DutyPhase.After, DutyPhase.After], again.Obligations!.Duties.Select(d => d.Phase));
        Assert.Equal("¥2.00", again.Obligations.Price.ToString());
        Assert.False(Pdp.Decide(Request(policy) with { FulfilledDuties = ["duty/0000000000000000"] }).IsAllowed);
    }

    [Fact]
    public void Duties_that_nobody_would_carry_out_refuse()
    {
        foreach (var duty in (JsonObject[])[
            Duty("attribute"), Duty("inform"), Duty("delete"), Duty("delete", Constraint("elapsedTime", "lteq", "P1M")), Duty("inform", Constraint("recipient", "eq", "x")),
            Duty("dataspace:logRecordSend", Constraint("dataspace:phase", "eq", "after")), Duty("delete", Constraint("elapsedTime", "lteq", "P1D"), Constraint("dataspace:phase", "eq", "before")),
            Duty("inform", Constraint("recipient", "eq", Other), Constraint("recipient", "eq", Consumer)), Duty("inform", Constraint("count", "lteq", "1"))])
        {
            Assert.Equal(PolicyErrors.UnknownDuty, PolicyCompiler.Compile(Element(With(duty))).Error?.Kind);
        }
        // A duty of a duty is no member of the profile, whether it comes back to itself or not.
        var nested = Duty("dataspace:logRecordSend");
        nested["duty"] = new JsonArray(Duty("dataspace:logRecordSend"));
        Assert.Equal(PolicyErrors.UnknownMember, PolicyCompiler.Compile(Element(With(nested))).Error?.Kind);
        Assert.Equal(PolicyErrors.Contradiction, PolicyCompiler.Compile(Element(With(Duty("compensate", Pay("1.00", "CNY"))))).Error?.Kind);
    }

    [Fact]
    public void A_price_plan_is_pinned_by_its_hash_and_by_nothing_else()
    {
        var hash = new string('a', 64);
        var plan = Priced(Constraint("dataspace:pricePlan", "eq", hash));
        Assert.Equal(hash, plan.Value.Terms[0].Obligations.PricePlan);
        Assert.Null(PolicyCompiler.Compile(Element(Agreement())).Value.Terms[0].Obligations.PricePlan);
        Assert.NotEqual(plan.Value.RulesHash, Priced(Constraint("dataspace:pricePlan", "eq", new string('b', 64))).Value.RulesHash);
        foreach (var bad in (JsonObject[])[
            Constraint("dataspace:pricePlan", "eq", "a"), Constraint("dataspace:pricePlan", "eq", new string('A', 64)), Constraint("dataspace:pricePlan", "neq", hash),
            Constraint("count", "eq", hash), Pay("1.00", "CNY")])
            Assert.Equal(PolicyErrors.UnknownDuty, Priced(bad).Error?.Kind);

        static Result<CompiledPolicy> Priced(JsonObject second)
        {
            var agreement = Agreement();
            agreement["obligation"]![0]!["constraint"]!.AsArray().Add((JsonNode)second);
            return PolicyCompiler.Compile(Element(agreement));
        }
    }

    private static JsonObject Credit(string amount, string currency, string op = "lteq")
    {
        var limit = Constraint("dataspace:creditLimit", op, amount);
        limit["unit"] = currency;
        return limit;
    }

    [Fact]
    public void A_credit_limit_is_a_counter_of_money_and_refused_where_it_would_limit_nothing()
    {
        var terms = Limited(Credit("20.00", "CNY")).Value.Terms[0].Obligations;
        Assert.Equal(2000, terms.Credit?.Minor);
        Assert.Contains(new BudgetDebit("credit/CNY", 2000, 200), terms.Debits);
        Assert.DoesNotContain(PolicyCompiler.Compile(Element(Agreement())).Value.Terms[0].Obligations.Debits, d => d.IsCredit);
        foreach (var bad in (JsonObject[])[Credit("1.99", "CNY"), Credit("20.00", "EUR"), Credit("20.001", "CNY"), Constraint("dataspace:creditLimit", "lteq", "20.00")])
            Assert.Equal(PolicyErrors.InvalidValue, Limited(bad).Error?.Kind);
        Assert.Equal(PolicyErrors.UnknownDuty, Limited(Credit("20.00", "CNY", "eq")).Error?.Kind);
        Assert.Equal(PolicyErrors.UnknownDuty, Limited(Credit("20.00", "CNY"), Credit("30.00", "CNY")).Error?.Kind);
        var spent = Request(Limited(Credit("20.00", "CNY")).Value) with { SpentOf = d => d.IsCredit ? 1801 : 0 };
        Assert.Equal(PolicyErrors.CreditExhausted, Pdp.Decide(spent).Reason?.Kind);
        Assert.True(Pdp.Decide(spent with { SpentOf = d => d.IsCredit ? 1800 : 0 }).IsAllowed);

        static Result<CompiledPolicy> Limited(params JsonObject[] more)
        {
            var agreement = Agreement();
            foreach (var constraint in more)
                agreement["obligation"]![0]!["constraint"]!.AsArray().Add((JsonNode)constraint);
            return PolicyCompiler.Compile(Element(agreement));
        }
    }

    [Fact]
    public void Permissions_with_another_price_or_limit_beside_a_credit_limit_refuse()
    {
        Assert.Null(Two("2.00", "20.00", "2.00", "20.00"));
        Assert.Null(Two("2.00", null, "3.00", null));
        Assert.Equal(PolicyErrors.Contradiction, Two("2.00", "20.00", "3.00", "20.00"));
        Assert.Equal(PolicyErrors.Contradiction, Two("2.00", "20.00", "2.00", "30.00"));
        Assert.Equal(PolicyErrors.Contradiction, Two("2.00", null, "2.00", "20.00"));

        static ErrorKind? Two(string price, string? limit, string otherPrice, string? otherLimit)
        {
            var agreement = Agreement();
            agreement.Remove("obligation");
            var permissions = agreement["permission"]!.AsArray();
            permissions.Add(permissions[0]!.DeepClone());
            permissions[0]!["duty"] = new JsonArray(Paid(price, limit));
            permissions[1]!["duty"] = new JsonArray(Paid(otherPrice, otherLimit));
            return PolicyCompiler.Compile(Element(agreement)).Error?.Kind;
        }

        static JsonObject Paid(string price, string? limit) => limit is null ? Duty("compensate", Pay(price, "CNY")) : Duty("compensate", Pay(price, "CNY"), Credit(limit, "CNY"));
    }
}
