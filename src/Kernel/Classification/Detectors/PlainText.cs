using System.Globalization;

namespace DataSpace.Kernel.Classification.Detectors;

/// <summary>Brings the spellings of one number together: full-width forms, digits of other scripts, every kind of space and hyphen; marks without width go.</summary>
internal static class PlainText
{
    private const int FullWidthOffset = 0xFEE0;

    /// <summary>Writes the plain form to <paramref name="output"/>, which is at least as long; returns its length.</summary>
    public static int Write(ReadOnlySpan<char> text, Span<char> output)
    {
        var length = 0;
        foreach (var c in text)
        {
            if (c < '\x80')
                output[length++] = c is '\t' ? ' ' : c;
            else if (!IsWithoutWidth(c))
                output[length++] = Plain(c);
        }
        return length;
    }

    private static char Plain(char c) => c switch
    {
        >= '\uFF01' and <= '\uFF5E' => (char)(c - FullWidthOffset),
        '\u3000' or '\u00A0' or (>= '\u2000' and <= '\u200A') or '\u202F' => ' ',
        (>= '\u2010' and <= '\u2015') or '\u2212' or '\uFE58' or '\uFE63' => '-',
        _ when char.IsDigit(c) => (char)('0' + CharUnicodeInfo.GetDecimalDigitValue(c)),
        _ => c,
    };

    private static bool IsWithoutWidth(char c) => c is (>= '\u200B' and <= '\u200F') or '\u2060' or '\uFEFF' or '\u00AD' or (>= '\u202A' and <= '\u202E');
}
