using System.Buffers.Binary;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Ledger.Sequencing;

/// <summary>
/// Event ids of the newest entries, which do not stand in their table yet. Ids are random: one by one each would rewrite a page of the table, most of what a commit writes. So they
/// gather here, and move there together in their order, in the transaction of the commit that makes them too many. What is here follows from the entries and is read anew at opening.
/// The writer changes it, after a commit; anybody may look. An id leaves only when it is in the table.
/// </summary>
internal sealed class RecentEvents
{
    private const int PageEntries = 1024;
    private readonly Dictionary<UInt128, long> _indices = [];
    private readonly Lock _gate = new();

    /// <summary>Ids of the entries that the store has not indexed; throws where one of those is malformed.</summary>
    public static RecentEvents Load(LedgerStore store, long size)
    {
        var recent = new RecentEvents();
        for (var first = store.IndexedEvents(); first < size; first += PageEntries)
        {
            var page = store.Entries(first, (int)Math.Min(PageEntries, size - first));
            for (var i = 0; i < page.Count; i++)
            {
                if (EntryView.Read(page[i]) is not { } entry || !recent._indices.TryAdd(Key(entry.EventId), first + i))
                    throw new InvalidDataException("a stored entry is malformed or has the event id of another");
            }
        }
        return recent;
    }

    /// <summary>The id as a number that is ordered as the table is.</summary>
    public static UInt128 Key(ReadOnlyMemory<byte> eventId) => BinaryPrimitives.ReadUInt128BigEndian(eventId.Span);

    public int Count
    {
        get
        {
            lock (_gate)
                return _indices.Count;
        }
    }

    public long? Find(ReadOnlyMemory<byte> eventId)
    {
        lock (_gate)
            return _indices.TryGetValue(Key(eventId), out var index) ? index : null;
    }

    /// <summary>Everything here and the entries of a batch, in the table's order.</summary>
    public List<(UInt128 Id, long Index)> With(IReadOnlyList<WorkItem> batch)
    {
        var all = new List<(UInt128 Id, long Index)>(batch.Select(item => (Key(item.Entry.EventId), item.Index)));
        lock (_gate)
            all.AddRange(_indices.Select(pair => (pair.Key, pair.Value)));
        all.Sort();
        return all;
    }

    /// <summary>After the commit of a batch whose ids are not in the table.</summary>
    public void Add(IReadOnlyList<WorkItem> batch)
    {
        lock (_gate)
        {
            foreach (var item in batch)
                _indices.Add(Key(item.Entry.EventId), item.Index);
        }
    }

    /// <summary>After the commit that put everything into the table.</summary>
    public void Clear()
    {
        lock (_gate)
            _indices.Clear();
    }
}
