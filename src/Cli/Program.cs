using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text;
using DataSpace.Cli.Session;

namespace DataSpace.Cli;

/// <summary>The command line.</summary>
internal static class Program
{
    /// <summary>Runs one command as this process.</summary>
    public static async Task<int> Main(string[] args)
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        // A signal asks the command to end; the command stops what it started and returns. Its own clean-up is bounded in time.
        using var cancel = new CancellationTokenSource();
        PosixSignalRegistration On(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            cancel.Cancel();
        });
        using var interrupt = On(PosixSignal.SIGINT);
        using var terminate = On(PosixSignal.SIGTERM);
        using var hangUp = On(PosixSignal.SIGHUP);
        return await RunAsync(args, Environment.GetEnvironmentVariable, Console.Out, Console.Error, cancel.Token);
    }

    /// <summary>Runs one command with these variables and streams.</summary>
    /// <returns>Exit code.</returns>
    public static async Task<int> RunAsync(string[] args, Func<string, string?> variable, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var language = Locale.Requested(args) ?? Locale.MessageLanguage(variable);
        var globals = new GlobalOptions(language) { Variable = variable, Output = output, Errors = errors };
        var parse = CommandTree.Build(globals).Parse(args);
        if (parse.Errors.Count > 0 && parse.Action is not Help)
        {
            var ui = globals.MakeUi(args.Contains("--json"));
            ui.Error(CliErrors.BadArguments.Of(), UsageProblems.Of(parse, ui));
            return ExitCode.Usage;
        }
        return await parse.InvokeAsync(
            new InvocationConfiguration { Output = output, Error = errors, ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false }, cancel);
    }
}
