using DataSpace.Cli.Job;
using DataSpace.Cli.Negotiation;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Screens;

/// <summary>Screen 4: the run with a bar per stage, then everything that the coordinator saw of it.</summary>
internal static class RunScreen
{
    public static async Task ShowAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(4, DemoTexts.RunTitle);
        var plan = await PlanScreen.ReadAsync(run, run.Folder.Job(run.MainJob), cancel);
        var job = await SubmitAndFollowAsync(run, run.Folder.Job(run.MainJob), plan.PlanHash, cancel);
        if (job.State != "COMPLETED")
        {
            JobViews.ShowWhy(run.Ui, await run.Analyst.GetAsync<WhyView>(JobCommand.PathOf(job.JobId, "why"), cancel).OrStop());
            throw new CommandStopped(job.Error is { } problem ? NegotiateCommand.OfProblem(problem) : CliErrors.JobEnded.Of(job.State), ExitCode.JobFailed);
        }
        run.JobId = job.JobId;
        run.Summary["jobId"] = job.JobId;
        run.Summary["stages"] = job.Stages?.Select(s => new { s.Name, s.Ms });
        run.ByHand($"dataspace job submit {DemoRun.Typed(run.Folder.Job(run.MainJob))} --wait --node {DemoRun.Typed(run.Analyst.Directory)}");
        await ShowCoordinatorViewAsync(run, cancel);
    }

    /// <summary>Submits a spec and follows it to its end.</summary>
    public static async Task<JobView> SubmitAndFollowAsync(DemoRun run, string specFile, string planHash, CancellationToken cancel)
    {
        var spec = await JobSpecFile.ReadAsync(specFile, run.Ui, cancel);
        var submitted = await run.Ui.BusyAsync(run.Ui.T(DemoTexts.Submitting), () => JobSubmitCommand.SubmitAsync(run.Analyst, spec, planHash, cancel));
        return await JobProgress.FollowAsync(run.Ui, run.Analyst, submitted.JobId, cancel);
    }

    /// <summary>Everything that the coordinator saw of the main job.</summary>
    public static async Task ShowCoordinatorViewAsync(DemoRun run, CancellationToken cancel)
    {
        var ui = run.Ui;
        var view = await run.Coordinator.GetAsync<CoordinatorSawView>(JobCommand.PathOf(run.JobId, "view"), cancel).OrStop();
        ui.Line();
        ui.Styled("bold", ui.T(DemoTexts.CoordinatorSaw));
        JobViews.ShowSights(ui, view, did => NameOf(run, did));
        run.ByHand($"dataspace job view {run.JobId} --node {DemoRun.Typed(run.Coordinator.Directory)}");
        run.Summary["coordinatorSaw"] = view.Saw;
    }

    /// <summary>A participant's name for its id.</summary>
    public static string NameOf(DemoRun run, string? did)
        => run.Nodes.Values.FirstOrDefault(n => n.Client.Info.Did == did)?.Client.Info.Name ?? did ?? "";
}
