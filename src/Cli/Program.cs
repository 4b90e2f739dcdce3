using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text;
using DataSpace.Cli;
using DataSpace.Cli.Session;

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
var language = Locale.Requested(args) ?? Locale.MessageLanguage(Environment.GetEnvironmentVariable);
var globals = new GlobalOptions(language);
var root = CommandTree.Build(globals);
var parse = root.Parse(args);
if (parse.Errors.Count > 0 && parse.Action is not Help)
{
    var ui = globals.MakeUi(args.Contains("--json"));
    ui.Error(CliErrors.BadArguments.Of(), UsageProblems.Of(parse, ui));
    return ExitCode.Usage;
}

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
return await parse.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false }, cancel.Token);
