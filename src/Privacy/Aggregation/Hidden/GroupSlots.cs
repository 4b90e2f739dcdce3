using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Aggregation.Hidden;

/// <summary>One of an owner's own groups. Never leaves the owner in the open.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Value">The keyed function's value at it, 64 bytes.</param>
/// <param name="Cell">Its statistics of the measures that the query asks for; null where they could not be made, and then its slots are suppressed.</param>
public sealed record HiddenGroup(string Code, ReadOnlyMemory<byte> Value, LocalCell? Cell);

/// <summary>
/// Groups without a public list, as cells of a joint table that has one: an owner's side. Every group stands in one slot of each of two tables; a slot is a cell like any other, with the measures'
/// statistics and, as further measures, the label of its group (<see cref="GroupLabel"/>). What holds for cells holds for slots without a word more: masks, flags, uniform values in place of
/// what may not be shown.
/// <para><b>What the slots tell</b> is decided by the sum alone, see <see cref="GroupTable"/>. An owner's slot is suppressed as a whole when any of its groups there is: below the minimum,
/// dominated, withheld by the history, or with a code that is too long.</para>
/// </summary>
public static class GroupSlots
{
    /// <summary>Longest code that can be shown, in bytes of UTF-8.</summary>
    public const int MostCodeBytes = GroupLabel.MostBytes;

    /// <summary>Measures that carry labels, to be put behind those that a query asks for.</summary>
    public static IReadOnlyList<MeasureShape> LabelMeasures => GroupLabel.Measures;

    /// <summary>True for a code that a slot can carry.</summary>
    public static bool CanShow(string code) => GroupLabel.Fits(code);

    /// <summary>
    /// How many groups are expected to be lost to collisions, of that many in all owners together: λ² / (1 − λ²) with λ = groups per slot of a table. A group is lost when neither of its slots can be read, also
    /// after those that can have been taken off: when it lies on a cycle of slots. Infinite from λ = 1 on.
    /// </summary>
    public static double ExpectedLoss(int groups, int tableSlots)
    {
        var load = (double)groups / tableSlots;
        return load >= 1 ? double.PositiveInfinity : load * load / (1 - (load * load));
    }

    /// <summary>This owner's cells, two tables of <c>shape.Groups / 2</c> slots.</summary>
    /// <param name="shape">Shape whose last measures are <see cref="LabelMeasures"/>.</param>
    /// <param name="job">What labels are bound to: the roster hash, 32 bytes.</param>
    /// <param name="groups">All groups of which this owner has rows, each code once.</param>
    public static Result<IReadOnlyList<LocalCell>> Cells(AggregationShape shape, ReadOnlySpan<byte> job, IReadOnlyList<HiddenGroup> groups)
    {
        var measures = shape.Measures.Count - GroupLabel.Chunks;
        if (measures < 0 || !shape.Measures.Skip(measures).SequenceEqual(GroupLabel.Measures) || shape.Groups % 2 != 0 || shape.Products || shape.Noise is not null)
            return HiddenGroupErrors.TermsInvalid.Of("shape");
        if (groups.Any(g => g.Value.Length != GroupPlaces.ValueBytes || (g.Cell is { } cell && (cell.Measures.Count != measures || !GroupLabel.Fits(g.Code)))))
            return HiddenGroupErrors.TermsInvalid.Of("groups");
        var slots = Enumerable.Range(0, shape.Groups).Select(_ => new Slot(measures)).ToArray();
        foreach (var group in groups)
        {
            var places = GroupPlaces.Of(group.Value.Span, shape.Groups / 2);
            var label = group.Cell is null ? [] : GroupLabel.Write(job, group.Code, places);
            foreach (var place in places.Slots(shape.Groups / 2))
                slots[place].Add(shape, group.Cell, label);
        }

        return slots.Select(slot => slot.ToCell()).ToArray();
    }

    /// <summary>A slot with what this owner has put there.</summary>
    private sealed class Slot(int measures)
    {
        private readonly (Int128 Sum, Int128 SumOfSquares)[] _sums = new (Int128, Int128)[measures + GroupLabel.Chunks];
        private long _rows, _subjects;
        private bool _withheld;

        public void Add(AggregationShape shape, LocalCell? cell, long[] label)
        {
            // One group that may not be shown makes the slot unreadable, as it makes its own cell elsewhere.
            _withheld |= cell?.MayContribute(shape.MinGroupSize) != true;
            if (cell is null)
                return;
            _rows = checked(_rows + cell.Rows);
            _subjects = checked(_subjects + cell.Subjects);
            for (var i = 0; i < measures; i++)
                _sums[i] = (_sums[i].Sum + cell.Measures[i].Sum, _sums[i].SumOfSquares + cell.Measures[i].SumOfSquares);
            for (var i = 0; i < label.Length; i++)
                _sums[measures + i].Sum += (Int128)cell.Rows * label[i];
        }

        public LocalCell ToCell() => new(_rows, _subjects, _sums, _withheld);
    }
}
