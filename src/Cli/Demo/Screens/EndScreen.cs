using System.Globalization;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Screens;

/// <summary>Screen 9: the bytes that left every owner, counted at its sockets; what is left running and how to stop it.</summary>
internal static class EndScreen
{
    private const string Management = "management";

    public static async Task ShowAsync(DemoRun run, CancellationToken cancel)
    {
        var ui = run.Ui;
        run.Title(9, DemoTexts.EndTitle);
        var totals = new List<object>();
        var table = ui.Table(ui.T(DemoTexts.Node), ui.T(DemoTexts.Peer), ui.T(DemoTexts.BytesOut), ui.T(DemoTexts.BytesIn));
        var lines = new List<string>();
        foreach (var owner in DemoFolder.Owners)
        {
            var node = run.Nodes[owner].Client;
            var egress = await node.GetAsync<EgressView>("admin/egress", cancel).OrStop();
            foreach (var peer in egress.BytesByPeer ?? [])
                ui.Row(table, node.Info.Name, peer.Peer == Management ? ui.T(DemoTexts.ThisProgram) : RunScreen.NameOf(run, peer.Peer), Money.Bytes(peer.BytesOut), Money.Bytes(peer.BytesIn));
            lines.Add(ui.T(DemoTexts.TotalOut, node.Info.Name, Money.Bytes(egress.TotalBytesOut)));
            totals.Add(new { owner, bytesOut = egress.TotalBytesOut, bytesIn = egress.TotalBytesIn });
        }
        table.Columns[2].Alignment = table.Columns[3].Alignment = Spectre.Console.Justify.Right;
        ui.Show(table);
        foreach (var line in lines)
            ui.Styled("bold", line);
        run.ByHand($"dataspace ledger show --dir {DemoRun.Typed(run.Nodes["supplier-a"].LedgerDirectory)}");
        if (run.Options.Keep)
        {
            ui.Line(DemoTexts.Running, string.Join(", ", run.Nodes.Values.Select(n => $"{n.Key} pid {Money.Number(n.Process.Pid)} port {Money.Number(n.Port)}")));
            ui.Line(DemoTexts.HowToStop);
        }
        else
        {
            await ui.BusyAsync(ui.T(DemoTexts.StoppingAll), () => NodeProcess.StopAsync(run.Processes));
            ui.Line(DemoTexts.AllStopped, DemoRun.Typed(run.Folder.Root));
        }
        ui.Unbroken(ui.T(DemoTexts.Alias, Path.Combine(AppContext.BaseDirectory, "dataspace")));
        ui.Styled("green bold", ui.T(DemoTexts.Finished, run.Seconds.ToString("0.0", CultureInfo.InvariantCulture)));
        run.Summary["egress"] = totals;
        run.Summary["seconds"] = Math.Round(run.Seconds, 1);
        run.Summary["ok"] = true;
        if (ui.Json)
            ui.WriteJson(run.Summary);
    }
}
