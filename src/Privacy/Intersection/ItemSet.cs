using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Intersection.Keys;

namespace DataSpace.Privacy.Intersection;

/// <summary>SHA-256 of a comparable key: what stands for an item from here on, 32 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ItemDigest(ulong A, ulong B, ulong C, ulong D) : IComparable<ItemDigest>
{
    public const int Bytes = 32;

    public int CompareTo(ItemDigest other)
        => A != other.A ? A.CompareTo(other.A) : B != other.B ? B.CompareTo(other.B) : C != other.C ? C.CompareTo(other.C) : D.CompareTo(other.D);
}

/// <summary>
/// One party's set: every key once, in a secret order drawn from the operating system's generator, so that neither positions nor sizes tell anything about rows.
/// Held in memory at 36 bytes per item; the peer's set never is.
/// </summary>
public sealed class ItemSet
{
    private static readonly byte[] CommitmentTag = [.. "DataSpace PSI 1 set\n"u8];

    private readonly ItemDigest[] _items;
    private readonly int[] _rows;
    private readonly long[]? _values;
    private readonly byte[] _sortedDigest;

    internal ItemSet(ItemDigest[] items, int[] rows, long[]? values, int rowsRead, int rowsWithoutKey)
    {
        (_items, _rows, _values, RowsRead, RowsWithoutKey) = (items, rows, values, rowsRead, rowsWithoutKey);
        _sortedDigest = SHA256.HashData(MemoryMarshal.AsBytes(items.AsSpan()));
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = RandomNumberGenerator.GetInt32(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
            (rows[i], rows[j]) = (rows[j], rows[i]);
            if (values is not null)
                (values[i], values[j]) = (values[j], values[i]);
        }
    }

    /// <summary>True when every item has a value.</summary>
    public bool HasValues => _values is not null;

    /// <summary>Distinct keys.</summary>
    public int Count => _items.Length;

    /// <summary>Rows that were read.</summary>
    public int RowsRead { get; }

    /// <summary>Rows left out because a part of their key was missing or not valid.</summary>
    public int RowsWithoutKey { get; }

    /// <summary>Rows left out because an earlier row has the same key.</summary>
    public int Duplicates => RowsRead - RowsWithoutKey - Count;

    /// <summary>Reads rows and keeps every key once, with the number of the first row that has it.</summary>
    /// <param name="rule">Makes keys comparable.</param>
    /// <param name="rows">The key columns of each row, in the rule's order; row numbers count from 0.</param>
    /// <param name="maxRows">Most rows to read, duplicates included.</param>
    /// <returns>DS-PRV-168 beyond <paramref name="maxRows"/>.</returns>
    public static Result<ItemSet> Read(KeyRule rule, IEnumerable<IReadOnlyList<string?>> rows, int maxRows)
    {
        var set = new ItemSetBuilder(rule, maxRows);
        foreach (var values in rows)
        {
            if (!set.Add(values))
                break;
        }

        return set.Build();
    }

    /// <summary>
    /// SHA-256 over a tag, an opening of 32 random bytes and the sorted set: tells nothing, and lets an auditor who is shown set and opening later check that
    /// this set went in.
    /// </summary>
    public byte[] Commit(ReadOnlySpan<byte> opening) => SHA256.HashData([.. CommitmentTag, .. opening, .. _sortedDigest]);

    internal ReadOnlySpan<ItemDigest> Chunk(int chunk) => _items.AsSpan(chunk * IntersectionMessage.ChunkItems, IntersectionMessage.ItemsIn(chunk, Count));

    internal int RowOf(int index) => _rows[index];

    /// <summary>Values of some items in the set's order.</summary>
    internal ReadOnlySpan<long> Values(int from, int count) => _values.AsSpan(from, count);

    /// <summary>These rows in ascending order of their keys' digests: the same order at every party that has the same keys.</summary>
    internal int[] InOrderOfKeys(IEnumerable<int> rows)
    {
        var wanted = rows.ToHashSet();
        return [.. Enumerable.Range(0, Count).Where(i => wanted.Contains(_rows[i])).OrderBy(i => _items[i]).Select(i => _rows[i])];
    }
}

