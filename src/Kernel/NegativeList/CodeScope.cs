namespace DataSpace.Kernel.NegativeList;

/// <summary>Codes that contain each other: industries (GB/T 4754), scenarios and topics (five places, zeros at the end are wider), regions (ISO 3166, GB/T 2260).</summary>
internal static class CodeScope
{
    /// <summary>The code itself, then every wider one, in folded spelling. A plain word has only itself.</summary>
    public static string[] Ancestors(string folded)
    {
        var code = Shorten(folded);
        if (IsRegionBelowCountry(code))
        {
            // Below a country GB/T 2260 counts in pairs (province, city, district); other countries' subdivisions are taken whole.
            return code.StartsWith("cn-", StringComparison.Ordinal) && IsDigits(code.AsSpan(3))
                ? code.Length switch
                {
                    9 => [code, code[..7], code[..5], "cn"],
                    7 => [code, code[..5], "cn"],
                    _ => [code, "cn"],
                }
                : [code, code[..2]];
        }
        if (code.Length is < 2 or > 5 || !char.IsAsciiLetterLower(code[0]) || !IsDigits(code.AsSpan(1)))
            return [code];
        var wider = new string[code.Length - (code.Length > 2 ? 1 : 0)];
        var next = 0;
        for (var length = code.Length; length >= 1; length--)
        {
            if (length != 2 || code.Length == 2) // one digit is no level of its own
                wider[next++] = code[..length];
        }
        return wider;
    }

    /// <summary>Without the zeros that only say "all of it": <c>cn-310000</c> → <c>cn-31</c>, <c>s0100</c> → <c>s01</c>, <c>s0000</c> → <c>s</c>.</summary>
    public static string Shorten(string folded)
    {
        if (folded.Length == 5 && char.IsAsciiLetterLower(folded[0]) && IsDigits(folded.AsSpan(1)))
            return folded.EndsWith("0000", StringComparison.Ordinal) ? folded[..1] : folded.EndsWith("00", StringComparison.Ordinal) ? folded[..3] : folded;
        if (folded.Length == 9 && folded.StartsWith("cn-", StringComparison.Ordinal) && IsDigits(folded.AsSpan(3)))
            return folded.EndsWith("0000", StringComparison.Ordinal) ? folded[..5] : folded.EndsWith("00", StringComparison.Ordinal) ? folded[..7] : folded;
        return folded;
    }

    private static bool IsRegionBelowCountry(string code)
        => code.Length is >= 4 and <= 9 && code[2] == '-' && char.IsAsciiLetterLower(code[0]) && char.IsAsciiLetterLower(code[1]);

    private static bool IsDigits(ReadOnlySpan<char> text) => !text.IsEmpty && text.IndexOfAnyExceptInRange('0', '9') < 0;
}

/// <summary>The border of data-export law.</summary>
public static class RegionScope
{
    /// <summary>
    /// In a rule's destination: everywhere that data-export law treats as abroad (境外): other countries, and the regions with a customs territory of
    /// their own (GB/T 2260 71, 81, 82; ISO 3166 TW, HK, MO).
    /// </summary>
    public const string Abroad = "abroad";

    /// <summary>True when a result for this region crosses the border; null (unknown) counts as crossing.</summary>
    public static bool IsAbroad(string? region)
    {
        if (region is null)
            return true;
        var code = CodeScope.Shorten(RuleText.Fold(region));
        return !(code == "cn" || code.StartsWith("cn-", StringComparison.Ordinal))
            || code.StartsWith("cn-71", StringComparison.Ordinal) || code.StartsWith("cn-81", StringComparison.Ordinal) || code.StartsWith("cn-82", StringComparison.Ordinal);
    }
}
