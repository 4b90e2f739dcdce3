using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Job;

/// <summary><c>dataspace job result JOB</c>: the released table, with the grants behind it.</summary>
internal static class JobResultCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var job = globals.Argument("JOB", JobTexts.JobArgument);
        return globals.Handle(globals.Command("result", JobTexts.Result, job), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            var json = await node.GetAsync(JobCommand.PathOf(parse.GetRequiredValue(job), "result"), cancel).OrStop();
            if (ui.Json)
                ui.WriteJson(json);
            else
                JobViews.ShowResult(ui, NodeClient.Read<ResultView>(json).OrStop());
            return ExitCode.Ok;
        });
    }
}
