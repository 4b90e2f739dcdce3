using DataSpace.Kernel.Results;
using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Privacy.Regression.Vertical.Linear;

namespace DataSpace.Privacy.Tests.Regression.Vertical;

/// <summary>Both parties of a vertical regression in this process, with a network in between that a test may own.</summary>
internal sealed class TwoOwners : IDisposable
{
    public static readonly byte[] Context = [.. Enumerable.Repeat((byte)7, 32)];

    public TwoOwners(VerticalTerms terms, IReadOnlyList<double[]> first, IReadOnlyList<double[]> second, double[] labels, RingSlots? firstSlots = null, RingSlots? secondSlots = null)
    {
        var slots = Slots(terms);
        First = VerticalFirst.Create(terms, first, labels, firstSlots ?? ClearSlots.Pair(slots), Context).Value;
        Second = VerticalSecond.Create(terms, second, secondSlots ?? ClearSlots.Pair(slots), Context).Value;
    }

    /// <summary>Least squares; the slots hold two tiles of data and one of the larger matrix.</summary>
    public TwoOwners(LinearTerms terms, IReadOnlyList<double[]> first, IReadOnlyList<double[]> second, double[] labels, RingSlots? firstSlots = null, RingSlots? secondSlots = null)
    {
        var slots = Slots(terms);
        First = LinearFirst.Create(terms, first, labels, firstSlots ?? ClearSlots.Of(slots, 3), Context).Value;
        Second = LinearSecond.Create(terms, second, secondSlots ?? ClearSlots.Of(slots, 3), Context).Value;
    }

    public ModelSide First { get; }

    public ModelSide Second { get; }

    /// <summary>Bytes of both, in all.</summary>
    public long Bytes { get; private set; }

    public List<(bool FromFirst, TurnPart Part)> Said { get; } = [];

    /// <summary>Talks until nobody has anything to say; the first refusal, or null.</summary>
    public DsError? Converse(Func<bool, TurnPart, ReadOnlyMemory<byte>>? network = null)
    {
        while (true)
        {
            var fromFirst = true;
            var next = First.Script.Next();
            if (next is { IsOk: true, Value: null })
                (fromFirst, next) = (false, Second.Script.Next());
            if (!next.TryGet(out var part, out var error))
                return error;
            if (part is null)
                return null;
            Bytes += part.Payload.Length;
            Said.Add((fromFirst, network is null ? part with { Payload = default } : part));
            var arriving = network?.Invoke(fromFirst, part) ?? part.Payload;
            if ((fromFirst ? Second.Script : First.Script).Take(arriving).Error is { } refused)
                return refused;
        }
    }

    public (VerticalModel First, VerticalModel Second) Models()
    {
        Assert.Null(Converse());
        return (First.Outcome.Value, Second.Outcome.Value);
    }

    /// <summary>Slots that hold two tiles, which is enough for the layout to matter.</summary>
    public static int Slots(VerticalTerms terms) => 2 * (terms.Rows + terms.Columns) + 5;

    public static int Slots(LinearTerms terms) => Math.Max((2 * terms.Rows) + 5, (3 * terms.Smaller * terms.Smaller) + 1);

    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
    }
}
