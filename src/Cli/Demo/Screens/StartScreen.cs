using DataSpace.Cli.Doctor;
using DataSpace.Cli.Node;
using DataSpace.Cli.Run;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Screens;

/// <summary>Screen 0: the machine is checked; four processes start; the owners join and are approved; offers are published.</summary>
internal static class StartScreen
{
    private static readonly HashSet<string> Needed = ["system", "user-namespaces", "bubblewrap", "sandbox-worker", "node-programs", "seal-wasm", "disk", "ports"];
    private static readonly TimeSpan JoinLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(100);

    public static async Task ShowAsync(DemoRun run, CancellationToken cancel)
    {
        var ui = run.Ui;
        run.Title(0, DemoTexts.StartTitle);
        var findings = await DoctorCommand.RunAsync(ui, cancel);
        var missing = findings.Where(f => !f.Ok && Needed.Contains(f.Id)).Select(f => f.Title).ToList();
        run.Require(missing.Count == 0, DemoTexts.DoctorSaysNo, string.Join(", ", missing));

        await StartAsync(run, DemoFolder.Coordinator, cancel);
        // The owners do not depend on each other: three start at once.
        await Task.WhenAll(DemoFolder.Owners.Select(o => Task.FromResult(Launch(run, o))));
        foreach (var owner in DemoFolder.Owners)
            await AwaitReadyAsync(run, owner, cancel);
        ShowProcesses(run);
        await JoinAsync(run, cancel);
        await PublishAsync(run, cancel);
        run.ByHand("dataspace doctor");
        foreach (var key in (string[])[DemoFolder.Coordinator, DemoFolder.Owners[0]])
            run.ByHand($"dataspace {(key == DemoFolder.Coordinator ? "coordinator" : "connector")} run " + string.Join(' ', Arguments(run.Folder, key, DemoRun.Typed)));
        run.ByHand($"dataspace members list --node {DemoRun.Typed(run.Nodes[DemoFolder.Coordinator].Directory)}");
    }

    private static async Task StartAsync(DemoRun run, string key, CancellationToken cancel)
    {
        Launch(run, key);
        await AwaitReadyAsync(run, key, cancel);
    }

    /// <summary>Starts a node of the folder; returns at once.</summary>
    public static NodeProcess Launch(DemoRun run, string key)
    {
        var program = key == DemoFolder.Coordinator ? "DataSpace.Coordinator" : "DataSpace.Connector";
        return Launch(run, key, program, Arguments(run.Folder, key, path => path));
    }

    private static List<string> Arguments(DemoFolder folder, string key, Func<string, string> typed)
    {
        var arguments = new List<string> { "--dir", typed(folder.NodeDirectory(key)), "--config", typed(folder.ConfigFile(key)), "--port", Money.Number(folder.Ports[key]) };
        if (key != DemoFolder.Coordinator)
            arguments.AddRange(["--coordinator", typed(Path.Combine(folder.NodeDirectory(DemoFolder.Coordinator), "node.json"))]);
        return arguments;
    }

    /// <summary>Starts any host of the folder; returns at once.</summary>
    public static NodeProcess Launch(DemoRun run, string key, string program, int port)
        => Launch(run, key, program, ["--dir", run.Folder.NodeDirectory(key), "--config", run.Folder.ConfigFile(key), "--port", Money.Number(port)]);

    private static NodeProcess Launch(DemoRun run, string key, string program, IReadOnlyList<string> arguments)
    {
        var folder = run.Folder;
        var host = Installation.Host(program).OrStop();
        var process = NodeProcess.Start(key, host, Path.Combine(folder.Of(key), "output.txt"), arguments);
        run.Processes.Add(process);
        ProcessList.Save(folder.Root, run.Processes);
        return process;
    }

