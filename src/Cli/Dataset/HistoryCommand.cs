using System.CommandLine;
using System.Text.Json;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Dataset;

/// <summary><c>dataspace dataset history status|begin</c>: the record of exact answers, and the owner's decision to go on without a lost part of it.</summary>
internal static class HistoryCommand
{
    private const string Path = "admin/history";

    public static Command Build(GlobalOptions globals)
    {
        var command = globals.Command("history", DatasetTexts.History);
        command.Subcommands.Add(globals.Handle(globals.Command("status", DatasetTexts.HistoryStatus), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            return Show(ui, await node.GetAsync(Path, cancel).OrStop());
        }));
        var confirm = globals.Option<bool>("--confirm", DatasetTexts.Confirm);
        var reason = globals.Option<string>("--reason", DatasetTexts.Reason, "TEXT");
        command.Subcommands.Add(globals.Handle(globals.Command("begin", DatasetTexts.HistoryBegin, confirm, reason), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            return Show(ui, await node.PostAsync(Path + "/begin", new { confirm = parse.GetValue(confirm), reason = parse.GetValue(reason) }, cancel).OrStop());
        }));
        return command;
    }

    private static int Show(Ui ui, JsonElement json)
    {
        var view = NodeClient.Read<HistoryView>(json).OrStop();
        if (ui.Json)
        {
            ui.WriteJson(json);
        }
        else
        {
            if (view.Problem is { } problem)
            {
                ui.Styled("red", ui.T(DatasetTexts.HistoryGap, problem.Code, ui.T(problem.Title, problem.TitleZh)));
                ui.Line(ui.T(CommonTexts.NextStep, ui.T(problem.Advice, problem.AdviceZh)));
                if (view.Unknown > 0)
                    ui.Line(DatasetTexts.HistoryUnknown, view.Unknown);
            }
            else
            {
                ui.Styled("green", ui.T(DatasetTexts.HistoryComplete, view.Answers));
            }
            if (view.Beginnings > 0)
                ui.Line(DatasetTexts.HistoryBegun, view.Beginnings);
            if (view.Consumers is { Count: > 0 } consumers)
            {
                var table = ui.Table(ui.T(DatasetTexts.Dataset), ui.T(DatasetTexts.Consumer), ui.T(DatasetTexts.Answers), ui.T(DatasetTexts.Sets, view.MaxSets));
                foreach (var one in consumers)
                    ui.Row(table, one.DatasetId, one.Consumer, Money.Number(one.Answers), Money.Number(one.Sets));
                ui.Show(table);
            }
        }
        return view.Complete ? ExitCode.Ok : ExitCode.Negative;
    }
}
