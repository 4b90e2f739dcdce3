using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DataSpace.Privacy.Lookup.Lwe;

/// <summary>Arithmetic modulo 2^32 over vectors. Written for 512 bits; on machines without them the platform splits every step. Lengths are multiples of 16.</summary>
internal static class LweKernels
{
    /// <summary>Numbers of a row of A or of the hint that are worked on together: four vectors.</summary>
    public const int TileNumbers = 64;

    private static readonly int Lanes = Vector512<uint>.Count;

    /// <summary>Inner product.</summary>
    public static uint Dot(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right)
    {
        ref var a = ref MemoryMarshal.GetReference(left);
        ref var b = ref MemoryMarshal.GetReference(right);
        var (first, second) = (Vector512<uint>.Zero, Vector512<uint>.Zero);
        for (var i = 0; i < left.Length; i += 2 * Lanes)
        {
            first += Vector512.LoadUnsafe(ref a, (nuint)i) * Vector512.LoadUnsafe(ref b, (nuint)i);
            second += Vector512.LoadUnsafe(ref a, (nuint)(i + Lanes)) * Vector512.LoadUnsafe(ref b, (nuint)(i + Lanes));
        }

        return Vector512.Sum(first + second);
    }

    /// <summary>Inner products of four rows of cells with one query: the rows are read once, the query stays in the cache.</summary>
    public static void FourRows(ReadOnlySpan<byte> cells, int columns, ReadOnlySpan<uint> query, Span<uint> answer)
    {
        ref var row0 = ref MemoryMarshal.GetReference(cells);
        ref var row1 = ref Unsafe.Add(ref row0, columns);
        ref var row2 = ref Unsafe.Add(ref row1, columns);
        ref var row3 = ref Unsafe.Add(ref row2, columns);
        ref var numbers = ref MemoryMarshal.GetReference(query);
        var (a, b, c, d) = (Vector512<uint>.Zero, Vector512<uint>.Zero, Vector512<uint>.Zero, Vector512<uint>.Zero);
        for (var i = 0; i < columns; i += Lanes)
        {
            var q = Vector512.LoadUnsafe(ref numbers, (nuint)i);
            a += Widen(Vector128.LoadUnsafe(ref row0, (nuint)i)) * q;
            b += Widen(Vector128.LoadUnsafe(ref row1, (nuint)i)) * q;
            c += Widen(Vector128.LoadUnsafe(ref row2, (nuint)i)) * q;
            d += Widen(Vector128.LoadUnsafe(ref row3, (nuint)i)) * q;
        }

        (answer[0], answer[1], answer[2], answer[3]) = (Vector512.Sum(a), Vector512.Sum(b), Vector512.Sum(c), Vector512.Sum(d));
    }

    /// <summary>Adds cells·tile to one tile of four rows of the hint.</summary>
    /// <param name="cells">From the first of the four rows on, at the first column of the tile.</param>
    /// <param name="columns">Cells from one row to the next.</param>
    /// <param name="tile">Numbers of A: one line of <see cref="TileNumbers"/> per column.</param>
    /// <param name="hint">From the first of the four rows on, at the tile's first number.</param>
    public static void AddFourRows(ReadOnlySpan<byte> cells, int columns, ReadOnlySpan<uint> tile, Span<uint> hint)
    {
        for (var pair = 0; pair < 4; pair += 2)
            AddTwoRows(cells[(pair * columns)..], columns, tile, hint[(pair * LweParameters.Dimension)..]);
    }

    // Two rows of four vectors each: what fits into 16 registers with what is loaded.
    private static void AddTwoRows(ReadOnlySpan<byte> cells, int columns, ReadOnlySpan<uint> tile, Span<uint> hint)
    {
        ref var numbers = ref MemoryMarshal.GetReference(tile);
        ref var first = ref MemoryMarshal.GetReference(hint);
        ref var second = ref Unsafe.Add(ref first, LweParameters.Dimension);
        var (a0, a1, a2, a3) = (Load(ref first, 0), Load(ref first, 1), Load(ref first, 2), Load(ref first, 3));
        var (b0, b1, b2, b3) = (Load(ref second, 0), Load(ref second, 1), Load(ref second, 2), Load(ref second, 3));
        for (var j = 0; j < tile.Length / TileNumbers; j++)
        {
            ref var line = ref Unsafe.Add(ref numbers, j * TileNumbers);
            var (n0, n1, n2, n3) = (Load(ref line, 0), Load(ref line, 1), Load(ref line, 2), Load(ref line, 3));
            var x = Vector512.Create((uint)cells[j]);
            var y = Vector512.Create((uint)cells[columns + j]);
            (a0, a1, a2, a3) = (a0 + (n0 * x), a1 + (n1 * x), a2 + (n2 * x), a3 + (n3 * x));
            (b0, b1, b2, b3) = (b0 + (n0 * y), b1 + (n1 * y), b2 + (n2 * y), b3 + (n3 * y));
        }

        Store(ref first, a0, a1, a2, a3);
        Store(ref second, b0, b1, b2, b3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Load(ref uint from, int vector) => Vector512.LoadUnsafe(ref from, (nuint)(vector * Vector512<uint>.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ref uint to, Vector512<uint> v0, Vector512<uint> v1, Vector512<uint> v2, Vector512<uint> v3)
    {
        v0.StoreUnsafe(ref to);
        v1.StoreUnsafe(ref to, (nuint)Vector512<uint>.Count);
        v2.StoreUnsafe(ref to, (nuint)(2 * Vector512<uint>.Count));
        v3.StoreUnsafe(ref to, (nuint)(3 * Vector512<uint>.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Widen(Vector128<byte> cells)
    {
        if (Avx512F.IsSupported)
            return Avx512F.ConvertToVector512UInt32(cells);
        var (low, high) = Vector128.Widen(cells);
        var (v0, v1) = Vector128.Widen(low);
        var (v2, v3) = Vector128.Widen(high);
        return Vector512.Create(Vector256.Create(v0, v1), Vector256.Create(v2, v3));
    }
}
