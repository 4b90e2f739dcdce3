using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Regulator;

/// <summary>What a rule set would touch, node by node.</summary>
internal sealed record PreviewView(int Version, int Rules, IReadOnlyList<PreviewNodeView> Nodes);

/// <summary>One node's answer, or the code why there is none.</summary>
internal sealed record PreviewNodeView(
    string Did, string? Name, string? Role, string? Code, int? Datasets, int? Contracts, int? Jobs, IReadOnlyList<EffectView>? WouldSuspend);

/// <summary>A listing, contract or job that a rule stops.</summary>
internal sealed record EffectView(string Kind, string Target, string? RuleId, string? DatasetId, string? Counterparty);

/// <summary><c>dataspace regulator preview RULES</c>: asked of every registered node through the regulator's host, which proves who asks.</summary>
internal static class RegulatorPreviewCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var rules = globals.Argument("RULES", RegulatorTexts.Rules);
        return globals.Handle(globals.Command("preview", RegulatorTexts.Preview, rules), async (ui, parse, cancel) =>
        {
            var (signed, _) = await RegulatorFiles.ReadAsync(parse.GetRequiredValue(rules), cancel);
            using var node = globals.OpenNode(parse);
            var json = await ui.BusyAsync(ui.T(RegulatorTexts.Preview), () => node.PostAsync("admin/preview", signed, cancel)).OrStop();
            var view = NodeClient.Read<PreviewView>(json).OrStop();
            if (ui.Json)
                ui.WriteJson(json);
            else
                Show(ui, view);
            // A node that did not answer may hold anything: the preview is then not the whole picture.
            return view.Nodes.All(n => n.Code is null) ? ExitCode.Ok : ExitCode.Negative;
        });
    }

    /// <summary>A coordinator speaks for owners that did not answer; what an owner says itself is not counted twice.</summary>
    private static IEnumerable<EffectView> Own(PreviewView view, PreviewNodeView node)
        => (node.WouldSuspend ?? []).Where(e => node.Role != "coordinator" || !view.Nodes.Any(n => n.Code is null && n.Role != "coordinator" && n.Did == e.Counterparty));

    private static void Show(Ui ui, PreviewView view)
    {
        if (view.Nodes.Count == 0)
        {
            ui.Line(RegulatorTexts.NoNodes);
            return;
        }
        var table = ui.Table(ui.T(RegulatorTexts.Node), ui.T(RegulatorTexts.Kind), ui.T(RegulatorTexts.Target), ui.T(RegulatorTexts.Rule));
        foreach (var node in view.Nodes)
        {
            if (node.Code is not null)
                ui.Row(table, node.Name ?? node.Did, "-", node.Code, "");
            foreach (var effect in Own(view, node))
                ui.Row(table, node.Name ?? node.Did, effect.Kind, node.Role == "coordinator" ? $"{effect.Counterparty} {effect.Target}" : effect.Target, effect.RuleId ?? "");
        }
        ui.Show(table);
        var effects = view.Nodes.SelectMany(n => Own(view, n)).ToList();
        ui.Line(RegulatorTexts.PreviewTotal, view.Nodes.Count(n => n.Code is null), view.Nodes.Count,
            effects.Count(e => e.Kind == "dataset"), effects.Count(e => e.Kind == "contract"), effects.Count(e => e.Kind == "job"));
    }
}
