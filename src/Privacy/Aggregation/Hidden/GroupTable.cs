using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Aggregation.Hidden;

/// <summary>
/// Groups read from the sum of all owners' slots: the analyst's side.
/// <para><b>What the analyst learns</b>: code and joint statistics of groups that pass the cell rule at every owner that has them; how many slots hold something suppressed, and in which places, without a
/// code; of a slot with several groups their joint figures, each group of which passes everywhere. It cannot test a code against places: it lacks the key. Nobody learns which owner has a group.</para>
/// <para>A slot with one group is read by its label. What was read is taken off the group's other slot, which may leave one group there too; this goes on until nothing is left to read.</para>
/// </summary>
/// <param name="Groups">Code and joint cell of each group that could be read, ordered by code (ordinal); measures without labels.</param>
/// <param name="Slots">Slots of both tables.</param>
/// <param name="SuppressedSlots">Those of them that some owner made unreadable. A suppressed group takes two.</param>
/// <param name="CollidedSlots">Those in which several groups are left that could not be told apart. Their figures are in no row.</param>
public sealed record GroupTable(IReadOnlyList<(string Code, CellResult Cell)> Groups, int Slots, int SuppressedSlots, int CollidedSlots)
{
    /// <summary>Reads the decoded sum.</summary>
    /// <param name="shape">As in <see cref="GroupSlots.Cells"/>.</param>
    /// <param name="job">As there.</param>
    /// <param name="result">What <see cref="AnalystDecoder"/> gave.</param>
    /// <returns>DS-PRV-365 when slots contradict each other: one code in two places of a table, or a group that its other slot does not hold.</returns>
    public static Result<GroupTable> Read(AggregationShape shape, ReadOnlyMemory<byte> job, AggregationResult result)
    {
        var found = new SortedDictionary<string, CellResult>(StringComparer.Ordinal);
        var slots = result.Cells.ToArray();
        var due = new Stack<int>(Enumerable.Range(0, slots.Length));
        while (due.TryPop(out var at))
        {
            if (slots[at] is not { Suppressed: false, Count: > 0 } group
                || GroupLabel.Read(job.Span, group.Count, [.. group.Measures.TakeLast(GroupLabel.Chunks).Select(m => m.Sum)]) is not { } label)
                continue;
            var places = label.Places.Slots(slots.Length / 2);
            // An honest owner puts a group into its two places, and all owners use one key.
            if (!places.Contains(at) || Math.Max(label.Places.First, label.Places.Second) >= slots.Length / 2 || !found.TryAdd(label.Code, group))
                return HiddenGroupErrors.Inconsistent.Of();
            foreach (var place in places.Where(place => !slots[place].Suppressed))
            {
                slots[place] = Without(slots[place], group);
                if (slots[place].Count < 0 || (slots[place].Count == 0 && slots[place].Measures.Any(m => m.Sum != 0 || (m.SumOfSquares ?? 0) != 0)))
                    return HiddenGroupErrors.Inconsistent.Of();
                due.Push(place);
            }
        }

        return new GroupTable(
            [.. found.Select(g => (g.Key, g.Value with { Measures = [.. g.Value.Measures.SkipLast(GroupLabel.Chunks)] }))],
            slots.Length, slots.Count(s => s.Suppressed), slots.Count(s => s is { Suppressed: false, Count: > 0 }));
    }

    private static CellResult Without(CellResult slot, CellResult group) => slot with
    {
        Count = slot.Count - group.Count,
        Measures = [.. slot.Measures.Zip(group.Measures, (m, g) => m with { Count = m.Count - g.Count, Sum = m.Sum - g.Sum, SumOfSquares = m.SumOfSquares - g.SumOfSquares })],
    };
}
