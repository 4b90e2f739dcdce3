using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DataSpace.Cli.Demo.Screens;
using DataSpace.Cli.Run;
using DataSpace.Cli.Session;
using DataSpace.Metering.Rating;

namespace DataSpace.Cli.Demo.Settlement;

/// <summary>
/// <c>dataspace settle demo</c>: real nodes make uses, and a month is settled from their ledgers. Ends with exit code 0 only if everything that it says was
/// observed. Processes are stopped by their ids, whatever happens.
/// </summary>
internal static class SettlementDemo
{
    /// <summary>Equal weights over two uses of 1.00: 200 among three leaves two units.</summary>
    internal const string PerUse = """
        {"version":1,"id":"per-use","currency":"CNY","subscriptionMinor":0,"minimumMinor":0,
         "charges":[{"unit":"uses","free":0,"tiers":[{"upTo":10,"rate":{"minor":100,"per":1}},{"rate":{"minor":80,"per":1}}]}],
         "share":{"basis":"weights","parties":[{"party":"provider","weight":1},{"party":"coordinator","weight":1},{"party":"did:web:data-service.example","weight":1}]}}
        """;

    /// <summary>The suppliers' pool: a subscription, and rows in steps, divided by what each supplier added.</summary>
    internal const string Pool = """
        {"version":1,"id":"supplier-pool","currency":"CNY","subscriptionMinor":1001,"minimumMinor":2000,
         "charges":[{"unit":"rowsScanned","free":0,"tiers":[{"upTo":150,"rate":{"minor":7,"per":1}},{"rate":{"minor":5,"per":2}}]}],
         "share":{"basis":"contribution","parties":[{"party":"provider","weight":85},{"party":"coordinator","weight":15}]}}
        """;

    public static Command Build(GlobalOptions globals)
    {
        var yes = globals.Option<bool>("--yes", DemoTexts.YesOption);
        yes.Aliases.Add("-y");
        return globals.Handle(globals.Command("demo", SettlementTexts.About, yes), (ui, parse, cancel) => RunAsync(ui, parse.GetValue(yes), cancel));
    }

    /// <summary>The plan of an owner.</summary>
    public static PricePlan PlanOf(string owner) => Read(owner == DemoFolder.Owners[0] ? PerUse : Pool);

    /// <summary>A plan from its text.</summary>
    public static PricePlan Read(string plan) => PricePlan.Read(Encoding.UTF8.GetBytes(plan)).OrStop();

    private static Task<int> RunAsync(Ui ui, bool yes, CancellationToken cancel)
        => ShortDemo.RunAsync(ui, "settlement", new DemoOptions(Keep: false, yes, Rows: null), SettlementTexts.Done, async (run, stop) =>
        {
            await StartAsync(run, stop);
            await SettlementScreens.ShowAsync(run, stop);
        }, cancel);

    private static async Task StartAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(1, SettlementTexts.Start);
        StartScreen.Launch(run, DemoFolder.Coordinator);
        await StartScreen.AwaitReadyAsync(run, DemoFolder.Coordinator, cancel);
        foreach (var owner in DemoFolder.Owners)
            StartScreen.Launch(run, owner);
        foreach (var owner in DemoFolder.Owners)
            await StartScreen.AwaitReadyAsync(run, owner, cancel);
        StartScreen.ShowProcesses(run);
        await StartScreen.JoinAsync(run, cancel);
        run.Folder.WritePolicies(DemoFolder.Owners.ToDictionary(o => o, o => run.Nodes[o].Client.Info.KeyId, StringComparer.Ordinal));
        foreach (var owner in DemoFolder.Owners)
        {
            // Owners read the same policy file one after the other; each finds its own plan in it.
            var plan = PlanOf(owner);
            Pin(Path.Combine(run.Folder.Root, "policies", "joint-statistics.odrl.json"), plan.Hash);
            run.Folder.WriteConfig(owner, withDatasets: true, dataset: null);
            await run.Nodes[owner].Client.PostAsync("admin/reload", null, cancel).OrStop();
            run.Ui.Line(SettlementTexts.Plan, run.Nodes[owner].Client.Info.Name, plan.Id, plan.Hash[..16]);
        }
        await File.WriteAllTextAsync(Path.Combine(run.Folder.Root, "per-use.json"), PerUse, cancel);
        await File.WriteAllTextAsync(Path.Combine(run.Folder.Root, "supplier-pool.json"), Pool, cancel);
        foreach (var owner in DemoFolder.Owners)
            await ContractScreen.NegotiateAsync(run, owner, "joint-statistics", cancel);
    }

    private static void Pin(string policyFile, string planHash)
    {
        var policy = JsonNode.Parse(File.ReadAllText(policyFile))!;
        var constraints = policy["obligation"]!.AsArray().Single(d => (string?)d!["action"] == "compensate")!["constraint"]!.AsArray();
        while (constraints.Count > 1)
            constraints.RemoveAt(1);
        constraints.Add((JsonNode)new JsonObject { ["leftOperand"] = "dataspace:pricePlan", ["operator"] = "eq", ["rightOperand"] = planHash });
        File.WriteAllText(policyFile, policy.ToJsonString());
    }

    /// <summary>The month that is settled.</summary>
    public static string Month => TimeProvider.System.GetUtcNow().ToString("yyyy-MM", CultureInfo.InvariantCulture);
}
