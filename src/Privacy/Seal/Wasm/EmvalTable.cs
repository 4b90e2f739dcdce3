namespace DataSpace.Privacy.Seal.Wasm;

/// <summary>
/// Reference-counted host values that C++ holds by number. Numbers up to 9 are reserved by the module (undefined, null, true, false)
/// and never counted; ours start at 10 and are even, as the module's own glue numbers them.
/// </summary>
internal sealed class EmvalTable
{
    private const int FirstHandle = 10;
    private readonly List<(object? Value, int Count)> _slots = [];
    private readonly Stack<int> _free = new();

    /// <summary>Live handles; flat over time unless something leaks.</summary>
    public int Live => _slots.Count - _free.Count;

    public int Add(object? value)
    {
        if (_free.TryPop(out var index))
        {
            _slots[index] = (value, 1);
        }
        else
        {
            index = _slots.Count;
            _slots.Add((value, 1));
        }

        return FirstHandle + (2 * index);
    }

    public object? this[int handle] => handle switch
    {
        2 or 4 => null,
        6 => true,
        8 => false,
        _ => _slots[IndexOf(handle)].Value,
    };

    public void Retain(int handle)
    {
        if (handle < FirstHandle)
            return;
        var (value, count) = _slots[IndexOf(handle)];
        _slots[IndexOf(handle)] = (value, count + 1);
    }

    public void Release(int handle)
    {
        if (handle < FirstHandle)
            return;
        var index = IndexOf(handle);
        var (value, count) = _slots[index];
        if (count <= 0)
            throw new InvalidOperationException("handle released twice");
        _slots[index] = count == 1 ? (null, 0) : (value, count - 1);
        if (count == 1)
            _free.Push(index);
    }

    /// <summary>The value, releasing the caller's reference.</summary>
    public object? Take(int handle)
    {
        var value = this[handle];
        Release(handle);
        return value;
    }

    private static int IndexOf(int handle) => (handle - FirstHandle) / 2;
}
