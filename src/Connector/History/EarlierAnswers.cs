namespace DataSpace.Connector.History;

/// <summary>A set that was released before: a cell, or the sum of an answer's cells in one layer.</summary>
/// <param name="Id">Key of its members in the store.</param>
/// <param name="Sketch">What is known of it without reading it.</param>
/// <param name="MinGroup">The largest minimum group under which it was released.</param>
internal sealed record EarlierSet(long Id, SetSketch Sketch, int MinGroup);

/// <summary>One layer of one earlier answer: cells that a reader may add up, since no row is in two of them.</summary>
/// <param name="Cells">Its released cells.</param>
internal sealed record EarlierSum(IReadOnlyList<EarlierSet> Cells);

/// <summary>Everything released to a consumer group about a dataset in one layer, ready to be compared with.</summary>
internal sealed class EarlierLayer
{
    private readonly int[] _counts;

    public EarlierLayer(IEnumerable<EarlierSet> sets, IReadOnlyList<EarlierSum> sums)
    {
        Sets = [.. sets.GroupBy(s => s.Id).Select(g => g.MaxBy(s => s.MinGroup)!).OrderBy(s => s.Sketch.Count)];
        Sums = sums;
        _counts = [.. Sets.Select(s => s.Sketch.Count)];
        MinGroup = Sets.Count == 0 ? 0 : Sets.Max(s => s.MinGroup);
    }

    /// <summary>Nothing released yet.</summary>
    public static EarlierLayer None { get; } = new([], []);

    /// <summary>Each set once, by rising size.</summary>
    public IReadOnlyList<EarlierSet> Sets { get; }

    /// <summary>Answers with at least two cells.</summary>
    public IReadOnlyList<EarlierSum> Sums { get; }

    /// <summary>The largest minimum group among them.</summary>
    public int MinGroup { get; }

    /// <summary>Sets whose size differs from <paramref name="count"/> by less than <paramref name="distance"/>.</summary>
    public IEnumerable<EarlierSet> Near(int count, int distance)
    {
        var from = Array.BinarySearch(_counts, count - distance + 1);
        from = from < 0 ? ~from : from;
        while (from > 0 && _counts[from - 1] > count - distance)
            from--;
        for (var i = from; i < _counts.Length && _counts[i] < count + distance; i++)
            yield return Sets[i];
    }
}
