using System.Text.Json.Nodes;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using Xunit;
using static DataSpace.Kernel.Tests.Policy.Policies;

namespace DataSpace.Kernel.Tests.Policy;

public class PolicyDecisionPointTests
{
    private static readonly PolicyDecisionPoint Pdp = new();
    private static readonly CompiledPolicy Standard = Compile(Agreement());
    private static readonly PolicyRequest Ok = Request(Standard);

    private static PolicyDecision Denied(ErrorKind kind, PolicyRequest request)
    {
        var decision = Pdp.Decide(request);
        Assert.Equal(PolicyOutcome.Deny, decision.Outcome);
        Assert.Equal(kind.Code, decision.Reason?.Code);
        Assert.Null(decision.Obligations);
        Assert.Equal(kind.Code, decision.ToError().Code);
        return decision;
    }

    [Fact]
    public void What_the_contract_covers_is_allowed_with_its_obligations()
    {
        var decision = Pdp.Decide(Ok);
        Assert.True(decision.IsAllowed);
        Assert.Equal((26, Standard.Version), (decision.DecisionId.Length, decision.PolicyVersion));
        Assert.Empty(decision.FailedRules);
        var obligations = decision.Obligations!;
        var debit = Assert.Single(obligations.Debits);
        Assert.Equal((20L, 1L), (debit.Limit, debit.Amount));
        Assert.StartsWith("uses/", debit.Key, StringComparison.Ordinal);
        Assert.Equal(["invest", "value", "year"], obligations.AllowedColumns);
        Assert.Equal(["year"], obligations.AllowedGroupKeys);
        Assert.Equal((3, null, 100L), (obligations.MinimumGroupSize, obligations.DominancePercent, obligations.MaxRows));
        Assert.Equal([new ClampBound("invest", 3, 0, 2000500), new ClampBound("value", 1, -15, 90)], obligations.Clamps);
        Assert.Equal("¥2.00", obligations.Price.ToString());
    }

    [Fact]
    public void Decisions_have_ids_of_their_own() => Assert.NotEqual(Pdp.Decide(Ok).DecisionId, Pdp.Decide(Ok).DecisionId);

    [Fact]
    public void Without_a_policy_everything_is_denied() => Denied(PolicyErrors.NoPermission, Ok with { Policy = null });

    [Theory]
    [InlineData("distribute")]
    [InlineData("")]
    [InlineData("USE")]
    public void Unknown_actions_are_denied(string action) => Denied(PolicyErrors.ActionNotKnown, Ok with { Action = action });

    [Fact]
    public void Each_broken_term_has_its_own_reason()
    {
        Denied(PolicyErrors.PurposeNotAllowed, Ok with { Purpose = "marketing" });
        Denied(PolicyErrors.PurposeNotAllowed, Ok with { Purpose = null });
        Denied(PolicyErrors.PurposeNotAllowed, Ok with { Purpose = "Industry-Statistics" });
        Denied(PolicyErrors.ContractNotYetValid, Ok with { Now = new DateTimeOffset(2025, 12, 31, 23, 59, 59, TimeSpan.Zero) });
        Denied(PolicyErrors.ContractExpired, Ok with { Now = new DateTimeOffset(2026, 12, 31, 16, 0, 0, TimeSpan.Zero) });
        Denied(PolicyErrors.ComputationNotAllowed, Ok with { Computation = "code" });
        Denied(PolicyErrors.ComputationNotAllowed, Ok with { Computation = null });
        Denied(PolicyErrors.ColumnNotAllowed, Ok with { Columns = ["invest", "firm"] });
        Denied(PolicyErrors.GroupKeyNotAllowed, Ok with { GroupKeys = ["value"] });
        Denied(PolicyErrors.ColumnNotAllowed, Ok with { GroupKeys = ["firm"] });
        Denied(PolicyErrors.GroupTooSmall, Ok with { MinimumGroupSize = 2 });
        Denied(PolicyErrors.TooManyRows, Ok with { MaxRows = 101 });
        Denied(PolicyErrors.UsesExhausted, Ok with { SpentOf = _ => 20 });
        Denied(PolicyErrors.CoProviderNotAccepted, Ok with { CoProviders = [new CoProvider(Other, Key), new CoProvider("did:web:invented.example", Key)] });
        Denied(PolicyErrors.CoProviderNotAccepted, Ok with { CoProviders = [new CoProvider(Other, "ed25519-swapped")] });
        Denied(PolicyErrors.TooFewIndependent, Ok with { CoProviders = [new CoProvider(Consumer, Key)] });
        Denied(PolicyErrors.TooFewIndependent, Ok with { CoProviders = [] });
        Denied(PolicyErrors.TooFewIndependent, Ok with { ConsumerGroup = [Other] });
    }

