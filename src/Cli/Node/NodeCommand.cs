using System.CommandLine;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Node;

/// <summary><c>dataspace node egress</c>: the bytes that left a node, by peer.</summary>
internal static class NodeCommand
{
    private const string Management = "management";

    public static Command Build(GlobalOptions globals)
    {
        var egress = globals.Handle(globals.Command("egress", NodeTexts.Egress), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            var json = await node.GetAsync("admin/egress", cancel).OrStop();
            if (ui.Json)
                ui.WriteJson(json);
            else
                ShowEgress(ui, [(node.Info.Name, NodeClient.Read<EgressView>(json).OrStop())], peer => peer);
            return ExitCode.Ok;
        });
        return globals.Command("node", NodeTexts.About, egress);
    }

    /// <summary>Bytes by node and peer, then what left each node in all.</summary>
    public static void ShowEgress(Ui ui, IReadOnlyList<(string Name, EgressView Egress)> nodes, Func<string, string> nameOf)
    {
        var table = ui.Table(ui.T(NodeTexts.Node), ui.T(NodeTexts.Peer), ui.T(NodeTexts.BytesOut), ui.T(NodeTexts.BytesIn));
        table.Columns[2].Alignment = table.Columns[3].Alignment = Spectre.Console.Justify.Right;
        foreach (var (name, egress) in nodes)
        {
            foreach (var peer in egress.BytesByPeer ?? [])
                ui.Row(table, name, peer.Peer == Management ? ui.T(NodeTexts.Management) : nameOf(peer.Peer), Money.Bytes(peer.BytesOut), Money.Bytes(peer.BytesIn));
        }
        ui.Show(table);
        foreach (var (name, egress) in nodes)
            ui.Styled("bold", ui.T(NodeTexts.TotalOut, name, Money.Bytes(egress.TotalBytesOut)));
    }
}
