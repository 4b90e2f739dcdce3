using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Ledger;

/// <summary><c>dataspace ledger erase</c>: the owner erases payloads; the log and every proof stay.</summary>
internal static class LedgerEraseCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var from = globals.Option<long>("--from", LedgerTexts.EraseFrom, "N", required: true);
        var to = globals.Option<long?>("--to", LedgerTexts.EraseTo, "N");
        var ground = globals.Option<string>("--ground", LedgerTexts.EraseGround, "TEXT", required: true);
        var by = globals.Option<string>("--by", LedgerTexts.EraseBy, "NAME", required: true);
        var all = globals.Option<bool>("--all", LedgerTexts.EraseAll);
        var yes = globals.Option<bool>("--yes", LedgerTexts.EraseYes);
        yes.Aliases.Add("-y");
        return globals.Handle(globals.Command("erase", LedgerTexts.Erase, from, to, ground, by, all, yes), async (ui, parse, cancel) =>
        {
            var (first, last) = (parse.GetRequiredValue(from), parse.GetValue(to) ?? parse.GetRequiredValue(from));
            if (!parse.GetValue(yes))
                throw new CommandStopped(CliErrors.NotConfirmed.Of(ui.T(LedgerTexts.EraseWarning, first, last)), ExitCode.Usage);
            using var node = globals.OpenNode(parse);
            var part = parse.GetValue(all) ? "all" : "content";
            var json = await node.PostAsync("admin/ledger/erasures", new { from = first, to = last + 1, part, ground = parse.GetValue(ground), by = parse.GetValue(by) }, cancel).OrStop();
            var view = NodeClient.Read<ErasureView>(json).OrStop();
            if (ui.Json)
                ui.WriteJson(json);
            else
                Show(ui, view);
            return view.Refused is { Count: > 0 } ? ExitCode.Refused : ExitCode.Ok;
        });
    }

    private static void Show(Ui ui, ErasureView view)
    {
        foreach (var done in view.Erased ?? [])
            ui.Line(LedgerTexts.ErasedEntry, done.Index, done.Entry);
        foreach (var refused in view.Refused ?? [])
            ui.Styled("yellow", ui.T(LedgerTexts.NotErased, refused.Index, refused.Code, ui.T(refused.Title, refused.TitleZh), refused.Detail ?? ""));
    }
}

/// <summary>Answer of <c>/admin/ledger/erasures</c>.</summary>
internal sealed record ErasureView(IReadOnlyList<ErasedView>? Erased, IReadOnlyList<NotErasedView>? Refused);

/// <summary>An entry whose payload is gone, and the entry that says so.</summary>
internal sealed record ErasedView(long Index, long Entry);

/// <summary>An entry whose payload stays, and why.</summary>
internal sealed record NotErasedView(long Index, string Code, string? Detail, string? Title, string? TitleZh);
