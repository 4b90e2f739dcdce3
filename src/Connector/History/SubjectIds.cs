using System.Runtime.InteropServices;

namespace DataSpace.Connector.History;

/// <summary>
/// A dataset's own dictionary: keyed id (128 bits) → ordinal, in the order in which subjects were first seen. Open addressing; not thread-safe, its owner
/// holds a lock. An id that was added stays.
/// </summary>
internal sealed class SubjectIds
{
    /// <summary>Most subjects of one dataset over all its versions.</summary>
    public const int MaxSubjects = 50_000_000;

    private UInt128[] _ids;
    private int[] _slots;

    public SubjectIds(int capacity = 1024)
    {
        _ids = new UInt128[Math.Max(capacity, 16)];
        _slots = new int[SlotsFor(_ids.Length)];
    }

    /// <summary>Subjects known.</summary>
    public int Count { get; private set; }

    /// <summary>Ids from an ordinal on, for storing.</summary>
    public ReadOnlySpan<byte> Bytes(int from) => MemoryMarshal.AsBytes(_ids.AsSpan(from, Count - from));

    /// <summary>Makes room, so that adding so many does not move everything several times.</summary>
    public void Reserve(int more)
    {
        var wanted = Math.Min((long)Count + more, MaxSubjects);
        if (wanted <= _ids.Length)
            return;
        wanted = Math.Min(Math.Max(wanted, (long)_ids.Length * 5 / 4), MaxSubjects);
        Array.Resize(ref _ids, (int)wanted);
        Rehash();
    }

    /// <summary>The subject's ordinal; a new one for an id that was never seen.</summary>
    public uint Ordinal(UInt128 id)
    {
        var mask = _slots.Length - 1;
        for (var slot = (int)(ulong)id & mask; ; slot = (slot + 1) & mask)
        {
            var taken = _slots[slot];
            if (taken == 0)
                return Add(id, slot);
            if (_ids[taken - 1] == id)
                return (uint)(taken - 1);
        }
    }

    private uint Add(UInt128 id, int slot)
    {
        if (Count >= MaxSubjects)
            throw new SubjectLimitException();
        if (Count == _ids.Length)
        {
            Array.Resize(ref _ids, (int)Math.Min((long)_ids.Length * 2, MaxSubjects));
            _ids[Count++] = id;
            Rehash();
            return (uint)(Count - 1);
        }
        _ids[Count] = id;
        _slots[slot] = ++Count;
        return (uint)(Count - 1);
    }

    private void Rehash()
    {
        _slots = new int[SlotsFor(_ids.Length)];
        var mask = _slots.Length - 1;
        for (var i = 0; i < Count; i++)
        {
            var slot = (int)(ulong)_ids[i] & mask;
            while (_slots[slot] != 0)
                slot = (slot + 1) & mask;
            _slots[slot] = i + 1;
        }
    }

    private static int SlotsFor(int ids) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(ids, 16) * 3 / 2);
}

/// <summary>More subjects than a history holds.</summary>
internal sealed class SubjectLimitException() : Exception("too many subjects");
