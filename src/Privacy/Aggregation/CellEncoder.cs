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
    /// and the status uniform and non-zero.
    /// </summary>
    public static (ulong[] First, ulong[] Second) Encode(AggregationShape shape, IReadOnlyList<LocalCell>? cells)
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
            var (exactFirst, exactSecond) = Exact(shape, failed ? null : cells![cell]);
            Write(layout.First, first, layout.FirstStatistics(cell), exactFirst, hidden, random);
            Write(layout.Second, second, layout.SecondStatistics(cell), exactSecond, hidden, random);
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

    private static (List<ulong> First, List<ulong> Second) Exact(AggregationShape shape, LocalCell? cell)
    {
        var (t1, t2) = (shape.Layout.First.Modulus, shape.Layout.Second.Modulus);
        List<ulong> first = [ToResidue(cell?.Rows ?? 0, t1)];
        List<ulong> second = [];
        for (var i = 0; i < shape.Measures.Count; i++)
        {
            var (sum, squares) = cell?.Measures[i] ?? (0, 0);
            first.Add(ToResidue(sum, t1));
            if (!shape.Measures[i].Squares)
                continue;
            first.Add(ToResidue(squares, t1));
            second.Add(ToResidue(squares, t2));
        }

        return (first, second);
    }

    private static void Write(ModulusSlots slots, ulong[] row, (int Start, int Length) range, List<ulong> exact, bool hidden, MaskStream random)
    {
        Span<ulong> uniform = new ulong[range.Length];
        random.Fill(uniform, slots.Modulus);
        for (var i = 0; i < range.Length; i++)
            row[slots.SlotOf(range.Start + i)] = hidden ? uniform[i] : exact[i];
    }
}
