using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.Cli.Regulator;

/// <summary><c>dataspace regulator lift KIND ID [--provider DID] --case CASE</c>: a file for several people to sign.</summary>
internal static class RegulatorLiftCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var kind = globals.Argument("KIND", RegulatorTexts.FreezeKind);
        kind.AcceptOnlyFromAmong("participant", "dataset", "contract");
        var id = globals.Argument("ID", RegulatorTexts.FreezeId);
        var provider = globals.Option<string?>("--provider", RegulatorTexts.Owner, "DID");
        var caseId = globals.Option<string>("--case", RegulatorTexts.Case, "CASE", required: true);
        var output = globals.Option<string?>("--out", RegulatorTexts.ActOut, "FILE");
        return globals.Handle(globals.Command("lift", RegulatorTexts.Lift, kind, id, provider, caseId, output), async (ui, parse, cancel) =>
        {
            var owner = LooseningFiles.OwnerOf(ui, parse.GetRequiredValue(kind), parse.GetValue(provider));
            using var node = globals.OpenNode(parse);
            var status = await node.GetAsync<RegulatorStatusView>("admin/status", cancel).OrStop();
            var (what, target, number) = (parse.GetRequiredValue(kind), parse.GetRequiredValue(id), parse.GetRequiredValue(caseId));
            var act = LooseningFiles.Draft(status, LooseningActs.Lift, Enum.Parse<FreezeTarget>(what, ignoreCase: true), target, number) with { Provider = owner };
            return await LooseningFiles.WriteAsync(ui, act, status.LooseningThreshold, parse.GetValue(output), cancel);
        });
    }
}
