namespace DataSpace.Privacy.Intersection.Many;

/// <summary>
/// The items of a table that could not be peeled off, as linear equations over bits: one row per item, one column per entry that one of them touches and per dense entry. Gauss-Jordan; entries that no
/// row needs keep their random content.
/// </summary>
internal static class DenseSystem
{
    private const int WordBits = 64;

    /// <summary>Sets entries so that these items have their values. False when the rows depend on each other.</summary>
    public static bool Solve(TableShape shape, ReadOnlySpan<PrfOutput> keys, ReadOnlySpan<UInt128> values, int[] items, Span<UInt128> table)
    {
        var columns = Columns(shape, keys, items);
        var placeOf = new int[columns.Count + TableShape.DenseEntries];
        foreach (var (place, column) in columns)
            placeOf[column] = place;
        for (var i = 0; i < TableShape.DenseEntries; i++)
            placeOf[columns.Count + i] = table.Length - TableShape.DenseEntries + i;
        var words = (placeOf.Length + WordBits - 1) / WordBits;
        var (rows, sums) = (new ulong[items.Length][], new UInt128[items.Length]);
        for (var i = 0; i < items.Length; i++)
        {
            var key = keys[items[i]];
            sums[i] = values[items[i]];
            var row = rows[i] = new ulong[words];
            Set(row, columns[shape.A(key)]);
            Set(row, columns[shape.B(key)]);
            Set(row, columns[shape.C(key)]);
            for (var bit = 0; bit < TableShape.DenseEntries; bit++)
            {
                if ((key.Dense >> bit & 1) == 1)
                    Set(row, columns.Count + bit);
            }
        }

        if (Reduce(rows, sums) is not { } pivots)
            return false;
        // A pivot stands in its own row alone, so the other columns of a row are free: they keep what they have.
        var isPivot = new bool[words * WordBits];
        foreach (var pivot in pivots)
            isPivot[pivot] = true;
        for (var i = 0; i < rows.Length; i++)
        {
            var sum = sums[i];
            for (var column = 0; column < placeOf.Length; column++)
            {
                if (Has(rows[i], column) && !isPivot[column])
                    sum ^= table[placeOf[column]];
            }

            table[placeOf[pivots[i]]] = sum;
        }

        return true;
    }

    private static Dictionary<int, int> Columns(TableShape shape, ReadOnlySpan<PrfOutput> keys, int[] items)
    {
        var columns = new Dictionary<int, int>();
        foreach (var item in items)
        {
            foreach (var place in (ReadOnlySpan<int>)[shape.A(keys[item]), shape.B(keys[item]), shape.C(keys[item])])
                columns.TryAdd(place, columns.Count);
        }

        return columns;
    }

    private static int[]? Reduce(ulong[][] rows, UInt128[] sums)
    {
        var pivots = new int[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            if ((pivots[i] = First(rows[i])) < 0)
                return null;
            for (var other = 0; other < rows.Length; other++)
            {
                if (other == i || !Has(rows[other], pivots[i]))
                    continue;
                for (var word = 0; word < rows[i].Length; word++)
                    rows[other][word] ^= rows[i][word];
                sums[other] ^= sums[i];
            }
        }

        return pivots;
    }

    private static int First(ulong[] row)
    {
        var word = Array.FindIndex(row, w => w != 0);
        return word < 0 ? -1 : (word * WordBits) + System.Numerics.BitOperations.TrailingZeroCount(row[word]);
    }

    private static bool Has(ulong[] row, int column) => (row[column / WordBits] >> (column % WordBits) & 1) == 1;

    private static void Set(ulong[] row, int column) => row[column / WordBits] |= 1UL << (column % WordBits);
}
