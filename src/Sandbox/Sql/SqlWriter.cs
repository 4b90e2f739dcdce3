using System.Globalization;

namespace DataSpace.Sandbox.Sql;

/// <summary>
/// Writes the statement that runs, from the checked one. Each group carries the number of distinct subjects behind it and behind every measured
/// column; groups under the minimum, or dominated, do not leave the engine. Nothing of the analyst's text is in it.
/// </summary>
internal static class SqlWriter
{
    /// <summary>Columns before the outputs: groups too small, groups dominated, groups fit, row present, subjects behind the row.</summary>
    public const int ControlColumns = 5;

    public static string Write(CheckedStatement statement, DatasetSource dataset, OutputRules rules)
    {
        var keyNames = Names("k", statement.Keys.Count);
        var subject = dataset.SubjectColumn;
        // Renamed at once, so that no name of a dataset or an alias can meet a name used below.
        List<string> baseColumns = [.. statement.Keys.Select((k, i) => $"{SqlText.Name(k.Name)} AS k{Text(i)}")];
        baseColumns.AddRange(statement.Measured.Select((m, i) => $"{SqlText.Name(m.Name)} AS m{Text(i)}"));
        baseColumns.Add(subject is null ? "1 AS s" : $"{SqlText.Name(subject)} AS s");
        var where = statement.Where is null ? "" : " WHERE " + statement.Where;

        List<string> grouped = [.. keyNames];
        grouped.AddRange(statement.Aggregates.Select((a, i) => $"{Aggregate(a, statement.Measured)} AS a{Text(i)}"));
        grouped.Add(subject is null ? "count(*) AS subjects" : "count(DISTINCT s) AS subjects");
        grouped.AddRange(statement.Measured.Select((_, i) => subject is null ? $"count(m{Text(i)}) AS n{Text(i)}"
            : $"count(DISTINCT s) FILTER (m{Text(i)} IS NOT NULL) AS n{Text(i)}"));
        var groupBy = keyNames.Count == 0 ? "" : " GROUP BY " + string.Join(", ", keyNames);

        var smallest = statement.Measured.Count == 0 ? "subjects" : $"least(subjects, {string.Join(", ", Names("n", statement.Measured.Count))})";
        var dominance = Dominance(statement, rules, subject is not null, keyNames);
        var outputs = string.Join(", ", statement.Outputs.Select((o, i) => $"{o.Sql} AS o{Text(i)}"));
        // Ties, and statements without ORDER BY, follow the keys: the order of rows says nothing about the file.
        var order = string.Join(", ", statement.OrderBy.Concat(keyNames).DefaultIfEmpty("1"));
        var having = statement.Having is null ? "" : " AND " + statement.Having;
        var window = statement.Limit is null && statement.Offset == 0 ? "" : $" WHERE pos > {Text(statement.Offset)}"
            + (statement.Limit is { } limit ? $" AND pos <= {((long)statement.Offset + limit).ToString(CultureInfo.InvariantCulture)}" : "");

        return $"WITH base AS (SELECT {string.Join(", ", baseColumns)} FROM {SqlText.Name(dataset.Name)}{where}), "
            + $"grp AS (SELECT {string.Join(", ", grouped)} FROM base{groupBy}), "
            + dominance.Cte
            + $"checked AS MATERIALIZED (SELECT grp.*, {smallest} AS behind, {smallest} >= {Text(rules.MinGroupSize)} AS large, {dominance.Fair} AS fair FROM grp{dominance.Join}), "
            + "total AS (SELECT count(*) FILTER (NOT large) AS small, count(*) FILTER (large AND NOT fair) AS unfair, count(*) FILTER (large AND fair) AS fit FROM checked), "
            + $"released AS (SELECT * FROM (SELECT true AS present, behind, {outputs}, row_number() OVER (ORDER BY {order}) AS pos FROM checked WHERE large AND fair{having}){window}) "
            + $"SELECT total.small, total.unfair, total.fit, released.present, released.behind, {string.Join(", ", Names("released.o", statement.Outputs.Count))} "
            + "FROM total LEFT JOIN released ON true ORDER BY released.pos";
    }

    private static string Aggregate(AggregateCall call, IReadOnlyList<ColumnSchema> measured)
        => call.Column is null ? "count(*)" : $"{call.Function}(m{Text(measured.ToList().IndexOf(call.Column))})";

    /// <summary>The largest subject's share of each summed column's absolute total (p% rule); counts have no dominance.</summary>
    private static (string Cte, string Join, string Fair) Dominance(
        CheckedStatement statement, OutputRules rules, bool hasSubject, IReadOnlyList<string> keyNames)
    {
        var summed = statement.Measured
            .Select((column, index) => (column, index))
            .Where(m => statement.Aggregates.Any(a => a.Column == m.column && a.Function != "count"))
            .Select(m => Text(m.index))
            .ToList();
        if (rules.DominancePercent is not { } percent || summed.Count == 0)
            return ("", "", "true");

        var keys = string.Join(", ", keyNames);
        var prefix = keyNames.Count == 0 ? "" : keys + ", ";
        var totals = string.Join(", ", summed.Select(i => $"sum(abs(CAST(m{i} AS DOUBLE))) AS t{i}"));
        var perRow = string.Join(", ", summed.Select(i => $"abs(CAST(m{i} AS DOUBLE)) AS t{i}"));
        var perSubject = hasSubject ? $"SELECT {prefix}s, {totals} FROM base GROUP BY {prefix}s" : $"SELECT {prefix}{perRow} FROM base";
        var tests = string.Join(" AND ", summed.Select(i => $"coalesce(max(t{i}) * 100 <= sum(t{i}) * {Text(percent)}, true)"));
        var renamed = string.Concat(keyNames.Select(k => $"{k} AS d{k}, "));
        var groupBy = keyNames.Count == 0 ? "" : " GROUP BY " + keys;
        var join = keyNames.Count == 0 ? " CROSS JOIN dom" : " JOIN dom ON " + string.Join(" AND ", keyNames.Select(k => $"grp.{k} IS NOT DISTINCT FROM dom.d{k}"));
        return ($"dom AS (SELECT {renamed}{tests} AS fair0 FROM ({perSubject}){groupBy}), ", join, "dom.fair0");
    }

    private static IReadOnlyList<string> Names(string prefix, int count) => [.. Enumerable.Range(0, count).Select(i => prefix + Text(i))];

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
