using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DataSpace.Privacy.Lookup.Lwe;

/// <summary>
/// What the owner computes over its cells: the hint (cells·A), once per database, and an answer (cells·query) per query. Every answer reads every cell: which column was asked for shows neither
/// in time nor in memory access. Works on all cores, in stripes of rows.
/// </summary>
internal static class LweScan
{
    private const int StripeRows = 64;

    /// <summary>cells·query, rounded to 16 bits. Rows are a multiple of 4, columns of 64.</summary>
    public static void Answer(ReadOnlyMemory<byte> cells, int rows, int columns, ReadOnlyMemory<uint> query, Memory<ushort> answer)
        => Parallel.For(0, (rows + StripeRows - 1) / StripeRows, stripe =>
        {
            Span<uint> sums = stackalloc uint[4];
            for (var row = stripe * StripeRows; row < Math.Min(rows, (stripe + 1) * StripeRows); row += 4)
            {
                LweKernels.FourRows(Rows(cells, row, columns), columns, query.Span, sums);
                for (var i = 0; i < sums.Length; i++)
                    answer.Span[row + i] = (ushort)((sums[i] + (1u << (LweParameters.DroppedBits - 1))) >> LweParameters.DroppedBits);
            }
        });

    /// <summary>cells·A: 1,024 numbers per row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint[] Hint(ReadOnlyMemory<byte> cells, int rows, int columns, ReadOnlyMemory<byte> seed, CancellationToken cancellation)
    {
        var hint = new uint[(long)rows * LweParameters.Dimension];
        // Each worker makes the matrix for itself: that costs less than sharing it.
        var workers = Math.Min(Environment.ProcessorCount, (rows + StripeRows - 1) / StripeRows);
        var share = ((rows + workers - 1) / workers + 3) / 4 * 4;
        Parallel.For(0, workers, new ParallelOptions { CancellationToken = cancellation }, worker =>
        {
            var (from, to) = (Math.Min(rows, worker * share), Math.Min(rows, (worker + 1) * share));
            using var matrix = new LweMatrix(seed.Span);
            var numbers = new uint[LweMatrix.BlockRows * LweParameters.Dimension];
            var tiles = new uint[numbers.Length];
            for (var column = 0; column < columns; column += LweMatrix.BlockRows)
            {
                cancellation.ThrowIfCancellationRequested();
                matrix.Rows(column, numbers);
                ToTiles(numbers, tiles);
                AddBlock(cells, columns, column, tiles, hint, from, to);
            }
        });
        return hint;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddBlock(ReadOnlyMemory<byte> cells, int columns, int column, uint[] tiles, uint[] hint, int from, int to)
    {
        const int tileLength = LweMatrix.BlockRows * LweKernels.TileNumbers;
        for (var tile = 0; tile < LweParameters.Dimension / LweKernels.TileNumbers; tile++)
        {
            var numbers = tiles.AsSpan(tile * tileLength, tileLength);
            for (var row = from; row < to; row += 4)
                LweKernels.AddFourRows(Rows(cells, row, columns)[column..], columns, numbers, hint.AsSpan((row * LweParameters.Dimension) + (tile * LweKernels.TileNumbers)));
        }
    }

    /// <summary>Lines of a tile beside each other: a tile then fits into the nearest cache, where rows 4 KiB apart would fight for the same places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ToTiles(uint[] numbers, uint[] tiles)
    {
        for (var row = 0; row < LweMatrix.BlockRows; row++)
        {
            for (var tile = 0; tile < LweParameters.Dimension / LweKernels.TileNumbers; tile++)
            {
                numbers.AsSpan((row * LweParameters.Dimension) + (tile * LweKernels.TileNumbers), LweKernels.TileNumbers)
                    .CopyTo(tiles.AsSpan(((tile * LweMatrix.BlockRows) + row) * LweKernels.TileNumbers));
            }
        }
    }

    private static ReadOnlySpan<byte> Rows(ReadOnlyMemory<byte> cells, int row, int columns) => cells.Span.Slice(row * columns, 4 * columns);
}
