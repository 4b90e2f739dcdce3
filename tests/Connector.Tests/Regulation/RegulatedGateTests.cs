using System.Text.Json;
using DataSpace.Connector.Tests.Uses;
using DataSpace.Connector.Uses;
using DataSpace.Kernel.NegativeList;
using DataSpace.Kernel.Policy;

namespace DataSpace.Connector.Tests.Regulation;

/// <summary>What the use gate asks the regulators' list: the age of the stamp that the contract accepts, what was found in the columns, the scenario.</summary>
public class RegulatedGateTests
{
    private const string Stale = "DS-NEG-015";
    private const string Prohibited = "DS-NEG-021";

    private static UseRequest Use(RegulatedWorld regulated, string? extension = null)
    {
        IEnumerable<System.Text.Json.Nodes.JsonNode?> terms = GateWorld.Terms();
        if (extension is not null)
            terms = terms.Append(GateWorld.Constraint("dataspace:stampExtension", "lteq", extension));
        return RegulatedWorld.Found(regulated.World.Use(GateWorld.Agreement(terms)), "invest", []);
    }

    [Fact]
    public async Task A_stamp_extension_allows_as_long_as_it_says_and_denies_after()
    {
        await using var regulated = new RegulatedWorld();
        regulated.Publish();
        var (plain, hour) = (Use(regulated), Use(regulated, "PT1H"));
        Assert.Null(await regulated.AskAsync(plain));
        var before = regulated.World.Ledger.Latest.Size;
        regulated.World.Clock.Advance(TimeSpan.FromMinutes(60));
        Assert.Equal(Stale, (await regulated.AskAsync(Use(regulated)))?.Code);
        Assert.Null(await regulated.AskAsync(hour));
        Assert.Equal(before + 2, regulated.World.Ledger.Latest.Size); // the Grant, and the entry that says it was degraded
        regulated.World.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Stale, (await regulated.AskAsync(Use(regulated, "PT1H")))?.Code);
        Assert.Null(await regulated.AskAsync(Use(regulated, "P1D")));
    }

    [Theory]
    [InlineData("important")]
    [InlineData("core")]
    public async Task A_stamp_extension_holds_for_general_grades_alone(string grade)
    {
        await using var regulated = new RegulatedWorld();
        regulated.Publish();
        regulated.World.Clock.Advance(TimeSpan.FromMinutes(16));
        var use = Use(regulated, "P1D");
        Assert.Null(await regulated.AskAsync(use));
        Assert.Equal(Stale, (await regulated.AskAsync(RegulatedWorld.Over(Use(regulated, "P1D"), d => d with { Classification = d.Classification! with { Grade = grade } })))?.Code);
    }

    [Theory]
    [InlineData("PT15M")]
    [InlineData("PT1M")]
    [InlineData("P1DT1S")]
    [InlineData("P400D")]
    [InlineData("a day")]
    public void A_stamp_extension_that_nobody_could_keep_is_no_term(string value)
    {
        var policy = GateWorld.Agreement([.. GateWorld.Terms(), GateWorld.Constraint("dataspace:stampExtension", "lteq", value)]);
        Assert.Equal(PolicyErrors.InvalidValue, PolicyCompiler.Compile(JsonSerializer.SerializeToElement(policy)).Error?.Kind);
        var found = Kernel.Policy.Lint.PolicyLint.Check(JsonSerializer.SerializeToElement(policy));
        Assert.Contains(found, f => f.Severity == Kernel.Policy.Lint.LintSeverity.Error && f.Kind == PolicyErrors.InvalidValue);
    }

    [Fact]
    public async Task Where_two_permissions_meet_the_one_without_an_extension_wins()
    {
        await using var regulated = new RegulatedWorld();
        regulated.Publish();
        var policy = GateWorld.Agreement([.. GateWorld.Terms(), GateWorld.Constraint("dataspace:stampExtension", "lteq", "P1D")]);
        policy["permission"]!.AsArray().Add(GateWorld.Agreement([.. GateWorld.Terms(), GateWorld.Constraint("dataspace:role", "eq", "analyst")])["permission"]![0]!.DeepClone());
        regulated.World.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal(Stale, (await regulated.AskAsync(RegulatedWorld.Found(regulated.World.Use(policy), "invest", [])))?.Code);
    }

    [Fact]
    public async Task A_rule_about_a_pattern_hits_what_was_found_not_what_was_declared()
    {
        await using var regulated = new RegulatedWorld();
        regulated.Publish(RegulatedWorld.Rule("P-1", new RuleMatch(Pattern: ["idCard"])));
        // The owner declares no personal information, and no cards were found: free.
        Assert.Null(await regulated.AskAsync(Use(regulated)));
        Assert.Null(await regulated.AskAsync(RegulatedWorld.Found(Use(regulated), "invest", ["phone"])));
        var found = await regulated.AskAsync(RegulatedWorld.Found(Use(regulated), "invest", ["idCard"]));
        Assert.Equal(Prohibited, found?.Code);
        Assert.Contains("P-1", found!.Detail, StringComparison.Ordinal);
        // Of two columns that the use reads the other one has them.
        Assert.Equal(Prohibited, (await regulated.AskAsync(RegulatedWorld.Found(Use(regulated), "year", ["phone", "idCard"])))?.Code);
        // A column that this use does not read.
        Assert.Null(await regulated.AskAsync(RegulatedWorld.Found(Use(regulated), "firm", ["idCard"])));
        // Reviewed away by the owner, found all the same.
        Assert.Equal(Prohibited, (await regulated.AskAsync(RegulatedWorld.Found(Use(regulated), "invest", [], reviewed: ["idCard"])))?.Code);
        // Declared personal, nothing recognised: it may be anything.
        Assert.Equal(Prohibited, (await regulated.AskAsync(RegulatedWorld.Found(Use(regulated), "invest", [], declared: "sensitive")))?.Code);
        // Nobody looked.
        var use = Use(regulated);
        Assert.Equal(Prohibited, (await regulated.AskAsync(use with { Listing = use.Listing! with { Columns = [] } }))?.Code);
    }

    [Fact]
    public async Task A_rule_about_a_scenario_hits_datasets_of_that_scenario_and_those_that_name_none()
    {
        await using var regulated = new RegulatedWorld();
        regulated.Publish(RegulatedWorld.Rule("S-1", new RuleMatch(Scenario: ["S0100"])));
        Task<Kernel.Results.DsError?> AskAsync(params string[]? scenarios) => regulated.AskAsync(RegulatedWorld.Over(Use(regulated), d => d with { Scenarios = scenarios }));
        Assert.Equal(Prohibited, (await AskAsync("S0101"))?.Code);
        Assert.Equal(Prohibited, (await AskAsync("S0200", "S0102"))?.Code);
        Assert.Null(await AskAsync("S0200"));
        Assert.Equal(Prohibited, (await AskAsync(null))?.Code);
    }
}
