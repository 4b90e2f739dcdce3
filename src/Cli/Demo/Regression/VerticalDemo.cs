using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using DataSpace.Cli.Demo.Screens;
using DataSpace.Cli.Job;
using DataSpace.Cli.Node;
using DataSpace.Cli.Run;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Regression;

/// <summary>Who plays whom, and what is asked.</summary>
/// <param name="Sample">Folder of the sample.</param>
/// <param name="Parts">The two owners: the node that plays it, its folder in the sample, its names, its dataset, file and offer. The first asks, and has the label.</param>
/// <param name="Job">The model.</param>
/// <param name="Refused">A model that asks for a column which no contract allows; null for none.</param>
/// <param name="Scores">Scores of rows by the model; null for none.</param>
/// <param name="Label">The label's column.</param>
/// <param name="LeastRight">Fraction of the common subjects for whom both parts together must be right.</param>
/// <param name="Data">Where the data come from.</param>
/// <param name="SameKey">How both owners' keys look alike, for a plain look at the files.</param>
internal sealed record VerticalSetting(
    string Sample, IReadOnlyList<VerticalPart> Parts, string Job, string? Refused, string? Scores, string Label, double LeastRight, Phrase Data, Func<string, string> SameKey)
{
    public static IReadOnlyDictionary<string, VerticalSetting> All { get; } = new Dictionary<string, VerticalSetting>(StringComparer.Ordinal)
    {
        ["hospital-and-lab"] = new(
            "hospital-and-lab",
            [new("chain-leader", "clinic", "Clinic", "诊所", "patients", "patients.csv", "clinic-model"), new("supplier-a", "lab", "Laboratory", "检验室", "measurements", "measurements.csv", "lab-model")],
            "benign", Refused: null, Scores: "benign-scores", "benign", LeastRight: 0.97, VerticalTexts.Tumours, key => key.Trim().ToUpperInvariant()),
        ["bank-and-merchant"] = new(
            "bank-and-merchant",
            [new("chain-leader", "bank", "Bank", "银行", "borrowers", "borrowers.csv", "credit-model-bank"), new("supplier-a", "merchant", "Merchant", "商户", "shoppers", "shoppers.csv", "credit-model-merchant")],
            "good-credit", Refused: "with-personal-status", Scores: null, "good", LeastRight: 0.715, VerticalTexts.Credits, key => string.Concat(key.Where(char.IsAsciiDigit))[^11..]),
    };
}

/// <summary>One owner of the setting.</summary>
internal sealed record VerticalPart(string Node, string Name, string En, string Zh, string Dataset, string File, string Offer);

/// <summary>
/// <c>dataspace regress vertical</c>: the nodes of the supply-chain demo as two owners with other columns of the same subjects. Ends with exit code 0 only if everything that it says was
/// observed. Processes are stopped by their ids, whatever happens.
/// </summary>
internal sealed class VerticalDemo(VerticalSetting setting)
{
    private Dictionary<string, (double Score, int Parts)> _scores = [];

    private IReadOnlyList<VerticalPart> Parts => setting.Parts;

    private string Sample => Path.Combine(Path.GetDirectoryName(DemoFolder.Sample)!, setting.Sample);

    public static Command Build(GlobalOptions globals)
    {
        var yes = globals.Option<bool>("--yes", DemoTexts.YesOption);
        yes.Aliases.Add("-y");
        var sample = globals.Option<string>("--sample", VerticalTexts.SampleOption);
        sample.DefaultValueFactory = _ => "hospital-and-lab";
        sample.AcceptOnlyFromAmong([.. VerticalSetting.All.Keys]);
        return globals.Handle(
            globals.Command("vertical", VerticalTexts.About, yes, sample), (ui, parse, cancel) => new VerticalDemo(VerticalSetting.All[parse.GetValue(sample)!]).RunAsync(ui, parse.GetValue(yes), cancel));
    }

