using System.Text.Json.Nodes;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using Xunit;
using static DataSpace.Kernel.Tests.Policy.Policies;

namespace DataSpace.Kernel.Tests.Policy;

/// <summary>Each term allows and denies, in a permission and, where it may stand there, in a prohibition.</summary>
public class PolicyTermTests
{
    private static readonly PolicyDecisionPoint Pdp = new();

    private static PolicyRequest Full(CompiledPolicy policy) => Request(policy) with
    {
        Role = "analyst",
        ConsumerRegion = "CN-310115",
        ExecutionRegion = "CN-330100",
        ConsumerAddress = "10.1.2.3",
        Algorithms = ["secure-aggregation/1", "sha256:" + new string('a', 64)],
        ExecutionEnv = "mpc",
        EncryptMode = "ciphertext",
        DeliveryMethod = "api",
        OutputBytes = 100,
    };

    private static CompiledPolicy Adding(params JsonObject[] constraints)
    {
        var all = Constraints();
        foreach (var constraint in constraints)
            all.Add((JsonNode)constraint);
        return Compile(Agreement(all));
    }

    /// <summary>Term, operator, value: whether a permission that adds it allows the full request.</summary>
    public static TheoryData<string, string, string, bool> Additions() => new()
    {
        { "dataspace:role", "eq", "analyst", true },
        { "dataspace:role", "eq", "auditor", false },
        { "dataspace:role", "neq", "auditor", true },
        { "dataspace:role", "isNoneOf", "analyst", false },
        { "purpose", "isA", "industry-statistics", true },
        { "purpose", "isNoneOf", "marketing", true },
        { "purpose", "isNoneOf", "industry-statistics", false },
        { "dataspace:consumerRegion", "eq", "CN-310115", true },
        { "dataspace:consumerRegion", "eq", "CN-310000", false },
        { "dataspace:consumerRegion", "isPartOf", "CN-310000", true },
        { "dataspace:consumerRegion", "isA", "CN", true },
        { "dataspace:consumerRegion", "isAnyOf", "CN-320000", false },
        { "dataspace:consumerRegion", "isNoneOf", "CN-310000", false },
        { "dataspace:consumerRegion", "isNoneOf", "US", true },
        { "dataspace:executionRegion", "isPartOf", "CN-330000", true },
        { "dataspace:executionRegion", "isPartOf", "CN-310000", false },
        { "dataspace:networkAddress", "isAnyOf", "10.0.0.0/8", true },
        { "dataspace:networkAddress", "eq", "10.1.2.3", true },
        { "dataspace:networkAddress", "isPartOf", "192.168.0.0/16", false },
        { "dataspace:networkAddress", "isNoneOf", "10.1.0.0/16", false },
        { "dataspace:algorithm", "eq", "secure-aggregation/1", true },
        { "dataspace:algorithm", "isAnyOf", "sql-release/1", false },
        { "dataspace:algorithm", "hasPart", "secure-aggregation/1", true },
        { "dataspace:algorithm", "isAllOf", "sql-release/1", false },
        { "dataspace:algorithm", "neq", "secure-aggregation/1", false },
        { "dataspace:executionEnv", "eq", "mpc", true },
        { "dataspace:executionEnv", "eq", "sandbox", false },
        { "dataspace:encryptMode", "eq", "ciphertext", true },
        { "dataspace:encryptMode", "isAnyOf", "ciphertext", true },
        { "dataspace:deliveryMethod", "eq", "api", true },
        { "dataspace:deliveryMethod", "isPartOf", "api", true },
        { "dataspace:computation", "isNoneOf", "aggregate", false },
        { "dataspace:coProvider", "isNoneOf", Other + "#any", false },
        { "dataspace:outputBytes", "lteq", "100", true },
        { "dataspace:outputBytes", "lt", "100", false },
        { "elapsedTime", "lteq", "P365D", true },
        { "elapsedTime", "lteq", "P10D", false },
    };

    [Theory]
    [MemberData(nameof(Additions))]
    public void A_permission_with_the_term_decides(string term, string op, string value, bool allowed)
    {
        var decision = Pdp.Decide(Full(Adding(Constraint(term, op, value))));
        Assert.Equal(allowed, decision.IsAllowed);
        if (!allowed)
            Assert.Equal(term, decision.Reason!.Term);
    }

