using System.Runtime.CompilerServices;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>
/// Where values stand in slots. Rows are the n data rows and one more per column, for the ridge. Few rows: a text holds several columns side by side, a tile each. Many rows: a column takes several
/// texts, a block each.
/// </summary>
internal sealed class TileLayout(int slots, int dataRows, int columns)
{
    /// <summary>Data rows and ridge rows.</summary>
    public int Rows { get; } = dataRows + columns;

    /// <summary>Columns side by side in one text.</summary>
    public int Tiles { get; } = Math.Max(1, slots / (dataRows + columns));

    /// <summary>Texts per column; more than one only where there is one tile.</summary>
    public int Blocks { get; } = (dataRows + columns + slots - 1) / slots;

    /// <summary>Of these, those with data rows.</summary>
    public int DataBlocks { get; } = (dataRows + slots - 1) / slots;

    public int Groups(int count) => (count + Tiles - 1) / Tiles;

    /// <summary>Columns in tiles and blocks: text of group g and block b at g·blocks + b.</summary>
    public ulong[][] Columns(IReadOnlyList<ulong[]> values, int blocks)
        => Texts(Groups(values.Count) * blocks, (text, tile, target) =>
        {
            var column = (text / blocks * Tiles) + tile;
            if (column < values.Count)
                Copy(values[column], text % blocks, target);
        });

    /// <summary>One constant per tile: what each row of a column is multiplied by.</summary>
    public ulong[][] Constants(ulong[] values)
        => Texts(Groups(values.Length), (text, tile, target) =>
        {
            if ((text * Tiles) + tile < values.Length)
                target.Fill(values[(text * Tiles) + tile]);
        });

    /// <summary>One column in every tile.</summary>
    public ulong[][] Repeated(ulong[] values, int blocks) => Texts(blocks, (block, _, target) => Copy(values, block, target));

    /// <summary>Values in the first slots of one text.</summary>
    public ulong[] Plain(ulong[] values)
    {
        var text = new ulong[slots];
        values.CopyTo(text, 0);
        return text;
    }

    /// <summary>Per data row the sum over tiles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ulong[] SumOfTiles(IReadOnlyList<ulong[]> texts, ulong modulus)
    {
        var sums = new ulong[dataRows];
        for (var row = 0; row < dataRows; row++)
        {
            var (text, at) = (texts[Tiles > 1 ? 0 : row / slots], Tiles > 1 ? row : row % slots);
            var sum = 0UL;
            for (var tile = 0; tile < Tiles; tile++)
                sum += text[(tile * Rows) + at];
            sums[row] = sum % modulus;
        }

        return sums;
    }

    /// <summary>Per column the sum over the rows of its tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ulong[] SumOfRows(IReadOnlyList<ulong[]> texts, int count, ulong modulus)
    {
        var sums = new ulong[count];
        for (var column = 0; column < count; column++)
        {
            var length = Tiles > 1 ? Rows : slots;
            sums[column] = SumOfSlots(texts[column / Tiles].AsSpan(column % Tiles * length, length), modulus);
        }

        return sums;
    }

    /// <summary>The sum of all slots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong SumOfSlots(ReadOnlySpan<ulong> text, ulong modulus)
    {
        var sum = 0UL; // fewer than 2^20 slots below 2^40
        foreach (var slot in text)
            sum += slot;
        return sum % modulus;
    }

    /// <summary>The part of a column that belongs into a block, as far as it goes.</summary>
    private void Copy(ulong[] column, int block, Span<ulong> target)
    {
        var start = Math.Min(block * slots, column.Length);
        column.AsSpan(start, Math.Min(target.Length, column.Length - start)).CopyTo(target);
    }

    private ulong[][] Texts(int count, TileFiller fill)
    {
        var texts = new ulong[count][];
        var length = Tiles > 1 ? Rows : slots;
        for (var text = 0; text < count; text++)
        {
            texts[text] = new ulong[slots];
            for (var tile = 0; tile < Tiles; tile++)
                fill(text, tile, texts[text].AsSpan(tile * length, length));
        }

        return texts;
    }

    private delegate void TileFiller(int text, int tile, Span<ulong> target);
}
