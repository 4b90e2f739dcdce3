using System.Buffers.Binary;
using System.Security.Cryptography;

namespace DataSpace.Privacy.Intersection;

/// <summary>
/// Tags of the receiver's items and their places: open addressing, 16 bytes per slot, three quarters full. A peer chooses the tags, so slots follow from a random factor
/// that it does not know.
/// </summary>
internal sealed class TagTable
{
    private readonly ulong[] _low;
    private readonly uint[] _high;
    private readonly int[] _places;
    private readonly ulong _factor = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1;

    public TagTable(int items)
    {
        var slots = Math.Max(8, (int)Math.Min(Array.MaxLength, 4L * items / 3));
        (_low, _high, _places) = (new ulong[slots], new uint[slots], new int[slots]);
    }

    /// <summary>False when the tag is there already.</summary>
    public bool Add(ReadOnlySpan<byte> tag, int place)
    {
        var slot = Slot(tag, out var low, out var high);
        if (_places[slot] != 0)
            return false;
        (_low[slot], _high[slot], _places[slot]) = (low, high, place + 1);
        return true;
    }

    /// <summary>The tag's place, or −1.</summary>
    public int Find(ReadOnlySpan<byte> tag) => _places[Slot(tag, out _, out _)] - 1;

    private int Slot(ReadOnlySpan<byte> tag, out ulong low, out uint high)
    {
        low = BinaryPrimitives.ReadUInt64LittleEndian(tag);
        high = BinaryPrimitives.ReadUInt32LittleEndian(tag[8..]);
        var slot = (int)Math.BigMul((low ^ high) * _factor, (ulong)_places.Length, out _);
        while (_places[slot] != 0 && (_low[slot] != low || _high[slot] != high))
            slot = slot + 1 == _places.Length ? 0 : slot + 1;
        return slot;
    }
}
