using System.Collections.Frozen;

namespace DataSpace.Kernel.Policy;

/// <summary>
/// Regions as two-letter country (ISO 3166-1), or <c>CN-</c> and the six digits of GB/T 2260. Pairs of trailing zeros widen: <c>CN-310000</c> contains <c>CN-310115</c>,
/// <c>CN</c> contains both.
/// </summary>
public static class Region
{
    private const int CountryChars = 2;
    private const int FullChars = 9;
    private const int DigitsAt = 3;

    /// <summary>True for <c>CN</c> or <c>CN-310115</c>.</summary>
    public static bool IsValid(string text)
        => (text.Length is CountryChars || (text.Length is FullChars && text[CountryChars] == '-' && text.AsSpan(DigitsAt).IndexOfAnyExceptInRange('0', '9') < 0))
            && char.IsAsciiLetterUpper(text[0]) && char.IsAsciiLetterUpper(text[1]);

    /// <summary>True when <paramref name="inner"/> is <paramref name="outer"/> or lies in it.</summary>
    public static bool IsWithin(string inner, string outer)
    {
        var length = outer.Length;
        if (length == FullChars)
        {
            while (length > DigitsAt && outer[length - 1] == '0' && outer[length - 2] == '0')
                length -= 2;
            if (length == DigitsAt)
                length = CountryChars; // CN-000000 is the whole country
        }
        return inner.AsSpan().StartsWith(outer.AsSpan(0, length), StringComparison.Ordinal);
    }

    internal static bool IsWithinAny(string inner, FrozenSet<string> outer)
    {
        if (outer.Contains(inner))
            return true;
        foreach (var region in outer)
        {
            if (IsWithin(inner, region))
                return true;
        }
        return false;
    }
}
