using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace DataSpace.Connector.History;

/// <summary>
/// An exact, immutable set of subject ordinals: per 65,536 ordinals a sorted array (up to 4,096 members) or a bitset, as in Roaring bitmaps (Chambi et al.,
/// "Better bitmap performance with Roaring bitmaps", 2016). Equal sets have equal bytes. Comparisons stop as soon as the answer is known.
/// </summary>
internal sealed class SubjectSet
{
    private const int ChunkBits = 16;
    private const int MaxArray = 4096;
    private const int Words = 1 << (ChunkBits - 6);

    private readonly ushort[] _keys;
    private readonly Chunk[] _chunks;

    private SubjectSet(ushort[] keys, Chunk[] chunks)
    {
        (_keys, _chunks) = (keys, chunks);
        foreach (var chunk in chunks)
            Count += chunk.Count;
    }

    /// <summary>Nobody.</summary>
    public static SubjectSet Empty { get; } = new([], []);

    /// <summary>Number of subjects.</summary>
    public int Count { get; }

    /// <summary>From ordinals in rising order, without repetition.</summary>
    public static SubjectSet Of(ReadOnlySpan<uint> sorted)
    {
        var keys = new List<ushort>();
        var chunks = new List<Chunk>();
        for (int from = 0, to; from < sorted.Length; from = to)
        {
            var key = (ushort)(sorted[from] >> ChunkBits);
            for (to = from + 1; to < sorted.Length && sorted[to] >> ChunkBits == key; to++)
            {
                if (sorted[to] <= sorted[to - 1])
                    throw new ArgumentException("The ordinals are not in rising order.", nameof(sorted));
            }
            var members = new ushort[to - from];
            for (var i = 0; i < members.Length; i++)
                members[i] = (ushort)sorted[from + i];
            keys.Add(key);
            chunks.Add(Chunk.Of(members));
        }
        for (var i = 1; i < keys.Count; i++)
        {
            if (keys[i] <= keys[i - 1])
                throw new ArgumentException("The ordinals are not in rising order.", nameof(sorted));
        }
        return new SubjectSet([.. keys], [.. chunks]);
    }

    /// <summary>Everyone who is in any of the sets.</summary>
    public static SubjectSet Union(IReadOnlyCollection<SubjectSet> sets)
    {
        if (sets.Count == 1)
            return sets.First();
        var bits = new SortedDictionary<ushort, ulong[]>();
        foreach (var set in sets)
        {
            for (var i = 0; i < set._keys.Length; i++)
            {
                if (!bits.TryGetValue(set._keys[i], out var words))
                    bits[set._keys[i]] = words = new ulong[Words];
                set._chunks[i].AddTo(words);
            }
        }
        return new SubjectSet([.. bits.Keys], [.. bits.Values.Select(Chunk.Of)]);
    }

    /// <summary>Is this subject in it?</summary>
    public bool Contains(uint ordinal)
    {
        var i = Array.BinarySearch(_keys, (ushort)(ordinal >> ChunkBits));
        return i >= 0 && _chunks[i].Contains((ushort)ordinal);
    }

    /// <summary>Members of exactly one of the two sets, counted up to <paramref name="atMost"/>.</summary>
    public int DifferenceUpTo(SubjectSet other, int atMost)
    {
        int difference = 0, i = 0, j = 0;
        while (difference < atMost && (i < _keys.Length || j < other._keys.Length))
        {
            var order = i == _keys.Length ? 1 : j == other._keys.Length ? -1 : _keys[i].CompareTo(other._keys[j]);
            difference += order switch
            {
                < 0 => _chunks[i++].Count,
                > 0 => other._chunks[j++].Count,
                _ => _chunks[i++].DifferenceUpTo(other._chunks[j++], atMost - difference),
            };
        }
        return Math.Min(difference, atMost);
    }

    /// <summary>True when every member is in <paramref name="other"/> too.</summary>
    public bool IsSubsetOf(SubjectSet other)
    {
        if (Count > other.Count)
            return false;
        var j = 0;
        for (var i = 0; i < _keys.Length; i++)
        {
            while (j < other._keys.Length && other._keys[j] < _keys[i])
                j++;
            if (j == other._keys.Length || other._keys[j] != _keys[i] || !_chunks[i].IsSubsetOf(other._chunks[j]))
                return false;
        }
        return true;
    }

    /// <summary>The members in rising order.</summary>
    public IEnumerable<uint> Ordinals()
    {
        for (var i = 0; i < _keys.Length; i++)
        {
            foreach (var low in _chunks[i].Members())
                yield return ((uint)_keys[i] << ChunkBits) | low;
        }
    }

