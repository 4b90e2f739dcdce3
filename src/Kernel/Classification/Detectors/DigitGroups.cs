namespace DataSpace.Kernel.Classification.Detectors;

/// <summary>
/// Numbers in text: groups of digits joined by single spaces or hyphens, taken alone and together with the groups before them. A group is never cut, so
/// that a longer number does not contain a shorter one by chance; digits after a decimal point are no number of their own.
/// </summary>
internal static class DigitGroups
{
    private const int MaxGroups = 6;
    private const int MaxDigits = 19;

    public static ScanHits Scan(ReadOnlySpan<char> text)
    {
        var hits = default(ScanHits);
        Span<(int Start, int Length)> groups = stackalloc (int, int)[MaxGroups];
        var count = 0;
        var end = -1;
        for (var i = 0; i < text.Length;)
        {
            if (!char.IsAsciiDigit(text[i]))
            {
                i++;
                continue;
            }
            var start = i;
            while (i < text.Length && char.IsAsciiDigit(text[i]))
                i++;
            if (IsFraction(text, start) || HasFraction(text, i))
            {
                count = 0;
                continue;
            }
            if (!(count > 0 && start == end + 1 && text[end] is ' ' or '-'))
                count = 0;
            if (count == MaxGroups)
            {
                groups[1..].CopyTo(groups);
                count--;
            }
            groups[count++] = (start, i - start);
            end = i;
            hits = Windows(text, groups[..count], hits);
        }
        return hits;
    }

    /// <summary>All numbers that end with the last group.</summary>
    private static ScanHits Windows(ReadOnlySpan<char> text, ReadOnlySpan<(int Start, int Length)> groups, ScanHits hits)
    {
        Span<char> number = stackalloc char[MaxDigits + 1];
        var total = 0;
        for (var first = groups.Length - 1; first >= 0; first--)
        {
            total += groups[first].Length;
            if (total > MaxDigits)
                break;
            var length = 0;
            foreach (var (start, size) in groups[first..])
            {
                text.Slice(start, size).CopyTo(number[length..]);
                length += size;
            }
            var after = groups[^1].Start + groups[^1].Length;
            if (length == 17 && after < text.Length && text[after] is 'X' or 'x' && (after + 1 == text.Length || !char.IsAsciiLetterOrDigit(text[after + 1])))
                number[length++] = 'X';
            hits = Judge(number[..length], groups[first..], hits);
        }
        return hits;
    }

    private static ScanHits Judge(ReadOnlySpan<char> number, ReadOnlySpan<(int Start, int Length)> groups, ScanHits hits)
    {
        if (number.Length == 18)
        {
            var isIdCard = CheckDigits.IsIdCard(number);
            hits = hits.With(PersonalDataClass.IdCard, isIdCard);
            if (isIdCard)
                return hits;
        }
        if (Local(number) is { Length: 11 } mobile && IsPhoneGrouping(groups))
            hits = hits.With(PersonalDataClass.Phone, CheckDigits.IsMobile(mobile));
        if (number.Length >= 13 && number[^1] != 'X' && IsCardGrouping(groups))
            hits = hits.With(PersonalDataClass.BankCard, CheckDigits.IsBankCard(number));
        return hits;
    }

    /// <summary>Without the country code, where it is written as part of the number.</summary>
    private static ReadOnlySpan<char> Local(ReadOnlySpan<char> number)
        => number.Length == 13 && number.StartsWith("86") ? number[2..]
            : number.Length == 15 && number.StartsWith("0086") ? number[4..]
            : number;

    /// <summary>One piece, 3-4-4, 3-8 or 7-4; a country code in front is a group of its own.</summary>
    private static bool IsPhoneGrouping(ReadOnlySpan<(int Start, int Length)> groups) => groups.Length switch
    {
        1 => true,
        2 => groups[1].Length is 8 or 4 && groups[0].Length + groups[1].Length == 11,
        3 => groups[0].Length == 3 && groups[1].Length == 4 && groups[2].Length == 4,
        _ => false,
    };

    /// <summary>One piece, fours with a rest, or six and the rest.</summary>
    private static bool IsCardGrouping(ReadOnlySpan<(int Start, int Length)> groups)
    {
        if (groups.Length == 1)
            return true;
        if (groups.Length == 2)
            return groups[0].Length == 6;
        foreach (var (_, length) in groups[..^1])
        {
            if (length != 4)
                return false;
        }
        return groups[^1].Length <= 7;
    }

    private static bool IsFraction(ReadOnlySpan<char> text, int start)
        => start >= 2 && text[start - 1] == '.' && char.IsAsciiDigit(text[start - 2]);

    /// <summary>A fraction of zeros is how an engine writes a whole number, and none.</summary>
    private static bool HasFraction(ReadOnlySpan<char> text, int end)
    {
        if (end + 1 >= text.Length || text[end] != '.' || !char.IsAsciiDigit(text[end + 1]))
            return false;
        var rest = text[(end + 1)..];
        var digits = rest.IndexOfAnyExceptInRange('0', '9');
        return (digits < 0 ? rest : rest[..digits]).IndexOfAnyExcept('0') >= 0;
    }
}
