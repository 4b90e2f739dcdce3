using System.Globalization;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Jobs;

/// <summary>Between the plan's words, the sandbox's cells and the privacy room's cells.</summary>
internal static class CellPlans
{
    /// <summary>The sandbox's plan of a joint statistic.</summary>
    public static CellPlan Of(AggregateQuery query) => new()
    {
        GroupColumn = query.GroupColumn,
        Groups = query.Groups,
        Measures = [.. query.Measures.Select(m => new MeasurePlan(m.Column, m.Decimals, Number(m.Min), Number(m.Max), m.NeedsSquares))],
        Where = [.. query.Where.Select(w => new CellPredicate(w.Column, w.Operator, w.Values))],
        DominancePercent = query.DominancePercent,
        CompleteRowsOnly = true,
    };

    /// <summary>
    /// The local cells, or null with a code when something about the data forbids an answer; either way the outside sees the same.
    /// </summary>
    public static (IReadOnlyList<LocalCell>? Cells, SealedReply Status) Judge(Result<CellTable> ran, AggregateQuery query)
    {
        if (!ran.TryGet(out var table, out var error))
            return (null, new SealedReply(false, 0, error.Code));
        if (table.Cells.Any(c => c.Rows > query.MaxRowsPerParty))
            return (null, new SealedReply(false, 0, SandboxErrors.OutputTooLarge.Code));
        var clamped = table.Cells.Any(c => c.Measures.Any(m => m.ClampedRows > 0)) ? 1 : 0;
        return ([.. table.Cells.Select(Cell)], new SealedReply(true, clamped));
    }

    /// <summary>The cell rule tests the least number of subjects behind any of the figures.</summary>
    private static LocalCell Cell(Cell cell)
        => new(cell.Rows, cell.Measures.Select(m => m.Subjects).Append(cell.Subjects).Min(), [.. cell.Measures.Select(m => (m.Sum, m.SumOfSquares))], cell.Dominated);

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
