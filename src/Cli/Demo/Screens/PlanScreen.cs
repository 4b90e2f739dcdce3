using DataSpace.Cli.Job;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Screens;

/// <summary>Screen 3: the dry run, with what each party learns from every message.</summary>
internal static class PlanScreen
{
    public static async Task ShowAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(3, DemoTexts.PlanTitle);
        var plan = await ReadAsync(run, run.Folder.Job(run.MainJob), cancel);
        JobViews.ShowPlan(run.Ui, plan);
        run.Require(plan.Refusals is not { Count: > 0 }, DemoTexts.PlanRefused, plan.Refusals is { Count: > 0 } refusals ? refusals[0].Code : "");
        run.Summary["planHash"] = plan.PlanHash;
        run.ByHand($"dataspace job plan {DemoRun.Typed(run.Folder.Job(run.MainJob))} --node {DemoRun.Typed(run.Analyst.Directory)}");
    }

    /// <summary>The plan for a spec file.</summary>
    public static async Task<PlanView> ReadAsync(DemoRun run, string specFile, CancellationToken cancel)
    {
        var spec = await JobSpecFile.ReadAsync(specFile, run.Ui, cancel);
        return await run.Ui.BusyAsync(run.Ui.T(DemoTexts.Planning), async () =>
            NodeClient.Read<PlanView>(await run.Analyst.PostAsync("admin/jobs/plan", spec, cancel).OrStop()).OrStop());
    }
}
