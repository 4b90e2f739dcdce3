using System.Globalization;
using System.Text;

namespace DataSpace.Privacy.Intersection.Keys;

/// <summary>
/// Normalization form C (UAX 15) by the facts of Unicode 15 in <c>nfc.txt</c>: the platform composes nothing without its culture data, which this project leaves out. By Unicode's stability
/// policy every later version gives the same for these characters. A character that the facts do not know is not taken: another version might compose it.
/// </summary>
internal sealed class NormalFormC
{
    // UAX 15, section 10 (The Unicode Standard, section 3.12): Hangul syllables are composed by arithmetic.
    private const int SBase = 0xAC00, LBase = 0x1100, VBase = 0x1161, TBase = 0x11A7, LCount = 19, VCount = 21, TCount = 28, SCount = LCount * VCount * TCount;
    private const int FirstMark = 0x300;
    private const string Facts = "DataSpace.Privacy.Intersection.Keys.nfc.txt";
    private static readonly Lazy<NormalFormC> Loaded = new(() => new NormalFormC());
    private readonly List<(int First, int Last)> _known = [];
    private readonly Dictionary<int, int> _classes = [];
    private readonly Dictionary<int, (int First, int? Second)> _parts = [];
    private readonly Dictionary<(int First, int Second), int> _wholes = [];

    private NormalFormC()
    {
        using var reader = new StreamReader(typeof(NormalFormC).Assembly.GetManifestResourceStream(Facts)!, Encoding.ASCII);
        while (reader.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            int Code(int at) => int.Parse(words[at], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            switch (words[0])
            {
                case "k":
                    _known.Add((Code(1), Code(2)));
                    break;
                case "c":
                    for (var code = Code(2); code <= Code(3); code++)
                        _classes[code] = int.Parse(words[1], CultureInfo.InvariantCulture);
                    break;
                case "p":
                    (_parts[Code(1)], _wholes[(Code(2), Code(3))]) = ((Code(2), Code(3)), Code(1));
                    break;
                case "s":
                    _parts[Code(1)] = (Code(2), words.Length > 3 ? Code(3) : null);
                    break;
            }
        }
    }

    /// <summary>The value in form C, or null where it holds a character that is not known, or none (U+FFFD, half of a surrogate pair).</summary>
    public static string? Of(string value)
        => value.AsSpan().IndexOfAnyExceptInRange('\0', (char)(FirstMark - 1)) < 0 ? value : Loaded.Value.Normalise(value);

    private string? Normalise(string value)
    {
        var codes = new List<int>(value.Length);
        foreach (var rune in value.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar || !IsKnown(rune.Value))
                return null;
            Decompose(rune.Value, codes);
        }

        Order(codes);
        Compose(codes);
        var text = new StringBuilder(codes.Count);
        foreach (var code in codes)
            text.Append(new Rune(code).ToString());
        return text.ToString();
    }

    private bool IsKnown(int code)
    {
        var (low, high) = (0, _known.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _known[middle].First <= code ? (middle, high) : (low, middle - 1);
        }

        return _known[low].First <= code && code <= _known[low].Last;
    }

    private int ClassOf(int code) => _classes.GetValueOrDefault(code);

    private void Decompose(int code, List<int> into)
    {
        if (code - SBase is >= 0 and < SCount and var syllable)
        {
            into.Add(LBase + (syllable / (VCount * TCount)));
            into.Add(VBase + (syllable % (VCount * TCount) / TCount));
            if (syllable % TCount is > 0 and var trailing)
                into.Add(TBase + trailing);
        }
        else if (_parts.TryGetValue(code, out var parts))
        {
            Decompose(parts.First, into);
            if (parts.Second is { } second)
                into.Add(second); // what stands second is never decomposed further
        }
        else
        {
            into.Add(code);
        }
    }

    /// <summary>Canonical ordering (D109): marks between two starters by their class, equal ones as they stood.</summary>
    private void Order(List<int> codes)
    {
        for (var i = 1; i < codes.Count; i++)
        {
            var own = ClassOf(codes[i]);
            for (var at = i; own > 0 && at > 0 && ClassOf(codes[at - 1]) > own; at--)
                (codes[at - 1], codes[at]) = (codes[at], codes[at - 1]);
        }
    }

    /// <summary>Canonical composition (D117): a character joins the last starter unless one between them has its class or a higher one.</summary>
    private void Compose(List<int> codes)
    {
        var (kept, starter, between) = (0, -1, -1);
        foreach (var code in codes.ToArray())
        {
            var own = ClassOf(code);
            if (starter >= 0 && between < own && Whole(codes[starter], code) is { } whole)
            {
                codes[starter] = whole;
                continue;
            }

            (starter, between) = own == 0 ? (kept, -1) : (starter, own);
            codes[kept++] = code;
        }

        codes.RemoveRange(kept, codes.Count - kept);
    }

    private int? Whole(int first, int second) => (first - LBase, second - VBase) is ( >= 0 and < LCount, >= 0 and < VCount) and var (leading, vowel) ? SBase + (((leading * VCount) + vowel) * TCount)
        : first - SBase is >= 0 and < SCount and var syllable && syllable % TCount == 0 && second - TBase is > 0 and < TCount and var trailing ? first + trailing
        : _wholes.TryGetValue((first, second), out var whole) ? whole : null;
}
