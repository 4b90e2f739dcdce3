namespace DataSpace.Kernel.NegativeList;

/// <summary>Column name patterns: <c>*</c> stands for any run, <c>?</c> for one character. Time is bounded by length of text × length of pattern.</summary>
internal static class Glob
{
    /// <summary>Most stars in one pattern.</summary>
    public const int MaxStars = 8;

    private static readonly System.Buffers.SearchValues<char> Wild = System.Buffers.SearchValues.Create("*?");

    /// <summary>True when the text has a wildcard.</summary>
    public static bool IsPattern(string text) => text.AsSpan().IndexOfAny(Wild) >= 0;

    /// <summary>Both in folded spelling.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int p = 0, t = 0, star = -1, mark = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, mark) = (p++, t);
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == text[t]))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                // Only the last star is tried again: an earlier one can never need more than it has.
                p = star + 1;
                t = ++mark;
            }
            else
            {
                return false;
            }
        }
        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }

    /// <summary>Runs of at least three literal characters, as keys of three characters each; any text that matches holds every one of them.</summary>
    public static IReadOnlyList<ulong> Trigrams(string pattern)
    {
        var keys = new List<ulong>();
        for (var i = 0; i + 3 <= pattern.Length; i++)
        {
            if (pattern.AsSpan(i, 3).IndexOfAny(Wild) < 0)
                keys.Add(Key(pattern, i));
        }
        return keys;
    }

    /// <summary>Three characters from <paramref name="at"/> as one number.</summary>
    public static ulong Key(string text, int at) => ((ulong)text[at] << 32) | ((ulong)text[at + 1] << 16) | text[at + 2];
}