/// <summary>Makes a set of rows that come one by one. Owned by one thread; used once.</summary>
/// <param name="rule">Makes keys comparable.</param>
/// <param name="maxRows">Most rows, duplicates included.</param>
/// <param name="bounds">Where items have values: their bounds.</param>
public sealed class ItemSetBuilder(KeyRule rule, int maxRows, ValueBounds? bounds = null)
{
    private const int FirstCapacity = 1 << 12;

    // Arrays and not lists: they are sorted where they are and become the set's own, so that a set is never in memory twice.
    private ItemDigest[] _items = [];
    private int[] _numbers = [];
    private long[]? _values = bounds is null ? null : [];
    private int _count, _rows, _without;
    private bool _full;

    /// <summary>The key columns of the next row, in the rule's order; false once there are too many.</summary>
    public bool Add(IReadOnlyList<string?> values) => bounds is null ? Take(values, 0) : throw new InvalidOperationException("items of this set have values");

    /// <summary>
    /// As above, of a set with values. A row without a value is left out like one without a key; of several rows with one key the values add up, and the sum is brought within the bounds: no
    /// item weighs more than they say, however many rows it has.
    /// </summary>
    /// <param name="values">The key columns.</param>
    /// <param name="value">In units of the last decimal, or null.</param>
    public bool Add(IReadOnlyList<string?> values, long? value)
        => bounds is null ? throw new InvalidOperationException("items of this set have no values") : Take(value is null ? [] : values, value ?? 0);

    private bool Take(IReadOnlyList<string?> values, long value)
    {
        if (_full || _rows == Math.Min(maxRows, IntersectionTerms.MostItems))
        {
            _full = true;
            return false;
        }

        if (values.Count > 0 && rule.TryDigest(values, out var digest))
        {
            if (_count == _items.Length)
                Resize(Math.Max(_count + 1, Math.Min(Math.Max(FirstCapacity, 2 * _count), maxRows)));
            (_items[_count], _numbers[_count]) = (digest, _rows);
            if (_values is not null)
                _values[_count] = value;
            _count++;
        }
        else
        {
            _without++;
        }

        _rows++;
        return true;
    }

    /// <summary>Every key once, with the number of the first row that has it.</summary>
    /// <returns>DS-PRV-168 when there were too many rows.</returns>
    public Result<ItemSet> Build()
    {
        if (_full)
            return IntersectionErrors.SetTooLarge.Of();
        if (_values is null)
        {
            Array.Sort(_items, _numbers, 0, _count);
            Resize(Distinct());
            return new ItemSet(_items, _numbers, null, _rows, _without);
        }

        var places = Enumerable.Range(0, _count).ToArray();
        Array.Sort(_items, places, 0, _count);
        (_numbers, _values) = ([.. places.Select(place => _numbers[place])], [.. places.Select(place => _values[place])]);
        Resize(Distinct());
        foreach (ref var value in _values.AsSpan())
            value = Math.Clamp(value, bounds!.Least, bounds.Most);
        return new ItemSet(_items, _numbers, _values, _rows, _without);
    }

    private void Resize(int length)
    {
        Array.Resize(ref _items, length);
        Array.Resize(ref _numbers, length);
        if (_values is not null)
            Array.Resize(ref _values, length);
    }

    /// <summary>Moves every key's first row, and the sum of its values, to the front of what is sorted; answers how many keys there are.</summary>
    private int Distinct()
    {
        var count = 0;
        for (var i = 0; i < _count; i++)
        {
            var isNew = count == 0 || _items[count - 1] != _items[i];
            if (isNew)
                (_items[count], _numbers[count++]) = (_items[i], _numbers[i]);
            else
                _numbers[count - 1] = Math.Min(_numbers[count - 1], _numbers[i]);
            if (_values is not null)
                _values[count - 1] = isNew ? _values[i] : (long)Int128.Clamp((Int128)_values[count - 1] + _values[i], long.MinValue, long.MaxValue);
        }

        return count;
    }
}