    /// <summary>Canonical bytes: per chunk its key, its size minus one (both 16 bits, little-endian), then the array or the bitset.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[_chunks.Sum(c => 4 + c.Bytes)];
        var at = 0;
        for (var i = 0; i < _keys.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), _keys[i]);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at + 2), (ushort)(_chunks[i].Count - 1));
            at += 4 + _chunks[i].Write(bytes.AsSpan(at + 4));
        }
        return bytes;
    }

    /// <summary>Reads <see cref="ToBytes"/>; throws <see cref="InvalidDataException"/> when the bytes are no such set.</summary>
    public static SubjectSet FromBytes(ReadOnlySpan<byte> bytes)
    {
        var keys = new List<ushort>();
        var chunks = new List<Chunk>();
        while (!bytes.IsEmpty)
        {
            if (bytes.Length < 4)
                throw new InvalidDataException("A stored set is short.");
            var key = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
            var count = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]) + 1;
            if (keys.Count > 0 && keys[^1] >= key)
                throw new InvalidDataException("A stored set is out of order.");
            keys.Add(key);
            chunks.Add(Chunk.Read(bytes[4..], count));
            bytes = bytes[(4 + chunks[^1].Bytes)..];
        }
        return new SubjectSet([.. keys], [.. chunks]);
    }

    /// <summary>SHA-256 of <see cref="ToBytes"/>: equal for equal sets of one dataset.</summary>
    public static byte[] DigestOf(byte[] bytes) => SHA256.HashData(bytes);

    /// <summary>The members of 65,536 ordinals: exactly one of the two is set.</summary>
    private readonly struct Chunk
    {
        private readonly ushort[]? _array;
        private readonly ulong[]? _bits;

        private Chunk(ushort[]? array, ulong[]? bits, int count) => (_array, _bits, Count) = (array, bits, count);

        public int Count { get; }

        public int Bytes => _array is null ? Words * 8 : _array.Length * 2;

        public static Chunk Of(ushort[] sorted)
        {
            if (sorted.Length <= MaxArray)
                return new Chunk(sorted, null, sorted.Length);
            var words = new ulong[Words];
            foreach (var member in sorted)
                words[member >> 6] |= 1UL << member;
            return new Chunk(null, words, sorted.Length);
        }

        public static Chunk Of(ulong[] words)
        {
            var count = 0;
            foreach (var word in words)
                count += BitOperations.PopCount(word);
            return count > MaxArray ? new Chunk(null, words, count) : new Chunk([.. new Chunk(null, words, count).Members()], null, count);
        }

        public bool Contains(ushort member)
            => _array is null ? (_bits![member >> 6] >> member & 1) != 0 : Array.BinarySearch(_array, member) >= 0;

        public void AddTo(ulong[] words)
        {
            if (_array is null)
            {
                for (var i = 0; i < words.Length; i++)
                    words[i] |= _bits![i];
                return;
            }
            foreach (var member in _array)
                words[member >> 6] |= 1UL << member;
        }

        public IEnumerable<ushort> Members()
        {
            if (_array is not null)
            {
                foreach (var member in _array)
                    yield return member;
                yield break;
            }
            for (var i = 0; i < Words; i++)
            {
                for (var word = _bits![i]; word != 0; word &= word - 1)
                    yield return (ushort)((i << 6) | BitOperations.TrailingZeroCount(word));
            }
        }

        public int DifferenceUpTo(Chunk other, int atMost)
        {
            if (_array is not null && other._array is not null)
                return ArrayDifference(_array, other._array, atMost);
            if (_bits is not null && other._bits is not null)
                return BitDifference(_bits, other._bits, atMost);
            var (array, bits) = _array is not null ? (this, other) : (other, this);
            // |A Δ B| = |B| − |A| + 2·|A \ B|
            var difference = bits.Count - array.Count;
            foreach (var member in array._array!)
            {
                if (difference >= atMost)
                    break;
                if (!bits.Contains(member))
                    difference += 2;
            }
            return Math.Min(difference, atMost);
        }

        public bool IsSubsetOf(Chunk other)
        {
            if (Count > other.Count)
                return false;
            if (_array is not null)
            {
                foreach (var member in _array)
                {
                    if (!other.Contains(member))
                        return false;
                }
                return true;
            }
            for (var i = 0; i < Words; i++) // more than MaxArray members here, so the other is a bitset too
            {
                if ((_bits![i] & ~other._bits![i]) != 0)
                    return false;
            }
            return true;
        }

        public int Write(Span<byte> target)
        {
            if (_array is not null)
            {
                for (var i = 0; i < _array.Length; i++)
                    BinaryPrimitives.WriteUInt16LittleEndian(target[(2 * i)..], _array[i]);
            }
            else
            {
                for (var i = 0; i < Words; i++)
                    BinaryPrimitives.WriteUInt64LittleEndian(target[(8 * i)..], _bits![i]);
            }
            return Bytes;
        }

        public static Chunk Read(ReadOnlySpan<byte> source, int count)
        {
            if (source.Length < (count <= MaxArray ? count * 2 : Words * 8))
                throw new InvalidDataException("A stored set is short.");
            if (count <= MaxArray)
            {
                var array = new ushort[count];
                for (var i = 0; i < count; i++)
                {
                    array[i] = BinaryPrimitives.ReadUInt16LittleEndian(source[(2 * i)..]);
                    if (i > 0 && array[i] <= array[i - 1])
                        throw new InvalidDataException("A stored set is out of order.");
                }
                return new Chunk(array, null, count);
            }
            var words = new ulong[Words];
            for (var i = 0; i < Words; i++)
                words[i] = BinaryPrimitives.ReadUInt64LittleEndian(source[(8 * i)..]);
            var chunk = Of(words);
            return chunk.Count == count ? chunk : throw new InvalidDataException("A stored set has another size.");
        }

        private static int ArrayDifference(ushort[] left, ushort[] right, int atMost)
        {
            int difference = 0, i = 0, j = 0;
            while (difference < atMost && i < left.Length && j < right.Length)
            {
                if (left[i] == right[j])
                {
                    i++;
                    j++;
                    continue;
                }
                difference++;
                _ = left[i] < right[j] ? i++ : j++;
            }
            return Math.Min(difference + left.Length - i + right.Length - j, atMost);
        }

        private static int BitDifference(ulong[] left, ulong[] right, int atMost)
        {
            var difference = 0;
            for (var i = 0; i < Words && difference < atMost; i++)
                difference += BitOperations.PopCount(left[i] ^ right[i]);
            return Math.Min(difference, atMost);
        }
    }
}
