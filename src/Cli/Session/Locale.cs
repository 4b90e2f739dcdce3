namespace DataSpace.Cli.Session;

/// <summary>What the environment says about language and character set, POSIX order: LC_ALL, LC_MESSAGES or LC_CTYPE, LANG.</summary>
internal static class Locale
{
    /// <summary>Language of messages: <c>zh*</c> is Chinese, anything else English.</summary>
    public static Language MessageLanguage(Func<string, string?> variable)
        => First(variable, "LC_ALL", "LC_MESSAGES", "LANG").StartsWith("zh", StringComparison.OrdinalIgnoreCase)
            ? Language.Zh
            : Language.En;

    /// <summary>True when the terminal's character set is UTF-8; under <c>C</c> or without a locale it is plain ASCII.</summary>
    public static bool IsUtf8(Func<string, string?> variable)
    {
        var name = First(variable, "LC_ALL", "LC_CTYPE", "LANG");
        return name.Contains("UTF-8", StringComparison.OrdinalIgnoreCase) || name.Contains("UTF8", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The value of <c>--lang</c> in raw arguments, needed before parsing because the help itself is bilingual.</summary>
    public static Language? Requested(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--")
                return null;
            var value = arguments[i].StartsWith("--lang=", StringComparison.Ordinal) ? arguments[i]["--lang=".Length..]
                : arguments[i] == "--lang" && i + 1 < arguments.Count ? arguments[i + 1]
                : null;
            if (value is "zh" or "en")
                return value == "zh" ? Language.Zh : Language.En;
        }
        return null;
    }

    private static string First(Func<string, string?> variable, params string[] names)
    {
        foreach (var name in names)
        {
            if (variable(name) is { Length: > 0 } value)
                return value;
        }
        return "";
    }
}
