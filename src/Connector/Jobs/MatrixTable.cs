using DataSpace.Privacy.Aggregation;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>Covariances and correlations as a matrix: a row per column and a column per column, for each group.</summary>
internal static class MatrixTable
{
    public static ResultTable Of(AggregateQuery query, IReadOnlyList<string> matrix, AggregationShape shape, AggregationResult result)
    {
        IReadOnlyList<ResultColumn> columns =
        [
            .. query.GroupKeys.Select(k => new ResultColumn(k, k)), new("matrix", "matrix"), new("column", "column"), new("count", "count"), new("mean", "mean"),
            .. query.Measures.Select(m => new ResultColumn("with_" + m.Column, m.Column)),
        ];
        var rows = new List<IReadOnlyList<string?>>();
        var errors = new List<IReadOnlyList<string?>>();
        var suppressed = new List<SuppressedGroup>();
        foreach (var (cell, at) in result.Cells.Select((cell, at) => (cell, at)))
        {
            IReadOnlyList<string> group = [.. query.Groups.Skip(at).Take(1)];
            if (cell.Suppressed)
            {
                suppressed.Add(new SuppressedGroup(group.Count == 0 ? string.Join(", ", query.Measures.Select(m => m.Column)) : group[0], JobErrors.GroupSuppressed.Code));
                continue;
            }
            foreach (var kind in matrix)
            {
                for (var i = 0; i < query.Measures.Count; i++)
                {
                    rows.Add([.. group, kind, query.Measures[i].Column, ResultTable.Spell(cell.Count), ResultTable.Spell(cell.Measures[i].Mean()),
                        .. Enumerable.Range(0, query.Measures.Count).Select(j => ResultTable.Spell(Figure(kind, cell, i, j)))]);
                    if (shape.Noise is not null)
                        errors.Add([.. group.Select(_ => (string?)null), null, null, .. MatrixErrors.Of(shape, query, cell, kind, i)]);
                }
            }
        }
        return new ResultTable(columns, rows, suppressed, Clamped: false) { Errors = shape.Noise is null ? null : errors };
    }

    private static decimal? Figure(string kind, CellResult cell, int i, int j)
    {
        var moments = JointMoments.Of(cell, i, j);
        // Noise can leave no variance, as elsewhere.
        return kind == AggregateQuery.Correlation ? moments.Correlation() : moments.Covariance() is { } value && (i != j || value >= 0) ? value : null;
    }
}
