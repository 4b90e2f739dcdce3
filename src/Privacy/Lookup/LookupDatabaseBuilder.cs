using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Keys;
using DataSpace.Privacy.Lookup.Lwe;
using DataSpace.Privacy.Lookup.Oprf;

namespace DataSpace.Privacy.Lookup;

/// <summary>
/// Makes a database of rows that come one by one. A keyword has one record: of several rows with one key, the one whose record comes first byte by byte, so that the order of rows in a file
/// changes nothing. Owned by one thread; used once.
/// </summary>
/// <param name="rule">Makes keys comparable.</param>
/// <param name="recordBytes">Size of a record, <see cref="LookupShape.MinRecordBytes"/> to <see cref="LookupShape.MaxRecordBytes"/>.</param>
/// <param name="maxRecords">Most different keys.</param>
public sealed class LookupDatabaseBuilder(KeyRule rule, int recordBytes, int maxRecords)
{
    /// <summary>Spreads that are tried; each fits with a probability of three in four.</summary>
    private const int MaxSpreads = 64;

    private readonly Dictionary<ItemDigest, byte[]> _records = [];
    private DsError? _problem;

    /// <summary>Rows added.</summary>
    public int Rows { get; private set; }

    /// <summary>Rows left out because a part of their key was missing or not valid.</summary>
    public int RowsWithoutKey { get; private set; }

    /// <summary>Different keys.</summary>
    public int Records => _records.Count;

    /// <summary>One row; false once the rows do not fit.</summary>
    /// <param name="key">Key columns in the rule's order.</param>
    /// <param name="values">Value columns in the agreed order.</param>
    public bool Add(IReadOnlyList<string?> key, IReadOnlyList<string?> values)
    {
        if (_problem is not null)
            return false;
        Rows++;
        if (!rule.TryDigest(key, out var digest))
        {
            RowsWithoutKey++;
            return true;
        }

        if (LookupRecord.Encode(values, recordBytes) is not { } record)
        {
            _problem = LookupErrors.RecordTooLong.Of();
            return false;
        }

        if (!_records.TryGetValue(digest, out var other))
        {
            if (_records.Count >= Math.Min(maxRecords, LookupShape.MaxRecords))
            {
                _problem = LookupErrors.TooManyRecords.Of();
                return false;
            }

            _records.Add(digest, record);
        }
        else if (record.AsSpan().SequenceCompareTo(other) < 0)
        {
            _records[digest] = record;
        }

        return true;
    }

    /// <summary>Draws a key, seals every record, computes the hint: 40 s of two cores for a million records of 64 bytes, most of it for F_k.</summary>
    /// <param name="datasetVersion">Version of the data that was read.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>DS-PRV-206, 207 or 209.</returns>
    public Result<LookupDatabase> Build(string datasetVersion, CancellationToken cancellation)
    {
        if (_problem is { } problem)
            return problem;
        if (!Ristretto255.IsAvailable)
            return LookupErrors.LibraryMissing.Of();
        if (LookupShape.For(_records.Count, recordBytes) is not { } shape)
            return LookupErrors.TooManyRecords.Of();
        var key = OprfKey.Create();
        var (items, records) = (_records.Keys.ToArray(), _records.Values.ToArray());
        var derived = Derive(key, items, cancellation);
        if (Spread(derived, shape) is not var (salt, columns))
            return LookupErrors.TooManyRecords.Of("no spread fits");
        var cells = new byte[shape.CellBytes];
        RandomNumberGenerator.Fill(cells); // an empty place looks like an entry that somebody else's key opens
        Place(derived, records, columns, shape, cells, cancellation);
        CryptographicOperations.ZeroMemory(derived);
        var seed = RandomNumberGenerator.GetBytes(LweMatrix.SeedBytes);
        var hint = LweScan.Hint(cells, shape.Rows, shape.Columns, seed, cancellation);
        return new LookupDatabase(key, LookupParameters.Create(shape, salt, seed, key, SHA256.HashData(MemoryMarshal.AsBytes(hint.AsSpan())), datasetVersion), cells, hint);
    }

    private static byte[] Derive(OprfKey key, ItemDigest[] items, CancellationToken cancellation)
    {
        var derived = new byte[items.Length * LookupEntry.DerivedBytes];
        Parallel.For(0, items.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            Span<byte> output = stackalloc byte[Voprf.OutputBytes];
            Voprf.Verifiable.Evaluate(key, MemoryMarshal.AsBytes(items.AsSpan(i, 1)), output);
            LookupEntry.Derive(output, derived.AsSpan(i * LookupEntry.DerivedBytes, LookupEntry.DerivedBytes));
        });
        return derived;
    }

    /// <summary>A salt under which no column gets more than it holds, and the columns; null when none was found.</summary>
    private static (byte[] Salt, int[] Columns)? Spread(byte[] derived, LookupShape shape)
    {
        var columns = new int[derived.Length / LookupEntry.DerivedBytes];
        for (var attempt = 0; attempt < MaxSpreads; attempt++)
        {
            var salt = RandomNumberGenerator.GetBytes(LookupParameters.SaltBytes);
            var fill = new int[shape.Columns];
            var fits = true;
            for (var i = 0; fits && i < columns.Length; i++)
            {
                columns[i] = LookupEntry.Of(derived.AsSpan(i * LookupEntry.DerivedBytes, LookupEntry.DerivedBytes)).Column(salt, shape.Columns);
                fits = ++fill[columns[i]] <= shape.Slots;
            }

            if (fits)
                return (salt, columns);
        }

        return null;
    }

    /// <summary>Entries of a column stand in the order of their tags: that order says nothing about rows.</summary>
    private static void Place(byte[] derived, byte[][] records, int[] columns, LookupShape shape, byte[] cells, CancellationToken cancellation)
    {
        var byColumn = new List<int>?[shape.Columns];
        for (var i = 0; i < columns.Length; i++)
            (byColumn[columns[i]] ??= []).Add(i);
        Parallel.For(0, shape.Columns, new ParallelOptions { CancellationToken = cancellation }, column =>
        {
            if (byColumn[column] is not { } members)
                return;
            ReadOnlySpan<byte> Derived(int i) => derived.AsSpan(i * LookupEntry.DerivedBytes, LookupEntry.DerivedBytes);
            members.Sort((a, b) => LookupEntry.Of(Derived(a)).Tag.SequenceCompareTo(LookupEntry.Of(Derived(b)).Tag));
            var (record, entry) = (new byte[shape.RecordBytes], new byte[shape.EntryBytes]);
            for (var slot = 0; slot < members.Count; slot++)
            {
                Array.Clear(record);
                records[members[slot]].CopyTo(record, 0);
                LookupEntry.Of(Derived(members[slot])).Seal(record, entry);
                var at = ((long)slot * shape.EntryBytes * shape.Columns) + column;
                foreach (var value in entry)
                {
                    cells[at] = value;
                    at += shape.Columns;
                }
            }
        });
    }
}
