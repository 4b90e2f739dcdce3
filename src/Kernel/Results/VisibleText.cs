using System.Globalization;
using System.Text;

namespace DataSpace.Kernel.Results;

/// <summary>Which texts may stand in what people sign: rules, policies, orders.</summary>
public static class VisibleText
{
    /// <summary>
    /// True when people read what machines read: no control, format, private or unassigned characters, no lone surrogates, and nothing that is
    /// written from right to left (texts here are Chinese and English; mixed direction lets a text look like its opposite).
    /// </summary>
    public static bool IsSafe(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return true; // printable ASCII hides nothing
        for (var i = 0; i < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune) || IsRightToLeft(rune.Value))
                return false;
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                return false;
            i += rune.Utf16SequenceLength;
        }
        return true;
    }

    /// <summary>The blocks of Unicode whose letters have bidirectional class R or AL.</summary>
    private static bool IsRightToLeft(int code)
        => code is (>= 0x0590 and <= 0x08FF) or (>= 0xFB1D and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFE) or (>= 0x10800 and <= 0x10FFF) or (>= 0x1E800 and <= 0x1EFFF);
}
