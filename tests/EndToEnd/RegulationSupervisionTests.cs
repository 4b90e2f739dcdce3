using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.EndToEnd;

/// <summary>The regulator's own host over real nodes: who acknowledged what, who is silent, and what a rule would touch before it is published.</summary>
public sealed class RegulationSupervisionTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task Every_node_acknowledges_what_it_suspended_and_a_silent_one_is_shown_as_such()
    {
        await using var site = await RegulatorSite.StartAsync("supervision");
        var pins = new JsonArray(new JsonObject
        {
            ["did"] = site.Party.Did,
            ["name"] = "Regulator",
            ["rootKeys"] = new JsonArray([.. site.RootKeys.Select(k => (JsonNode)k)]),
            ["card"] = Path.Combine(site.Party.Directory, "node.json"),
        });
        await using var space = await Space.StartAsync(d => d.Regulated(pins));
        foreach (var node in space.Everyone)
            (await site.Party.PostAsync("/admin/nodes", node.Card)).Ok();
        await PublishAsync(site, 1);
        await StandAsync(site, space.Everyone, "current");
        var (a, b) = (space.SupplierA, space.SupplierB);
        var agreement = await space.AgreeAsync(a);

        var rule = TestRegulator.Rule("R-20", new RuleMatch(Participant: [a.Did]));
        var asked = (await site.Party.PostAsync("/admin/preview", System.Text.Json.JsonSerializer.SerializeToNode(
            RegulatorSite.Sign(await site.RulesAsync(2, rule), site.Root1), Kernel.Crypto.KernelJson.Options))).Ok()["nodes"]!.AsArray().First(n => n!["did"]!.GetValue<string>() == a.Did)!;
        Assert.Contains(asked["wouldSuspend"]!.AsArray(), w => w!["target"]!.GetValue<string>() == agreement);
        Assert.Empty(await RegulatedSpace.SuspendedAsync(a));
        // The coordinator answers by what catalogues declare, for owners that the regulator does not reach.
        var overview = (await site.Party.PostAsync("/admin/preview", System.Text.Json.JsonSerializer.SerializeToNode(
            RegulatorSite.Sign(await site.RulesAsync(2, TestRegulator.Rule("R-21", new RuleMatch(Participant: [a.Did]), RuleRoute.Prohibited)), site.Root1), Kernel.Crypto.KernelJson.Options))).Ok()["nodes"]!
            .AsArray().First(n => n!["did"]!.GetValue<string>() == space.Coordinator.Did)!;
        Assert.Equal(a.Did, Assert.Single(overview["wouldSuspend"]!.AsArray())!["counterparty"]!.GetValue<string>());
        var status = (await a.ReadAsync("/admin/status"))["regulation"]!["regulators"]![0]!;
        Assert.Equal((site.Party.Did, 2, 1), (status["did"]!.GetValue<string>(), status["threshold"]!.GetValue<int>(), status["version"]!.GetValue<int>()));
        Assert.InRange(status["clockMs"]!.GetValue<long>(), -1_000, 61_000);

        await PublishAsync(site, 2, rule);
        await StandAsync(site, space.Everyone, "current");
        var acknowledged = (await NodeAsync(site, a))["acknowledged"]!;
        Assert.Equal(2, acknowledged["version"]!.GetValue<int>());
        Assert.Contains(acknowledged["suspended"]!.AsArray(), s => s!["kind"]!.GetValue<string>() == "contract" && s["target"]!.GetValue<string>() == agreement && s["ruleId"]!.GetValue<string>() == "R-20");

        await b.Process.StopAsync();
        await PublishAsync(site, 3);
        await StandAsync(site, [b], "noAnswer");
        await StandAsync(site, [.. space.Everyone.Where(n => n != b)], "current");
        await b.RestartAsync();
        await StandAsync(site, space.Everyone, "current");
        Assert.Contains((await NodeAsync(site, a))["acknowledged"]!["resumed"]!.AsArray(), s => s!["target"]!.GetValue<string>() == agreement);
    }

    private static async Task PublishAsync(RegulatorSite site, int version, params Rule[] rules)
        => (await site.PublishAsync(RegulatorSite.Sign(await site.RulesAsync(version, rules), site.Root1, site.Root2))).Ok();

    private static async Task StandAsync(RegulatorSite site, IReadOnlyList<Party> nodes, string state)
    {
        JsonNode? last = null;
        await Eventually.TrueAsync(async () =>
        {
            last = (await site.Party.ReadAsync("/admin/status"))["nodes"];
            return nodes.All(n => last!.AsArray().First(s => s!["did"]!.GetValue<string>() == n.Did)!["state"]!.GetValue<string>() == state);
        }, Limit, () => $"{last}");
    }

    private static async Task<JsonNode> NodeAsync(RegulatorSite site, Party node)
        => (await site.Party.ReadAsync("/admin/status"))["nodes"]!.AsArray().First(s => s!["did"]!.GetValue<string>() == node.Did)!;
}
