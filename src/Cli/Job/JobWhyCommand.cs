using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Job;

/// <summary><c>dataspace job why JOB</c>: reasons with code and advice, and the trail of what happened, on one screen.</summary>
internal static class JobWhyCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var job = globals.Argument("JOB", JobTexts.JobArgument);
        return globals.Handle(globals.Command("why", JobTexts.Why, job), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            var json = await node.GetAsync(JobCommand.PathOf(parse.GetRequiredValue(job), "why"), cancel).OrStop();
            if (ui.Json)
                ui.WriteJson(json);
            else
                JobViews.ShowWhy(ui, NodeClient.Read<WhyView>(json).OrStop());
            return ExitCode.Ok;
        });
    }
}
