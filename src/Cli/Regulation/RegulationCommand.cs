using System.CommandLine;
using DataSpace.Cli.Demo.NegativeList;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Regulation;

/// <summary><c>dataspace regulation status</c>: which regulators' list holds at a node, how old its stamp is, what is suspended and why. <c>… demo</c> shows it at work.</summary>
internal static class RegulationCommand
{
    private const int StatusLimit = 200;

    public static Command Build(GlobalOptions globals)
        => globals.Command("regulation", RegulationTexts.About, Status(globals), NegativeListDemo.Build(globals));

    private static Command Status(GlobalOptions globals)
        => globals.Handle(globals.Command("status", RegulationTexts.StatusAbout), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            var json = await node.GetAsync("admin/regulation/status", cancel).OrStop();
            if (ui.Json)
                ui.WriteJson(json);
            else
                Show(ui, NodeClient.Read<RegulationView>(json).OrStop());
            return ExitCode.Ok;
        });

    /// <summary>The status as people read it.</summary>
    public static void Show(Ui ui, RegulationView view)
    {
        if (!view.Applies)
        {
            ui.Styled("yellow", ui.T(RegulationTexts.None));
            return;
        }
        var regulators = ui.Table(ui.T(RegulationTexts.Regulator), ui.T(RegulationTexts.Version), ui.T(RegulationTexts.Rules), ui.T(RegulationTexts.Freezes), ui.T(RegulationTexts.StampAge), "code");
        foreach (var regulator in view.Regulators ?? [])
        {
            ui.Row(regulators, regulator.Name ?? regulator.Did, Number(regulator.Version), Number(regulator.Rules), Number(regulator.Freezes?.Count),
                regulator.StampAgeSeconds is { } age ? Money.Number(age) + " s" : "", regulator.Code ?? "");
        }
        ui.Show(regulators);
        if (view.Code is { } code)
            ui.Styled("red", ui.T(RegulationTexts.NotUsable, code));
        if (view.Suspended is not { Count: > 0 } suspended)
        {
            ui.Line(RegulationTexts.NothingSuspended);
            return;
        }
        var table = ui.Table(ui.T(RegulationTexts.What), ui.T(RegulationTexts.Target), ui.T(RegulationTexts.Rule), ui.T(RegulationTexts.Why), "code");
        foreach (var line in suspended.Take(StatusLimit))
            ui.Row(table, line.Kind, line.Target, line.RuleId ?? "", $"{ui.T(line.TitleEn, line.TitleZh)} {line.Basis}".Trim(), line.Code ?? "");
        ui.Show(table);
        if (ui.T(suspended[0].Advice, suspended[0].AdviceZh) is { Length: > 0 } advice)
            ui.Line(ui.T(CommonTexts.NextStep, advice));
    }

    private static string Number(long? value) => value is { } number ? Money.Number(number) : "";
}

/// <summary>Answer of <c>/admin/regulation/status</c>.</summary>
internal sealed record RegulationView(bool Applies, string? Code, IReadOnlyList<RegulatorView>? Regulators, IReadOnlyList<SuspendedView>? Suspended);

/// <summary>A pinned regulator.</summary>
internal sealed record RegulatorView(string Did, string? Name, long? Version, long? Rules, long? OrdersSequence, IReadOnlyList<FreezeView>? Freezes, long? StampAgeSeconds, string? Code, long? ClockMs = null);

/// <summary>A freeze in force.</summary>
internal sealed record FreezeView(string? Target, string? Id, string? CaseId);

/// <summary>Something suspended.</summary>
internal sealed record SuspendedView(
    string Kind, string Target, string? RuleId, string? Basis, string? TitleEn, string? TitleZh, string? Code, string? Advice, string? AdviceZh);
