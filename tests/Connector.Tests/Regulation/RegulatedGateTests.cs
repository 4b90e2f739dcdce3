using System.Text.Json;
using DataSpace.Connector.Datasets;
using DataSpace.Connector.Regulation;
using DataSpace.Connector.Tests.Uses;
using DataSpace.Connector.Uses;
using DataSpace.Kernel.NegativeList;
using DataSpace.Kernel.Policy;
using DataSpace.Ledger.Receipts;

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

    [Fact]
    public async Task A_rule_that_comes_in_the_middle_of_a_year_is_about_the_whole_year_and_the_next_one_starts_anew()
    {
        await using var regulated = new RegulatedWorld();
        regulated.Publish();
        Assert.Null(await regulated.AskAsync(Use(regulated))); // one record each, and nobody asks for volumes yet
        Assert.Null(await regulated.AskAsync(Use(regulated)));
        var rule = RegulatedWorld.Rule("V-1", new RuleMatch(Volume: new VolumePerYear(Records: 4)));
        regulated.Publish(rule);
        Assert.Null(await regulated.AskAsync(Use(regulated)));
        Assert.Equal(Prohibited, (await regulated.AskAsync(Use(regulated)))?.Code);
        // In Beijing the year ends eight hours before it does in Greenwich.
        var clock = regulated.World.Clock;
        clock.Advance(new DateTimeOffset(2026, 12, 31, 15, 59, 0, TimeSpan.Zero) - clock.GetUtcNow());
        regulated.Publish(rule);
        Assert.Equal(Prohibited, (await regulated.AskAsync(Use(regulated)))?.Code);
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Null(await regulated.AskAsync(Use(regulated)));
    }

    [Fact]
    public async Task A_release_under_an_old_stamp_stands_in_the_ledger_once_before_it_is_made()
    {
        await using var regulated = new RegulatedWorld();
        regulated.Publish();
        var use = Use(regulated, "PT1H");
        var useId = (await regulated.Get<UseGate>().AdmitAsync(use, TestContext.Current.CancellationToken)).Value.Use.Handle.UseId;
        Assert.True(regulated.Get<DatasetRegistry>().Reload(regulated.World.Config with { Datasets = [use.Dataset.Config] }).IsOk);
        var (gate, before) = (regulated.Get<RegulationGate>(), regulated.World.Ledger.Latest.Size);
        async Task<string?> ReleaseAsync() => (await gate.ReleaseAsync(use.Agreement, use.Order, [], useId, TestContext.Current.CancellationToken)).Value?.Error?.Code;
        Assert.Null(await ReleaseAsync());
        Assert.Equal(before, regulated.World.Ledger.Latest.Size);
        regulated.World.Clock.Advance(TimeSpan.FromMinutes(30));
        Assert.Null(await ReleaseAsync());
        Assert.Null(await ReleaseAsync());
        var degraded = Assert.Single(regulated.World.Ledger.Read(before, before + 9));
        Assert.Equal((EntryKind.Degraded, useId), (degraded.Entry.Kind, DegradedPayload.FromFields(degraded.PayloadFields).Value.UseId));
        regulated.World.Clock.Advance(TimeSpan.FromMinutes(31));
        Assert.Equal(Stale, await ReleaseAsync());
        Assert.Equal(before + 1, regulated.World.Ledger.Latest.Size);
    }

    [Fact]
    public async Task A_stamp_that_grows_old_while_a_duty_before_the_use_is_carried_out_is_noticed()
    {
        await using var regulated = new RegulatedWorld();
        regulated.Publish();
        var world = regulated.World;
        world.Wire.Attach(GateWorld.Other, (path, body) =>
        {
            world.Clock.Advance(TimeSpan.FromSeconds(8));
            return world.Informed.AnswerAsync(path, body);
        });
        foreach (var (extension, code) in ((string?, string?)[])[("PT1H", null), (null, Stale)])
        {
            var policy = GateWorld.Agreement(extension is null ? GateWorld.Terms() : GateWorld.Terms().Append(GateWorld.Constraint("dataspace:stampExtension", "lteq", extension)));
            policy["obligation"] = new System.Text.Json.Nodes.JsonArray(new System.Text.Json.Nodes.JsonObject
            {
                ["action"] = "inform",
                ["constraint"] = new System.Text.Json.Nodes.JsonArray(GateWorld.Constraint("recipient", "eq", GateWorld.Other), GateWorld.Constraint("dataspace:phase", "eq", "before")),
            });
            var before = world.Ledger.Latest.Size;
            regulated.Publish();
            world.Clock.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(4)); // fresh when the use is asked for, and not when it is granted
            Assert.Equal(code, (await regulated.AskAsync(RegulatedWorld.Found(world.Use(policy), "invest", [])))?.Code);
            EntryKind[] written = code is null ? [EntryKind.DutyDone, EntryKind.Grant, EntryKind.Degraded] : [EntryKind.DutyDone];
            Assert.Equal(written, world.Ledger.Read(before, before + 9).Select(r => r.Entry.Kind));
        }
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
