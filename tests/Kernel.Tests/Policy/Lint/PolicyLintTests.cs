using System.Text.Json.Nodes;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Policy.Lint;
using Xunit;
using static DataSpace.Kernel.Tests.Policy.Policies;

namespace DataSpace.Kernel.Tests.Policy.Lint;

public class PolicyLintTests
{
    private static IReadOnlyList<LintFinding> Lint(JsonNode json) => PolicyLint.Check(Element(json));

    private static JsonObject Safe()
    {
        var constraints = Constraints();
        foreach (var weak in constraints.Where(c => (string?)c!["leftOperand"] is "dataspace:dominancePercent" or "dataspace:minimumGroupSize").ToList())
            constraints.Remove(weak);
        constraints.Add((JsonNode)Constraint("dataspace:dominancePercent", "lteq", "70"));
        constraints.Add((JsonNode)Constraint("dataspace:minimumGroupSize", "gteq", "5"));
        constraints.Add((JsonNode)Constraint("dataspace:privacyBudget", "lteq", "1000000"));
        return Agreement(constraints);
    }

    private static JsonObject Rule(string action, params JsonObject[] constraints)
        => constraints.Length == 0 ? new() { ["action"] = action } : new() { ["action"] = action, ["constraint"] = new JsonArray([.. constraints]) };

    private static JsonObject Without(JsonObject policy, string term, int rule = 0)
    {
        var constraints = policy["permission"]![rule]!["constraint"]!.AsArray();
        foreach (var old in constraints.Where(c => (string?)c!["leftOperand"] == term).ToList())
            constraints.Remove(old);
        return policy;
    }

    [Fact]
    public void A_policy_with_all_protections_is_clean() => Assert.Empty(Lint(Safe()));

    [Fact]
    public void All_unenforceable_terms_are_found_with_their_places()
    {
        var policy = Safe();
        var constraints = policy["permission"]![0]!["constraint"]!.AsArray();
        constraints.Insert(0, Constraint("std:application", "eq", "bi"));
        constraints.Insert(1, Constraint("count", "isA", "5"));
        constraints.Insert(2, new JsonObject { ["or"] = new JsonArray(Constraint("moonPhase", "eq", "full"), Constraint("purpose", "eq", "a b")) });
        policy["prohibition"] = new JsonArray(Rule("sing"), Rule("use", Constraint("count", "lteq", "3")));
        policy["obligation"]!.AsArray().Add((JsonNode)Rule("attribute"));
        var found = Lint(policy).Select(f => (f.Pointer, f.Kind)).ToList();
        Assert.Equal(
        [
            ("/permission/0/constraint/0", PolicyErrors.UnknownTerm), ("/permission/0/constraint/1", PolicyErrors.UnknownOperator),
            ("/permission/0/constraint/2/or/0", PolicyErrors.UnknownTerm), ("/permission/0/constraint/2/or/1", PolicyErrors.InvalidValue),
            ("/prohibition/0/action", PolicyErrors.UnknownAction), ("/prohibition/1/constraint/0", PolicyErrors.TermMisplaced), ("/obligation/1", PolicyErrors.UnknownDuty),
        ], found);
        Assert.All(Lint(policy), f => Assert.Equal(LintSeverity.Error, f.Severity));
    }

    [Fact]
    public void Each_missing_protection_is_a_warning()
    {
        string Warned(string term, string? instead = null) => string.Join('|', Lint(instead is null ? Without(Safe(), term) : Replaced(term, instead)).Select(f =>
        {
            Assert.Equal((LintSeverity.Warning, LintErrors.Unprotected, "/permission/0"), (f.Severity, f.Kind, f.Pointer));
            return f.Detail!.Split(' ', ':')[0] + f.Detail.Split(' ')[1].TrimEnd(':');
        }));
        Assert.Equal("nocount", Warned("count"));
        Assert.Equal("noend", Warned("dateTime"));
        Assert.Equal("nodataspace:privacyBudget", Warned("dataspace:privacyBudget"));
        Assert.Equal("dataspaceoff", Warned("dataspace:dominancePercent", "off"));
        Assert.Equal("dataspace2", Warned("dataspace:minimumGroupSize", "2"));
    }

