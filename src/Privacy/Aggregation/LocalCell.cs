namespace DataSpace.Privacy.Aggregation;

/// <summary>One provider's own statistics of one group, from its sandbox. Never leaves the provider in the open.</summary>
/// <param name="Rows">Rows counted.</param>
/// <param name="Subjects">Distinct subjects behind them.</param>
/// <param name="Measures">Scaled sum and sum of squares per measure, in shape order; the latter is ignored where the shape does not release it.</param>
/// <param name="Dominated">True when the provider's dominance rule fails for this cell.</param>
public sealed record LocalCell(long Rows, long Subjects, IReadOnlyList<(Int128 Sum, Int128 SumOfSquares)> Measures, bool Dominated)
{
    /// <summary>Scaled sums of products of each pair of measures i &lt; j, in pair order; empty where the shape releases none.</summary>
    public IReadOnlyList<Int128> Products { get; init; } = [];

    /// <summary>
    /// The cell rule: no subject at all, or at least <paramref name="minGroupSize"/>, and not dominated. It holds for the provider's own
    /// part, so it protects even when every other party colludes.
    /// </summary>
    internal bool MayContribute(int minGroupSize) => !Dominated && (Subjects == 0 ? Rows == 0 : Subjects >= minGroupSize);

    /// <summary>True when the numbers obey the contract's bounds; anything else means clamping failed upstream.</summary>
    internal bool IsWithinBounds(AggregationShape shape)
    {
        if (Rows < 0 || Subjects < 0 || Subjects > Rows || Rows > shape.MaxRowsPerParty)
            return false;
        for (var i = 0; i < Measures.Count; i++)
        {
            var measure = shape.Measures[i];
            if (!StatisticBounds.Hold(measure, Rows, Measures[i].Sum, measure.Squares ? Measures[i].SumOfSquares : null))
                return false;
        }

        return !shape.Products || StatisticBounds.ProductsHold(shape.Measures, Rows, [.. Measures.Select(m => m.SumOfSquares)], Products);
    }
}
