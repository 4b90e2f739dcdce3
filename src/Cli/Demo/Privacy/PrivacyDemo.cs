using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Cli.Demo.Screens;
using DataSpace.Cli.Run;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Privacy;

/// <summary>
/// <c>dataspace privacy demo</c>: a consumer spends a privacy budget until it is empty. Ends with exit code 0 only if everything that it says was observed. Processes are stopped by
/// their ids, whatever happens.
/// </summary>
internal static class PrivacyDemo
{
    /// <summary>The offer with a budget; its policy lies beside those of the sample.</summary>
    public const string Offer = "privacy-budget";

    private const int Rows = 20_000;
    private const string ValueBounds = "value:2:0:1000";

    public static Command Build(GlobalOptions globals)
    {
        var yes = globals.Option<bool>("--yes", DemoTexts.YesOption);
        yes.Aliases.Add("-y");
        var group = globals.Command("privacy", PrivacyTexts.Group);
        group.Subcommands.Add(globals.Handle(globals.Command("demo", PrivacyTexts.About, yes), (ui, parse, cancel) => RunAsync(ui, parse.GetValue(yes), cancel)));
        return group;
    }

    private static Task<int> RunAsync(Ui ui, bool yes, CancellationToken cancel)
        => ShortDemo.RunAsync(ui, "privacy-budget", new DemoOptions(Keep: false, yes, Rows), PrivacyTexts.Done, async (run, stop) =>
        {
            await StartAsync(run, stop);
            foreach (var screen in PrivacyScreens.All)
            {
                await run.PauseAsync(stop);
                await screen(run, stop);
            }
        }, cancel);

    private static async Task StartAsync(DemoRun run, CancellationToken cancel)
    {
        await StartScreen.ShowAsync(run, cancel);
        // The sample's offers and one more, with a budget and bounds as tight as the values are: noise is scaled to the bounds.
        SyntheticSpace.WritePolicy(run.Folder, Offer, ValueBounds);
        var dataset = SyntheticSpace.Dataset();
        dataset["offers"]!.AsArray().Add(new JsonObject { ["id"] = Offer, ["policy"] = $"../policies/{Offer}.odrl.json" });
        foreach (var owner in DemoFolder.Owners)
        {
            run.Folder.WriteConfig(owner, withDatasets: true, dataset);
            await run.Nodes[owner].Client.PostAsync("admin/reload", null, cancel).OrStop();
        }
        foreach (var (name, groups) in PrivacyScreens.Questions)
            await File.WriteAllTextAsync(run.Folder.Job(name), SyntheticSpace.JobSpec(groups, "[count, sum, mean]", PrivacyScreens.EpsilonMicro), cancel);
    }
}
