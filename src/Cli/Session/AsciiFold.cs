using System.Text;

namespace DataSpace.Cli.Session;

/// <summary>
/// Turns text into plain ASCII for terminals without UTF-8. Applied before layout, because some signs need more than one
/// character ("¥" is "CNY ") and a table must be measured with what is really printed.
/// </summary>
internal static class AsciiFold
{
    /// <summary>The text with typographic signs spelled out; every other non-ASCII character becomes a question mark.</summary>
    public static string Fold(string text)
    {
        if (text.All(char.IsAscii))
            return text;
        var result = new StringBuilder(text.Length + 8);
        foreach (var rune in text.EnumerateRunes())
            result.Append(rune.IsAscii ? ((char)rune.Value).ToString() : Spell(rune.Value));
        return result.ToString();
    }

    private static string Spell(int rune) => rune switch
    {
        '✓' => "OK",
        '✗' => "XX",
        '—' or '–' => "-",
        '…' => "...",
        '→' => "->",
        '←' => "<-",
        '×' => "x",
        '·' or '•' => "-",
        '≤' => "<=",
        '≥' => ">=",
        '≠' => "!=",
        '≈' => "~",
        '¥' => "CNY ",
        '²' => "2",
        'σ' => "sigma",
        'Σ' => "Sum",
        '“' or '”' => "\"",
        '‘' or '’' => "'",
        '\u00a0' => " ",
        _ => "?",
    };
}

/// <summary>Last line of defence: whatever reaches a plain-ASCII terminal unfolded (borders, foreign text) becomes one ASCII character.</summary>
internal sealed class AsciiWriter(TextWriter inner) : TextWriter
{
    /// <inheritdoc />
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc />
    public override void Write(char value)
    {
        if (char.IsLowSurrogate(value))
            return; // its high half already printed one sign
        inner.Write(char.IsAscii(value) ? value : '?');
    }

    /// <inheritdoc />
    public override void Flush() => inner.Flush();
}
