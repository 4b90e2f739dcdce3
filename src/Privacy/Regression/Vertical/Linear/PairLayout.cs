using System.Runtime.CompilerServices;

namespace DataSpace.Privacy.Regression.Vertical.Linear;

/// <summary>
/// Where matrices with <paramref name="size"/> columns stand in slots so that products of two parties' shares are sums over slots of one answer. A text has tiles of size × size slots (i, j), one tile for each k.
/// </summary>
internal sealed class PairLayout(int slots, int size)
{
    private readonly int _tiles = Math.Max(1, slots / (size * size));

    /// <summary>Columns of every matrix here.</summary>
    public int Size => size;

    /// <summary>Rows per text.</summary>
    public int Tiles => _tiles;

    /// <summary>Texts of a matrix with so many rows.</summary>
    public int Texts(int rows) => (rows + _tiles - 1) / _tiles;

    /// <summary>E[k, j] in every row i of tile k.</summary>
    public ulong[][] Spread(ulong[] matrix) => Fill(matrix.Length / size, size, (k, _, j) => matrix[(k * size) + j]);

    /// <summary>F[k, i] in every column j of tile k: with <see cref="Spread"/> the tiles add up to FᵀE.</summary>
    public ulong[][] Turned(ulong[] matrix) => Fill(matrix.Length / size, size, (k, i, _) => matrix[(k * size) + i]);

    /// <summary>E[k, j] in row 0 of tile k.</summary>
    public ulong[][] Top(ulong[] matrix) => Fill(matrix.Length / size, 1, (k, _, j) => matrix[(k * size) + j]);

    /// <summary>v[k] in row 0 of tile k: with a matrix the tiles add up to Eᵀv.</summary>
    public ulong[][] Down(ulong[] vector) => Fill(vector.Length, 1, (k, _, _) => vector[k]);

    /// <summary>v[j] in row 0 of every tile of one text: with a matrix row 0 of tile k adds up to (E v)[k].</summary>
    public ulong[] Across(ulong[] vector) => Fill(_tiles, 1, (_, _, j) => vector[j])[0];

    /// <summary>Values in the first slots of one text.</summary>
    public ulong[] Plain(ulong[] values)
    {
        var text = new ulong[slots];
        values.CopyTo(text, 0);
        return text;
    }

    /// <summary>The sum over tiles: row by row, <paramref name="rows"/> of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ulong[] SumOfTiles(ulong[] text, int rows, ulong modulus)
    {
        var sums = new ulong[rows * size]; // fewer than 2^14 tiles of values below 2^40
        for (var tile = 0; tile < _tiles; tile++)
        {
            for (var at = 0; at < sums.Length; at++)
                sums[at] += text[(tile * size * size) + at];
        }

        return Array.ConvertAll(sums, sum => sum % modulus);
    }

    /// <summary>Per tile the sum over row 0, for so many rows of a matrix over several texts.</summary>
    public ulong[] SumOfTop(IReadOnlyList<ulong[]> texts, int rows, ulong modulus)
        => [.. Enumerable.Range(0, rows).Select(k => TileLayout.SumOfSlots(texts[k / _tiles].AsSpan(k % _tiles * size * size, size), modulus))];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ulong[][] Fill(int rows, int height, Func<int, int, int, ulong> value)
    {
        var texts = new ulong[Texts(rows)][];
        for (var text = 0; text < texts.Length; text++)
            texts[text] = new ulong[slots];
        for (var k = 0; k < rows; k++)
        {
            var (text, from) = (texts[k / _tiles], k % _tiles * size * size);
            for (var at = 0; at < height * size; at++)
                text[from + at] = value(k, at / size, at % size);
        }

        return texts;
    }
}
