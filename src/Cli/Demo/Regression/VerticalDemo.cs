using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using DataSpace.Cli.Demo.Screens;
using DataSpace.Cli.Job;
using DataSpace.Cli.Node;
using DataSpace.Cli.Run;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Regression;

/// <summary>
/// <c>dataspace regress vertical</c>: the nodes of the supply-chain demo as a clinic and a laboratory with other columns of the same patients. Ends with exit code 0 only if everything that it says was
/// observed. Processes are stopped by their ids, whatever happens.
/// </summary>
internal static class VerticalDemo
{
    private const string Job = "benign";
    private const double LeastRight = 0.97;

    /// <summary>The two owners: the node that plays it, its folder in the sample, its dataset and file. The first asks.</summary>
    private static readonly IReadOnlyList<(string Node, string Name, string Dataset, string File)> Parts = [("chain-leader", "clinic", "patients", "patients.csv"), ("supplier-a", "lab", "measurements", "measurements.csv")];

    private static string Sample => Path.Combine(Path.GetDirectoryName(DemoFolder.Sample)!, "hospital-and-lab");

    public static Command Build(GlobalOptions globals)
    {
        var yes = globals.Option<bool>("--yes", DemoTexts.YesOption);
        yes.Aliases.Add("-y");
        return globals.Handle(globals.Command("vertical", VerticalTexts.About, yes), (ui, parse, cancel) => RunAsync(ui, parse.GetValue(yes), cancel));
    }

    private static Task<int> RunAsync(Ui ui, bool yes, CancellationToken cancel)
        => ShortDemo.RunAsync(ui, "clinic-and-lab", new DemoOptions(Keep: false, yes, Rows: null), VerticalTexts.Done, async (run, stop) =>
        {
            await StartAsync(run, stop);
            foreach (var screen in (Func<DemoRun, CancellationToken, Task>[])[ContractAsync, PlanAsync, TrainAsync])
            {
                await run.PauseAsync(stop);
                await screen(run, stop);
            }
        }, cancel);

