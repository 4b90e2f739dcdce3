using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Job;

/// <summary><c>dataspace job plan SPEC</c>: the dry run. Exit 3 when the plan already names refusals.</summary>
internal static class JobPlanCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var spec = globals.Argument("SPEC", JobTexts.SpecArgument);
        return globals.Handle(globals.Command("plan", JobTexts.Plan, spec), async (ui, parse, cancel) =>
        {
            var body = await JobSpecFile.ReadAsync(parse.GetRequiredValue(spec), ui, cancel);
            using var node = globals.OpenNode(parse);
            var json = await node.PostAsync("admin/jobs/plan", body, cancel).OrStop();
            var plan = NodeClient.Read<PlanView>(json).OrStop();
            if (ui.Json)
                ui.WriteJson(json);
            else
                JobViews.ShowPlan(ui, plan);
            return plan.Refusals is { Count: > 0 } ? ExitCode.Refused : ExitCode.Ok;
        });
    }
}
