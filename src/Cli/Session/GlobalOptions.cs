using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Kernel.Results;

namespace DataSpace.Cli.Session;

/// <summary>Options that every command takes, and the one way a command's handler is run.</summary>
internal sealed class GlobalOptions
{
    /// <summary>Options with descriptions in <paramref name="language"/>.</summary>
    public GlobalOptions(Language language)
    {
        Language = language;
        Lang = new Option<string?>("--lang") { Description = CommonTexts.OptionLang.In(language), HelpName = "zh|en", Recursive = true };
        Lang.AcceptOnlyFromAmong("zh", "en");
        Json = new Option<bool>("--json") { Description = CommonTexts.OptionJson.In(language), Recursive = true };
        Node = new Option<string?>("--node") { Description = CommonTexts.OptionNode.In(language), HelpName = "DIR", Recursive = true };
    }

    /// <summary>Language of this run.</summary>
    public Language Language { get; }

    /// <summary>Environment variables by name.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Where results go.</summary>
    public TextWriter Output { get; init; } = Console.Out;

    /// <summary>Where errors go, and what people read beside <c>--json</c>.</summary>
    public TextWriter Errors { get; init; } = Console.Error;

    /// <summary><c>--lang</c>; its value was already read before parsing.</summary>
    public Option<string?> Lang { get; }

    /// <summary><c>--json</c>.</summary>
    public Option<bool> Json { get; }

    /// <summary><c>--node</c>.</summary>
    public Option<string?> Node { get; }

    /// <summary>A command with its texts in the chosen language.</summary>
    public Command Command(string name, Phrase description, params Symbol[] symbols)
    {
        var command = new Command(name, description.In(Language));
        foreach (var symbol in symbols)
        {
            if (symbol is Option option)
                command.Options.Add(option);
            else if (symbol is Argument argument)
                command.Arguments.Add(argument);
            else if (symbol is Command sub)
                command.Subcommands.Add(sub);
        }
        return command;
    }

    /// <summary>An option with a value.</summary>
    public Option<T> Option<T>(string name, Phrase description, string helpName = "", bool required = false)
        => new(name) { Description = description.In(Language), HelpName = helpName.Length == 0 ? null : helpName, Required = required };

    /// <summary>A required argument.</summary>
    public Argument<string> Argument(string name, Phrase description) => new(name) { Description = description.In(Language) };

    /// <summary>Gives a command its handler; errors, signals and surprises end here, never as a stack trace.</summary>
    public Command Handle(Command command, Func<Ui, ParseResult, CancellationToken, Task<int>> handler)
    {
        command.SetAction((parse, cancel) => RunAsync(parse, handler, cancel));
        return command;
    }

    /// <summary>Opens the node that <c>--node</c> or DATASPACE_NODE names.</summary>
    public NodeClient OpenNode(ParseResult parse)
        => NodeClient.Open(parse.GetValue(Node) ?? Variable("DATASPACE_NODE")).OrStop();

    /// <summary>The console as these arguments and this environment want it.</summary>
    public Ui MakeUi(bool json) => new(
        Language, json, Output, Errors,
        unicode: Locale.IsUtf8(Variable),
        noColor: Variable("NO_COLOR") is { Length: > 0 },
        terminal: Variable("TERM"),
        columns: Variable("COLUMNS"));

    private async Task<int> RunAsync(ParseResult parse, Func<Ui, ParseResult, CancellationToken, Task<int>> handler, CancellationToken cancel)
    {
        var ui = MakeUi(parse.GetValue(Json));
        try
        {
            return await handler(ui, parse, cancel);
        }
        catch (CommandStopped stop)
        {
            ui.Error(stop.Error, stop.Problems);
            return stop.ExitCode;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            ui.Error(CliErrors.Interrupted.Of());
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (Variable("DATASPACE_DEBUG") is not { Length: > 0 })
        {
            // File and directory trouble explains itself; the message holds a path of this machine, which its user may see.
            ui.Error(CliErrors.Unexpected.Of(e is IOException or UnauthorizedAccessException ? e.Message : e.GetType().Name));
            return ExitCode.Negative;
        }
    }
}
