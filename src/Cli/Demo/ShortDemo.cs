using DataSpace.Cli.Run;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo;

/// <summary>A demo in a folder of its own whose nodes end with it: begins where the last one was interrupted by clearing up after it.</summary>
internal static class ShortDemo
{
    /// <summary>Runs <paramref name="screens"/>, says how long it took, and ends every node whatever happened.</summary>
    /// <param name="ui">Where it is shown.</param>
    /// <param name="folder">Name of the folder under the installation's home.</param>
    /// <param name="options">How it is run; its nodes are never kept.</param>
    /// <param name="done">Last line; {0} is the time in seconds.</param>
    /// <param name="screens">What happens.</param>
    /// <param name="cancel">Ctrl-C.</param>
    public static async Task<int> RunAsync(Ui ui, string folder, DemoOptions options, Phrase done, Func<DemoRun, CancellationToken, Task> screens, CancellationToken cancel)
    {
        var root = Path.Combine(Installation.Home, folder);
        Directory.CreateDirectory(Path.GetDirectoryName(root)!);
        await NodeProcess.StopAsync(ProcessList.StillRunning(root));
        var run = new DemoRun(ui, options, DemoFolder.Create(root));
        try
        {
            await screens(run, cancel);
            ui.Line();
            ui.Styled("green", ui.T(done, run.Seconds));
            if (ui.Json)
                ui.WriteJson(run.Summary);
        }
        finally
        {
            foreach (var node in run.Nodes.Values)
                node.Client.Dispose();
            await NodeProcess.StopAsync(run.Processes);
        }
        return ExitCode.Ok;
    }
}
