using System.CommandLine;
using System.Diagnostics;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Run;

/// <summary><c>dataspace connector|coordinator|regulator run</c>: a node in the foreground, signals and output passed on.</summary>
internal static class RunCommand
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    public static Command Connector(GlobalOptions globals)
    {
        var coordinator = globals.Option<string?>("--coordinator", RunTexts.Coordinator, "NODE.JSON");
        return globals.Command("connector", RunTexts.ConnectorAbout, Run(globals, "DataSpace.Connector", RunTexts.RunConnector, coordinator));
    }

    public static Command Coordinator(GlobalOptions globals)
        => globals.Command("coordinator", RunTexts.CoordinatorAbout, Run(globals, "DataSpace.Coordinator", RunTexts.RunCoordinator, null));

    /// <summary>The <c>run</c> of a host.</summary>
    public static Command Run(GlobalOptions globals, string host, Phrase about, Option<string?>? coordinator)
    {
        var dir = globals.Option<string>("--dir", RunTexts.Dir, "DIR", required: true);
        var config = globals.Option<string>("--config", RunTexts.Config, "FILE", required: true);
        var port = globals.Option<int?>("--port", RunTexts.Port, "N");
        port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 0 or > 65535)
                result.AddError("0..65535");
        });
        Symbol[] symbols = coordinator is null ? [dir, config, port] : [dir, config, port, coordinator];
        return globals.Handle(globals.Command("run", about, symbols), async (ui, parse, cancel) =>
        {
            var arguments = new List<string> { Installation.Host(host).OrStop(), "--dir", parse.GetRequiredValue(dir), "--config", parse.GetRequiredValue(config) };
            if (parse.GetValue(port) is { } number)
                arguments.AddRange(["--port", Money.Number(number)]);
            if (coordinator is not null && parse.GetValue(coordinator) is { } join)
                arguments.AddRange(["--coordinator", join]);
            return await RunAsync(host, arguments, cancel);
        });
    }

    /// <summary>Runs the host with this terminal's streams. A signal is passed on; ending on request is success.</summary>
    private static async Task<int> RunAsync(string host, IEnumerable<string> arguments, CancellationToken cancel)
    {
        using var process = Process.Start(new ProcessStartInfo(Installation.DotNet, arguments) { UseShellExecute = false })
            ?? throw new CommandStopped(CliErrors.HostFailed.Of(host), ExitCode.Negative);
        try
        {
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            Posix.Signal(process.Id, Posix.SigTerm);
            using var limit = new CancellationTokenSource(StopLimit, TimeProvider.System);
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Posix.Signal(process.Id, Posix.SigKill);
                await process.WaitForExitAsync(CancellationToken.None);
            }
            return process.ExitCode == 0 ? ExitCode.Ok : ExitCode.Interrupted;
        }
        return process.ExitCode switch
        {
            0 => ExitCode.Ok,
            2 => ExitCode.Usage,
            _ => throw new CommandStopped(CliErrors.HostFailed.Of(host), ExitCode.Negative),
        };
    }
}
