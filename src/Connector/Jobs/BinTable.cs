using System.Globalization;
using DataSpace.Privacy.Aggregation;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>Tables of bins: the rows in each, or the bins that contain the asked quantiles.</summary>
internal static class BinTable
{
    private static readonly ResultColumn From = new("from", "from (included)");
    private static readonly ResultColumn To = new("to", "to (excluded)");

    public static ResultTable Of(AggregateQuery query, BinQuery bins, AggregationShape shape, AggregationResult result)
        => bins.Quantiles is { } levels ? Quantiles(query, bins, levels, shape, result) : Histogram(query, bins, shape, result);

    /// <summary>A row per released bin. An open end is null.</summary>
    private static ResultTable Histogram(AggregateQuery query, BinQuery bins, AggregationShape shape, AggregationResult result)
    {
        var rows = new List<IReadOnlyList<string?>>();
        var suppressed = new List<SuppressedGroup>();
        foreach (var (group, cells) in ByGroup(query, bins, result))
        {
            foreach (var (cell, bin) in cells.Select((cell, bin) => (cell, bin)))
            {
                if (cell.Suppressed)
                    suppressed.Add(new SuppressedGroup(string.Join(' ', [.. group, $"{bins.Column} [{Low(bins, bin)}, {High(bins, bin)})"]), JobErrors.GroupSuppressed.Code));
                else
                    rows.Add([.. group, Low(bins, bin), High(bins, bin), ResultTable.Spell(cell.Count)]);
            }
        }
        var error = shape.Noise is null ? null : NoiseView.CountError(shape, counts: 1);
        return new ResultTable([.. Keys(query), From, To, new("count", $"count({bins.Column})")], rows, suppressed, Clamped: false)
        {
            Errors = error is null ? null : [.. rows.Select(r => (IReadOnlyList<string?>)[.. Enumerable.Repeat<string?>(null, r.Count - 1), error])],
        };
    }

    /// <summary>
    /// A row per group and level. Of a group that lacks a bin the number of rows is unknown, and with it every rank: it has no quantiles.
    /// </summary>
    private static ResultTable Quantiles(AggregateQuery query, BinQuery bins, IReadOnlyList<string> levels, AggregationShape shape, AggregationResult result)
    {
        var rows = new List<IReadOnlyList<string?>>();
        var errors = new List<IReadOnlyList<string?>>();
        var suppressed = new List<SuppressedGroup>();
        foreach (var (group, cells) in ByGroup(query, bins, result))
        {
            if (cells.Any(c => c.Suppressed))
            {
                suppressed.Add(new SuppressedGroup(group.Count == 0 ? bins.Column : group[0], JobErrors.QuantileUnknown.Code));
                continue;
            }
            IReadOnlyList<long> counts = [.. cells.Select(c => c.Count)];
            foreach (var level in levels)
            {
                var found = GridQuantile.Of(counts, BinQuery.Level(level)!.Value);
                var bin = found.Bin;
                rows.Add([.. group, level, bin is { } at ? Low(bins, at) : null, bin is { } to ? High(bins, to) : null,
                    ResultTable.Spell(found.Below), ResultTable.Spell(found.Inside), ResultTable.Spell(found.Total)]);
                if (shape.Noise is not null)
                    errors.Add([.. group.Select(_ => (string?)null), null, null, null, NoiseView.CountError(shape, bin ?? 0), NoiseView.CountError(shape, 1), NoiseView.CountError(shape, counts.Count)]);
            }
        }
        IReadOnlyList<ResultColumn> columns =
        [
            .. Keys(query), new("quantile", $"quantile({bins.Column})"), From, To, new("below", "rows below"), new("inside", "rows inside"), new("total", "rows in all"),
        ];
        return new ResultTable(columns, rows, suppressed, Clamped: false) { Errors = shape.Noise is null ? null : errors };
    }

    private static IEnumerable<ResultColumn> Keys(AggregateQuery query) => query.GroupKeys.Select(k => new ResultColumn(k, k));

    /// <summary>The cells of each group, with its code or nothing.</summary>
    private static IEnumerable<(IReadOnlyList<string> Group, CellResult[] Cells)> ByGroup(AggregateQuery query, BinQuery bins, AggregationResult result)
        => result.Cells.Chunk(bins.Count).Select((cells, i) => ((IReadOnlyList<string>)[.. query.Groups.Skip(i).Take(1)], cells));

    private static string? Low(BinQuery bins, int bin) => bin == 0 ? null : Text(bins.Edges[bin - 1]);

    private static string? High(BinQuery bins, int bin) => bin == bins.Edges.Count ? null : Text(bins.Edges[bin]);

    private static string Text(string edge) => decimal.Parse(edge, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
}
