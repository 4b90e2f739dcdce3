using System.Globalization;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Screens;

/// <summary>Screen 9: the bytes that left every owner, counted at its sockets; what is left running and how to stop it.</summary>
internal static class EndScreen
{
    public static async Task ShowAsync(DemoRun run, CancellationToken cancel)
    {
        var ui = run.Ui;
        run.Title(9, DemoTexts.EndTitle);
        var nodes = new List<(string Name, EgressView Egress)>();
        var totals = new List<object>();
        foreach (var owner in DemoFolder.Owners)
        {
            var node = run.Nodes[owner].Client;
            var egress = await node.GetAsync<EgressView>("admin/egress", cancel).OrStop();
            nodes.Add((node.Info.Name, egress));
            totals.Add(new { owner, bytesOut = egress.TotalBytesOut, bytesIn = egress.TotalBytesIn });
        }
        NodeCommand.ShowEgress(ui, nodes, peer => RunScreen.NameOf(run, peer));
        run.ByHand($"dataspace node egress --node {DemoRun.Typed(run.Nodes["supplier-a"].Directory)}");
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
