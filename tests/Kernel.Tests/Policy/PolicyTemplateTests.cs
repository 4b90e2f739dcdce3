using System.Runtime.CompilerServices;
using System.Text.Json;
using DataSpace.Kernel.Policy;
using Xunit;

namespace DataSpace.Kernel.Tests.Policy;

public class PolicyTemplateTests
{
    private static readonly Dictionary<string, IReadOnlyList<string>> Values = new()
    {
        ["offerId"] = ["urn:uuid:0b7e3c2e-52a4-4b7c-9f0a-8a55a9b2f1c0"],
        ["purpose"] = ["industry-statistics"],
        ["validFrom"] = ["2026-01-01T00:00:00Z"],
        ["validUntil"] = ["2027-01-01T00:00:00Z"],
        ["uses"] = ["20"],
        ["consumerDid"] = ["did:web:leader.example"],
        ["columns"] = ["year", "invest"],
        ["groupKeys"] = ["year"],
        ["clamps"] = ["invest:3:0:2000"],
        ["minimumGroupSize"] = ["3"],
        ["dominancePercent"] = ["off"],
        ["maxRows"] = ["100"],
        ["coProviders"] = ["did:web:a.example#k1", "did:web:b.example#k2"],
        ["independentCoProviders"] = ["1"],
        ["price"] = ["2.00"],
        ["stampExtension"] = ["PT6H"],
        ["frequency"] = ["10/P1D"],
        ["privacyBudget"] = ["1000000"],
        ["epsilonPerUse"] = ["100000"],
        ["executionRegions"] = ["CN-310000"],
        ["consumerRegions"] = ["CN"],
        ["informedParty"] = ["did:web:council.example"],
        ["informWithin"] = ["PT24H"],
        ["retention"] = ["P30D"],
    };

    public static TheoryData<string> Templates()
        => [.. Directory.GetFiles(Folder(), "*.odrl.json").Select(f => Path.GetFileName(f)!)];

