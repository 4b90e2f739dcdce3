using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Cli.Demo.Screens;
using DataSpace.Cli.Run;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.NegativeList;

/// <summary>
/// <c>dataspace regulation demo</c>: the negative list at work over six processes. Ends with exit code 0 only if everything that it says was observed. Processes are
/// stopped by their ids, whatever happens.
/// </summary>
internal static class NegativeListDemo
{
    public static Command Build(GlobalOptions globals)
    {
        var yes = globals.Option<bool>("--yes", DemoTexts.YesOption);
        yes.Aliases.Add("-y");
        return globals.Handle(globals.Command("demo", NegativeListTexts.About, yes), (ui, parse, cancel) => RunAsync(ui, parse.GetValue(yes), cancel));
    }

    private static Task<int> RunAsync(Ui ui, bool yes, CancellationToken cancel)
        => ShortDemo.RunAsync(ui, "negative-list", new DemoOptions(Keep: false, yes, Rows: null), NegativeListTexts.Done, async (run, stop) =>
        {
            var regulator = await StartAsync(run, stop);
            await run.PauseAsync(stop);
            foreach (var screen in NegativeListScreens.All)
            {
                await screen(run, regulator, stop);
                await run.PauseAsync(stop);
            }
        }, cancel);

    private static async Task<DemoRegulator> StartAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(1, NegativeListTexts.Start);
        var port = FreePort();
        var regulator = new DemoRegulator(run.Folder, port);
        Directory.CreateDirectory(run.Folder.Of(DemoRegulator.Key));
        await File.WriteAllTextAsync(run.Folder.ConfigFile(DemoRegulator.Key), regulator.Config.ToJsonString(), cancel);
        StartScreen.Launch(run, DemoRegulator.Key, "DataSpace.Regulator", port);
        await StartScreen.AwaitReadyAsync(run, DemoRegulator.Key, cancel);
        regulator.Client = run.Nodes[DemoRegulator.Key].Client;

        // Every configuration names the regulator by its root keys; the nodes read it when they start.
        run.Folder.Pin(regulator.Pins);
        StartScreen.Launch(run, DemoFolder.Coordinator);
        await StartScreen.AwaitReadyAsync(run, DemoFolder.Coordinator, cancel);
        foreach (var owner in DemoFolder.Owners)
            StartScreen.Launch(run, owner);
        foreach (var owner in DemoFolder.Owners)
            await StartScreen.AwaitReadyAsync(run, owner, cancel);
        StartScreen.ShowProcesses(run);
        await StartScreen.JoinAsync(run, cancel);
        foreach (var node in run.Nodes.Values.Where(n => n.Key != DemoRegulator.Key))
        {
            var card = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(node.Directory, "node.json"), cancel));
            await regulator.Client.PostAsync("admin/nodes", JsonSerializer.SerializeToElement(card), cancel).OrStop();
        }
        await regulator.PublishAsync([], cancel);
        await NegativeListScreens.AcknowledgedAsync(run, regulator, TimeProvider.System.GetUtcNow(), cancel);
        run.Ui.Line(NegativeListTexts.Published, regulator.Version, 0, run.Nodes.Count - 1);
        await StartScreen.PublishAsync(run, cancel);
        return regulator;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
