using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Regulator;

/// <summary>What the host answers to every act.</summary>
internal sealed record ActView(int Version, string? RuleSetHash, int Rules, string? ValidUntil, long FreezeSequence, int Freezes, int Clearances);

/// <summary><c>dataspace regulator publish RULES</c>.</summary>
internal static class RegulatorPublishCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var rules = globals.Argument("RULES", RegulatorTexts.Rules);
        return globals.Handle(globals.Command("publish", RegulatorTexts.Publish, rules), async (ui, parse, cancel) =>
        {
            // Read and judged here first: a file with problems is named before anything is sent.
            var (signed, _) = await RegulatorFiles.ReadAsync(parse.GetRequiredValue(rules), cancel);
            using var node = globals.OpenNode(parse);
            var json = await ui.BusyAsync(ui.T(RegulatorTexts.Publish), () => node.PostAsync("admin/rule-sets", signed, cancel)).OrStop();
            if (ui.Json)
                ui.WriteJson(json);
            var view = NodeClient.Read<ActView>(json).OrStop();
            ui.Line(RegulatorTexts.Published, view.Version, view.ValidUntil, view.Rules, view.FreezeSequence);
            return ExitCode.Ok;
        });
    }
}