    [Theory]
    [InlineData("dateTime", "gt", "2027-01-01T00:00:00Z")]
    [InlineData("recipient", "isNoneOf", Consumer)]
    [InlineData("dataspace:column", "isNoneOf", "invest")] // whose bounds stand in another term
    public void What_leaves_nothing_is_refused_when_it_is_written(string term, string op, string value)
        => Assert.Equal(PolicyErrors.Contradiction, PolicyCompiler.Compile(Element(Agreement([.. Constraints().Select(c => c!.DeepClone()), Constraint(term, op, value)]))).Error?.Kind);

    [Fact]
    public void Excluded_columns_are_not_among_the_allowed_ones()
    {
        var constraints = Constraints();
        constraints.Remove(constraints.First(c => (string?)c!["leftOperand"] == "dataspace:clamp"));
        constraints.Add((JsonNode)Constraint("dataspace:column", "isNoneOf", "value"));
        var policy = Compile(Agreement(constraints));
        Assert.Equal(["invest", "year"], Pdp.Decide(Request(policy)).Obligations!.AllowedColumns);
        Assert.Equal(PolicyErrors.ColumnNotAllowed.Code, Pdp.Decide(Request(policy) with { Columns = ["value", "year"] }).Reason!.Code);
    }

    [Theory]
    [InlineData("dataspace:role", "eq", "analyst")]
    [InlineData("dataspace:consumerRegion", "isPartOf", "CN")]
    [InlineData("dataspace:executionRegion", "isPartOf", "CN")]
    [InlineData("dataspace:networkAddress", "isAnyOf", "10.0.0.0/8")]
    [InlineData("dataspace:algorithm", "eq", "secure-aggregation/1")]
    [InlineData("dataspace:executionEnv", "eq", "mpc")]
    public void What_is_unknown_is_not_allowed_and_might_be_forbidden(string term, string op, string value)
    {
        Assert.False(Pdp.Decide(Request(Adding(Constraint(term, op, value)))).IsAllowed);
        var prohibiting = Compile(Prohibiting(Agreement(), Constraint(term, op, value)));
        Assert.Equal(PolicyErrors.Prohibited.Code, Pdp.Decide(Request(prohibiting)).Reason!.Code);
        Assert.Equal(PolicyErrors.Prohibited.Code, Pdp.Decide(Full(prohibiting)).Reason!.Code);
    }

    [Fact]
    public void Somewhere_in_the_country_may_be_in_the_forbidden_city()
    {
        var policy = Adding(Constraint("dataspace:consumerRegion", "isNoneOf", "CN-310000"));
        Assert.True(Pdp.Decide(Full(policy) with { ConsumerRegion = "CN-330100" }).IsAllowed);
        Assert.False(Pdp.Decide(Full(policy) with { ConsumerRegion = "CN" }).IsAllowed);
    }

    [Fact]
    public void A_purpose_below_another_is_an_instance_of_it()
    {
        var policy = Compile(With("purpose", Constraint("purpose", "isA", "research")));
        Assert.True(Pdp.Decide(Request(policy) with { Purpose = "research" }).IsAllowed);
        Assert.True(Pdp.Decide(Request(policy) with { Purpose = "research:cancer" }).IsAllowed);
        Assert.False(Pdp.Decide(Request(policy) with { Purpose = "researching" }).IsAllowed);
        Assert.False(Pdp.Decide(Request(policy) with { Purpose = "marketing/research" }).IsAllowed);
    }

    [Fact]
    public void A_frequency_debits_the_window_of_its_moment()
    {
        var policy = Adding(Constraint("dataspace:frequency", "lteq", "3/PT1H"));
        var first = Pdp.Decide(Request(policy)).Obligations!.Debits.Single(d => d.Key.StartsWith("rate/", StringComparison.Ordinal));
        Assert.Equal((3L, 1L, BudgetScope.Rules), (first.Limit, first.Amount, first.Scope));
        var same = Pdp.Decide(Request(policy) with { Now = FakeClock.Start.AddMinutes(59) }).Obligations!.Debits;
        Assert.Contains(same, d => d.Key == first.Key);
        var next = Pdp.Decide(Request(policy) with { Now = FakeClock.Start.AddHours(1) }).Obligations!.Debits;
        Assert.DoesNotContain(next, d => d.Key == first.Key);
        var full = Pdp.Decide(Request(policy) with { SpentOf = d => d.Key == first.Key ? 3 : 0 });
        Assert.Equal(PolicyErrors.TooFrequent.Code, full.Reason!.Code);
        foreach (var bad in (string[])["3", "3/P1M", "0/PT1H", "3/PT2H", "x/P1D", "3/P1D/P1D"])
            Assert.Equal(PolicyErrors.InvalidValue, PolicyCompiler.Compile(Element(With("count", Constraint("dataspace:frequency", "lteq", bad)))).Error?.Kind);
    }

