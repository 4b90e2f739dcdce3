using System.Globalization;
using DataSpace.Cli.Demo.Screens;
using DataSpace.Cli.Job;
using DataSpace.Cli.Session;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Cli.Demo.Regression;

/// <summary>What the demo of models shows after the start, in order.</summary>
internal static class RegressionScreens
{
    /// <summary>How far a weight may be from that of a fit in the clear, of its size.</summary>
    public const double Tolerance = 1e-6;

    private const string NobodyIndependent = "DS-POL-032";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static IReadOnlyList<Func<DemoRun, CancellationToken, Task>> All { get; } = [ContractAsync, PlanAsync, FitAsync, WithoutOneAsync, LedgersAsync, StatisticsAsync];

    private static async Task ContractAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(1, RegressionTexts.Contract);
        foreach (var (node, _, _, _) in RegressionDemo.Hospitals)
            await ContractScreen.NegotiateAsync(run, node, RegressionDemo.Dataset, RegressionDemo.Offer, cancel);
    }

    /// <summary>Quantiles over the same rows, under a contract of their own.</summary>
    private static async Task StatisticsAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(6, RegressionTexts.Statistics);
        foreach (var (node, _, _, _) in RegressionDemo.Hospitals)
            await ContractScreen.NegotiateAsync(run, node, RegressionDemo.Dataset, RegressionDemo.StatisticsOffer, cancel);
        var (job, why) = await SubmitAsync(run, RegressionDemo.Statistics, cancel);
        if (job.State != "COMPLETED")
            JobViews.ShowWhy(run.Ui, why);
        run.Require(job.State == "COMPLETED", RegressionTexts.StatisticsFailed, job.State);
        JobViews.ShowResult(run.Ui, await run.Analyst.GetAsync<Node.ResultView>(JobCommand.PathOf(job.JobId, "result"), cancel).OrStop());
    }

    private static async Task PlanAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(2, RegressionTexts.Plan);
        var plan = await PlanScreen.ReadAsync(run, run.Folder.Job(RegressionDemo.Main), cancel);
        JobViews.ShowPlan(run.Ui, plan);
        run.Require(plan.Refusals is not { Count: > 0 }, DemoTexts.PlanRefused, plan.Refusals is { Count: > 0 } refusals ? refusals[0].Code : "");
        run.ByHand($"dataspace job plan {DemoRun.Typed(run.Folder.Job(RegressionDemo.Main))} --node {DemoRun.Typed(run.Analyst.Directory)}");
    }

    private static async Task FitAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(3, RegressionTexts.Fit);
        var (job, why) = await SubmitAsync(run, RegressionDemo.Main, cancel);
        if (job.State != "COMPLETED")
            JobViews.ShowWhy(run.Ui, why);
        run.Require(job.State == "COMPLETED", RegressionTexts.Failed, job.State);
        run.JobId = job.JobId;
        var result = await run.Analyst.GetAsync<Node.ResultView>(JobCommand.PathOf(job.JobId, "result"), cancel).OrStop();
        JobViews.ShowResult(run.Ui, result);
        run.Require(result.Card?.Converged == true, RegressionTexts.NotConverged, result.Card?.Rounds ?? 0);
        Compare(run, result);
        await RunScreen.ShowCoordinatorViewAsync(run, cancel);
    }

    /// <summary>Beside each weight that of a fit over all three files, which only a demo can read together.</summary>
    private static void Compare(DemoRun run, Node.ResultView result)
    {
        var plain = PlainPoisson.Fit(RegressionDemo.Hospitals.Select(h => Path.Combine(RegressionDemo.Sample, h.Folder, RegressionDemo.File)));
        var table = run.Ui.Table(run.Ui.T(RegressionTexts.Term), run.Ui.T(RegressionTexts.Joint), run.Ui.T(RegressionTexts.Clear), run.Ui.T(RegressionTexts.Difference));
        var worst = 0.0;
        foreach (var row in result.Rows)
        {
            var (term, weight) = (JobViews.Cell(row[0]), double.Parse(JobViews.Cell(row[1]), CultureInfo.InvariantCulture));
            var expected = plain.GetValueOrDefault(term, double.NaN);
            var difference = Math.Abs(weight - expected) / Math.Abs(expected);
            worst = difference <= worst ? worst : difference; // what is no number is the worst
            run.Ui.Row(table, term, Text(weight, "0.0000000000"), Text(expected, "0.0000000000"), Text(difference, "0.0E+0"));
        }
        run.Ui.Show(table);
        run.Require(result.Rows.Count == plain.Count && worst <= Tolerance, RegressionTexts.Wrong, Text(worst, "0.0E+0"));
        run.Ui.Styled("green", run.Ui.T(RegressionTexts.Equal, Text(worst, "0.0E+0")));
        run.Ui.Line(RegressionTexts.OnlyADemo);
        run.Summary["weights"] = result.Rows.ToDictionary(r => JobViews.Cell(r[0]), r => JobViews.Cell(r[1]));
        run.Summary["largestRelativeDifference"] = worst;
    }

    private static async Task WithoutOneAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(4, RegressionTexts.WithoutOne);
        var (job, why) = await SubmitAsync(run, RegressionDemo.WithoutOne, cancel);
        JobViews.ShowWhy(run.Ui, why with { Trail = null });
        run.Require(job.State == "FAILED" && why.Reasons?.Any(r => r.Code == NobodyIndependent) == true, RegressionTexts.NotRefused, job.State);
        run.Summary["refusedWith"] = NobodyIndependent;
    }

    /// <summary>A grant and a report for the one model; publication follows the commit by a moment.</summary>
    private static async Task LedgersAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(5, RegressionTexts.Ledgers);
        foreach (var (key, _, _, _) in RegressionDemo.Hospitals)
        {
            var node = run.Nodes[key];
            var started = TimeProvider.System.GetTimestamp();
            (int Grants, int Reports, int Denied) counts;
            while ((counts = CountsOf(node)) is var (grants, reports, _) && (grants, reports) != (1, 1) && TimeProvider.System.GetElapsedTime(started) < Limit)
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancel);
            run.Require(counts is (1, 1, _), RegressionTexts.WrongCount, node.Client.Info.Name, counts.Grants, counts.Reports);
            run.Ui.Line(RegressionTexts.Counted, node.Client.Info.Name, counts.Grants, counts.Reports, counts.Denied);
            run.ByHand($"dataspace ledger verify --dir {DemoRun.Typed(node.LedgerDirectory)}");
        }
    }

    private static async Task<(Node.JobView Job, Node.WhyView Why)> SubmitAsync(DemoRun run, string name, CancellationToken cancel)
    {
        var spec = run.Folder.Job(name);
        var plan = await PlanScreen.ReadAsync(run, spec, cancel);
        var job = await RunScreen.SubmitAndFollowAsync(run, spec, plan.PlanHash, cancel);
        return (job, await run.Analyst.GetAsync<Node.WhyView>(JobCommand.PathOf(job.JobId, "why"), cancel).OrStop());
    }

    private static (int Grants, int Reports, int Denied) CountsOf(DemoNode node)
        => OfflineLog.Read(node.LedgerDirectory, node.Client.Info.LedgerVkey!).TryGet(out var log, out _)
            ? (log.Records.Count(r => r.Entry.Kind == EntryKind.Grant), log.Records.Count(r => r.Entry.Kind == EntryKind.Report), log.Records.Count(r => r.Entry.Kind == EntryKind.Denied))
            : (-1, -1, -1);

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
