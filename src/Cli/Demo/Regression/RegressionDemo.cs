using System.CommandLine;
using System.Text.Json.Nodes;
using DataSpace.Cli.Demo.Screens;
using DataSpace.Cli.Run;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Regression;

/// <summary>
/// <c>dataspace regress demo</c>: the nodes of the supply-chain demo as three hospitals. Ends with exit code 0 only if everything that it says was observed. Processes are stopped by their ids,
/// whatever happens.
/// </summary>
internal static class RegressionDemo
{
    /// <summary>The hospitals: the node that plays it, its folder in the sample, its names. The first asks.</summary>
    public static readonly IReadOnlyList<(string Node, string Folder, string En, string Zh)> Hospitals =
        [("chain-leader", "hospital-a", "Hospital A", "医院甲"), ("supplier-a", "hospital-b", "Hospital B", "医院乙"), ("supplier-b", "hospital-c", "Hospital C", "医院丙")];

    /// <summary>Dataset, offer and jobs of the sample.</summary>
    public const string Dataset = "visits", File = "visits.csv", Offer = "doctor-visits", Main = "doctor-visits", WithoutOne = "without-c", StatisticsOffer = "visit-statistics", Statistics = "visits-by-health";

    /// <summary>The sample in the repository.</summary>
    public static string Sample => Path.Combine(Path.GetDirectoryName(DemoFolder.Sample)!, "hospital-and-lab");

    public static Command Build(GlobalOptions globals)
    {
        var yes = globals.Option<bool>("--yes", DemoTexts.YesOption);
        yes.Aliases.Add("-y");
        var group = globals.Command("regress", RegressionTexts.Group);
        group.Subcommands.Add(globals.Handle(globals.Command("demo", RegressionTexts.About, yes), (ui, parse, cancel) => RunAsync(ui, parse.GetValue(yes), cancel)));
        group.Subcommands.Add(VerticalDemo.Build(globals));
        return group;
    }

    private static Task<int> RunAsync(Ui ui, bool yes, CancellationToken cancel)
        => ShortDemo.RunAsync(ui, "hospital-and-lab", new DemoOptions(Keep: false, yes, Rows: null), RegressionTexts.Done, async (run, stop) =>
        {
            await StartAsync(run, stop);
            foreach (var screen in RegressionScreens.All)
            {
                await run.PauseAsync(stop);
                await screen(run, stop);
            }
        }, cancel);

    private static async Task StartAsync(DemoRun run, CancellationToken cancel)
    {
        run.Origin = RegressionTexts.Data;
        foreach (var (node, folder, en, zh) in Hospitals)
            run.Folder.Call(node, folder, en, zh);
        await StartScreen.ShowAsync(run, cancel);
        foreach (var offer in (string[])[Offer, StatisticsOffer])
        {
            var policy = await System.IO.File.ReadAllTextAsync(Path.Combine(Sample, "policies", offer + ".odrl.json"), cancel);
            foreach (var (node, folder, _, _) in Hospitals)
            {
                policy = policy.Replace($"${{{folder}.did}}", run.Folder.Did(node), StringComparison.Ordinal)
                    .Replace($"${{{folder}.keyId}}", run.Nodes[node].Client.Info.KeyId, StringComparison.Ordinal);
            }
            await System.IO.File.WriteAllTextAsync(Path.Combine(run.Folder.Root, "policies", offer + ".odrl.json"), policy, cancel);
        }
        foreach (var job in (string[])[Main, WithoutOne, Statistics])
            System.IO.File.Copy(Path.Combine(Sample, "jobs", job + ".yaml"), run.Folder.Job(job));
        foreach (var (node, folder, _, _) in Hospitals)
        {
            System.IO.File.Copy(Path.Combine(Sample, folder, File), Path.Combine(run.Folder.Of(node), File));
            var dataset = JsonNode.Parse(await System.IO.File.ReadAllTextAsync(Path.Combine(Sample, folder, "config.json"), cancel))!["datasets"]![0]!.AsObject();
            run.Folder.WriteConfig(node, withDatasets: true, dataset);
            await run.Nodes[node].Client.PostAsync("admin/reload", null, cancel).OrStop();
        }
    }
}
