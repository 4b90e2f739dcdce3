namespace DataSpace.Cli.Session;

/// <summary>Language of everything the program says.</summary>
internal enum Language
{
    /// <summary>English.</summary>
    En,

    /// <summary>Simplified Chinese.</summary>
    Zh,
}

/// <summary>
/// One text in both languages. Tables of phrases are <c>static readonly</c> fields of the <c>…Texts</c> classes;
/// a test walks them all and checks that both languages exist and take the same arguments.
/// </summary>
/// <param name="En">English, a composite format string.</param>
/// <param name="Zh">Simplified Chinese, with the same placeholders.</param>
internal sealed record Phrase(string En, string Zh)
{
    /// <summary>The text in <paramref name="language"/>, with arguments formatted independently of the culture.</summary>
    public string In(Language language, params object?[] arguments)
    {
        var text = language == Language.Zh ? Zh : En;
        return arguments.Length == 0 ? text : string.Format(System.Globalization.CultureInfo.InvariantCulture, text, arguments);
    }
}
