using System.CommandLine;
using System.Globalization;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Dataset;

/// <summary><c>dataspace dataset check</c>: declared, found, listed or not, and why. Exit 1 when a dataset is not listed.</summary>
internal static class DatasetCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var id = globals.Option<string>("--dataset", DatasetTexts.Id, "ID");
        var command = globals.Command("dataset", DatasetTexts.About);
        command.Subcommands.Add(globals.Handle(globals.Command("check", DatasetTexts.Check, id), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            var path = parse.GetValue(id) is { } one ? $"admin/datasets/{Uri.EscapeDataString(one)}/check" : "admin/datasets/check";
            var json = await ui.BusyAsync(ui.T(DatasetTexts.Busy), () => node.PostAsync(path, new { }, cancel)).OrStop();
            var view = NodeClient.Read<ListingsView>(json).OrStop();
            if (ui.Json)
                ui.WriteJson(json);
            else
                Show(ui, view);
            return view.Datasets.All(d => d.Listed) ? ExitCode.Ok : ExitCode.Negative;
        }));
        command.Subcommands.Add(HistoryCommand.Build(globals));
        return command;
    }

    private static void Show(Ui ui, ListingsView view)
    {
        if (view.Datasets.Count == 0)
            ui.Line(DatasetTexts.None);
        foreach (var dataset in view.Datasets)
        {
            var sampled = Money.Number(dataset.Sampled);
            var c = dataset.Classification;
            ui.Styled(dataset.Listed ? "green" : "red", dataset.Listed
                ? ui.T(DatasetTexts.Listed, dataset.DatasetId, c?.Grade, c?.SecurityLevel, c?.Industry, c?.Region, sampled)
                : ui.T(DatasetTexts.Withheld, dataset.DatasetId, sampled));
            if (dataset.Columns is { Count: > 0 } columns)
                ui.Show(Table(ui, columns));
            foreach (var finding in dataset.Findings ?? [])
            {
                ui.Styled("red", ui.Plain($"{finding.Code} {ui.T(finding.Title, finding.TitleZh)}: {finding.Detail}"));
                ui.Line(ui.T(CommonTexts.NextStep, ui.T(finding.Advice, finding.AdviceZh)));
            }
        }
    }

    private static Spectre.Console.Table Table(Ui ui, IReadOnlyList<ListedColumnView> columns)
    {
        var table = ui.Table(ui.T(DatasetTexts.Column), ui.T(DatasetTexts.Declared), ui.T(DatasetTexts.Found), ui.T(DatasetTexts.Share), ui.T(DatasetTexts.Verdict));
        foreach (var column in columns)
        {
            var found = column.Found ?? [];
            ui.Row(table,
                column.Name,
                Flag(ui, column.Declared) + (column.Identifier ? ", " + ui.T(DatasetTexts.Identifier) : ""),
                string.Join('\n', found.Select(f => ui.T(f.Class, f.ClassZh)).Concat((column.Reviewed ?? []).Select(r => ui.T(DatasetTexts.Reviewed, r)))),
                string.Join('\n', found.Select(f => f.SharePermille is { } share ? (share / 10m).ToString("0.#", CultureInfo.InvariantCulture) + "%" : ui.T(DatasetTexts.ByName))),
                column.Problems is { Count: > 0 } problems ? string.Join('\n', problems) : ui.T(DatasetTexts.Fine));
        }
        return table;
    }

    private static string Flag(Ui ui, string? flag) => ui.T(flag switch
    {
        "personal" => DatasetTexts.Personal,
        "sensitive" => DatasetTexts.Sensitive,
        _ => DatasetTexts.NoFlag,
    });
}
