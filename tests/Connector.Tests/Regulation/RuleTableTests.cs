using DataSpace.Connector.Regulation;
using DataSpace.Connector.Tests.Uses;
using DataSpace.Connector.Uses;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.Connector.Tests.Regulation;

/// <summary>Every member of a rule and every route at the use gate itself: a use that the rule is about, and one that it is not about.</summary>
public class RuleTableTests
{
    private const string Prohibited = "DS-NEG-021";
    private const string ClearanceNeeded = "DS-NEG-022";
    private const string NotOnWhiteList = "DS-NEG-023";

    private static readonly DateTimeOffset Long = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Member → a rule that hits the use, and one that differs in this member alone and does not. The use: industry C31, scenario U0101, grade general-2, column classes phone, purpose research:steel, region CN-310115.</summary>
    private static readonly Dictionary<string, (RuleMatch Hit, RuleMatch Miss)> Members = new()
    {
        ["industry"] = (new(Industry: ["C"]), new(Industry: ["C32"])),
        ["scenario"] = (new(Scenario: ["U0100"]), new(Scenario: ["U0200"])),
        ["field"] = (new(Field: ["inv*"]), new(Field: ["firm", "inv?"])), // of its columns this use reads invest and year
        ["pattern"] = (new(Pattern: ["phone"]), new(Pattern: ["idCard"])),
        ["gradeAtLeast"] = (new(GradeAtLeast: 2), new(GradeAtLeast: 3)),
        ["gradeAtMost"] = (new(GradeAtMost: 2), new(GradeAtMost: 1)),
        ["purpose"] = (new(Purpose: [GateWorld.Purpose]), new(Purpose: ["marketing"])),
        ["participant, the owner"] = (new(Participant: [GateWorld.Provider]), new(Participant: ["did:web:nobody.example"])),
        ["participant, the consumer"] = (new(Participant: [GateWorld.Consumer]), new(Participant: ["did:web:nobody.example"])),
        ["participant, a partner"] = (new(Participant: [GateWorld.Other]), new(Participant: ["did:web:nobody.example"])),
        ["destinationRegion"] = (new(DestinationRegion: ["CN-310000"]), new(DestinationRegion: [RegionScope.Abroad])),
        ["volume.records"] = (new(Volume: new VolumePerYear(Records: 1)), new(Volume: new VolumePerYear(Records: 2))),
        ["volume.subjects"] = (new(Volume: new VolumePerYear(Subjects: 1)), new(Volume: new VolumePerYear(Subjects: 2))),
    };

    public static TheoryData<string> MemberNames => [.. Members.Keys];

    public static TheoryData<RuleRoute, string?, string?> Routes => new()
    {
        // route, code without a clearance, code with one
        { RuleRoute.Prohibited, Prohibited, Prohibited },
        { RuleRoute.SecurityAssessment, ClearanceNeeded, null },
        { RuleRoute.StandardContract, ClearanceNeeded, null },
        { RuleRoute.Certification, ClearanceNeeded, null },
        { RuleRoute.Allowed, null, null },
    };

    private static UseRequest Use(RegulatedWorld regulated) => RegulatedWorld.Over(
        RegulatedWorld.Found(regulated.World.Use(GateWorld.Agreement(GateWorld.Terms())), "invest", ["phone"]), d => d with { Scenarios = ["U0101"] });

    [Fact]
    public void Every_member_of_a_rule_is_in_the_table()
    {
        var inTable = Members.Keys.Select(k => k.Split(',', '.')[0]).ToHashSet();
        Assert.Equal(typeof(RuleMatch).GetProperties().Where(p => p.Name != "EqualityContract").Select(p => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(p.Name)).Order(), inTable.Order());
        Assert.Equal(Enum.GetValues<RuleRoute>().Order(), Routes.Select(r => r.Data.Item1).Order());
    }

    [Theory]
    [MemberData(nameof(MemberNames))]
    public async Task A_use_that_the_rule_is_about_is_refused_and_another_is_not(string member)
    {
        await using var regulated = new RegulatedWorld();
        async Task<string?> AskAsync(RuleMatch match)
        {
            regulated.Publish(RegulatedWorld.Rule("R-1", match));
            var use = Use(regulated);
            var error = await regulated.AskAsync(use);
            Assert.True(error is null || error.Detail!.Contains("R-1", StringComparison.Ordinal), error?.ToString());
            return error?.Code;
        }
        var (hit, miss) = Members[member];
        Assert.Null(await AskAsync(miss));
        Assert.Equal(Prohibited, await AskAsync(hit));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_route_is_open_as_far_as_it_was_passed(RuleRoute route, string? plain, string? cleared)
    {
        await using var regulated = new RegulatedWorld();
        var rule = RegulatedWorld.Rule("R-1", new RuleMatch(Industry: ["C31"]), route);
        regulated.Publish(rule);
        Assert.Equal(plain, (await regulated.AskAsync(Use(regulated)))?.Code);
        var fits = new Clearance("d", GateWorld.Consumer, "R-1", Long, "case-1", GateWorld.Provider);
        foreach (var other in (Clearance[])[fits with { RuleId = "R-2" }, fits with { Participant = GateWorld.Other }, fits with { DatasetId = "e" }, fits with { Until = regulated.World.Clock.GetUtcNow() }])
        {
            regulated.Clearances = [other];
            regulated.Publish(rule);
            Assert.Equal(plain, (await regulated.AskAsync(Use(regulated)))?.Code);
        }
        regulated.Clearances = [fits];
        regulated.Publish(rule);
        Assert.Equal(cleared, (await regulated.AskAsync(Use(regulated)))?.Code);
    }

    [Fact]
    public async Task On_a_white_list_only_what_it_names_is_used()
    {
        await using var regulated = new RegulatedWorld { Mode = RuleSetMode.Whitelist };
        regulated.Publish();
        Assert.Equal(NotOnWhiteList, (await regulated.AskAsync(Use(regulated)))?.Code);
        regulated.Publish(RegulatedWorld.Rule("W-1", new RuleMatch(Industry: ["C31"], GradeAtMost: 1), RuleRoute.Allowed));
        Assert.Equal(NotOnWhiteList, (await regulated.AskAsync(Use(regulated)))?.Code);
        regulated.Publish(RegulatedWorld.Rule("W-1", new RuleMatch(Industry: ["C31"], GradeAtMost: 2), RuleRoute.Allowed));
        Assert.Null(await regulated.AskAsync(Use(regulated)));
        // Named as permitted, and closed by another rule: closed.
        regulated.Publish(RegulatedWorld.Rule("W-1", new RuleMatch(Industry: ["C31"]), RuleRoute.Allowed), RegulatedWorld.Rule("R-1", new RuleMatch(Pattern: ["phone"])));
        Assert.Equal(Prohibited, (await regulated.AskAsync(Use(regulated)))?.Code);
    }
}
