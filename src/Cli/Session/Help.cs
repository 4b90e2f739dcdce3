using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace DataSpace.Cli.Session;

/// <summary>Help in both languages: usage, commands, arguments, options, an example and the exit codes.</summary>
internal sealed class Help(GlobalOptions globals, IReadOnlyDictionary<string, string> examples) : SynchronousCommandLineAction
{
    /// <summary>Replaces the library's help on the root (it is inherited by every command).</summary>
    public static void Install(RootCommand root, GlobalOptions globals, IReadOnlyDictionary<string, string> examples)
    {
        foreach (var option in root.Options)
        {
            if (option is HelpOption help)
            {
                help.Action = new Help(globals, examples);
                help.Description = CommonTexts.OptionHelp.In(globals.Language);
            }
            else if (option is VersionOption version)
            {
                version.Description = CommonTexts.OptionVersion.In(globals.Language);
            }
        }
    }

    /// <inheritdoc />
    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.CommandResult.Command, globals.MakeUi(json: false));
        return ExitCode.Ok;
    }

    private void Write(Command command, Ui ui)
    {
        var path = PathOf(command);
        ui.Line(ui.Plain(command.Description ?? ""));
        ui.Line();
        var usage = $"  {path}";
        if (command.Subcommands.Count > 0)
            usage += " " + ui.T(CommonTexts.CommandPlaceholder);
        usage = command.Arguments.Aggregate(usage, (text, argument) => text + " " + argument.Name);
        usage = command.Options.Where(o => o.Required).Aggregate(usage, (text, option) => $"{text} {option.Name} {option.HelpName}");
        ui.Line(ui.T(CommonTexts.UsageTitle));
        ui.Line(usage + " " + ui.T(CommonTexts.OptionsPlaceholder));
        Section(ui, CommonTexts.CommandsTitle, command.Subcommands.Where(c => !c.Hidden).Select(c => (c.Name, c.Description)));
        Section(ui, CommonTexts.ArgumentsTitle, command.Arguments.Select(a => (a.Name, a.Description)));
        Section(ui, CommonTexts.OptionsTitle, OptionsOf(command).Select(o => (Label(o), o.Description)));
        if (examples.TryGetValue(path, out var example))
        {
            ui.Line();
            ui.Line(ui.T(CommonTexts.ExampleTitle));
            foreach (var line in example.Split('\n'))
                ui.Line("  " + ui.Plain(line));
        }
        ui.Line();
        ui.Line(ui.T(CommonTexts.ExitCodesTitle));
        ui.Line("  " + ui.T(CommonTexts.ExitCodes));
    }

    private static void Section(Ui ui, Phrase title, IEnumerable<(string Name, string? Text)> rows)
    {
        var list = rows.ToList();
        if (list.Count == 0)
            return;
        ui.Line();
        ui.Line(ui.T(title));
        var grid = new Spectre.Console.Grid();
        grid.AddColumn(new Spectre.Console.GridColumn { NoWrap = true, Padding = new Spectre.Console.Padding(2, 0, 2, 0) });
        grid.AddColumn(new Spectre.Console.GridColumn { Padding = new Spectre.Console.Padding(0, 0, 0, 0) });
        foreach (var (name, text) in list)
            grid.AddRow(new Spectre.Console.Text(name), new Spectre.Console.Text(ui.Plain(text ?? "")));
        ui.Show(grid);
    }

    private static IEnumerable<Option> OptionsOf(Command command)
    {
        var own = command.Options.Where(o => !o.Hidden);
        var inherited = Ancestors(command).SelectMany(a => a.Options).Where(o => o.Recursive && !o.Hidden);
        return own.Concat(inherited).DistinctBy(o => o.Name);
    }

    private static IEnumerable<Command> Ancestors(Command command)
    {
        for (var parent = command.Parents.OfType<Command>().FirstOrDefault(); parent is not null; parent = parent.Parents.OfType<Command>().FirstOrDefault())
            yield return parent;
    }

    private static string Label(Option option)
    {
        var names = string.Join(", ", option.Aliases.Where(a => a.StartsWith('-') && a != "-?").Append(option.Name).OrderBy(n => n.Length));
        return option.ValueType == typeof(bool) || option is HelpOption or VersionOption ? names : $"{names} {option.HelpName ?? "VALUE"}";
    }

    private static string PathOf(Command command)
        => string.Join(' ', Ancestors(command).Reverse().Append(command).Select(c => c is RootCommand ? "dataspace" : c.Name));
}
