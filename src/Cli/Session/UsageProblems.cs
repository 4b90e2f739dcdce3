using System.CommandLine;
using System.CommandLine.Parsing;

namespace DataSpace.Cli.Session;

/// <summary>Says in the chosen language what is wrong with a command line: every problem, with a suggestion for a typing slip.</summary>
internal static class UsageProblems
{
    /// <summary>All problems of a parse, at least one when the parse has errors.</summary>
    public static IReadOnlyList<string> Of(ParseResult parse, Ui ui)
    {
        var problems = new List<string>();
        foreach (var token in parse.UnmatchedTokens)
        {
            var text = ui.T(CommonTexts.Unknown, token);
            if (Nearest(token, parse.CommandResult.Command) is { } nearest)
                text += "; " + ui.T(CommonTexts.DidYouMean, nearest);
            problems.Add(text);
        }
        foreach (var error in parse.Errors)
        {
            if (Describe(error, parse, ui) is { } text)
                problems.Add(text);
        }
        return problems.Distinct().ToList();
    }

    private static string? Describe(ParseError error, ParseResult parse, Ui ui)
    {
        switch (error.SymbolResult)
        {
            case OptionResult { IdentifierToken: not null, Tokens.Count: 0 } option:
                return ui.T(CommonTexts.ValueWanted, option.Option.Name);
            case OptionResult { Tokens.Count: > 0 } option:
                return ui.T(CommonTexts.BadValue, option.Option.Name, string.Join(' ', option.Tokens));
            case OptionResult option:
                return ui.T(CommonTexts.ArgumentWanted, option.Option.Name);
            case ArgumentResult { Tokens.Count: 0, Parent: OptionResult option }:
                return ui.T(CommonTexts.ValueWanted, option.Option.Name);
            case ArgumentResult { Parent: OptionResult option } argument:
                return ui.T(CommonTexts.BadValue, option.Option.Name, string.Join(' ', argument.Tokens));
            case ArgumentResult { Tokens.Count: 0 } argument:
                return ui.T(CommonTexts.ArgumentWanted, argument.Argument.Name);
            case CommandResult command when parse.UnmatchedTokens.Count > 0 && command.Command == parse.CommandResult.Command:
                return null; // already listed with a suggestion
            case CommandResult { Command.Subcommands.Count: > 0, Command.Action: null }:
                return ui.T(CommonTexts.CommandWanted);
            case CommandResult command:
                var missing = command.Command.Options.FirstOrDefault(o => o.Required && command.GetResult(o) is null or OptionResult { Implicit: true });
                return missing is null ? ui.Plain(error.Message) : ui.T(CommonTexts.ArgumentWanted, missing.Name);
            default:
                return ui.Plain(error.Message);
        }
    }

    private static string? Nearest(string token, Command command)
    {
        var names = token.StartsWith('-')
            ? command.Options.Concat(command.Parents.OfType<Command>().SelectMany(p => p.Options)).Select(o => o.Name)
            : command.Subcommands.Select(c => c.Name);
        return names.Select(n => (Name: n, Distance: Distance(token, n)))
            .Where(n => n.Distance <= Math.Max(1, token.Length / 3))
            .OrderBy(n => n.Distance).Select(n => n.Name).FirstOrDefault();
    }

    /// <summary>Levenshtein distance; tokens longer than 64 characters are nobody's typing slip.</summary>
    private static int Distance(string a, string b)
    {
        if (a.Length > 64)
            return int.MaxValue;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[b.Length];
    }
}
