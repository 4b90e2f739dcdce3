using DataSpace.Privacy.Noise;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Aggregation;

/// <summary>
/// Turns a provider's cells into slots. Uniform replacements are drawn for every slot of every cell, needed or not, so that the work does not tell
/// which cells were suppressed.
/// </summary>
internal static class CellEncoder
{
    /// <summary>
    /// Slots of both moduli. <paramref name="cells"/> null, or any cell outside the contract's bounds, seals a failure: every statistic uniform, every flag
    /// and the status uniform and non-zero. Noise is made for every cell, shown or not, and goes into statistics alone: flags, status and check slots stay exact.
    /// A sum that noise carries beyond half its modulus wraps, which costs accuracy (with a probability below 2^-63 per slot), never privacy.
    /// </summary>
    public static (ulong[] First, ulong[] Second) Encode(AggregationShape shape, IReadOnlyList<LocalCell>? cells, NoiseShare? noise)
    {
        var layout = shape.Layout;
        var (first, second) = (WithCheckSlots(layout.First), WithCheckSlots(layout.Second));
        var failed = cells is null || !cells.All(cell => cell.IsWithinBounds(shape));
        using var random = MaskStream.Fresh();
        var status = random.NextNonZero(layout.First.Modulus);
        first[layout.First.SlotOf(SlotLayout.StatusValue)] = failed ? status : 0;
        for (var cell = 0; cell < shape.Groups; cell++)
        {
            var hidden = failed || !cells![cell].MayContribute(shape.MinGroupSize);
            var flag = random.NextNonZero(layout.First.Modulus);
            first[layout.First.SlotOf(layout.Flag(cell))] = hidden ? flag : 0;
            var (inFirst, inSecond) = Statistics(shape, failed ? null : cells![cell], shape.Noise is { } plan ? noise!.Of(plan, cell) : null);
            Write(layout.First, first, layout.FirstStatistics(cell), inFirst, hidden, random);
            Write(layout.Second, second, layout.SecondStatistics(cell), inSecond, hidden, random);
        }

        return (first, second);
    }

    /// <summary>An integer as a residue: negative numbers count down from the modulus.</summary>
    internal static ulong ToResidue(Int128 value, ulong modulus)
    {
        var remainder = value % modulus;
        return (ulong)(remainder < 0 ? remainder + modulus : remainder);
    }

    private static ulong[] WithCheckSlots(ModulusSlots slots)
    {
        var row = new ulong[slots.TotalSlots];
        for (var slot = ModulusSlots.CheckSlot; slot < row.Length; slot += slots.Set.Degree)
            row[slot] = 1;
        return row;
    }

    private static (List<ulong> First, List<ulong> Second) Statistics(AggregationShape shape, LocalCell? cell, Int128[]? noise)
    {
        var (t1, t2) = (shape.Layout.First.Modulus, shape.Layout.Second.Modulus);
        var figure = 0;
        List<ulong> first = [];
        List<ulong> second = [];
        Add(cell?.Rows ?? 0);
        for (var i = 0; i < shape.Measures.Count; i++)
        {
            var (sum, squares) = cell?.Measures[i] ?? (0, 0);
            Add(sum);
            if (shape.Measures[i].Squares)
                Add(squares);
        }

        for (var pair = 0; figure < shape.Layout.Wide.Count; pair++)
            Add(cell?.Products[pair] ?? 0);
        return (first, second);

        void Add(Int128 exact)
        {
            var value = noise is null ? exact : checked(exact + noise[figure]);
            first.Add(ToResidue(value, t1));
            if (shape.Layout.Wide[figure++])
                second.Add(ToResidue(value, t2));
        }
    }

    private static void Write(ModulusSlots slots, ulong[] row, (int Start, int Length) range, List<ulong> values, bool hidden, MaskStream random)
    {
        Span<ulong> uniform = new ulong[range.Length];
        random.Fill(uniform, slots.Modulus);
        for (var i = 0; i < range.Length; i++)
            row[slots.SlotOf(range.Start + i)] = hidden ? uniform[i] : values[i];
    }
}
