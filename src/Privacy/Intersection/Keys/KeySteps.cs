using System.Text;

namespace DataSpace.Privacy.Intersection.Keys;

/// <summary>
/// The steps that a key rule may name. Each is a pure function that gives null for a value that it cannot take; a row with such a value is left out and counted.
/// <c>trim</c>, <c>lower</c>, <c>upper</c>, <c>width</c> (full-width forms to ASCII), <c>nfc</c> (normalization form C), <c>phone:CC</c> (E.164, with the country code that a number without one has),
/// <c>id-card-cn</c> (GB 11643, 15 digits made 18, check digit verified).
/// </summary>
public static class KeySteps
{
    private const string PhonePrefix = "phone:";
    private const int IdChars = 18;

    // GB 11643-1999: weights 2^(17-i) mod 11, and the check digit for each remainder.
    private static readonly int[] IdWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    private const string IdChecks = "10X98765432";

    /// <summary>The step of that name, or null.</summary>
    internal static Func<string, string?>? Find(string name) => name switch
    {
        "trim" => value => value.Trim(),
        "lower" => value => value.ToLowerInvariant(),
        "upper" => value => value.ToUpperInvariant(),
        "width" => Narrow,
        "nfc" => NormalFormC.Of,
        "id-card-cn" => IdCard,
        _ when name.StartsWith(PhonePrefix, StringComparison.Ordinal) && name.Length - PhonePrefix.Length is >= 1 and <= 3
            && name.AsSpan(PhonePrefix.Length).IndexOfAnyExceptInRange('0', '9') < 0 && name[PhonePrefix.Length] != '0'
            => Phone(name[PhonePrefix.Length..]),
        _ => null,
    };

    /// <summary>U+FF01 to U+FF5E and the ideographic space, as people type them beside Chinese text.</summary>
    private static string Narrow(string value)
        => string.Create(value.Length, value, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
                target[i] = source[i] is >= '\uff01' and <= '\uff5e' ? (char)(source[i] - 0xfee0) : source[i] == '\u3000' ? ' ' : source[i];
        });

    /// <summary>E.164: + and 8 to 15 digits. Spaces, dots, hyphens, slashes and parentheses go; 00 is +; a number without either gets the country code, less one leading 0.</summary>
    private static Func<string, string?> Phone(string countryCode) => value =>
    {
        var digits = new StringBuilder();
        var international = false;
        foreach (var c in value)
        {
            if (char.IsAsciiDigit(c))
                digits.Append(c);
            else if (c == '+' && digits.Length == 0 && !international)
                international = true;
            else if (c is not (' ' or '.' or '-' or '/' or '(' or ')'))
                return null;
        }

        var number = digits.ToString();
        if (!international && number.StartsWith("00", StringComparison.Ordinal))
            (international, number) = (true, number[2..]);
        if (!international)
            number = countryCode + (number.StartsWith('0') ? number[1..] : number);
        return number.Length is >= 8 and <= 15 && number[0] != '0' ? "+" + number : null;
    };

    private static string? IdCard(string value)
    {
        var isOld = value.Length == IdChars - 3;
        if (isOld)
            value = value[..6] + "19" + value[6..] + "X"; // the check digit is worked out below
        if (value.Length != IdChars || value.AsSpan(0, IdChars - 1).IndexOfAnyExceptInRange('0', '9') >= 0)
            return null;
        var sum = 0;
        for (var i = 0; i < IdWeights.Length; i++)
            sum += (value[i] - '0') * IdWeights[i];
        var check = IdChecks[sum % 11];
        return isOld || char.ToUpperInvariant(value[^1]) == check ? value[..^1] + check : null;
    }
}
