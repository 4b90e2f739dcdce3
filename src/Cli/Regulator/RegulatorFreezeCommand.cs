using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Regulator;

/// <summary><c>dataspace regulator freeze KIND ID [--provider DID] --case CASE</c>: at once, by one officer.</summary>
internal static class RegulatorFreezeCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var kind = globals.Argument("KIND", RegulatorTexts.FreezeKind);
        kind.AcceptOnlyFromAmong("participant", "dataset", "contract");
        var id = globals.Argument("ID", RegulatorTexts.FreezeId);
        var provider = globals.Option<string?>("--provider", RegulatorTexts.Owner, "DID");
        var caseId = globals.Option<string>("--case", RegulatorTexts.Case, "CASE", required: true);
        return globals.Handle(globals.Command("freeze", RegulatorTexts.Freeze, kind, id, provider, caseId), async (ui, parse, cancel) =>
        {
            var owner = LooseningFiles.OwnerOf(ui, parse.GetRequiredValue(kind), parse.GetValue(provider));
            using var node = globals.OpenNode(parse);
            var order = new { target = parse.GetRequiredValue(kind), id = parse.GetRequiredValue(id), caseId = parse.GetRequiredValue(caseId), provider = owner };
            var json = await node.PostAsync("admin/freezes", order, cancel).OrStop();
            if (ui.Json)
                ui.WriteJson(json);
            var view = NodeClient.Read<ActView>(json).OrStop();
            ui.Line(RegulatorTexts.Ordered, view.FreezeSequence, view.Freezes, view.Clearances);
            return ExitCode.Ok;
        });
    }
}