    private static async Task StartAsync(DemoRun run, CancellationToken cancel)
    {
        run.Origin = VerticalTexts.Data;
        run.Folder.Call("chain-leader", "clinic", "Clinic", "诊所");
        run.Folder.Call("supplier-a", "lab", "Laboratory", "检验室");
        run.Folder.Call("supplier-b", "bystander", "Bystander", "旁观者");
        await StartScreen.ShowAsync(run, cancel);
        foreach (var (_, name, _, _) in Parts)
        {
            var policy = await File.ReadAllTextAsync(Path.Combine(Sample, "policies", name + "-model.odrl.json"), cancel);
            foreach (var (node, other, _, _) in Parts)
            {
                policy = policy.Replace($"${{{other}.did}}", run.Folder.Did(node), StringComparison.Ordinal)
                    .Replace($"${{{other}.keyId}}", run.Nodes[node].Client.Info.KeyId, StringComparison.Ordinal);
            }
            await File.WriteAllTextAsync(Path.Combine(run.Folder.Root, "policies", name + "-model.odrl.json"), policy, cancel);
        }
        File.Copy(Path.Combine(Sample, "jobs", Job + ".yaml"), run.Folder.Job(Job));
        foreach (var (node, name, _, file) in Parts)
        {
            File.Copy(Path.Combine(Sample, name, file), Path.Combine(run.Folder.Of(node), file));
            var dataset = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Sample, name, "config.json"), cancel))!["datasets"]![0]!.AsObject();
            run.Folder.WriteConfig(node, withDatasets: true, dataset);
            await run.Nodes[node].Client.PostAsync("admin/reload", null, cancel).OrStop();
        }
    }

    private static async Task ContractAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(1, VerticalTexts.Contract);
        foreach (var (node, name, dataset, _) in Parts)
            await ContractScreen.NegotiateAsync(run, node, dataset, name + "-model", cancel);
    }

    private static async Task PlanAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(2, VerticalTexts.Plan);
        var plan = await PlanScreen.ReadAsync(run, run.Folder.Job(Job), cancel);
        JobViews.ShowPlan(run.Ui, plan);
        run.Require(plan.Refusals is not { Count: > 0 }, DemoTexts.PlanRefused, plan.Refusals is { Count: > 0 } refusals ? refusals[0].Code : "");
    }

    private static async Task TrainAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(3, VerticalTexts.Train);
        var started = TimeProvider.System.GetTimestamp();
        var spec = run.Folder.Job(Job);
        var plan = await PlanScreen.ReadAsync(run, spec, cancel);
        var job = await RunScreen.SubmitAndFollowAsync(run, spec, plan.PlanHash, cancel);
        if (job.State != "COMPLETED")
            JobViews.ShowWhy(run.Ui, await run.Analyst.GetAsync<WhyView>(JobCommand.PathOf(job.JobId, "why"), cancel).OrStop());
        run.Require(job.State == "COMPLETED", VerticalTexts.Failed, job.State);
        run.JobId = job.JobId;
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        var result = await run.Analyst.GetAsync<ResultView>(JobCommand.PathOf(job.JobId, "result"), cancel).OrStop();
        JobViews.ShowResult(run.Ui, result);
        var theirs = await OtherPartAsync(run, cancel);
        var right = Right(Weights(result.Rows.Select(r => (JobViews.Cell(r[0]), JobViews.Cell(r[1])))), theirs);
        run.Require(right >= LeastRight, VerticalTexts.Wrong, right);
        run.Ui.Styled("green", run.Ui.T(VerticalTexts.Told, right * 100));
        run.Ui.Line(VerticalTexts.OnlyADemo);
        var saw = (await run.Coordinator.GetAsync<CoordinatorSawView>(JobCommand.PathOf(run.JobId, "view"), cancel).OrStop()).Saw;
        run.Ui.Line(VerticalTexts.CoordinatorSaw, saw.Count, Money.Bytes(saw.Sum(s => s.Bytes)), seconds);
        run.Summary["rightPercent"] = Math.Round(right * 100, 1);
        run.Summary["seconds"] = Math.Round(seconds);
    }

    /// <summary>The laboratory's weights, from its own node's file.</summary>
    private static async Task<Dictionary<string, double>> OtherPartAsync(DemoRun run, CancellationToken cancel)
    {
        var files = Directory.GetFiles(Path.Combine(run.Folder.NodeDirectory(Parts[1].Node), "models"));
        run.Require(files.Length == 1, VerticalTexts.NoPart, files.Length);
        var rows = JsonNode.Parse(await File.ReadAllTextAsync(files[0], cancel))!["table"]!["rows"]!.AsArray();
        return Weights(rows.Select(r => (r![0]!.GetValue<string>(), r[1]!.GetValue<string>())));
    }

    private static Dictionary<string, double> Weights(IEnumerable<(string Column, string Weight)> rows)
        => rows.ToDictionary(r => r.Column, r => double.Parse(r.Weight, CultureInfo.InvariantCulture), StringComparer.Ordinal);

    /// <summary>Of all patients, the fraction for whom the sum of both parts has the right sign; a plain look at both files.</summary>
    private static double Right(Dictionary<string, double> first, Dictionary<string, double> second)
    {
        var (scores, labels) = (new Dictionary<string, double>(StringComparer.Ordinal), new Dictionary<string, bool>(StringComparer.Ordinal));
        foreach (var ((_, name, _, file), weights) in Parts.Zip((Dictionary<string, double>[])[first, second]))
        {
            var lines = File.ReadAllLines(Path.Combine(Sample, name, file));
            var columns = lines[0].Split(',');
            foreach (var fields in lines.Skip(1).Select(l => l.Split(',')))
            {
                var key = fields[0].Trim().ToUpperInvariant();
                var constant = weights.First(w => !columns.Contains(w.Key)).Value;
                scores[key] = scores.GetValueOrDefault(key) + constant + columns.Zip(fields).Where(c => weights.ContainsKey(c.First)).Sum(c => weights[c.First] * double.Parse(c.Second, CultureInfo.InvariantCulture));
                if (columns[^1] == Job)
                    labels[key] = fields[^1] == "1";
            }
        }
        return labels.Count(l => scores[l.Key] > 0 == l.Value) / (double)labels.Count;
    }
}
