using System.Buffers.Binary;

namespace DataSpace.Connector.History;

/// <summary>
/// What is kept in memory of a set whose members lie on disk: its size, and those 16 of its members whose mixed ordinals are smallest. It can prove that a
/// set is no subset, or differs by many, without reading the set; it never proves the opposite. Every conclusion is exact.
/// </summary>
internal sealed class SetSketch
{
    private const int Size = 16;
    private readonly uint[] _members;

    private SetSketch(int count, uint[] members) => (Count, _members) = (count, members);

    /// <summary>Number of subjects in the set.</summary>
    public int Count { get; }

    /// <summary>Of a set.</summary>
    public static SetSketch Of(SubjectSet set)
    {
        var queue = new PriorityQueue<uint, uint>(Size + 1, Comparer<uint>.Create(static (a, b) => b.CompareTo(a)));
        foreach (var ordinal in set.Ordinals())
        {
            var rank = Mix(ordinal);
            if (queue.Count < Size)
                queue.Enqueue(ordinal, rank);
            else if (queue.TryPeek(out _, out var largest) && rank < largest)
                queue.EnqueueDequeue(ordinal, rank);
        }
        return new SetSketch(set.Count, [.. queue.UnorderedItems.OrderBy(i => i.Priority).Select(i => i.Element)]);
    }

    /// <summary>The members as stored.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[_members.Length * 4];
        for (var i = 0; i < _members.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 * i), _members[i]);
        return bytes;
    }

    /// <summary>Reads <see cref="ToBytes"/>.</summary>
    public static SetSketch FromBytes(int count, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != 4 * Math.Min(count, Size))
            throw new InvalidDataException("A stored sketch has another size.");
        var members = new uint[bytes.Length / 4];
        for (var i = 0; i < members.Length; i++)
            members[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * i)..]);
        return new SetSketch(count, members);
    }

    /// <summary>False: the set behind this sketch is certainly not inside <paramref name="set"/>.</summary>
    public bool MayBeInside(SubjectSet set) => MissingFrom(set, atMost: 1) == 0;

    /// <summary>Known members that are not in <paramref name="set"/>, counted up to <paramref name="atMost"/>: at least so many are missing in truth.</summary>
    public int MissingFrom(SubjectSet set, int atMost)
    {
        var missing = 0;
        for (var i = 0; i < _members.Length && missing < atMost; i++)
        {
            if (!set.Contains(_members[i]))
                missing++;
        }
        return missing;
    }

    /// <summary>False: this set is certainly not inside the other one. Both know their smallest members, so a smaller one of mine must be among the other's.</summary>
    public bool MayBeInside(SetSketch other)
    {
        if (Count > other.Count)
            return false;
        var complete = other.Count <= Size;
        var last = other._members.Length == 0 ? 0 : Mix(other._members[^1]);
        var j = 0;
        foreach (var member in _members)
        {
            var rank = Mix(member);
            if (!complete && rank > last)
                return true;
            while (j < other._members.Length && Mix(other._members[j]) < rank)
                j++;
            if (j == other._members.Length || other._members[j] != member)
                return false;
        }
        return true;
    }

    // A bijection (finaliser of MurmurHash3): members are picked as if at random, and no two share a rank.
    private static uint Mix(uint x)
    {
        x ^= x >> 16;
        x *= 0x85EBCA6B;
        x ^= x >> 13;
        x *= 0xC2B2AE35;
        return x ^ (x >> 16);
    }
}
