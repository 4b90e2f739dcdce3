using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Members;

/// <summary><c>dataspace members list|approve|reject</c>: who may take part, decided at the coordinator.</summary>
internal static class MembersCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var list = globals.Handle(globals.Command("list", MembersTexts.List), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            var json = await node.GetAsync("admin/members", cancel).OrStop();
            if (ui.Json)
                ui.WriteJson(json);
            else
                Show(ui, NodeClient.Read<MembersView>(json).OrStop());
            return ExitCode.Ok;
        });
        return globals.Command("members", MembersTexts.About, list,
            Decision(globals, "approve", MembersTexts.Approve, MembersTexts.Approved),
            Decision(globals, "reject", MembersTexts.Reject, MembersTexts.Rejected));
    }

    /// <summary>Shows the members as a table.</summary>
    public static void Show(Ui ui, MembersView view)
    {
        if (view.Members.Count == 0)
        {
            ui.Line(MembersTexts.None);
            return;
        }
        var table = ui.Table(ui.T(MembersTexts.Name), "DID", ui.T(MembersTexts.State), ui.T(MembersTexts.Address));
        foreach (var member in view.Members)
            ui.Row(table, member.Name ?? "", member.Did, member.State, member.Url ?? "");
        ui.Show(table);
    }

    private static Command Decision(GlobalOptions globals, string verb, Phrase about, Phrase done)
    {
        var did = globals.Argument("DID", MembersTexts.Did);
        return globals.Handle(globals.Command(verb, about, did), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            var member = parse.GetRequiredValue(did);
            await node.PostAsync($"admin/members/{Uri.EscapeDataString(member)}/{verb}", null, cancel).OrStop();
            if (ui.Json)
                ui.WriteJson(new { did = member, decision = verb });
            else
                ui.Line(done, member);
            return ExitCode.Ok;
        });
    }
}