    private static string Folder([CallerFilePath] string here = "")
    {
        var root = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(root, "contracts", "policies")))
            root = Path.GetDirectoryName(root) ?? throw new DirectoryNotFoundException("contracts/policies above " + here);
        return Path.Combine(root, "contracts", "policies");
    }

    private static ReadOnlyMemory<byte> Read(string name) => File.ReadAllBytes(Path.Combine(Folder(), name));

    private static Dictionary<string, IReadOnlyList<string>> ValuesFor(string name)
    {
        var text = File.ReadAllText(Path.Combine(Folder(), name));
        return Values.Where(v => text.Contains("${" + v.Key + "}", StringComparison.Ordinal)).ToDictionary(v => v.Key, v => v.Value);
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public async Task Every_template_can_be_filled_and_enforced(string name)
    {
        var filled = PolicyTemplate.Fill(Read(name), ValuesFor(name)).Value;
        (await Schemas.ReadAsync("usage-policy")).Obeys(filled.GetRawText());
        var policy = PolicyCompiler.Compile(filled).Value;
        Assert.Equal(policy.Terms[0].Computations is ["lookup"] ? 1 : 3, policy.Terms[0].Obligations.MinimumGroupSize); // records are no groups
        string[] others = ValuesFor(name).ContainsKey("coProviders") ? ["did:web:a.example#k1", "did:web:b.example#k2"] : []; // what one owner answers alone names none
        Assert.Equal(others, policy.Terms[0].CoProviders);
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public void An_unfilled_template_does_not_compile(string name)
        => Assert.Equal(PolicyErrors.TemplateUnfilled, PolicyCompiler.Compile(Read(name)).Error?.Kind);

    [Theory]
    [MemberData(nameof(Templates))]
    public void A_missing_or_surplus_value_is_refused_by_name(string name)
    {
        var values = ValuesFor(name);
        values.Remove("columns");
        Assert.Contains("columns", PolicyTemplate.Fill(Read(name), values).Error!.Detail, StringComparison.Ordinal);
        values = ValuesFor(name);
        values["colour"] = ["red"];
        Assert.Contains("colour", PolicyTemplate.Fill(Read(name), values).Error!.Detail, StringComparison.Ordinal);
        values = ValuesFor(name);
        values["offerId"] = ["a", "b"];
        Assert.False(PolicyTemplate.Fill(Read(name), values).IsOk);
    }

    [Fact]
    public void The_trial_grants_one_use_for_nothing()
    {
        const string name = "joint-statistics-trial.odrl.json";
        var terms = PolicyCompiler.Compile(PolicyTemplate.Fill(Read(name), ValuesFor(name)).Value).Value.Terms[0].Obligations;
        Assert.Equal(1, Assert.Single(terms.Debits).Limit);
        Assert.Null(terms.Price);
    }

    [Fact]
    public void Research_spends_a_privacy_budget_and_the_region_bound_one_keeps_to_its_regions()
    {
        const string research = "research-privacy-budget.odrl.json", region = "region-bound.odrl.json";
        var terms = PolicyCompiler.Compile(PolicyTemplate.Fill(Read(research), ValuesFor(research)).Value).Value.Terms[0].Obligations;
        Assert.Equal(new PrivacyTerms(1_000_000, 100_000, 1), terms.Privacy);
        var offer = PolicyTemplate.Fill(Read(region), ValuesFor(region)).Value;
        var policy = Kernel.Policy.Lint.WhatIf.Agreed(PolicyReader.Read(offer).Value, "d", "did:web:a.example", "did:web:leader.example", FakeClock.Start).Value;
        var use = new Kernel.Policy.Lint.WhatIf
        {
            Purpose = "industry-statistics",
            Computation = "aggregate",
            Columns = ["invest"],
            GroupKeys = ["year"],
            CoProviders = ["did:web:b.example#k2"],
            ExecutionRegion = "CN-310115",
            ConsumerRegion = "CN-110000",
        };
        Assert.Equal(PolicyOutcome.Allow, new PolicyDecisionPoint().Decide(use.AskOf(policy, FakeClock.Start)).Outcome);
        Assert.Equal(PolicyErrors.RegionNotAllowed, new PolicyDecisionPoint().Decide((use with { ExecutionRegion = "CN-320000" }).AskOf(policy, FakeClock.Start)).Reason?.Kind);
    }

    [Fact]
    public void A_value_cannot_become_structure()
    {
        const string name = "joint-statistics.odrl.json";
        var values = ValuesFor(name);
        values["purpose"] = ["\"],\"x\":[\""];
        Assert.Equal(PolicyErrors.InvalidValue, PolicyCompiler.Compile(PolicyTemplate.Fill(Read(name), values).Value).Error?.Kind);
    }

    [Fact]
    public void The_schema_names_every_term_of_the_engine()
    {
        using var schema = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(), "..", "schemas", "usage-policy.schema.json")));
        var inSchema = schema.RootElement.GetProperty("definitions").GetProperty("comparison").GetProperty("properties").GetProperty("leftOperand")
            .GetProperty("enum").EnumerateArray().Select(e => e.GetString()!).Where(t => !t.StartsWith("odrl:", StringComparison.Ordinal)).Order().ToList();
        Assert.Equal(PolicyVocabulary.Terms.Select(t => t.Name).Order(), inSchema);
        // The vocabulary is complete: all public constants that are left operands of permissions.
        var constants = typeof(PolicyTerms).GetFields().Where(f => f.IsLiteral && f.FieldType == typeof(string)).Select(f => (string)f.GetRawConstantValue()!);
        Assert.Equal(constants.Except([PolicyTerms.PayAmount, PolicyTerms.PricePlan, PolicyTerms.CreditLimit, PolicyTerms.Phase, PolicyTerms.Off]).Order(), inSchema);
    }
}