    [Fact]
    public void The_bounds_themselves_are_allowed()
    {
        Assert.True(Pdp.Decide(Ok with { Now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) }).IsAllowed);
        Assert.True(Pdp.Decide(Ok with { Now = new DateTimeOffset(2026, 12, 31, 15, 59, 59, TimeSpan.Zero) }).IsAllowed);
        Assert.True(Pdp.Decide(Ok with { MinimumGroupSize = 3, MaxRows = 100, SpentOf = _ => 19, DominancePercent = 99 }).IsAllowed);
        Denied(PolicyErrors.DominanceTooWeak, Ok with { DominancePercent = 100 }); // no sandbox would compute by it: refused before anything is spent
    }

    [Fact]
    public void Recipient_and_dominance_bind()
    {
        var fromOthers = Compile(With("recipient", List("recipient", "isAnyOf", Other)));
        Denied(PolicyErrors.RecipientNotAllowed, Request(fromOthers));
        var dominance = Compile(With("dataspace:dominancePercent", Constraint("dataspace:dominancePercent", "lteq", "80")));
        Assert.Equal(80, Pdp.Decide(Request(dominance)).Obligations!.DominancePercent);
        Assert.True(Pdp.Decide(Request(dominance) with { DominancePercent = 80 }).IsAllowed);
        Denied(PolicyErrors.DominanceTooWeak, Request(dominance) with { DominancePercent = 81 });
        Denied(PolicyErrors.DominanceTooWeak, Request(dominance) with { DominancePercent = 0 });
    }

    [Fact]
    public void A_contract_of_others_for_another_dataset_or_version_is_denied()
    {
        Denied(PolicyErrors.NotAParty, Ok with { Consumer = Other });
        Denied(PolicyErrors.NotAParty, Ok with { Provider = Other });
        Denied(PolicyErrors.WrongTarget, Ok with { DatasetId = "salaries" });
        Denied(PolicyErrors.NoPermission, Ok with { ContractId = "urn:uuid:another" });
        Denied(PolicyErrors.WrongVersion, Ok with { PolicyVersion = new string('0', 64) });
        Assert.True(Pdp.Decide(Ok with { PolicyVersion = Standard.Version }).IsAllowed);
        var offer = Agreement();
        offer["@type"] = "Offer";
        Denied(PolicyErrors.NotAnAgreement, Request(Compile(offer)));
    }

    [Fact]
    public void Without_named_co_providers_or_keys_there_is_no_joint_computation_and_no_grouping()
    {
        var constraints = Constraints();
        foreach (var c in constraints.Where(c => (string?)c!["leftOperand"] is "dataspace:coProvider" or "dataspace:groupKey" or "dataspace:independentCoProviders").ToList())
            constraints.Remove(c);
        var alone = Compile(Agreement(constraints));
        Assert.True(Pdp.Decide(Request(alone) with { CoProviders = [], GroupKeys = [] }).IsAllowed);
        Denied(PolicyErrors.CoProviderNotAccepted, Request(alone) with { GroupKeys = [] });
        Denied(PolicyErrors.GroupKeyNotAllowed, Request(alone) with { CoProviders = [] });
    }

    [Fact]
    public void One_participant_with_two_keys_counts_once()
    {
        var two = With("dataspace:independentCoProviders", Constraint("dataspace:independentCoProviders", "gteq", "2"));
        two["permission"]![0]!["constraint"]!.AsArray().Remove(two["permission"]![0]!["constraint"]!.AsArray().Single(c => (string?)c!["leftOperand"] == "dataspace:coProvider"));
        two["permission"]![0]!["constraint"]!.AsArray().Add((JsonNode)List("dataspace:coProvider", "isAnyOf", Other + "#k1", Other + "#k2", "did:web:third.example#k3"));
        var policy = Compile(two);
        Denied(PolicyErrors.TooFewIndependent, Request(policy) with { CoProviders = [new CoProvider(Other, "k1"), new CoProvider(Other, "k2")] });
        Assert.True(Pdp.Decide(Request(policy) with { CoProviders = [new CoProvider(Other, "k1"), new CoProvider("did:web:third.example", "k3")] }).IsAllowed);
    }

    [Fact]
    public void A_prohibition_overrides_when_it_applies()
    {
        var never = Request(Compile(Prohibiting(Agreement())));
        Assert.StartsWith("prohibition/", Denied(PolicyErrors.Prohibited, never).Reason!.Rule, StringComparison.Ordinal);

        var both = Request(Compile(Prohibiting(Agreement(), Constraint("purpose", "eq", "credit-risk"), List("dataspace:column", "isAnyOf", "value", "wage"))));
        Assert.True(Pdp.Decide(both).IsAllowed);
        Assert.True(Pdp.Decide(both with { Purpose = "credit-risk" }).IsAllowed);
        Denied(PolicyErrors.Prohibited, both with { Purpose = "credit-risk", Columns = ["invest", "value"] });
        Denied(PolicyErrors.Prohibited, both with { Purpose = null, Columns = ["value"] }); // unknown might be the forbidden one
    }

    [Fact]
    public void A_prohibited_co_provider_does_not_escape_with_another_key()
    {
        var request = Request(Compile(Prohibiting(Agreement(), Constraint("dataspace:coProvider", "eq", Other + "#some-old-key"))));
        Denied(PolicyErrors.Prohibited, request);
        Assert.Equal(PolicyErrors.TooFewIndependent.Code, Pdp.Decide(request with { CoProviders = [new CoProvider(Consumer, Key)] }).Reason!.Code);
    }

    [Fact]
    public void Every_failed_rule_is_listed_in_two_languages()
    {
        var decision = Pdp.Decide(Ok with { Purpose = "marketing", Columns = ["firm"], MinimumGroupSize = 1 });
        Assert.Equal(
            [PolicyErrors.PurposeNotAllowed.Code, PolicyErrors.ColumnNotAllowed.Code, PolicyErrors.GroupTooSmall.Code],
            decision.FailedRules.Select(f => f.Code));
        Assert.All(decision.FailedRules, f =>
        {
            Assert.Contains(f.Rule, f.Reason, StringComparison.Ordinal);
            Assert.Contains(f.Kind.TitleZh, f.ReasonZh, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Alternatives_are_separate_permissions_and_the_strictest_terms_win_where_both_allow()
    {
        var agreement = Agreement();
        var stricter = Constraints();
        Replace(stricter, Constraint("count", "lteq", "5"));
        Replace(stricter, Constraint("dataspace:minimumGroupSize", "gteq", "10"));
        Replace(stricter, Constraint("dataspace:dominancePercent", "lteq", "60"));
        Replace(stricter, List("dataspace:clamp", "isAnyOf", "invest:3:10:9999"));
        Replace(stricter, List("purpose", "isAnyOf", "industry-statistics", "research"));
        agreement["permission"]!.AsArray().Add((JsonNode)new JsonObject { ["action"] = "use", ["constraint"] = stricter });
        var policy = Compile(agreement);

        var both = Pdp.Decide(Request(policy)).Obligations!;
        Assert.Equal([5L, 20L], both.Debits.Select(d => d.Limit).Order());
        Assert.Equal((10, 60), (both.MinimumGroupSize, both.DominancePercent));
        Assert.Contains(new ClampBound("invest", 3, 10000, 2000500), both.Clamps);
        Assert.Equal("¥2.00", both.Price.ToString());

        Assert.Equal(20, Assert.Single(Pdp.Decide(Request(policy) with { Purpose = "credit-risk" }).Obligations!.Debits).Limit);
        Assert.Equal(5, Assert.Single(Pdp.Decide(Request(policy) with { Purpose = "research" }).Obligations!.Debits).Limit);
        Denied(PolicyErrors.PurposeNotAllowed, Request(policy) with { Purpose = "marketing" });

        static void Replace(JsonArray constraints, JsonObject constraint)
        {
            constraints.Remove(constraints.First(c => (string?)c!["leftOperand"] == (string?)constraint["leftOperand"]));
            constraints.Add((JsonNode)constraint);
        }
    }

    [Fact]
    public void Negotiation_judges_who_and_when_alone()
    {
        var offer = Agreement();
        offer["@type"] = "Offer";
        offer.Remove("assignee");
        var ask = Request(Compile(offer)) with { Action = PolicyActions.Negotiate, ContractId = "", Purpose = null, Computation = null, Columns = [], GroupKeys = [], CoProviders = [] };
        Assert.True(Pdp.Decide(ask).IsAllowed);
        Assert.Null(Pdp.Decide(ask).Obligations);
        Assert.True(Pdp.Decide(ask with { Now = new DateTimeOffset(2025, 12, 1, 0, 0, 0, TimeSpan.Zero) }).IsAllowed); // a contract for later
        Denied(PolicyErrors.RecipientNotAllowed, ask with { Consumer = Other });
        Denied(PolicyErrors.ContractExpired, ask with { Now = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero) });
        var banned = Request(Compile(Prohibiting(offer, Constraint("recipient", "eq", Consumer)))) with { Action = PolicyActions.Negotiate };
        Denied(PolicyErrors.Prohibited, banned);
    }

    [Fact]
    public void Only_the_owner_publishes()
    {
        var publish = Ok with { Action = PolicyActions.Publish };
        Denied(PolicyErrors.NotTheOwner, publish);
        Denied(PolicyErrors.NotAParty, publish with { Actor = Other, Provider = Other });
        Assert.True(Pdp.Decide(publish with { Actor = Provider, Consumer = "" }).IsAllowed);
    }
}
