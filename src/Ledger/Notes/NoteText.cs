using System.Globalization;
using System.Text;

namespace DataSpace.Ledger.Notes;

/// <summary>Text rules that notes, checkpoints and proofs share: one spelling for each value.</summary>
internal static class NoteText
{
    public static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Standard base64 with padding, or null. Unused bits must be zero, so that no second spelling of a signature exists.</summary>
    public static byte[]? FromBase64(string text)
    {
        var buffer = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, buffer, out var length))
            return null;
        var bytes = buffer[..length];
        return Convert.ToBase64String(bytes) == text ? bytes : null;
    }

    /// <summary>Decimal without sign or leading zero, or null.</summary>
    public static long? FromDecimal(string text)
        => text.Length is > 0 and <= 19 && (text == "0" || text[0] != '0')
           && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
