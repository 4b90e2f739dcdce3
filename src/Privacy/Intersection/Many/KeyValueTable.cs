using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Intersection.Many;

/// <summary>
/// Size of a table: three thirds of 1.3·items/3 + 8 entries, then 64 dense ones; 16 bytes each. It follows from the number of items alone.
/// </summary>
internal readonly record struct TableShape(int Third)
{
    public const int DenseEntries = 64;
    public const int EntryBytes = 16;

    public int Entries => (3 * Third) + DenseEntries;

    public static TableShape Of(int items) => new(((13 * items) + 29) / 30 + 8);

    /// <summary>Place in the first third; the dense part follows the last one.</summary>
    public int A(in PrfOutput key) => Place(key.A);

    /// <summary>Place in the second third.</summary>
    public int B(in PrfOutput key) => Third + Place(key.B);

    /// <summary>Place in the last third.</summary>
    public int C(in PrfOutput key) => (2 * Third) + Place(key.C);

    private int Place(ulong word) => (int)Math.BigMul(word, (ulong)Third, out _);
}

/// <summary>
/// An oblivious key-value store (Garimella, Pinkas, Rosulek, Trieu, Yanai: Oblivious Key-Value Stores and Amplification for Private Set Intersection, 2021): entries such that a key's value is the sum
/// of its three entries and of those dense ones that its 64 bits choose. If values are uniform, so is the table, whatever the keys. Most items are peeled off one by one; what is left, seldom more than
/// none, is solved by elimination with the dense columns. Encoding fails with a probability below 2^-64 (the decision record counts it) and is not tried again: a second try would depend on data.
/// </summary>
internal static class KeyValueTable
{
    /// <summary>Most items that elimination takes: 64 MiB of bits. The probability of more is far below that of a failure.</summary>
    private const int MostLeft = 1 << 14;

    /// <param name="shape">Of as many items.</param>
    /// <param name="keys">Different keys.</param>
    /// <param name="values">Their values.</param>
    /// <returns>DS-PRV-310 where it fails.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Result<UInt128[]> Encode(TableShape shape, ReadOnlySpan<PrfOutput> keys, ReadOnlySpan<UInt128> values)
    {
        var table = new UInt128[shape.Entries];
        RandomNumberGenerator.Fill(System.Runtime.InteropServices.MemoryMarshal.AsBytes(table.AsSpan()));
        var (items, places) = Peel(shape, keys, out var left);
        if (left.Length > MostLeft || (left.Length > 0 && !DenseSystem.Solve(shape, keys, values, left, table)))
            return ManyErrors.TableNotMade.Of();
        for (var i = items.Count - 1; i >= 0; i--)
        {
            ref var own = ref table[places[i]];
            own = 0;
            own = values[items[i]] ^ Decode(shape, keys[items[i]], table);
        }

        return table;
    }

    /// <summary>The value of a key; of a key that is not in the table, anything.</summary>
    public static UInt128 Decode(TableShape shape, in PrfOutput key, ReadOnlySpan<UInt128> table)
        => table[shape.A(key)] ^ table[shape.B(key)] ^ table[shape.C(key)] ^ Dense(key.Dense, table[^TableShape.DenseEntries..]);

    /// <summary>Sum of those entries that the bits choose.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static UInt128 Dense(ulong bits, ReadOnlySpan<UInt128> entries)
    {
        UInt128 sum = 0;
        for (; bits != 0; bits &= bits - 1)
            sum ^= entries[BitOperations.TrailingZeroCount(bits)];
        return sum;
    }

    /// <summary>Items with an entry of their own, in an order in which each has one when all before it are gone, and that entry; and the items that no such order holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (List<int> Items, List<int> Places) Peel(TableShape shape, ReadOnlySpan<PrfOutput> keys, out int[] left)
    {
        var degrees = new int[3 * shape.Third];
        var sums = new int[3 * shape.Third]; // XOR of the items at an entry: of one, the item itself
        for (var i = 0; i < keys.Length; i++)
            Flip(i, keys[i], 1);
        void Flip(int item, in PrfOutput key, int by)
        {
            var (a, b, c) = (shape.A(key), shape.B(key), shape.C(key));
            (degrees[a], degrees[b], degrees[c]) = (degrees[a] + by, degrees[b] + by, degrees[c] + by);
            (sums[a], sums[b], sums[c]) = (sums[a] ^ item, sums[b] ^ item, sums[c] ^ item);
        }

        var (items, places) = (new List<int>(keys.Length), new List<int>(keys.Length));
        var alone = new Stack<int>(Enumerable.Range(0, degrees.Length).Where(place => degrees[place] == 1));
        while (alone.TryPop(out var place))
        {
            if (degrees[place] != 1)
                continue;
            var item = sums[place];
            items.Add(item);
            places.Add(place);
            Flip(item, keys[item], -1);
            foreach (var next in (ReadOnlySpan<int>)[shape.A(keys[item]), shape.B(keys[item]), shape.C(keys[item])])
            {
                if (degrees[next] == 1)
                    alone.Push(next);
            }
        }

        left = [];
        if (items.Count < keys.Length)
        {
            var peeled = new System.Collections.BitArray(keys.Length);
            foreach (var item in items)
                peeled[item] = true;
            left = [.. Enumerable.Range(0, keys.Length).Where(i => !peeled[i])];
        }

        return (items, places);
    }
}
