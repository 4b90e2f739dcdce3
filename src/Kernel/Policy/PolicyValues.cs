using System.Globalization;
using System.Net;
using System.Xml;
using DataSpace.Kernel.Identity;

namespace DataSpace.Kernel.Policy;

/// <summary>Value grammars of the vocabulary.</summary>
internal static class PolicyValues
{
    /// <summary>Stands for "off" in a dominance check.</summary>
    public const long DominanceOff = 101;

    /// <summary>Stands for "off" in a check of the minimum group: single subjects.</summary>
    public const long MinimumOff = 1;

    /// <summary>Most predicates of a row filter.</summary>
    public const int MaxRowPredicates = 16;

    private const int MaxColumnChars = 64;
    private const int MaxHostChars = 253;
    private const int MaxValueChars = 256;
    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(36_525);

    private static readonly string[] MomentForms =
    [
        "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>RFC 3339 with an explicit offset; a local time means nothing between organisations.</summary>
    public static DateTimeOffset? Moment(string text)
        => (text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-'))
           && DateTimeOffset.TryParseExact(text, MomentForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment) ? moment : null;

    /// <summary>Digits only, no leading zero, so that a number has one spelling.</summary>
    public static long? Integer(string text)
        => text.Length is > 0 and <= 18 && text.All(char.IsAsciiDigit) && (text.Length == 1 || text[0] != '0')
            ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>A term or IRI: letters of any script, digits and <c>-_.:/#</c>, at most 256; no spaces, so that what looks equal is equal.</summary>
    public static bool IsPurpose(string text)
        => text.Length is > 0 and <= 256 && text.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or '/' or '#');

    /// <summary>A letter or underscore, then letters, digits and underscores; letters of any script.</summary>
    public static bool IsColumn(string text)
        => text.Length is > 0 and <= MaxColumnChars && (char.IsLetter(text[0]) || text[0] == '_') && text.All(c => char.IsLetterOrDigit(c) || c == '_');

    /// <summary>A name and version such as <c>secure-aggregation/1</c>, or <c>sha256:</c> and 64 lower-case hex digits.</summary>
    public static bool IsAlgorithm(string text) => text.StartsWith("sha256:", StringComparison.Ordinal)
        ? Crypto.Digest.IsSha256Hex(text[7..])
        : text.Length is > 0 and <= 128 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.' or '/');

    /// <summary>A CIDR block, or null.</summary>
    public static IPNetwork? Network(string text) => text.Contains('/', StringComparison.Ordinal) && IPNetwork.TryParse(text, out var network) ? network : null;

    /// <summary>An IP address or a host name in lower case.</summary>
    public static bool IsHost(string text) => text.Length is > 0 and <= MaxHostChars
        && (IPAddress.TryParse(text, out _) || text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.'));

    /// <summary>ISO 8601 duration in days, hours, minutes, seconds (<c>P30D</c>, <c>PT12H</c>), longer than zero and at most a hundred years. Months and years have no fixed length.</summary>
    public static TimeSpan? Duration(string text)
    {
        if (text.Length is < 3 or > 32 || text[0] != 'P' || text.Contains('Y', StringComparison.Ordinal) || text.Split('T')[0].Contains('M', StringComparison.Ordinal)
            || text.Contains('.', StringComparison.Ordinal))
            return null;
        try
        {
            var duration = XmlConvert.ToTimeSpan(text);
            return duration > TimeSpan.Zero && duration <= LongestDuration ? duration : null;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return null;
        }
    }

    /// <summary><c>column operator value</c>, separated by single spaces; the value may have more of them.</summary>
    public static RowPredicate? RowPredicate(string text)
        => text.Split(' ', 3) is [var column, ("eq" or "neq" or "lt" or "lteq" or "gt" or "gteq") and var op, { Length: > 0 and <= MaxValueChars } value]
           && IsColumn(column) && !value.Any(char.IsControl) ? new RowPredicate(column, op, value) : null;

    /// <summary><c>did:web:…#keyId</c>.</summary>
    public static bool IsCoProvider(string text)
    {
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        return hash > 0 && ParticipantId.Parse(text[..hash]).IsOk && text.Length - hash - 1 is > 0 and <= 128
            && text.AsSpan(hash + 1).IndexOfAnyExcept(KeyIdChars) < 0;
    }

    /// <summary><c>column:decimals:min:max</c>, the bounds as decimal numbers with at most that many decimals.</summary>
    public static ClampBound? Clamp(string text)
    {
        var parts = text.Split(':');
        if (parts.Length != 4 || !IsColumn(parts[0]) || Integer(parts[1]) is not { } decimals || decimals > 9
            || Scaled(parts[2], (int)decimals) is not { } min || Scaled(parts[3], (int)decimals) is not { } max || min > max)
            return null;
        return new ClampBound(parts[0], (int)decimals, min, max);
    }

    private static readonly System.Buffers.SearchValues<char> KeyIdChars =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    private static long? Scaled(string text, int decimals)
    {
        var negative = text.StartsWith('-');
        var digits = negative ? text[1..] : text;
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? digits : digits[..point];
        var fraction = point < 0 ? "" : digits[(point + 1)..];
        if (whole.Length == 0 || (point >= 0 && fraction.Length == 0) || fraction.Length > decimals || whole.Length + decimals > 18
            || !whole.All(char.IsAsciiDigit) || !fraction.All(char.IsAsciiDigit))
            return null;
        var value = long.Parse(whole + fraction.PadRight(decimals, '0'), CultureInfo.InvariantCulture);
        return negative ? -value : value;
    }
}
