using System.CommandLine;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Job;

/// <summary><c>dataspace job cancel JOB</c>: stops a job; uses already granted stay spent.</summary>
internal static class JobCancelCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var job = globals.Argument("JOB", JobTexts.JobArgument);
        return globals.Handle(globals.Command("cancel", JobTexts.Cancel, job), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            var jobId = parse.GetRequiredValue(job);
            await node.PostAsync(JobCommand.PathOf(jobId, "cancel"), null, cancel).OrStop();
            if (ui.Json)
                ui.WriteJson(new { jobId, asked = "cancel" });
            ui.Line(JobTexts.Cancelled, jobId);
            return ExitCode.Ok;
        });
    }
}
