using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.Cli.Regulator;

/// <summary><c>dataspace regulator lift KIND ID --case CASE</c>: a file for several people to sign, or at once where the host's configuration lets one officer do it.</summary>
internal static class RegulatorLiftCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var kind = globals.Argument("KIND", RegulatorTexts.FreezeKind);
        kind.AcceptOnlyFromAmong("participant", "dataset", "contract");
        var id = globals.Argument("ID", RegulatorTexts.FreezeId);
        var caseId = globals.Option<string>("--case", RegulatorTexts.Case, "CASE", required: true);
        var output = globals.Option<string?>("--out", RegulatorTexts.ActOut, "FILE");
        return globals.Handle(globals.Command("lift", RegulatorTexts.Lift, kind, id, caseId, output), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            var status = await node.GetAsync<RegulatorStatusView>("admin/status", cancel).OrStop();
            var (what, target, number) = (parse.GetRequiredValue(kind), parse.GetRequiredValue(id), parse.GetRequiredValue(caseId));
            if (status.LooseningThreshold > 0)
            {
                var act = LooseningFiles.Draft(status, LooseningActs.Lift, Enum.Parse<FreezeTarget>(what, ignoreCase: true), target, number);
                return await LooseningFiles.WriteAsync(ui, act, status.LooseningThreshold, parse.GetValue(output), cancel);
            }
            var json = await node.PostAsync("admin/freezes/lift", new { target = what, id = target, caseId = number }, cancel).OrStop();
            LooseningFiles.Tell(ui, json);
            return ExitCode.Ok;
        });
    }
}