    private static JsonObject Replaced(string term, string value)
    {
        var policy = Safe();
        policy["permission"]![0]!["constraint"]!.AsArray().Single(c => (string?)c!["leftOperand"] == term)!["rightOperand"] = value;
        return policy;
    }

    [Fact]
    public void A_permission_that_is_wholly_forbidden_is_an_error_and_one_that_is_partly_a_conflict()
    {
        var wholly = Assert.Single(Lint(Prohibiting(Safe(), List("purpose", "isAnyOf", "industry-statistics", "credit-risk", "marketing"))));
        Assert.Equal((LintSeverity.Error, LintErrors.Unreachable, "/permission/0"), (wholly.Severity, wholly.Kind, wholly.Pointer));
        var partly = Assert.Single(Lint(Prohibiting(Safe(), List("purpose", "isAnyOf", "credit-risk"))));
        Assert.Equal((LintSeverity.Warning, LintErrors.AuthorisationConflict, "/permission/0"), (partly.Severity, partly.Kind, partly.Pointer));
        var never = Assert.Single(Lint(Prohibiting(Safe(), List("purpose", "isAnyOf", "marketing"))));
        Assert.Equal((LintSeverity.Warning, LintErrors.Unreachable, "/prohibition/0"), (never.Severity, never.Kind, never.Pointer));
    }

    [Fact]
    public void A_prohibition_about_groups_never_catches_everything_and_a_standing_ban_is_no_slip()
    {
        var found = Assert.Single(Lint(Prohibiting(Safe(), List("dataspace:groupKey", "isAnyOf", "year"))));
        Assert.Equal(LintErrors.AuthorisationConflict, found.Kind);
        var policy = Safe();
        policy["prohibition"] = new JsonArray(new JsonObject { ["action"] = "sell" });
        Assert.Empty(Lint(policy));
    }

    [Fact]
    public void The_later_of_two_equal_permissions_and_the_weaker_of_two_are_superfluous()
    {
        var policy = Safe();
        var weaker = policy["permission"]![0]!.DeepClone();
        weaker["constraint"]!.AsArray().Single(c => (string?)c!["leftOperand"] == "count")!["rightOperand"] = "500";
        policy["permission"]!.AsArray().Add(weaker);
        var found = Assert.Single(Lint(policy));
        Assert.Equal((LintErrors.Unreachable, "/permission/1"), (found.Kind, found.Pointer));
    }

    [Fact]
    public void A_contradiction_that_the_compiler_lets_pass_is_found()
    {
        var policy = Safe();
        policy["permission"]![0]!["constraint"]!.AsArray().Add((JsonNode)Constraint("dataspace:executionRegion", "isPartOf", "CN-310000"));
        policy["permission"]![0]!["constraint"]!.AsArray().Add((JsonNode)Constraint("dataspace:executionRegion", "isPartOf", "CN-110000"));
        var found = Assert.Single(Lint(policy));
        Assert.Equal((LintSeverity.Error, LintErrors.Unsatisfiable, "/permission/0"), (found.Severity, found.Kind, found.Pointer));
    }

    [Fact]
    public void Computing_for_one_and_delivering_to_another_is_a_mismatch()
    {
        var policy = Safe();
        policy["permission"]![0]!["action"] = "dataspace:compute";
        policy["permission"]!.AsArray().Add((JsonNode)Rule("dataspace:delivery", Constraint("recipient", "eq", Other)));
        Assert.Equal(LintErrors.ScopeMismatch, Assert.Single(Lint(policy)).Kind);
    }

    [Fact]
    public void A_broken_policy_is_one_error() => Assert.Equal(PolicyErrors.Malformed, Assert.Single(Lint(new JsonObject())).Kind);
}