    /// <summary>Waits until a started node is ready, and opens its management API.</summary>
    public static async Task AwaitReadyAsync(DemoRun run, string key, CancellationToken cancel)
    {
        var process = run.Processes.Single(p => p.Name == key);
        if (!await run.Ui.BusyAsync(run.Ui.T(DemoTexts.Starting, key), () => process.WaitReadyAsync(cancel)))
        {
            throw new CommandStopped(CliErrors.HostFailed.Of(key), ExitCode.Negative,
                process.Output().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(12).ToList());
        }
        var directory = run.Folder.NodeDirectory(key);
        var client = NodeClient.Open(directory).OrStop();
        run.Nodes[key] = new DemoNode(key, directory, run.Folder.Ports.TryGetValue(key, out var port) ? port : new Uri(client.Info.Url).Port, process, client);
    }

    /// <summary>The processes, where they listen and where they live.</summary>
    public static void ShowProcesses(DemoRun run)
    {
        var ui = run.Ui;
        var table = ui.Table(ui.T(DemoTexts.Node), "pid", ui.T(DemoTexts.Port), ui.T(DemoTexts.DataDirectory));
        foreach (var node in run.Nodes.Values)
            ui.Row(table, node.Client.Info.Name, Money.Number(node.Process.Pid), Money.Number(node.Port), DemoRun.Typed(node.Directory));
        ui.Show(table);
        run.Summary["nodes"] = run.Nodes.Values.Select(n => new { n.Key, did = n.Client.Info.Did, pid = n.Process.Pid, port = n.Port, directory = n.Directory });
    }

    /// <summary>Owners ask to join, the operator approves.</summary>
    public static async Task JoinAsync(DemoRun run, CancellationToken cancel)
    {
        var ui = run.Ui;
        await ui.BusyAsync(ui.T(DemoTexts.Joining), async () =>
        {
            var started = TimeProvider.System.GetTimestamp();
            var approved = new HashSet<string>(StringComparer.Ordinal);
            while (true)
            {
                var members = (await run.Coordinator.GetAsync<MembersView>("admin/members", cancel).OrStop()).Members;
                // All at once: each node then learns of all the others with its next look at the member list.
                foreach (var member in members.Where(m => m.State == "pending" && members.Count == DemoFolder.Owners.Count))
                    await run.Coordinator.PostAsync($"admin/members/{Uri.EscapeDataString(member.Did)}/approve", null, cancel).OrStop();
                foreach (var owner in DemoFolder.Owners.Where(o => !approved.Contains(o)))
                {
                    var status = await run.Nodes[owner].Client.GetAsync<StatusView>("admin/status", cancel).OrStop();
                    if (status.Coordinator?.Membership == "approved")
                        approved.Add(owner);
                }
                if (approved.Count == DemoFolder.Owners.Count)
                    return;
                run.Require(TimeProvider.System.GetElapsedTime(started) < JoinLimit, DemoTexts.JoinFailed, approved.Count);
                await Task.Delay(PollEvery, TimeProvider.System, cancel);
            }
        });
        foreach (var owner in DemoFolder.Owners)
            ui.Line(DemoTexts.Joined, run.Nodes[owner].Client.Info.Name, run.Nodes[owner].Client.Info.Did);
    }

    /// <summary>Keys are known now: fills them into the policies as accepted co-providers and lets each node read its offers.</summary>
    public static async Task PublishAsync(DemoRun run, CancellationToken cancel)
    {
        var keyIds = DemoFolder.Owners.ToDictionary(o => o, o => run.Nodes[o].Client.Info.KeyId, StringComparer.Ordinal);
        run.Folder.WritePolicies(keyIds);
        if (run.Options.Rows is { } rows)
            await SyntheticSpace.WriteAsync(run, rows, cancel);
        foreach (var owner in DemoFolder.Owners)
        {
            run.Folder.WriteConfig(owner, withDatasets: true, dataset: run.Options.Rows is null ? null : SyntheticSpace.Dataset());
            await run.Nodes[owner].Client.PostAsync("admin/reload", null, cancel).OrStop();
        }
    }
}
