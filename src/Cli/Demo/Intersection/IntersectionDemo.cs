using System.CommandLine;
using System.Text.Json.Nodes;
using DataSpace.Cli.Demo.Screens;
using DataSpace.Cli.Run;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Intersection;

/// <summary>
/// <c>dataspace intersect demo</c>: the nodes of the supply-chain demo as a bank, a merchant and an analyst. Ends with exit code 0 only if everything that it says was observed. Processes are stopped
/// by their ids, whatever happens.
/// </summary>
internal static class IntersectionDemo
{
    /// <summary>The two owners: the node that plays it, its folder in the sample, its dataset and file.</summary>
    public static readonly IReadOnlyList<(string Node, string Name, string Dataset, string File)> Parts = [("supplier-a", "bank", "customers", "customers.csv"), ("supplier-b", "merchant", "buyers", "buyers.csv")];

    /// <summary>Offer and job of the sample that ask for a number.</summary>
    public const string Offer = "common-customers";

    /// <summary>Offer and job of the sample that ask for a sum.</summary>
    public const string SumOffer = "common-amounts";

    /// <summary>Every offer of the sample, each with a job of the same name.</summary>
    public static readonly IReadOnlyList<string> Offers = [Offer, SumOffer];

    /// <summary>The sample in the repository.</summary>
    public static string Sample => Path.Combine(Path.GetDirectoryName(DemoFolder.Sample)!, "bank-and-merchant");

    public static Command Build(GlobalOptions globals)
    {
        var yes = globals.Option<bool>("--yes", DemoTexts.YesOption);
        yes.Aliases.Add("-y");
        var group = globals.Command("intersect", IntersectionTexts.Group);
        group.Subcommands.Add(globals.Handle(globals.Command("demo", IntersectionTexts.About, yes), (ui, parse, cancel) => RunAsync(ui, parse.GetValue(yes), cancel)));
        return group;
    }

    private static Task<int> RunAsync(Ui ui, bool yes, CancellationToken cancel)
        => ShortDemo.RunAsync(ui, "bank-and-merchant", new DemoOptions(Keep: false, yes, Rows: null), IntersectionTexts.Done, async (run, stop) =>
        {
            await StartAsync(run, stop);
            foreach (var screen in IntersectionScreens.All)
            {
                await run.PauseAsync(stop);
                await screen(run, stop);
            }
        }, cancel);

    private static async Task StartAsync(DemoRun run, CancellationToken cancel)
    {
        run.Origin = IntersectionTexts.Data;
        run.Folder.Call("chain-leader", "analyst", "Analyst", "分析方");
        run.Folder.Call("supplier-a", "bank", "Bank", "银行");
        run.Folder.Call("supplier-b", "merchant", "Merchant", "商户");
        await StartScreen.ShowAsync(run, cancel);
        foreach (var offer in Offers)
            await WriteOfferAsync(run, offer, cancel);
        foreach (var (node, name, _, file) in Parts)
        {
            File.Copy(Path.Combine(Sample, name, file), Path.Combine(run.Folder.Of(node), file));
            var dataset = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Sample, name, "config.json"), cancel))!["datasets"]![0]!.AsObject();
            run.Folder.WriteConfig(node, withDatasets: true, dataset);
            await run.Nodes[node].Client.PostAsync("admin/reload", null, cancel).OrStop();
        }
    }

    /// <summary>The sample's policy with this run's names and keys, and its job.</summary>
    private static async Task WriteOfferAsync(DemoRun run, string offer, CancellationToken cancel)
    {
        var policy = await File.ReadAllTextAsync(Path.Combine(Sample, "policies", offer + ".odrl.json"), cancel);
        // The analyst's key is confirmed by being named here; it takes part as nobody but the consumer.
        policy = policy.Replace("${analyst.did}", run.Folder.Did("chain-leader"), StringComparison.Ordinal)
            .Replace("${analyst.keyId}", run.Nodes["chain-leader"].Client.Info.KeyId, StringComparison.Ordinal);
        foreach (var (node, name, _, _) in Parts)
        {
            policy = policy.Replace($"${{{name}.did}}", run.Folder.Did(node), StringComparison.Ordinal)
                .Replace($"${{{name}.keyId}}", run.Nodes[node].Client.Info.KeyId, StringComparison.Ordinal);
        }
        await File.WriteAllTextAsync(Path.Combine(run.Folder.Root, "policies", offer + ".odrl.json"), policy, cancel);
        File.Copy(Path.Combine(Sample, "jobs", offer + ".yaml"), run.Folder.Job(offer));
    }
}
