using DataSpace.Privacy.Lookup.Lwe;

namespace DataSpace.Privacy.Lookup;

/// <summary>
/// How a database is laid out: a matrix of bytes, read by column. A column is a bin of <see cref="Slots"/> entries; where an entry stands follows from its keyword under the owner's key. The shape is
/// a function of the number of records, rounded up to three binary digits, and of the declared size of a record: it tells that much about the data and nothing else.
/// </summary>
/// <param name="Columns">Columns, a multiple of 1,024.</param>
/// <param name="Slots">Most entries of a column.</param>
/// <param name="RecordBytes">Bytes of a record with its padding, <see cref="MinRecordBytes"/> to <see cref="MaxRecordBytes"/>.</param>
public readonly record struct LookupShape(int Columns, int Slots, int RecordBytes)
{
    /// <summary>Smallest record.</summary>
    public const int MinRecordBytes = 16;

    /// <summary>Largest record.</summary>
    public const int MaxRecordBytes = 4096;

    /// <summary>Most records.</summary>
    public const int MaxRecords = 1 << 22;

    /// <summary>Longest query.</summary>
    public const int MostQueryBytes = MaxColumns * sizeof(uint);

    /// <summary>Largest hint.</summary>
    public const long MostHintBytes = (long)MaxRows * LweParameters.RowBytes;

    /// <summary>Longest answer.</summary>
    public const int MostAnswerBytes = MaxRows * sizeof(ushort);

    /// <summary>Bytes of an entry beside its record: what it is found by, and what shows that it is whole.</summary>
    internal const int EntryOverhead = 8 + 16;

    private const int ColumnStep = 1024;
    private const int MaxColumns = 31 * ColumnStep; // a query stays below 128 KiB with its header
    private const int MaxSlots = 1 << 12;
    private const int MaxRows = 1 << 16;
    private const long MaxCellBytes = 1 << 30;

    /// <summary>Queries against which a hint is weighed when a shape is chosen.</summary>
    private const int WeighedQueries = 64;

    /// <summary>Bytes of an entry.</summary>
    internal int EntryBytes => RecordBytes + EntryOverhead;

    /// <summary>Rows of the matrix, a multiple of four.</summary>
    public int Rows => ((Slots * EntryBytes) + 3) / 4 * 4;

    /// <summary>Bytes of the matrix.</summary>
    public long CellBytes => (long)Rows * Columns;

    /// <summary>Bytes that a client needs once per version of the database.</summary>
    public long HintBytes => (long)Rows * LweParameters.RowBytes;

    /// <summary>Bytes of one query.</summary>
    public int QueryBytes => Columns * sizeof(uint);

    /// <summary>Bytes of one answer.</summary>
    public int AnswerBytes => Rows * sizeof(ushort);

    /// <summary>Within the limits: asked of a peer's shape before anything is set aside for it.</summary>
    public bool IsValid => RecordBytes is >= MinRecordBytes and <= MaxRecordBytes && Slots is >= 1 and <= MaxSlots && Columns is >= ColumnStep and <= MaxColumns && Columns % ColumnStep == 0
        && Rows <= MaxRows && CellBytes <= MaxCellBytes;

    /// <summary>The shape with the least traffic for that many records; null when there is none.</summary>
    public static LookupShape? For(int records, int recordBytes)
    {
        if (records is < 0 or > MaxRecords || recordBytes is < MinRecordBytes or > MaxRecordBytes)
            return null;
        LookupShape? best = null;
        for (var columns = ColumnStep; columns <= MaxColumns; columns += ColumnStep)
        {
            var shape = new LookupShape(columns, SlotsFor(Rounded(records), columns), recordBytes);
            if (shape.IsValid && (best is not { } other || Traffic(shape) < Traffic(other)))
                best = shape;
        }

        return best;
    }

    /// <summary>Rounded up to three binary digits, at least 1,024.</summary>
    internal static int Rounded(int records)
    {
        const int least = 1024;
        if (records <= least)
            return least;
        var step = 1 << (29 - int.LeadingZeroCount(records - 1));
        return (records + step - 1) / step * step;
    }

    private static long Traffic(LookupShape shape) => shape.HintBytes + (WeighedQueries * ((long)shape.QueryBytes + shape.AnswerBytes));

    /// <summary>
    /// The least for which, of a random spread, all columns hold what falls to them in three of four cases. Whoever lays the entries out draws another spread when it does not.
    /// </summary>
    private static int SlotsFor(int records, int columns)
    {
        // Poisson of the mean: the exact law, a binomial, has the lighter tail.
        const double mostMisses = .25;
        var mean = (double)records / columns;
        var term = Math.Exp(-mean);
        for (var slots = 1; slots < MaxSlots; slots++)
        {
            term *= mean / slots;
            if (slots > mean && Tail(term, mean, slots) * columns <= mostMisses)
                return slots;
        }

        return MaxSlots + 1;
    }

    // P(more than slots), from P(slots) on.
    private static double Tail(double term, double mean, int slots)
    {
        var tail = 0.0;
        for (var k = slots + 1; k < slots + 200; k++)
            tail += term *= mean / k;
        return tail;
    }
}
