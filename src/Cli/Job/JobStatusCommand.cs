using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Job;

/// <summary><c>dataspace job status [JOB]</c>: one job's stages, or all jobs.</summary>
internal static class JobStatusCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var job = new Argument<string?>("[JOB]") { Description = JobTexts.JobArgument.In(globals.Language), Arity = ArgumentArity.ZeroOrOne };
        return globals.Handle(globals.Command("status", JobTexts.Status, job), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            var jobId = parse.GetValue(job);
            var json = await node.GetAsync(jobId is null ? "admin/jobs" : JobCommand.PathOf(jobId), cancel).OrStop();
            if (ui.Json)
            {
                ui.WriteJson(json);
                return ExitCode.Ok;
            }
            if (jobId is null)
            {
                ShowAll(ui, NodeClient.Read<JobsView>(json).OrStop());
                return ExitCode.Ok;
            }
            var view = NodeClient.Read<JobView>(json).OrStop();
            JobViews.ShowJob(ui, view);
            return view.State is "FAILED" or "CANCELLED" ? ExitCode.JobFailed : ExitCode.Ok;
        });
    }

    private static void ShowAll(Ui ui, JobsView view)
    {
        if (view.Jobs.Count == 0)
        {
            ui.Line(JobTexts.NoJobs);
            return;
        }
        var table = ui.Table(ui.T(JobTexts.JobColumn), ui.T(JobTexts.TitleColumn), ui.T(JobTexts.StateColumn), ui.T(JobTexts.CreatedColumn));
        foreach (var job in view.Jobs)
            ui.Row(table, job.JobId, job.Title ?? "", job.State, job.CreatedAt ?? "");
        ui.Show(table);
    }

    private sealed record JobsView(IReadOnlyList<JobRow> Jobs);

    private sealed record JobRow(string JobId, string? Title, string State, string? CreatedAt);
}
