using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>An owner's rows, by their number in its set.</summary>
/// <param name="Columns">Features of the rows asked for, a vector each.</param>
/// <param name="Labels">Labels of the rows; null at the owner that has none.</param>
public sealed record AlignedRows(IReadOnlyList<double[]> Columns, double[]? Labels);

/// <summary>One owner's part in a vertical regression, from its keys to its weights.</summary>
public sealed class AlignedRegression : AlignedConversation
{
    private AlignedRegression(VerticalRun run, AlignedModel terms, bool isFirst, ItemSet items, Func<IReadOnlyList<int>, Result<AlignedRows>> rowsOf, Func<int, Result<RingSlots>> slots, IConversation part)
        : base(run, terms, isFirst, items, rowsOf, slots, part)
    {
    }

    /// <summary>The model, or why there is none: DS-PRV-170 where too few are common, DS-PRV-246 where the certificate fails.</summary>
    public Result<VerticalModel> Outcome { get; private set; } = VerticalErrors.Incomplete.Of();

    /// <summary>A run.</summary>
    /// <param name="run">Grant, signing keys; its context is what the plan's hash and roster bind.</param>
    /// <param name="terms">The same for both.</param>
    /// <param name="isFirst">The owner of the label.</param>
    /// <param name="items">Keys of this owner.</param>
    /// <param name="rowsOf">Rows of this owner by number, in the order asked for; called once.</param>
    /// <param name="engine">Microsoft SEAL.</param>
    public static Result<AlignedRegression> Create(
        VerticalRun run, AlignedModel terms, bool isFirst, ItemSet items, Func<IReadOnlyList<int>, Result<AlignedRows>> rowsOf, ISealEngine engine)
        => Create(run, terms, isFirst, items, rowsOf, moduli => SealSlots.Create(engine, moduli));

    internal static Result<AlignedRegression> Create(
        VerticalRun run, AlignedModel terms, bool isFirst, ItemSet items, Func<IReadOnlyList<int>, Result<AlignedRows>> rowsOf, Func<int, Result<RingSlots>> slots)
        => Intersect(run, terms.Alignment, isFirst, items).TryGet(out var part, out var error) ? new AlignedRegression(run, terms, isFirst, items, rowsOf, slots, part) : error;

    private protected override void Conclude(VerticalSide side) => Outcome = ((ModelSide)side).Outcome;

    private protected override void Withhold(DsError why) => Outcome = why;
}
