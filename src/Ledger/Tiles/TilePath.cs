using System.Globalization;

namespace DataSpace.Ledger.Tiles;

/// <summary>
/// Address of a tile or an entry bundle below the log's directory. C2SP tlog-tiles: <c>tile/&lt;L&gt;/&lt;N&gt;[.p/&lt;W&gt;]</c> and
/// <c>tile/entries/&lt;N&gt;[.p/&lt;W&gt;]</c>, N in groups of three digits, all but the last with an <c>x</c> before them.
/// </summary>
/// <param name="Level">Level 0–7 of the tile (a level is eight tree levels high), or <see cref="EntriesLevel"/>.</param>
/// <param name="Number">Number of the tile within its level.</param>
/// <param name="Width">Hashes or entries in it, 1–256; 256 is a full tile.</param>
public readonly record struct TilePath(int Level, long Number, int Width)
{
    /// <summary>Hashes in a full tile, entries in a full bundle.</summary>
    public const int FullWidth = 256;

    /// <summary>Highest level of a tree with fewer than 2^63 leaves.</summary>
    public const int MaxLevel = 7;

    /// <summary>Stands for entry bundles in <see cref="Level"/>.</summary>
    public const int EntriesLevel = -1;

    /// <summary>True for an entry bundle.</summary>
    public bool IsEntries => Level == EntriesLevel;

    /// <summary>True when the tile or bundle is full, hence final.</summary>
    public bool IsFull => Width == FullWidth;

    /// <summary>The path with forward slashes, starting with <c>tile/</c>.</summary>
    public override string ToString()
    {
        var folder = IsEntries ? "entries" : Level.ToString(CultureInfo.InvariantCulture);
        var path = $"tile/{folder}/{FormatNumber(Number)}";
        return IsFull ? path : string.Create(CultureInfo.InvariantCulture, $"{path}.p/{Width}");
    }

    /// <summary>The full tile with the same number.</summary>
    public TilePath Full => this with { Width = FullWidth };

    /// <summary>Reads a path; null for anything that <see cref="ToString"/> would not write.</summary>
    public static TilePath? TryParse(string path)
    {
        if (path.Length > 80)
            return null;
        var parts = path.Split('/');
        if (parts.Length < 3 || parts[0] != "tile")
            return null;
        var level = EntriesLevel;
        if (parts[1] != "entries" && (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out level) || level > MaxLevel))
            return null;
        var width = FullWidth;
        var groups = parts[2..];
        if (groups.Length >= 2 && groups[^2].EndsWith(".p", StringComparison.Ordinal))
        {
            if (!int.TryParse(groups[^1], NumberStyles.None, CultureInfo.InvariantCulture, out width) || width is 0 or >= FullWidth)
                return null;
            groups = [.. groups[..^2], groups[^2][..^2]];
        }
        var digits = string.Concat(groups.Select(g => g.TrimStart('x')));
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return null;
        var parsed = new TilePath(level, number, width);
        return parsed.ToString() == path ? parsed : null;
    }

    /// <summary>All tiles and bundles of a tree: for each level the full ones from <paramref name="fromSize"/> on and the partial one at the edge.</summary>
    public static IEnumerable<TilePath> Between(long fromSize, long size)
    {
        for (var level = EntriesLevel; level <= MaxLevel; level++)
        {
            var shift = 8 * Math.Max(level, 0);
            var (first, count) = (fromSize >> shift, size >> shift);
            if (count == 0)
                break;
            if (first == count)
                continue;
            for (var number = first / FullWidth; number < count / FullWidth; number++)
                yield return new TilePath(level, number, FullWidth);
            if (count % FullWidth != 0)
                yield return new TilePath(level, count / FullWidth, (int)(count % FullWidth));
        }
    }

    private static string FormatNumber(long number)
    {
        var text = (number % 1000).ToString("D3", CultureInfo.InvariantCulture);
        for (number /= 1000; number > 0; number /= 1000)
            text = string.Create(CultureInfo.InvariantCulture, $"x{number % 1000:D3}/{text}");
        return text;
    }
}
