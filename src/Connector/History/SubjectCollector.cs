using DataSpace.Sandbox;

namespace DataSpace.Connector.History;

/// <summary>The subjects behind one cell: per layer (rows at all, or a measured column's values) those who contribute to it.</summary>
/// <param name="Layers">In the order of the answer's layers; the first counts rows.</param>
internal sealed record CellSets(IReadOnlyList<SubjectSet> Layers)
{
    /// <summary>Everyone with a row in the cell.</summary>
    public SubjectSet All => Layers[0];
}

/// <summary>
/// Takes subjects from the sandbox and keeps their keyed ids (HMAC-SHA-256 under a secret of this node and dataset, first 128 bits), nothing else: the ids
/// themselves are gone when <see cref="Add"/> returns. One run, one thread.
/// </summary>
internal sealed class SubjectCollector(byte[] key, bool rowsAreSubjects, int columns) : ISubjectSink
{
    /// <summary>Most records of one answer, all cells together.</summary>
    public const int MaxRecords = 16_000_000;

    private readonly List<Cell> _cells = [];
    private readonly SubjectHasher _hasher = new(key);
    private int _records;

    /// <summary>More records than the limit: the sets are not whole.</summary>
    public bool IsOverfull { get; private set; }

    /// <inheritdoc />
    public void Add(int cell, ulong missing, bool isNull, ReadOnlySpan<byte> subject)
    {
        if (IsOverfull || ++_records > MaxRecords)
        {
            IsOverfull = true;
            return;
        }
        while (_cells.Count <= cell)
            _cells.Add(new Cell());
        _cells[cell].Add(missing);
        if (_hasher.Add(cell, isNull, subject))
            Drain();
    }

    /// <summary>The sets of the first <paramref name="cells"/> cells. Ordinals are given out cell by cell, so that a first answer's sets are dense.</summary>
    public List<CellSets> ToSets(SubjectIds names, int cells)
    {
        _hasher.Complete();
        Drain();
        names.Reserve(_cells.Count == 0 ? 0 : _cells.Max(c => c.Count));
        return [.. Enumerable.Range(0, cells).Select(i => i < _cells.Count ? _cells[i].ToSets(names, rowsAreSubjects, columns)
            : new CellSets([.. Enumerable.Repeat(SubjectSet.Empty, columns + 1)]))];
    }

    private void Drain()
    {
        foreach (var (cell, id) in _hasher.Ready)
            _cells[cell].Set(id);
        _hasher.Clear();
    }

    /// <summary>Growing arrays: records of a cell arrive interleaved with those of others, and their ids some records later, in order.</summary>
    private sealed class Cell
    {
        private UInt128[] _ids = new UInt128[16];
        private ulong[]? _missing;
        private int _filled;

        public int Count { get; private set; }

        public void Add(ulong missing)
        {
            if (Count == _ids.Length)
            {
                Array.Resize(ref _ids, Count * 2);
                if (_missing is not null)
                    Array.Resize(ref _missing, _ids.Length);
            }
            if (missing != 0)
                _missing ??= new ulong[_ids.Length];
            if (_missing is not null)
                _missing[Count] = missing;
            Count++;
        }

        public void Set(UInt128 id) => _ids[_filled++] = id;

        public CellSets ToSets(SubjectIds names, bool rowsAreSubjects, int columns)
        {
            if (rowsAreSubjects)
                Number();
            var ordinals = new uint[Count];
            for (var i = 0; i < Count; i++)
                ordinals[i] = names.Ordinal(_ids[i]);
            var all = SetOf((uint[])ordinals.Clone(), Count);
            var layers = new SubjectSet[columns + 1];
            Array.Fill(layers, all);
            for (var column = 0; column < columns && _missing is not null; column++)
            {
                var present = new uint[Count];
                var count = 0;
                for (var i = 0; i < Count; i++)
                {
                    if ((_missing[i] >> column & 1) == 0)
                        present[count++] = ordinals[i];
                }
                layers[column + 1] = SetOf(present, count);
            }
            return new CellSets(layers);
        }

        /// <summary>Equal rows are several subjects: the second one of a kind is another than the first, in every set alike.</summary>
        private void Number()
        {
            if (_missing is null)
                Array.Sort(_ids, 0, Count);
            else
                Array.Sort(_ids, _missing, 0, Count);
            var run = 0;
            var first = Count == 0 ? 0 : _ids[0];
            for (var i = 1; i < Count; i++)
            {
                run = _ids[i] == first ? run + 1 : 0;
                first = run == 0 ? _ids[i] : first;
                _ids[i] = unchecked(first + (uint)run);
            }
        }

        private static SubjectSet SetOf(uint[] ordinals, int count)
        {
            Array.Sort(ordinals, 0, count);
            var distinct = 0;
            for (var i = 0; i < count; i++)
            {
                if (i == 0 || ordinals[i] != ordinals[i - 1])
                    ordinals[distinct++] = ordinals[i];
            }
            return SubjectSet.Of(ordinals.AsSpan(0, distinct));
        }
    }
}