    private Task<int> RunAsync(Ui ui, bool yes, CancellationToken cancel)
        => ShortDemo.RunAsync(ui, "vertical-" + setting.Sample, new DemoOptions(Keep: false, yes, Rows: null), VerticalTexts.Done, async (run, stop) =>
        {
            await StartAsync(run, stop);
            foreach (var screen in (Func<DemoRun, CancellationToken, Task>[])[ContractAsync, PlanAsync, TrainAsync, .. setting.Scores is null ? [] : (Func<DemoRun, CancellationToken, Task>[])[ScoresAsync]])
            {
                await run.PauseAsync(stop);
                await screen(run, stop);
            }
        }, cancel);

    private async Task StartAsync(DemoRun run, CancellationToken cancel)
    {
        run.Origin = setting.Data;
        foreach (var part in Parts)
            run.Folder.Call(part.Node, part.Name, part.En, part.Zh);
        run.Folder.Call("supplier-b", "bystander", "Bystander", "旁观者");
        await StartScreen.ShowAsync(run, cancel);
        foreach (var part in Parts)
        {
            var policy = await File.ReadAllTextAsync(Path.Combine(Sample, "policies", part.Offer + ".odrl.json"), cancel);
            foreach (var other in Parts)
            {
                policy = policy.Replace($"${{{other.Name}.did}}", run.Folder.Did(other.Node), StringComparison.Ordinal)
                    .Replace($"${{{other.Name}.keyId}}", run.Nodes[other.Node].Client.Info.KeyId, StringComparison.Ordinal);
            }
            await File.WriteAllTextAsync(Path.Combine(run.Folder.Root, "policies", part.Offer + ".odrl.json"), policy, cancel);
        }
        foreach (var job in (string?[])[setting.Job, setting.Refused, setting.Scores])
        {
            if (job is not null)
                File.Copy(Path.Combine(Sample, "jobs", job + ".yaml"), run.Folder.Job(job));
        }
        foreach (var part in Parts)
        {
            File.Copy(Path.Combine(Sample, part.Name, part.File), Path.Combine(run.Folder.Of(part.Node), part.File));
            var datasets = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Sample, part.Name, "config.json"), cancel))!["datasets"]!.AsArray();
            run.Folder.WriteConfig(part.Node, withDatasets: true, datasets.Single(d => d!["id"]!.GetValue<string>() == part.Dataset)!.DeepClone().AsObject());
            await run.Nodes[part.Node].Client.PostAsync("admin/reload", null, cancel).OrStop();
        }
    }

    private async Task ContractAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(1, VerticalTexts.Contract);
        foreach (var part in Parts)
            await ContractScreen.NegotiateAsync(run, part.Node, part.Dataset, part.Offer, cancel);
    }

    private async Task PlanAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(2, VerticalTexts.Plan);
        if (setting.Refused is not null)
            await RefusedAsync(run, cancel);
        var plan = await PlanScreen.ReadAsync(run, run.Folder.Job(setting.Job), cancel);
        JobViews.ShowPlan(run.Ui, plan);
        run.Require(plan.Refusals is not { Count: > 0 }, DemoTexts.PlanRefused, plan.Refusals is { Count: > 0 } refusals ? refusals[0].Code : "");
    }

    /// <summary>A model that asks for what no contract allows.</summary>
    private async Task RefusedAsync(DemoRun run, CancellationToken cancel)
    {
        run.Ui.Styled("bold", run.Ui.T(VerticalTexts.TooMuch));
        var refusals = (await PlanScreen.ReadAsync(run, run.Folder.Job(setting.Refused!), cancel)) is { Refusals: { Count: > 0 } found } plan ? plan with { Refusals = [.. found.DistinctBy(r => (r.Code, r.ParticipantName))] } : null;
        run.Require(refusals is not null, VerticalTexts.NotRefused, 0);
        JobViews.ShowRefusals(run.Ui, refusals!);
        run.Summary["refused"] = refusals!.Refusals![0].Code;
    }

    private async Task TrainAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(3, VerticalTexts.Train);
        var started = TimeProvider.System.GetTimestamp();
        var spec = run.Folder.Job(setting.Job);
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
        _scores = ScoresOf(Weights(result.Rows.Select(r => (JobViews.Cell(r[0]), JobViews.Cell(r[1])))), theirs);
        var right = Right(_scores);
        run.Require(right >= setting.LeastRight, VerticalTexts.Wrong, right);
        run.Ui.Styled("green", run.Ui.T(VerticalTexts.Told, right * 100));
        run.Ui.Line(VerticalTexts.OnlyADemo);
        var saw = (await run.Coordinator.GetAsync<CoordinatorSawView>(JobCommand.PathOf(run.JobId, "view"), cancel).OrStop()).Saw;
        run.Ui.Line(VerticalTexts.CoordinatorSaw, saw.Count, Money.Bytes(saw.Sum(s => s.Bytes)), seconds);
        run.Summary["rightPercent"] = Math.Round(right * 100, 1);
        run.Summary["seconds"] = Math.Round(seconds);
    }

    private Task ScoresAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(4, VerticalTexts.Scores);
        return VerticalScores.ShowAsync(run, run.Folder.Job(setting.Scores!), key => _scores[setting.SameKey(key)].Score, cancel);
    }

    /// <summary>The laboratory's weights, from its own node's file.</summary>
    private async Task<Dictionary<string, double>> OtherPartAsync(DemoRun run, CancellationToken cancel)
    {
        var files = Directory.GetFiles(Path.Combine(run.Folder.NodeDirectory(Parts[1].Node), "models"));
        run.Require(files.Length == 1, VerticalTexts.NoPart, files.Length);
        var rows = JsonNode.Parse(await File.ReadAllTextAsync(files[0], cancel))!["table"]!["rows"]!.AsArray();
        return Weights(rows.Select(r => (r![0]!.GetValue<string>(), r[1]!.GetValue<string>())));
    }

    private static Dictionary<string, double> Weights(IEnumerable<(string Column, string Weight)> rows)
        => rows.ToDictionary(r => r.Column, r => double.Parse(r.Weight, CultureInfo.InvariantCulture), StringComparer.Ordinal);

    /// <summary>Per subject the sum of the parts of those owners that have it; a plain look at both files.</summary>
    private Dictionary<string, (double Score, int Parts)> ScoresOf(Dictionary<string, double> first, Dictionary<string, double> second)
    {
        var scores = new Dictionary<string, (double Score, int Parts)>(StringComparer.Ordinal);
        foreach (var (part, weights) in Parts.Zip((Dictionary<string, double>[])[first, second]))
        {
            var lines = File.ReadAllLines(Path.Combine(Sample, part.Name, part.File));
            var columns = lines[0].Split(',');
            foreach (var fields in lines.Skip(1).Select(l => l.Split(',')))
            {
                var (score, parts) = scores.GetValueOrDefault(setting.SameKey(fields[0]));
                scores[setting.SameKey(fields[0])] = (score + weights.Sum(w => w.Value * Value(w.Key, columns, fields)), parts + 1);
            }
        }
        return scores;
    }

    /// <summary>Of the common subjects, the fraction for whom the sum of both parts has the right sign.</summary>
    private double Right(Dictionary<string, (double Score, int Parts)> scores)
    {
        var lines = File.ReadAllLines(Path.Combine(Sample, Parts[0].Name, Parts[0].File));
        var at = Array.IndexOf(lines[0].Split(','), setting.Label);
        var labels = lines.Skip(1).Select(l => l.Split(',')).ToDictionary(f => setting.SameKey(f[0]), f => f[at] == "1", StringComparer.Ordinal);
        var common = labels.Where(l => scores[l.Key].Parts == 2).ToList();
        return common.Count(l => scores[l.Key].Score > 0 == l.Value) / (double)common.Count;
    }

    /// <summary>A number's own value; of a code (<c>column=code</c>) 1 or 0; of the constant 1.</summary>
    private static double Value(string name, string[] columns, string[] fields)
    {
        if (Array.IndexOf(columns, name) is >= 0 and var number)
            return double.Parse(fields[number], CultureInfo.InvariantCulture);
        var (column, code) = name.IndexOf('=', StringComparison.Ordinal) is > 0 and var split ? (name[..split], name[(split + 1)..]) : (name, "");
        return Array.IndexOf(columns, column) is >= 0 and var at ? fields[at] == code ? 1 : 0 : 1;
    }
}
