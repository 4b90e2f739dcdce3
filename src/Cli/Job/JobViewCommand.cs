using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Job;

/// <summary><c>dataspace job view JOB</c>, asked of the coordinator: what it saw of a job.</summary>
internal static class JobViewCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var job = globals.Argument("JOB", JobTexts.JobArgument);
        return globals.Handle(globals.Command("view", JobTexts.View, job), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            var json = await node.GetAsync(JobCommand.PathOf(parse.GetRequiredValue(job), "view"), cancel).OrStop();
            if (ui.Json)
            {
                ui.WriteJson(json);
                return ExitCode.Ok;
            }
            var members = (await node.GetAsync<MembersView>("admin/members", cancel).OrStop()).Members;
            JobViews.ShowSights(ui, NodeClient.Read<CoordinatorSawView>(json).OrStop(),
                did => did == node.Info.Did ? node.Info.Name : members.FirstOrDefault(m => m.Did == did)?.Name ?? did ?? "");
            return ExitCode.Ok;
        });
    }
}
