using System.Globalization;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Jobs;

/// <summary>Between the plan's words, the sandbox's cells and the privacy room's cells.</summary>
internal static class CellPlans
{
    /// <summary>The sandbox's plan of a joint statistic over the rows that the contract allows.</summary>
    /// <param name="query">What is asked.</param>
    /// <param name="rowFilter">The contract's rows.</param>
    /// <param name="found">Codes of hidden groups as this owner's rows have them.</param>
    public static CellPlan Of(AggregateQuery query, IReadOnlyList<RowPredicate> rowFilter, IReadOnlyList<string>? found = null) => new()
    {
        GroupColumn = query.GroupColumn.Length == 0 ? null : query.GroupColumn,
        Groups = found ?? query.Groups,
        Measures = [.. query.Measures.Select(m => new MeasurePlan(m.Column, m.Decimals, Number(m.Min), Number(m.Max), m.NeedsSquares))],
        Where = [.. query.Where.Select(w => new CellPredicate(w.Column, w.Operator, w.Values)), .. FilterOf(rowFilter)],
        DominancePercent = query.DominancePercent,
        Bins = query.Bins is { } bins ? new BinPlan(bins.Column, bins.Edges) : null,
        Products = query.Matrix is not null,
        CompleteRowsOnly = true,
        ContributionBound = query.Noise?.ContributionBound,
    };

    /// <summary>The contract's row filter in the sandbox's words.</summary>
    public static IReadOnlyList<CellPredicate> FilterOf(IReadOnlyList<RowPredicate> rowFilter)
        => [.. rowFilter.Select(p => new CellPredicate(p.Column, p.Operator, [p.Value]))];

    /// <summary>
    /// The local cells, or null with a code when something about the data forbids an answer; either way the outside sees the same.
    /// </summary>
    public static (IReadOnlyList<LocalCell>? Cells, SealedReply Status) Judge(Result<CellTable> ran, AggregateQuery query)
    {
        // One code for whatever went wrong over data; the owner's log has the particulars. Too many rows for the public bound is judged by the privacy
        // room, under the mask: said here it would count rows of cells that are too small to be seen.
        if (!ran.TryGet(out var table, out _))
            return (null, new SealedReply(false, 0, SandboxErrors.QueryFailed.Code));
        var cells = table.Cells.Select(Cell).ToList();
        var seen = table.Cells.Zip(cells).Where(p => p.Second.Subjects >= query.MinGroupSize && !p.Second.Dominated);
        // Whether a value was clamped is an exact fact about data: noise would be in vain beside it.
        return (cells, new SealedReply(true, query.Noise is null && seen.Any(p => p.First.Measures.Any(m => m.ClampedRows > 0)) ? 1 : 0));
    }

    /// <summary>The cell rule tests the least number of subjects behind any of the figures.</summary>
    private static LocalCell Cell(Cell cell)
        => new(cell.Rows, cell.Measures.Select(m => m.Subjects).Append(cell.Subjects).Min(), [.. cell.Measures.Select(m => (m.Sum, m.SumOfSquares))], cell.Dominated) { Products = cell.Products };

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
