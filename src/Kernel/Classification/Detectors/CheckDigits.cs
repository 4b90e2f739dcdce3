namespace DataSpace.Kernel.Classification.Detectors;

/// <summary>Numbers that carry their own check. Pure; each takes the bare number, ASCII, nothing around it.</summary>
public static class CheckDigits
{
    private const int IdCardChars = 18;
    private const int OrganisationChars = 18;
    private const int MinCardDigits = 13;
    private const int MaxCardDigits = 19;
    private const int FirstBirthYear = 1900;
    private const int LastBirthYear = 2099;
    private const string OrganisationAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    /// <summary>GB 11643-1999: region, birth date, sequence, check character (ISO 7064 MOD 11-2, <c>X</c> for ten).</summary>
    public static bool IsIdCard(ReadOnlySpan<char> text)
    {
        if (text.Length != IdCardChars || !IsRegion(text) || !IsBirthDate(text.Slice(6, 8)))
            return false;
        var p = 0;
        for (var i = 0; i < IdCardChars - 1; i++)
        {
            if (!char.IsAsciiDigit(text[i]))
                return false;
            p = (p + (text[i] - '0')) * 2 % 11;
        }
        var check = (12 - p) % 11;
        return check == 10 ? text[^1] is 'X' or 'x' : text[^1] - '0' == check;
    }

    /// <summary>11 digits in a range that is given out to mobile phones.</summary>
    public static bool IsMobile(ReadOnlySpan<char> text)
        => text.Length == 11 && text[0] == '1' && text[1] is >= '3' and <= '9' && AllDigits(text);

    /// <summary>ISO/IEC 7812: 13 to 19 digits, a first digit that banks and travel have, Luhn, and not one digit throughout.</summary>
    public static bool IsBankCard(ReadOnlySpan<char> text)
    {
        if (text.Length is < MinCardDigits or > MaxCardDigits || text[0] is not ('3' or '4' or '5' or '6' or '9') || !AllDigits(text) || text.IndexOfAnyExcept(text[0]) < 0)
            return false;
        var sum = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var digit = text[text.Length - 1 - i] - '0';
            sum += i % 2 == 0 ? digit : digit < 5 ? 2 * digit : (2 * digit) - 9;
        }
        return sum % 10 == 0;
    }

    /// <summary>GB 32100-2015: registering body, kind, six digits of region, nine of the organisation, check (weights 3^i mod 31).</summary>
    public static bool IsOrganisation(ReadOnlySpan<char> text)
    {
        if (text.Length != OrganisationChars || text[0] is not ((>= '1' and <= '9') or 'A' or 'N' or 'Y') || !AllDigits(text.Slice(2, 6)))
            return false;
        int sum = 0, weight = 1;
        for (var i = 0; i < OrganisationChars; i++)
        {
            var value = OrganisationAlphabet.IndexOf(text[i], StringComparison.Ordinal);
            if (value < 0)
                return false;
            if (i == OrganisationChars - 1)
                return value == (31 - (sum % 31)) % 31;
            sum += value * weight;
            weight = weight * 3 % 31;
        }
        return false;
    }

    internal static bool AllDigits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;

    /// <summary>First two digits of GB/T 2260, and 83 and 91 of residence permits.</summary>
    private static bool IsRegion(ReadOnlySpan<char> text) => (text[0], text[1]) is
        ('1', >= '1' and <= '5') or ('2', >= '1' and <= '3') or ('3', >= '1' and <= '7') or ('4', >= '1' and <= '6') or ('5', >= '0' and <= '4')
        or ('6', >= '1' and <= '5') or ('7', '1') or ('8', '1' or '2' or '3') or ('9', '1');

    private static bool IsBirthDate(ReadOnlySpan<char> text)
    {
        if (!AllDigits(text))
            return false;
        var year = Number(text[..4]);
        var month = Number(text.Slice(4, 2));
        var day = Number(text.Slice(6, 2));
        return year is >= FirstBirthYear and <= LastBirthYear && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);
    }

    private static int Number(ReadOnlySpan<char> digits)
    {
        var value = 0;
        foreach (var digit in digits)
            value = (value * 10) + (digit - '0');
        return value;
    }
}
