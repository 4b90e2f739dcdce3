using System.Globalization;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy.Standard;

/// <summary>
/// Identifiers with a check character, MOD 37-2 of GB/T 17710 as NDI-TR-2025-04 Annex B uses it: digits are 0-9, letters 10-35, and <c>*</c> is 36, only as check.
/// </summary>
public static class StandardIdentifier
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*";

    /// <summary>Length of node, connector, product and resource ids.</summary>
    public const int NodeIdChars = 32;

    /// <summary>The check character of a body of digits and upper-case letters; throws on any other character, which is a bug of the caller.</summary>
    public static char CheckCharacter(ReadOnlySpan<char> body)
    {
        var sum = 0;
        foreach (var c in body)
        {
            var value = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (value is < 0 or 36)
                throw new ArgumentException("An identifier holds digits and upper-case letters only.", nameof(body));
            sum = (sum + value) * 2 % 37;
        }
        return Alphabet[(38 - sum) % 37];
    }

    /// <summary>Whether the last character is the check character of the rest.</summary>
    public static bool IsValid(ReadOnlySpan<char> id)
        => id.Length > 1 && IsBody(id[..^1]) && id[^1] == CheckCharacter(id[..^1]);

    /// <summary>True for a text that has the shape of a 32-character id; such a text must also pass its check.</summary>
    internal static bool LooksLikeOne(string text) => text.Length == NodeIdChars && IsBody(text.AsSpan(0, 31)) && Alphabet.Contains(text[31], StringComparison.Ordinal);

    internal static bool IsBody(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!(char.IsAsciiDigit(c) || char.IsAsciiLetterUpper(c)))
                return false;
        }
        return true;
    }
}

/// <summary>
/// A contract id (合约标识码), 47 characters: type 1, node type 1, subject 18, region or industry 4, time 14, random 8, check 1. Weights of the check repeat after 36
/// places, so swapping two characters exactly 36 apart is not caught by it; the fields are therefore checked as well.
/// </summary>
/// <param name="Type">Type character; the standard gives no value, <c>C</c> is the customary one.</param>
/// <param name="NodeType">4 for a business node.</param>
/// <param name="Subject">Subject id of the node, 18 digits or letters.</param>
/// <param name="Place">Region or industry, four digits.</param>
/// <param name="Time">YYYYMMDDHHMMSS.</param>
/// <param name="Random">Eight digits or letters.</param>
public sealed record ContractId(char Type, char NodeType, string Subject, string Place, string Time, string Random)
{
    /// <summary>Length of the whole.</summary>
    public const int Chars = 47;

    /// <summary>Node type of a business node.</summary>
    public const char BusinessNode = '4';

    /// <summary>Reads and checks every part and the check character.</summary>
    public static Result<ContractId> Parse(string text)
    {
        if (text.Length != Chars || !StandardIdentifier.IsBody(text.AsSpan(0, Chars - 1)))
            return Refuse("47 digits and upper-case letters");
        if (!StandardIdentifier.IsValid(text))
            return Refuse("check character");
        var id = new ContractId(text[0], text[1], text[2..20], text[20..24], text[24..38], text[38..46]);
        if (!char.IsAsciiLetterUpper(id.Type))
            return Refuse("type");
        if (id.NodeType != BusinessNode)
            return Refuse("node type");
        if (!id.Place.All(char.IsAsciiDigit))
            return Refuse("region or industry");
        return StandardTime.Digits(id.Time) is null ? Refuse("time") : id;
    }

    /// <summary>The id with its check character.</summary>
    public override string ToString()
    {
        var body = string.Create(CultureInfo.InvariantCulture, $"{Type}{NodeType}{Subject}{Place}{Time}{Random}");
        return body + StandardIdentifier.CheckCharacter(body);
    }

    private static DsError Refuse(string what) => StandardErrors.BadIdentifier.Of("contractId: " + what);
}

/// <summary>Times of the standard: YYYYMMDDHHMMSS in its dictionary, ISO 8601 in its interfaces; UTC in both here.</summary>
public static class StandardTime
{
    private const string DigitForm = "yyyyMMddHHmmss";
    private const string IsoForm = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>The moment of 14 digits, or null.</summary>
    public static DateTimeOffset? Digits(string text)
        => text.Length == 14 && DateTimeOffset.TryParseExact(text, DigitForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : null;

    /// <summary>14 digits of either form; whole seconds, UTC. Null when it is no time.</summary>
    public static string? Canonical(string text)
    {
        if (Digits(text) is not null)
            return text;
        return PolicyValues.Moment(text) is { } moment && moment.UtcTicks % TimeSpan.TicksPerSecond == 0
            ? moment.UtcDateTime.ToString(DigitForm, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>14 digits as RFC 3339, or null.</summary>
    public static string? ToIso(string digits) => Digits(digits)?.ToString(IsoForm, CultureInfo.InvariantCulture);

    /// <summary>RFC 3339 as 14 digits, only when that loses nothing: whole seconds, written with <c>Z</c>.</summary>
    public static string? FromIso(string iso)
        => DateTimeOffset.TryParseExact(iso, IsoForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment.ToString(DigitForm, CultureInfo.InvariantCulture) : null;
}
