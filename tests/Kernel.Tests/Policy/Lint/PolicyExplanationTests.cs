using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Policy.Lint;
using Xunit;
using static DataSpace.Kernel.Tests.Policy.Policies;

namespace DataSpace.Kernel.Tests.Policy.Lint;

public class PolicyExplanationTests
{
    private static readonly PolicyDecisionPoint Pdp = new(() => "id");

    [Fact]
    public void Every_condition_has_its_row_and_only_the_failed_one_a_code()
    {
        var asked = Request(Compile(Agreement())) with { Purpose = "marketing", SpentOf = _ => 5 };
        var answer = PolicyAnswer.Of(Pdp.Decide(asked), asked);
        Assert.Equal(("deny", "DS-POL-023"), (answer.Outcome, answer.Code));
        var failed = Assert.Single(answer.Rules, r => !r.Holds);
        Assert.Equal(("purpose", "marketing", "= credit-risk, industry-statistics", "DS-POL-023"), (failed.Term, failed.Given, failed.Bound, failed.Code));
        Assert.Equal(answer.DecidedBy, failed.Rule);
        var count = Assert.Single(answer.Rules, r => r.Term == "count");
        Assert.Equal(("5 + 1", "≤ 20", true), (count.Given, count.Bound, count.Holds));
    }

    [Fact]
    public void An_empty_counter_and_a_prohibition_are_named()
    {
        var asked = Request(Compile(Agreement())) with { SpentOf = _ => 20 };
        Assert.Equal("DS-POL-026", Assert.Single(PolicyAnswer.Of(Pdp.Decide(asked), asked).Rules, r => !r.Holds).Code);
        asked = Request(Compile(Prohibiting(Agreement(), List("dataspace:column", "isAnyOf", "invest"))));
        var answer = PolicyAnswer.Of(Pdp.Decide(asked), asked);
        var ban = Assert.Single(answer.Rules, r => r.IsProhibition);
        Assert.Equal((true, "DS-POL-022", "invest, year"), (ban.Holds, ban.Code, ban.Given));
        Assert.Equal(ban.Rule, answer.DecidedBy);
    }

    [Fact]
    public void An_offer_is_taken_for_agreed_and_explaining_agrees_with_deciding()
    {
        var offer = Agreement();
        offer["@type"] = "Offer";
        foreach (var name in new[] { "@id", "target", "assigner", "assignee", "timestamp" })
            offer.Remove(name);
        var policy = WhatIf.Agreed(PolicyReader.Read(Element(offer)).Value, Dataset, Provider, Consumer, FakeClock.Start).Value;
        var asked = new WhatIf
        {
            Purpose = "credit-risk",
            Computation = "aggregate",
            Columns = ["invest", "year"],
            GroupKeys = ["year"],
            CoProviders = [Other + "#" + Key],
        }.AskOf(policy, FakeClock.Start);
        var answer = PolicyAnswer.Of(Pdp.Decide(asked), asked);
        Assert.Equal("allow", answer.Outcome);
        Assert.All(answer.Rules, r => Assert.True(r.Holds));
    }
}
