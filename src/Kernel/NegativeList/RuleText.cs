namespace DataSpace.Kernel.NegativeList;

/// <summary>Which texts may stand in a regulator's document, and how values are compared.</summary>
internal static class RuleText
{
    /// <summary>Longest value of a list and longest id of a target, in characters.</summary>
    public const int MaxValueChars = 256;

    /// <summary>Longest title, basis and case id, in characters.</summary>
    public const int MaxTitleChars = 300;

    /// <summary>Longest rule id, in characters.</summary>
    public const int MaxRuleIdChars = 64;

    /// <summary>Ids of rules: visible ASCII that fits in file names and logs.</summary>
    public static bool IsRuleId(string text)
        => text.Length is > 0 and <= MaxRuleIdChars && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    /// <summary>
    /// One spelling for comparison: lower case, full-width forms as their ASCII. The same instance comes back when there is nothing to change.
    /// </summary>
    public static string Fold(string text)
    {
        foreach (var c in text)
        {
            if (c is >= '\uFF01' and <= '\uFF5E')
                return string.Create(text.Length, text, static (span, source) =>
                {
                    for (var i = 0; i < span.Length; i++)
                        span[i] = char.ToLowerInvariant(source[i] is >= '\uFF01' and <= '\uFF5E' ? (char)(source[i] - 0xFEE0) : source[i]);
                });
        }
        return text.ToLowerInvariant();
    }
}
