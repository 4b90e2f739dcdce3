using System.CommandLine;
using DataSpace.Cli.Demo.Screens;
using DataSpace.Cli.Run;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo;

/// <summary>
/// <c>dataspace demo</c>: the whole line on this machine, screen by screen. Whatever happens, processes it started are stopped by
/// their ids, unless <c>--keep</c> asked to leave them.
/// </summary>
internal static class DemoCommand
{
    private const int MaxRows = 1_000_000;

    private static readonly IReadOnlyList<Func<DemoRun, CancellationToken, Task>> Screens =
    [
        StartScreen.ShowAsync, CatalogScreen.ShowAsync, ContractScreen.ShowAsync, PlanScreen.ShowAsync, RunScreen.ShowAsync,
        ResultScreen.ShowAsync, RefusalScreen.ShowAsync, LedgerScreen.ShowAsync, BillScreen.ShowAsync,
    ];

    public static Command Build(GlobalOptions globals)
    {
        var keep = globals.Option<bool>("--keep", DemoTexts.KeepOption);
        var yes = globals.Option<bool>("--yes", DemoTexts.YesOption);
        yes.Aliases.Add("-y");
        var clean = globals.Option<bool>("--clean", DemoTexts.CleanOption);
        var rows = globals.Option<int?>("--rows", DemoTexts.RowsOption, "N");
        rows.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1_000 or > MaxRows)
                result.AddError($"1000..{MaxRows}");
        });
        return globals.Handle(globals.Command("demo", DemoTexts.About, keep, yes, clean, rows), async (ui, parse, cancel) =>
        {
            var root = Path.Combine(Installation.Home, "demo");
            return parse.GetValue(clean)
                ? await CleanAsync(ui, root)
                : await RunAsync(ui, root, new DemoOptions(parse.GetValue(keep), parse.GetValue(yes), parse.GetValue(rows)), cancel);
        });
    }

    private static async Task<int> CleanAsync(Ui ui, string root)
    {
        var running = ProcessList.StillRunning(root);
        await NodeProcess.StopAsync(running);
        foreach (var process in running)
            ui.Line(DemoTexts.Stopped, process.Name, process.Pid);
        if (Directory.Exists(root))
            Directory.Delete(root, recursive: true);
        ui.Line(DemoTexts.Cleaned, root);
        if (ui.Json)
            ui.WriteJson(new { stopped = running.Select(p => p.Pid), removed = root });
        return ExitCode.Ok;
    }

    private static async Task<int> RunAsync(Ui ui, string root, DemoOptions options, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(root)!);
        using var only = TryLock(root + ".lock") ?? throw new CommandStopped(CliErrors.DemoFailed.Of(ui.T(DemoTexts.AnotherRuns)), ExitCode.Negative);
        if (ProcessList.StillRunning(root) is { Count: > 0 } left)
        {
            ui.Note(ui.T(DemoTexts.StoppingOld, left.Count));
            await NodeProcess.StopAsync(left);
        }
        var run = new DemoRun(ui, options, DemoFolder.Create(root));
        var finished = false;
        try
        {
            foreach (var screen in Screens)
            {
                await screen(run, cancel);
                await run.PauseAsync(cancel);
            }
            finished = true;
            await EndScreen.ShowAsync(run, cancel);
        }
        finally
        {
            foreach (var node in run.Nodes.Values)
                node.Client.Dispose();
            if (!(finished && options.Keep))
                await NodeProcess.StopAsync(run.Processes);
            if (cancel.IsCancellationRequested && Directory.Exists(root))
                Directory.Delete(root, recursive: true);
        }
        return ExitCode.Ok;
    }

    private static FileStream? TryLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
