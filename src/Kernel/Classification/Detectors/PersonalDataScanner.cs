using System.Buffers;

namespace DataSpace.Kernel.Classification.Detectors;

/// <summary>
/// Looks through one value for personal data, also in the middle of free text. Linear in the length of the value; holds nothing back and says only
/// which classes are there. Numbers may be written in groups with single spaces or hyphens.
/// </summary>
public static class PersonalDataScanner
{
    private const int StackChars = 256;
    private const string PlateProvinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使";
    private const string PlateTails = "挂学警港澳领";

    /// <summary>Classes in <paramref name="text"/>.</summary>
    public static ScanHits Scan(ReadOnlySpan<char> text)
    {
        if (text.Length <= StackChars)
        {
            Span<char> small = stackalloc char[StackChars];
            return ScanPlain(small[..PlainText.Write(text, small)]);
        }
        var rented = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            return ScanPlain(rented.AsSpan(0, PlainText.Write(text, rented)));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(rented, clearArray: true);
        }
    }

    private static ScanHits ScanPlain(ReadOnlySpan<char> text)
    {
        var hits = DigitGroups.Scan(text);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '@' && IsEmailAt(text, i))
                hits = hits.With(PersonalDataClass.Email, matches: true);
            else if (c > '\x80' && PlateProvinces.Contains(c, StringComparison.Ordinal) && IsPlateAt(text[(i + 1)..]))
                hits = hits.With(PersonalDataClass.Plate, matches: true);
            else if (char.IsAsciiLetterOrDigit(c) && (i == 0 || !char.IsAsciiLetterOrDigit(text[i - 1])))
                hits = Organisation(text[i..], hits);
        }
        return hits;
    }

    /// <summary>A word of exactly 18 letters and digits.</summary>
    private static ScanHits Organisation(ReadOnlySpan<char> text, ScanHits hits)
    {
        const int Chars = 18;
        var length = 0;
        while (length < text.Length && length <= Chars && char.IsAsciiLetterOrDigit(text[length]))
            length++;
        if (length != Chars)
            return hits;
        Span<char> upper = stackalloc char[Chars];
        for (var i = 0; i < Chars; i++)
            upper[i] = char.ToUpperInvariant(text[i]);
        return CheckDigits.IsIdCard(upper) ? hits : hits.With(PersonalDataClass.OrganisationId, CheckDigits.IsOrganisation(upper));
    }

    /// <summary>RFC 5321 as people write it: a local part before, two labels or more after, the last of letters.</summary>
    private static bool IsEmailAt(ReadOnlySpan<char> text, int at)
    {
        if (at == 0 || !(char.IsAsciiLetterOrDigit(text[at - 1]) || text[at - 1] is '_' or '-' or '+'))
            return false;
        int label = 0, dots = 0, letters = 0;
        for (var i = at + 1; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '.' && label > 0)
            {
                if (i + 1 >= text.Length || !char.IsAsciiLetterOrDigit(text[i + 1]))
                    break; // the full stop of a sentence
                (label, letters, dots) = (0, 0, dots + 1);
            }
            else if (char.IsAsciiLetterOrDigit(c) || (c == '-' && label > 0))
            {
                label++;
                letters += char.IsAsciiLetter(c) ? 1 : 0;
            }
            else
            {
                break;
            }
        }
        return dots > 0 && label >= 2 && letters == label;
    }

    /// <summary>
    /// After the province: a letter, perhaps a dot or space, then five characters (at most two letters, or four and a tail such as 学), or six of a
    /// new-energy vehicle (a letter first or last, digits else).
    /// </summary>
    private static bool IsPlateAt(ReadOnlySpan<char> rest)
    {
        if (rest.Length < 6 || !IsPlateLetter(char.ToUpperInvariant(rest[0])))
            return false;
        rest = rest[(rest[1] is '·' or '•' or '.' or ' ' or '-' ? 2 : 1)..];
        int digits = 0, letters = 0, length = 0;
        while (length < rest.Length && length <= 6 && char.IsAsciiLetterOrDigit(rest[length]))
        {
            if (char.IsAsciiDigit(rest[length]))
                digits++;
            else if (IsPlateLetter(char.ToUpperInvariant(rest[length])))
                letters++;
            else
                return false;
            length++;
        }
        return length switch
        {
            4 => letters <= 2 && rest.Length > 4 && PlateTails.Contains(rest[4], StringComparison.Ordinal),
            5 => letters <= 2,
            6 => letters is 1 or 2 && (char.IsAsciiLetter(rest[0]) || char.IsAsciiLetter(rest[5])) && digits >= 4,
            _ => false,
        };
    }

    private static bool IsPlateLetter(char c) => c is >= 'A' and <= 'Z' and not ('I' or 'O');
}
