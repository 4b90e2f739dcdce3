using System.Globalization;
using DataSpace.Cli.Demo.Screens;
using DataSpace.Cli.Job;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Regression;

/// <summary>Scores of common rows by the model that was trained, held against a plain look at both files.</summary>
internal static class VerticalScores
{
    private const int RowsShown = 10;
    private const double Step = 0.125; // of the grid that the job's spec leaves out
    private const string Model = "${model}";
    private static readonly double[] Thresholds = [0.1, 0.5, 0.9]; // as in the job's spec

    /// <param name="run">The demo.</param>
    /// <param name="spec">The job's file, with a place for the model's job.</param>
    /// <param name="scoreOf">Exact score of a row by its key.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task ShowAsync(DemoRun run, string spec, Func<string, double> scoreOf, CancellationToken cancel)
    {
        var text = (await File.ReadAllTextAsync(spec, cancel)).Replace(Model, run.JobId, StringComparison.Ordinal);
        await File.WriteAllTextAsync(spec, text, cancel);
        var plan = await PlanScreen.ReadAsync(run, spec, cancel);
        JobViews.ShowPlan(run.Ui, plan);
        run.Require(plan.Refusals is not { Count: > 0 }, DemoTexts.PlanRefused, plan.Refusals is { Count: > 0 } refusals ? refusals[0].Code : "");
        var job = await RunScreen.SubmitAndFollowAsync(run, spec, plan.PlanHash, cancel);
        if (job.State != "COMPLETED")
            JobViews.ShowWhy(run.Ui, await run.Analyst.GetAsync<WhyView>(JobCommand.PathOf(job.JobId, "why"), cancel).OrStop());
        run.Require(job.State == "COMPLETED", VerticalTexts.Failed, job.State);
        var result = await run.Analyst.GetAsync<ResultView>(JobCommand.PathOf(job.JobId, "result"), cancel).OrStop();
        JobViews.ShowResult(run.Ui, result with { Rows = [.. result.Rows.Take(RowsShown)] });
        foreach (var row in result.Rows)
        {
            var (key, told) = (JobViews.Cell(row[0]), int.Parse(JobViews.Cell(row[1]), CultureInfo.InvariantCulture));
            run.Require(told >= Class(scoreOf(key) - Step) && told <= Class(scoreOf(key) + Step), VerticalTexts.Differs, key, told);
        }
        run.Ui.Styled("green", run.Ui.T(VerticalTexts.AsPlain, result.Rows.Count, Step));
        run.Summary["scored"] = result.Rows.Count;
    }

    private static int Class(double score) => Thresholds.Count(t => 1 / (1 + Math.Exp(-score)) >= t);
}
