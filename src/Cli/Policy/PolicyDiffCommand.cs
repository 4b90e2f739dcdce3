using System.CommandLine;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Policy.Lint;

namespace DataSpace.Cli.Policy;

/// <summary><c>dataspace policy diff OLD NEW</c>: by meaning, not by text. Exit 1 when the new version may permit more.</summary>
internal static class PolicyDiffCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var old = globals.Argument("OLD", PolicyTexts.OldFile);
        var next = globals.Argument("NEW", PolicyTexts.NewFile);
        return globals.Handle(globals.Command("diff", PolicyTexts.Diff, old, next), async (ui, parse, cancel) =>
        {
            async Task<CompiledPolicy> Read(string path)
                => PolicyCompiler.Compile(PolicyCommand.AsOdrl(await PolicyCommand.ReadAsync(path, cancel)).OrStop()).OrStop();
            var diff = PolicyDiff.Compare(await Read(parse.GetRequiredValue(old)), await Read(parse.GetRequiredValue(next)));
            if (ui.Json)
            {
                ui.WriteJson(new
                {
                    mayWiden = diff.MayWiden,
                    whyMayWiden = diff.WhyMayWiden,
                    differences = diff.Differences.Select(d => new { change = PolicyTexts.Change(d.Change).In(Language.En), rule = d.Rule, term = d.Term, before = d.Before, after = d.After }),
                });
            }
            else
            {
                Show(ui, diff);
            }
            return diff.MayWiden ? ExitCode.Negative : ExitCode.Ok;
        });
    }

    private static void Show(Ui ui, PolicyDiffResult diff)
    {
        if (diff.Differences.Count == 0)
        {
            ui.Line(PolicyTexts.NoDifference);
        }
        else
        {
            var table = ui.Table(ui.T(PolicyTexts.HeadChange), ui.T(PolicyTexts.HeadRule), ui.T(PolicyTexts.HeadTerm), ui.T(PolicyTexts.HeadBefore), ui.T(PolicyTexts.HeadAfter));
            foreach (var d in diff.Differences)
                ui.Row(table, ui.T(PolicyTexts.Change(d.Change)), d.Rule, d.Term ?? "", d.Before ?? "", d.After ?? "");
            ui.Show(table);
        }
        if (diff.MayWiden)
            ui.Styled("yellow", ui.T(PolicyTexts.MayWiden, string.Join(", ", diff.WhyMayWiden)));
        else
            ui.Styled("green", ui.T(PolicyTexts.NotWider));
    }
}