    [Fact]
    public void A_privacy_budget_makes_epsilon_a_must_and_spends_what_is_asked()
    {
        var policy = Adding(Constraint("dataspace:privacyBudget", "lteq", "1000000"), Constraint("dataspace:epsilonPerUse", "lteq", "300000"), Constraint("dataspace:contributionBound", "lteq", "2"));
        Assert.Equal(PolicyErrors.EpsilonMissing.Code, Pdp.Decide(Request(policy)).Reason!.Code);
        Assert.Equal(PolicyErrors.EpsilonTooLarge.Code, Pdp.Decide(Request(policy) with { EpsilonMicro = 300_001 }).Reason!.Code);
        Assert.Equal(PolicyErrors.EpsilonTooLarge.Code, Pdp.Decide(Request(policy) with { EpsilonMicro = 0 }).Reason!.Code);
        var allowed = Pdp.Decide(Request(policy) with { EpsilonMicro = 200_000 }).Obligations!;
        Assert.Equal(new PrivacyTerms(1_000_000, 300_000, 2), allowed.Privacy);
        Assert.Contains(new BudgetDebit(BudgetDebit.Epsilon, 1_000_000, 200_000, BudgetScope.DatasetAndConsumerGroup), allowed.Debits);
        var spent = Pdp.Decide(Request(policy) with { EpsilonMicro = 200_000, SpentOf = d => d.Key == BudgetDebit.Epsilon ? 800_001 : 0 });
        Assert.Equal(PolicyErrors.PrivacyBudgetExhausted.Code, spent.Reason!.Code);
        Assert.Equal(PolicyErrors.TermMissing, PolicyCompiler.Compile(Element(With("count", Constraint("dataspace:epsilonPerUse", "lteq", "5")))).Error?.Kind);
    }

    [Fact]
    public void Provisions_become_obligations_and_the_strictest_of_two_wins()
    {
        var policy = Adding(
            List("dataspace:rowFilter", "isAllOf", "year gteq 1940", "firm neq General Motors"), Constraint("dataspace:outputBytes", "lteq", "4096"),
            Constraint("dataspace:outputBytes", "lteq", "2048"), Constraint("dataspace:retention", "lteq", "P30D"), Constraint("dataspace:retention", "lteq", "P7D"));
        var terms = Pdp.Decide(Request(policy)).Obligations!;
        Assert.Equal([new RowPredicate("firm", "neq", "General Motors"), new RowPredicate("year", "gteq", "1940")], terms.RowFilter);
        Assert.Equal(2048, terms.MaxOutputBytes);
        Assert.Equal(TimeSpan.FromDays(7), terms.Retention);
        Assert.Equal(TimeSpan.FromDays(7), Assert.Single(terms.Duties, d => d.Action == RuleActions.Delete).Within);
        foreach (var bad in (string[])["year", "year like 1", "year eq", "; eq 1", "year  eq 1"])
        {
            Assert.Equal(PolicyErrors.InvalidValue, PolicyCompiler.Compile(Element(With("count", List("dataspace:rowFilter", "isAllOf", bad)))).Error?.Kind);
        }
    }

    [Fact]
    public void Hidden_characters_have_no_place_in_a_contract()
    {
        foreach (var hidden in (string[])["a\u202eb", "a\u200bb", "a\u0007b", "a\u2028b", "a\ue000b"])
        {
            var agreement = Agreement();
            agreement["target"] = hidden;
            Assert.Equal(PolicyErrors.InvalidValue, PolicyCompiler.Compile(Element(agreement)).Error?.Kind);
        }
    }
}
