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
/// <param name="Solved">The same columns by least squares; null for none.</param>
/// <param name="Label">The label's column.</param>
/// <param name="LeastRight">Fraction of the common subjects for whom both parts together must be right.</param>
/// <param name="Data">Where the data come from.</param>
/// <param name="SameKey">How both owners' keys look alike, for a plain look at the files.</param>
internal sealed record VerticalSetting(
    string Sample, IReadOnlyList<VerticalPart> Parts, string Job, string? Refused, string? Scores, string? Solved, string Label, double LeastRight, Phrase Data, Func<string, string> SameKey)
{
    public static IReadOnlyDictionary<string, VerticalSetting> All { get; } = new Dictionary<string, VerticalSetting>(StringComparer.Ordinal)
    {
        ["hospital-and-lab"] = new(
            "hospital-and-lab",
            [new("chain-leader", "clinic", "Clinic", "诊所", "patients", "patients.csv", "clinic-model"), new("supplier-a", "lab", "Laboratory", "检验室", "measurements", "measurements.csv", "lab-model")],
            "benign", Refused: null, Scores: "benign-scores", Solved: null, "benign", LeastRight: 0.97, VerticalTexts.Tumours, key => key.Trim().ToUpperInvariant()),
        ["bank-and-merchant"] = new(
            "bank-and-merchant",
            [new("chain-leader", "bank", "Bank", "银行", "borrowers", "borrowers.csv", "credit-model-bank"), new("supplier-a", "merchant", "Merchant", "商户", "shoppers", "shoppers.csv", "credit-model-merchant")],
            "good-credit", Refused: "with-personal-status", Scores: null, Solved: "credit-probability", "good", LeastRight: 0.715, VerticalTexts.Credits, key => string.Concat(key.Where(char.IsAsciiDigit))[^11..]),
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
    private const double Ridge = 1; // as in the jobs' specs
    private const double MostUnsolved = 1e-6;
    private readonly PlainVertical _plain = new(setting.Parts.Select(part => Path.Combine(SampleOf(setting), part.Name, part.File)), setting.Label, setting.SameKey);
    private IReadOnlyList<Dictionary<string, double>> _weights = [];

    private IReadOnlyList<VerticalPart> Parts => setting.Parts;

    private string Sample => SampleOf(setting);

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

    private static string SampleOf(VerticalSetting setting) => Path.Combine(Path.GetDirectoryName(DemoFolder.Sample)!, setting.Sample);

    private Task<int> RunAsync(Ui ui, bool yes, CancellationToken cancel)
        => ShortDemo.RunAsync(ui, "vertical-" + setting.Sample, new DemoOptions(Keep: false, yes, Rows: null), VerticalTexts.Done, async (run, stop) =>
        {
            await StartAsync(run, stop);
            foreach (var screen in (Func<DemoRun, CancellationToken, Task>[])[ContractAsync, PlanAsync, TrainAsync, .. With(setting.Scores, ScoresAsync), .. With(setting.Solved, SolveAsync)])
            {
                await run.PauseAsync(stop);
                await screen(run, stop);
            }
        }, cancel);

    private static Func<DemoRun, CancellationToken, Task>[] With(string? job, Func<DemoRun, CancellationToken, Task> screen) => job is null ? [] : [screen];

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
        foreach (var job in (string?[])[setting.Job, setting.Refused, setting.Scores, setting.Solved])
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
        (run.JobId, _weights) = await FitAsync(run, setting.Job, cancel);
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        var right = _plain.Right(_weights, threshold: 0);
        run.Require(right >= setting.LeastRight, VerticalTexts.Wrong, right);
        run.Ui.Styled("green", run.Ui.T(VerticalTexts.Told, right * 100));
        run.Ui.Line(VerticalTexts.OnlyADemo);
        var saw = (await run.Coordinator.GetAsync<CoordinatorSawView>(JobCommand.PathOf(run.JobId, "view"), cancel).OrStop()).Saw;
        run.Ui.Line(VerticalTexts.CoordinatorSaw, saw.Count, Money.Bytes(saw.Sum(s => s.Bytes)), seconds);
        run.Summary["rightPercent"] = Math.Round(right * 100, 1);
        run.Summary["seconds"] = Math.Round(seconds);
    }

    /// <summary>The same columns by least squares, whose exact solution is known by its equations.</summary>
    private async Task SolveAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(4, VerticalTexts.Solve);
        var (_, weights) = await FitAsync(run, setting.Solved!, cancel);
        var off = _plain.Unsolved(weights, Ridge);
        run.Require(off < MostUnsolved, VerticalTexts.Unsolved, off);
        var right = _plain.Right(weights, threshold: 0.5);
        run.Ui.Styled("green", run.Ui.T(VerticalTexts.Solved, off, right * 100));
        run.Summary["unsolved"] = off;
        run.Summary["solvedRightPercent"] = Math.Round(right * 100, 1);
    }

    /// <summary>Runs a model and shows what the first owner gets of it; both parts, which nobody else has together.</summary>
    private async Task<(string JobId, IReadOnlyList<Dictionary<string, double>> Weights)> FitAsync(DemoRun run, string job, CancellationToken cancel)
    {
        var spec = run.Folder.Job(job);
        var plan = await PlanScreen.ReadAsync(run, spec, cancel);
        var ended = await RunScreen.SubmitAndFollowAsync(run, spec, plan.PlanHash, cancel);
        if (ended.State != "COMPLETED")
            JobViews.ShowWhy(run.Ui, await run.Analyst.GetAsync<WhyView>(JobCommand.PathOf(ended.JobId, "why"), cancel).OrStop());
        run.Require(ended.State == "COMPLETED", VerticalTexts.Failed, ended.State);
        var result = await run.Analyst.GetAsync<ResultView>(JobCommand.PathOf(ended.JobId, "result"), cancel).OrStop();
        JobViews.ShowResult(run.Ui, result);
        return (ended.JobId, [Weights(result.Rows.Select(r => (JobViews.Cell(r[0]), JobViews.Cell(r[1])))), await OtherPartAsync(run, ended.JobId, cancel)]);
    }

    private Task ScoresAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(4, VerticalTexts.Scores);
        return VerticalScores.ShowAsync(run, run.Folder.Job(setting.Scores!), key => _plain.ScoreOf(setting.SameKey(key), _weights), cancel);
    }

    /// <summary>The other owner's weights of a job, from its own node's file.</summary>
    private async Task<Dictionary<string, double>> OtherPartAsync(DemoRun run, string jobId, CancellationToken cancel)
    {
        var parts = new List<JsonNode>();
        foreach (var file in Directory.GetFiles(Path.Combine(run.Folder.NodeDirectory(Parts[1].Node), "models")))
            parts.Add(JsonNode.Parse(await File.ReadAllTextAsync(file, cancel))!);
        parts.RemoveAll(part => part["jobId"]!.GetValue<string>() != jobId);
        run.Require(parts.Count == 1, VerticalTexts.NoPart, parts.Count);
        return Weights(parts[0]["table"]!["rows"]!.AsArray().Select(r => (r![0]!.GetValue<string>(), r[1]!.GetValue<string>())));
    }

    private static Dictionary<string, double> Weights(IEnumerable<(string Column, string Weight)> rows)
        => rows.ToDictionary(r => r.Column, r => double.Parse(r.Weight, CultureInfo.InvariantCulture), StringComparer.Ordinal);
}
