using Wasmtime;

namespace DataSpace.Privacy.Seal.Wasm;

/// <summary>The instance's linear memory and allocator. Every access is bounds-checked by Wasmtime's span.</summary>
internal sealed class EmbindMemory(Memory memory, Func<int, int> allocate, Action<int> free)
{
    private const int PageBytes = 65_536;
    private const long LargestHeapBytes = 1L << 30;

    public long Length => memory.GetLength();

    public Span<byte> Span(int address, int length) => memory.GetSpan((uint)address, length);

    public int Read(int address) => memory.ReadInt32((uint)address);

    public double ReadDouble(int address) => memory.ReadDouble((uint)address);

    public void Write(int address, int value) => memory.WriteInt32((uint)address, value);

    public string Text(int address) => memory.ReadNullTerminatedString((uint)address);

    public int[] Integers(int address, int count)
    {
        var result = new int[count];
        for (var i = 0; i < count; i++)
            result[i] = Read(address + (4 * i));
        return result;
    }

    public int Allocate(int length) => allocate(length);

    public void Free(int address) => free(address);

    /// <summary>Grows by a fifth at least, so that many small requests stay cheap. False above the heap limit.</summary>
    public bool GrowTo(long wanted)
    {
        var have = Length;
        if (wanted > LargestHeapBytes)
            return false;
        var target = Math.Min(Math.Max(wanted, have + (have / 5)), LargestHeapBytes);
        memory.Grow((target - have + PageBytes - 1) / PageBytes);
        return true;
    }

    /// <summary>Overwrites the whole heap; called before a store that held a secret key goes away.</summary>
    public void Wipe()
    {
        const int step = 1 << 20;
        for (long at = 0; at < Length; at += step)
            memory.GetSpan(at, (int)Math.Min(step, Length - at)).Clear();
    }
}
