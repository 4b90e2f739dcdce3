using System.Globalization;
using DataSpace.Sandbox.Subjects;

namespace DataSpace.Sandbox.Sql;

/// <summary>
/// Writes the statement that runs, from the checked one. Each group carries the number of distinct subjects behind it and behind every measured
/// column; groups under the minimum, or dominated, do not leave the engine. Nothing of the analyst's text is in it.
/// </summary>
internal static class SqlWriter
{
    /// <summary>
    /// Columns before the outputs: groups too small, groups dominated, groups fit, row present, subjects behind the row, number of the group, kept by HAVING.
    /// Every fit group comes back: HAVING and LIMIT are applied outside, after output control, so that they tell nothing about what it withholds.
    /// </summary>
    public const int ControlColumns = 7;

    /// <summary>Most measured columns: each is a bit of a 64-bit word, beside two others.</summary>
    public const int MaxMeasured = 62;

    // No dataset can have this name: it has a space.
    private const string Groups = "temp.\"checked groups\"";

    /// <summary>The statement alone.</summary>
    public static string Write(CheckedStatement statement, DatasetSource dataset, OutputRules rules)
    {
        var (with, select) = Checked(statement, dataset, rules);
        return $"WITH {with}, checked AS MATERIALIZED ({select}), {Answer(statement, "checked")}";
    }

    /// <summary>The same answer from a temporary table of groups, and the list of subjects behind each of its groups, small ones too.</summary>
    public static (string Prepare, string Sql, string Subjects) WriteWithSubjects(CheckedStatement statement, DatasetSource dataset, OutputRules rules)
    {
        var (with, select) = Checked(statement, dataset, rules);
        return ($"CREATE TEMP TABLE {Groups["temp.".Length..]} AS WITH {with} {select}", "WITH " + Answer(statement, Groups), Subjects(statement, dataset));
    }

    /// <summary>What decides which subjects stand behind which group.</summary>
    public static string Scope(CheckedStatement statement, DatasetSource dataset)
        => $"sql|{dataset.SubjectColumn}|{string.Join(", ", statement.Keys.Select(k => SqlText.Name(k.Name)))}|{statement.Where}";

    private static (string With, string Select) Checked(CheckedStatement statement, DatasetSource dataset, OutputRules rules)
    {
        var keyNames = Names("k", statement.Keys.Count);
        var subject = dataset.SubjectColumn;
        var baseQuery = Base(statement, dataset, subject is null ? "1" : SqlText.Name(subject));
        List<string> grouped = [.. keyNames];
        grouped.AddRange(statement.Aggregates.Select((a, i) => $"{Aggregate(a, statement.Measured)} AS a{Text(i)}"));
        grouped.Add(subject is null ? "count(*) AS subjects" : "count(DISTINCT s) AS subjects");
        grouped.AddRange(statement.Measured.Select((_, i) => subject is null ? $"count(m{Text(i)}) AS n{Text(i)}"
            : $"count(DISTINCT s) FILTER (m{Text(i)} IS NOT NULL) AS n{Text(i)}"));
        var groupBy = keyNames.Count == 0 ? "" : " GROUP BY " + string.Join(", ", keyNames);

        var smallest = statement.Measured.Count == 0 ? "subjects" : $"least(subjects, {string.Join(", ", Names("n", statement.Measured.Count))})";
        var dominance = Dominance(statement, rules, subject is not null, keyNames);
        var number = keyNames.Count == 0 ? "0" : $"row_number() OVER (ORDER BY {string.Join(", ", keyNames.Select(k => "grp." + k))}) - 1";
        return ($"base AS ({baseQuery}), grp AS (SELECT {string.Join(", ", grouped)} FROM base{groupBy}){dominance.Cte}",
            $"SELECT grp.*, {smallest} AS behind, {smallest} >= {Text(rules.MinGroupSize)} AS large, {dominance.Fair} AS fair, {number} AS cell FROM grp{dominance.Join}");
    }

    /// <summary>Every row with the columns that matter, renamed at once, so that no name of a dataset or an alias can meet a name used below.</summary>
    private static string Base(CheckedStatement statement, DatasetSource dataset, string subject)
    {
        List<string> columns = [.. statement.Keys.Select((k, i) => $"{SqlText.Name(k.Name)} AS k{Text(i)}")];
        columns.AddRange(statement.Measured.Select((m, i) => $"{SqlText.Name(m.Name)} AS m{Text(i)}"));
        columns.Add(subject + " AS s");
        return $"SELECT {string.Join(", ", columns)} FROM {SqlText.Name(dataset.Name)}{(statement.Where is null ? "" : " WHERE " + statement.Where)}";
    }

    private static string Answer(CheckedStatement statement, string groups)
    {
        var keyNames = Names("k", statement.Keys.Count);
        var outputs = string.Join(", ", statement.Outputs.Select((o, i) => $"{o.Sql} AS o{Text(i)}"));
        // Ties, and statements without ORDER BY, follow the keys: the order of rows says nothing about the file.
        var order = string.Join(", ", statement.OrderBy.Concat(keyNames).DefaultIfEmpty("1"));
        var kept = statement.Having is null ? "true" : $"coalesce({statement.Having}, false)";
        return $"total AS (SELECT count(*) FILTER (NOT large) AS small, count(*) FILTER (large AND NOT fair) AS unfair, count(*) FILTER (large AND fair) AS fit FROM {groups}), "
            + $"released AS (SELECT true AS present, behind, cell, {kept} AS kept, {outputs}, row_number() OVER (ORDER BY {order}) AS pos FROM {groups} WHERE large AND fair) "
            + $"SELECT total.small, total.unfair, total.fit, released.present, released.behind, released.cell, released.kept, {string.Join(", ", Names("released.o", statement.Outputs.Count))} "
            + "FROM total LEFT JOIN released ON true ORDER BY released.pos";
    }

    /// <summary>Per group its subjects, and which measured columns have no value of theirs there.</summary>
    private static string Subjects(CheckedStatement statement, DatasetSource dataset)
    {
        var keys = Names("k", statement.Keys.Count);
        var rows = dataset.SubjectColumn is null;
        var missing = statement.Measured.Select((_, i) => $"CASE WHEN {(rows ? $"m{Text(i)} IS NULL" : $"count(m{Text(i)}) = 0")} THEN {1L << i} ELSE 0 END");
        var lacking = statement.Measured.Count == 0 ? "" : $", CAST({string.Join(" + ", missing)} AS BIGINT) AS missing";
        var source = Base(statement, dataset, rows ? SubjectColumn.RowText(dataset) : SqlText.Name(dataset.SubjectColumn!));
        var listed = string.Join(", ", keys.Append("s"));
        var join = keys.Count == 0 ? " CROSS JOIN " + Groups + " c" : $" JOIN {Groups} c ON " + string.Join(" AND ", keys.Select(k => $"p.{k} IS NOT DISTINCT FROM c.{k}"));
        return $"SELECT CAST(c.cell AS INTEGER), {(rows ? "p.s" : SubjectColumn.Text(dataset, "p.s"))}{(statement.Measured.Count == 0 ? "" : ", p.missing")} "
            + $"FROM (SELECT {listed}{lacking} FROM ({source}){(rows ? "" : " GROUP BY " + listed)}) p{join}";
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
        return ($", dom AS (SELECT {renamed}{tests} AS fair0 FROM ({perSubject}){groupBy})", join, "dom.fair0");
    }

    private static IReadOnlyList<string> Names(string prefix, int count) => [.. Enumerable.Range(0, count).Select(i => prefix + Text(i))];

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
