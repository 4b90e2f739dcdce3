using System.Globalization;
using System.Numerics;
using System.Text;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Sandbox.Sql;
using DataSpace.Sandbox.Subjects;

namespace DataSpace.Sandbox.Cells;

/// <summary>A checked <see cref="CellPlan"/> as SQL, with what is needed to read the result back.</summary>
/// <param name="Sql">The statement.</param>
/// <param name="Cells">Key of each cell, in plan order.</param>
/// <param name="MeasureScales">Decimals of the sums in the result: 0 when the engine already summed scaled integers.</param>
/// <param name="Scope">Fixes which subjects stand behind which cell, on one version of the data: subject, group column, codes, conditions, groups per subject.</param>
internal sealed record CellQuery(string Sql, IReadOnlyList<string> Cells, IReadOnlyList<int> MeasureScales, string Scope)
{
    /// <summary>The same answer from a temporary table of groups and subjects, which the list of subjects then reads too.</summary>
    public required (string? Prepare, string Sql, string Subjects) WithSubjects { get; init; }

    private const int MaxMeasures = 16;
    private const int MaxProductMeasures = 8;
    private const int MaxPredicates = 32;
    private const int MaxPredicateValues = 1000;
    private const int MaxDecimals = 9;
    private const long MaxScaledBound = 1_000_000_000_000_000;
    private const long MaxBoundForNarrowSquare = 3_037_000_499; // floor(sqrt(2^63 - 1))

    /// <summary>Checks the plan against the dataset and writes the statement.</summary>
    public static Result<CellQuery> Create(DatasetSource dataset, CellPlan plan)
    {
        if (plan.DominancePercent is < 1 or > PolicyTerms.MaxDominancePercent)
            return SandboxErrors.PlanInvalid.Of($"dominance percent: 1 to {PolicyTerms.MaxDominancePercent}");
        if (plan.Groups.Count > CellKeys.MaxCells || plan.Measures.Count > MaxMeasures || plan.Where.Count > MaxPredicates)
            return SandboxErrors.PlanInvalid.Of("1 to 10000 groups, at most 16 measures and 32 conditions");
        if (!CellKeys.Create(dataset, plan).TryGet(out var keys, out var keyError))
            return keyError;
        var all = new List<string>(keys.Conditions);
        foreach (var predicate in plan.Where)
        {
            if (!Predicate(dataset, predicate).TryGet(out var condition, out var predicateError))
                return predicateError;
            all.Add(condition);
        }

        foreach (var column in plan.CompleteRowsOnly ? plan.Measures.Select(m => dataset.Column(m.Column)).OfType<ColumnSchema>() : [])
            all.AddRange(HasValue(column));
        if (plan.ContributionBound is < 1)
            return SandboxErrors.PlanInvalid.Of("a subject counts in at least one group");
        if (plan.Products && (plan.Measures.Count is < 2 or > MaxProductMeasures || !plan.CompleteRowsOnly || plan.Measures.Any(m => !m.NeedsSquares)))
            return SandboxErrors.PlanInvalid.Of("products are of 2 to 8 measures with squares, over complete rows");
        if (plan.ContributionBound is not null && dataset.SubjectColumn is { } subject)
            all.Add($"{SqlText.Name(subject)} IS NOT NULL");
        var conditions = all.Count == 0 ? "true" : string.Join(" AND ", all);

        var measures = new List<MeasureSql>();
        foreach (var measure in plan.Measures)
        {
            if (!Measure(dataset, measure, measures.Count).TryGet(out var sql, out var measureError))
                return measureError;
            measures.Add(sql);
        }

        var (inner, outer) = Statement(dataset, keys, measures, conditions, plan);
        // Bins are not spelt by their numbers alone: the same numbers of other edges are other sets.
        var named = plan.GroupColumn is { } group && plan.Bins is null ? group : keys.Expression;
        return new CellQuery(
            $"{outer} FROM ({inner}) GROUP BY g", keys.Keys, [.. measures.Select(m => m.Scale)],
            $"cells|{dataset.SubjectColumn}|{named}|{keys.Codes}|{conditions}|{plan.ContributionBound}")
        {
            WithSubjects = dataset.SubjectColumn is null
                ? (null, $"{outer} FROM ({inner}) GROUP BY g", RowSubjects(dataset, keys, conditions))
                : ($"CREATE TEMP TABLE per_subject AS {inner}", $"{outer} FROM temp.per_subject GROUP BY g",
                    $"SELECT c.i, {SubjectColumn.Text(dataset, "p.s")} FROM temp.per_subject p JOIN (VALUES {keys.Codes}) c(i, g) ON p.g = c.g"),
        };
    }

    /// <summary>Conditions that a row's value in this column is one.</summary>
    public static IReadOnlyList<string> HasValue(ColumnSchema column)
    {
        var name = SqlText.Name(column.Name);
        return column.Type == ColumnType.Double ? [$"{name} IS NOT NULL", $"NOT isnan({name})"] : [$"{name} IS NOT NULL"];
    }

    /// <summary>A declared column that does not identify subjects.</summary>
    public static Result<ColumnSchema> UsableColumn(DatasetSource dataset, string name)
        => dataset.Column(name) is not { } column ? SandboxErrors.UnknownColumn.Of(name)
            : dataset.IsIdentifier(column) ? SandboxErrors.IdentifierColumn.Of(name)
            : column;

    /// <summary>Predicates as one SQL condition.</summary>
    public static Result<string> Conditions(DatasetSource dataset, IReadOnlyList<CellPredicate> predicates)
    {
        var conditions = new List<string>(predicates.Count);
        foreach (var predicate in predicates)
        {
            if (!Predicate(dataset, predicate).TryGet(out var condition, out var error))
                return error;
            conditions.Add(condition);
        }
        return string.Join(" AND ", conditions);
    }

    private static Result<string> Predicate(DatasetSource dataset, CellPredicate predicate)
    {
        if (!UsableColumn(dataset, predicate.Column).TryGet(out var column, out var error))
            return error;
        var literals = new List<string>();
        foreach (var value in predicate.Values)
        {
            if (SqlText.Literal(column.Type, value) is not { } literal)
                return SandboxErrors.PlanInvalid.Of("a condition's value is not of the column's type");
            literals.Add(literal.Sql);
        }

        var name = SqlText.Name(column.Name);
        if (predicate.Operator == "isAnyOf")
        {
            return literals.Count is 0 or > MaxPredicateValues
                ? SandboxErrors.PlanInvalid.Of("isAnyOf takes 1 to 1000 values")
                : $"{name} IN ({string.Join(", ", literals)})";
        }

        var symbol = predicate.Operator switch
        {
            "eq" => "=",
            "neq" => "<>",
            "lt" => "<",
            "lteq" => "<=",
            "gt" => ">",
            "gteq" => ">=",
            _ => null,
        };
        if (symbol is null)
            return SandboxErrors.PlanInvalid.Of("operator: eq neq lt lteq gt gteq isAnyOf");
        return literals.Count == 1 ? $"{name} {symbol} {literals[0]}" : SandboxErrors.PlanInvalid.Of("a comparison takes one value");
    }

    /// <summary>Raw value, scaled value, and their parts of the two aggregation levels.</summary>
    /// <param name="Raw">The column's value, NULL when it is none.</param>
    /// <param name="Value">Scaled and clamped, over the raw <c>x</c>.</param>
    /// <param name="Square">Square of the scaled <c>v</c>, or 0.</param>
    /// <param name="Outside">Whether the raw value is beyond the bounds.</param>
    /// <param name="Scale">Decimals that the engine's sums still have.</param>
    /// <param name="Low">Lower bound in the type of the scaled value.</param>
    /// <param name="High">Upper bound, likewise.</param>
    /// <param name="Type">The scaled value's type.</param>
    private sealed record MeasureSql(string Raw, string Value, string Square, string Outside, int Scale, string Low, string High, string Type);

    private static Result<MeasureSql> Measure(DatasetSource dataset, MeasurePlan measure, int index)
    {
        if (!UsableColumn(dataset, measure.Column).TryGet(out var column, out var error))
            return error;
        if (column.Type is not (ColumnType.Integer or ColumnType.Decimal or ColumnType.Double))
            return SandboxErrors.PlanInvalid.Of("a measure is Integer, Decimal or Double");
        if (measure.Decimals is < 0 or > MaxDecimals || measure.Min > measure.Max)
            return SandboxErrors.PlanInvalid.Of("a measure has 0 to 9 decimals and Min ≤ Max");
        var power = (long)BigInteger.Pow(10, measure.Decimals);
        if (Math.Max(Math.Abs(measure.Min), Math.Abs(measure.Max)) > (decimal)MaxScaledBound / power
            || decimal.Truncate(measure.Min * power) != measure.Min * power || decimal.Truncate(measure.Max * power) != measure.Max * power)
            return SandboxErrors.PlanInvalid.Of("bounds are at most 10^15 when scaled, and exact at the measure's decimals");

        long low = (long)(measure.Min * power), high = (long)(measure.Max * power);
        var bound = Math.Max(Math.Abs(low), Math.Abs(high));
        var name = SqlText.Name(column.Name);
        string x = Invariant($"x{index}"), v = Invariant($"v{index}");
        var square = !measure.NeedsSquares ? "0" : bound <= MaxBoundForNarrowSquare || column.Type == ColumnType.Decimal ? $"{v} * {v}" : $"CAST({v} AS HUGEINT) * {v}";
        string lowScaled = Invariant($"CAST({low} AS BIGINT)"), highScaled = Invariant($"CAST({high} AS BIGINT)");
        string min = SqlText.Number(Normal(measure.Min)), max = SqlText.Number(Normal(measure.Max));
        switch (column.Type)
        {
            case ColumnType.Integer:
                // Clamped to whole bounds first, so that the multiplication cannot overflow.
                var whole = Clamp(x, Invariant($"CAST({(long)Math.Floor(measure.Min)} AS BIGINT)"), Invariant($"CAST({(long)Math.Ceiling(measure.Max)} AS BIGINT)"));
                var scaled = measure.Decimals == 0 ? whole : Clamp(Invariant($"({whole} * {power})"), lowScaled, highScaled);
                return new MeasureSql(name, scaled, square, $"{x} < {min} OR {x} > {max}", 0, lowScaled, highScaled, "BIGINT");
            case ColumnType.Decimal:
                // As narrow as the bounds allow: up to nine digits the squares still fit 64 bits. The cast rounds half away from zero.
                var width = Math.Max(bound.ToString(CultureInfo.InvariantCulture).Length, measure.Decimals + 1);
                var exact = Invariant($"CAST({Clamp(x, min, max)} AS DECIMAL({width},{measure.Decimals}))");
                return new MeasureSql(name, exact, square, $"{x} < {min} OR {x} > {max}", measure.Decimals, min, max, Invariant($"DECIMAL({width},{measure.Decimals})"));
            default:
                // NaN is no value. round() is half away from zero; the product is the double nearest to x·10^d.
                var number = $"CASE WHEN isnan({name}) THEN NULL ELSE {name} END";
                string lowest = $"CAST('{Normal(measure.Min)}' AS DOUBLE)", highest = $"CAST('{Normal(measure.Max)}' AS DOUBLE)";
                var rounded = Invariant($"CAST(round({Clamp(x, lowest, highest)} * CAST({power} AS DOUBLE)) AS BIGINT)");
                return new MeasureSql(number, rounded, square, $"{x} < {lowest} OR {x} > {highest}", 0, lowScaled, highScaled, "BIGINT");
        }
    }

    /// <summary>
    /// With subjects: first per group and subject, then per group. One pass gives the distinct count, the subjects behind each measure and the
    /// largest subject's share, without a second hash table for DISTINCT.
    /// </summary>
    private static (string Inner, string Outer) Statement(DatasetSource dataset, CellKeys keys, IReadOnlyList<MeasureSql> measures, string where, CellPlan plan)
    {
        var dominance = plan.DominancePercent;
        var subject = dataset.SubjectColumn is { } s ? SqlText.Name(s) : null;
        var raw = new StringBuilder($"SELECT {keys.Expression} AS g");
        if (subject is not null)
            raw.Append(CultureInfo.InvariantCulture, $", {subject} AS s");
        var scaled = new StringBuilder(subject is null ? "SELECT g" : "SELECT g, s");
        var inner = new StringBuilder("SELECT g, s, count(*) AS n");
        var outer = new StringBuilder("SELECT CAST(g AS VARCHAR) AS g, ").Append(subject is null ? "count(*), count(*)" : "CAST(sum(n) AS BIGINT), count(s)");
        for (var i = 0; i < measures.Count; i++)
        {
            var m = measures[i];
            raw.Append(CultureInfo.InvariantCulture, $", {m.Raw} AS x{i}");
            scaled.Append(CultureInfo.InvariantCulture, $", {m.Value} AS v{i}, {m.Outside} AS o{i}");
            if (subject is null)
            {
                outer.Append(CultureInfo.InvariantCulture, $", coalesce(sum(v{i}), 0), {(m.Square == "0" ? "0" : $"coalesce(sum({m.Square}), 0)")}");
                outer.Append(CultureInfo.InvariantCulture, $", count(*) FILTER (o{i}), count(*) - count(v{i}), count(v{i})");
                if (dominance is not null)
                    outer.Append(CultureInfo.InvariantCulture, $", coalesce(CAST(max(abs(v{i})) AS DECIMAL(38,{m.Scale})) * 100 > sum(abs(v{i})) * {dominance}, false)");
            }
            else
            {
                inner.Append(CultureInfo.InvariantCulture, $", sum(v{i}) AS s{i}, {(m.Square == "0" ? "0" : $"sum({m.Square})")} AS q{i}, count(*) FILTER (o{i}) AS c{i}, count(v{i}) AS k{i}");
                outer.Append(CultureInfo.InvariantCulture, $", coalesce(sum(s{i}), 0), coalesce(sum(q{i}), 0), CAST(sum(c{i}) AS BIGINT), CAST(sum(n) - sum(k{i}) AS BIGINT), count(s) FILTER (k{i} > 0)");
                if (dominance is not null)
                {
                    inner.Append(CultureInfo.InvariantCulture, $", sum(abs(v{i})) AS a{i}");
                    outer.Append(CultureInfo.InvariantCulture, $", coalesce(max(a{i}) * 100 > sum(a{i}) * {dominance}, false)");
                }
            }
        }

        if (plan.Products)
            Products(measures, subject is null, inner, outer);
        // Where rows alone are counted, nobody may hold most of them.
        if (plan.Bins is not null && dominance is not null)
            outer.Append(Invariant(subject is null ? (FormattableString)$", 100 > count(*) * {dominance}" : $", coalesce(max(n) * 100 > sum(n) * {dominance}, false)"));

        raw.Append(CultureInfo.InvariantCulture, $" FROM {SqlText.Name(dataset.Name)} WHERE {where}");
        var rows = measures.Count == 0 ? raw.ToString() : $"{scaled} FROM ({raw})";
        if (subject is not null && plan.ContributionBound is { } most)
            rows = OncePerGroup(rows, measures, most < keys.Keys.Count ? most : null);
        return (subject is null ? rows : $"{inner} FROM ({rows}) GROUP BY g, s", outer.ToString());
    }

    /// <summary>Sums of the products of each pair of scaled values, as integers whatever the columns' types are.</summary>
    private static void Products(IReadOnlyList<MeasureSql> measures, bool rowIsSubject, StringBuilder inner, StringBuilder outer)
    {
        for (var i = 0; i < measures.Count; i++)
        {
            for (var j = i + 1; j < measures.Count; j++)
            {
                var product = $"{Whole(measures[i].Scale, i)} * {Whole(measures[j].Scale, j)}";
                if (!rowIsSubject)
                    inner.Append(CultureInfo.InvariantCulture, $", sum({product}) AS p{i}_{j}");
                outer.Append(Invariant(rowIsSubject ? (FormattableString)$", coalesce(sum({product}), 0)" : $", coalesce(sum(p{i}_{j}), 0)"));
            }
        }

        static string Whole(int scale, int index)
            => scale == 0 ? Invariant($"CAST(v{index} AS HUGEINT)") : Invariant($"CAST(v{index} * CAST({BigInteger.Pow(10, scale)} AS BIGINT) AS HUGEINT)");
    }

    /// <summary>The rows themselves, where no column names a subject.</summary>
    private static string RowSubjects(DatasetSource dataset, CellKeys keys, string where)
        => $"SELECT c.i, r.s FROM (SELECT {keys.Expression} AS g, {SubjectColumn.RowText(dataset)} AS s FROM {SqlText.Name(dataset.Name)} WHERE {where}) r "
            + $"JOIN (VALUES {keys.Codes}) c(i, g) ON r.g = c.g";

    /// <summary>
    /// One row per group and subject, in at most <paramref name="most"/> groups of each subject (null: all). The choice is a digest of subject and group: it favours no
    /// group and does not hang on other subjects, whose absence would otherwise change it.
    /// </summary>
    private static string OncePerGroup(string rows, IReadOnlyList<MeasureSql> measures, int? most)
    {
        var once = new StringBuilder("SELECT g, s");
        for (var i = 0; i < measures.Count; i++)
        {
            var (m, sum) = (measures[i], Invariant($"sum(v{i})"));
            once.Append(CultureInfo.InvariantCulture, $", CAST({Clamp(sum, m.Low, m.High)} AS {m.Type}) AS v{i}");
            once.Append(CultureInfo.InvariantCulture, $", bool_or(o{i}) OR {sum} < {m.Low} OR {sum} > {m.High} AS o{i}");
        }

        once.Append(CultureInfo.InvariantCulture, $" FROM ({rows}) GROUP BY g, s");
        return most is null ? once.ToString()
            : Invariant($"SELECT * FROM ({once}) QUALIFY row_number() OVER (PARTITION BY s ORDER BY md5(CAST(s AS VARCHAR) || chr(31) || CAST(g AS VARCHAR)), g) <= {most}");
    }

    /// <summary>Not least(greatest(…)): those skip NULL, and a missing value would become the lower bound.</summary>
    private static string Clamp(string x, string low, string high) => $"CASE WHEN {x} < {low} THEN {low} WHEN {x} > {high} THEN {high} ELSE {x} END";

    /// <summary>Without trailing zeros, so that the engine types the literal as narrow as possible.</summary>
    private static decimal Normal(decimal value) => value / 1.000000000000000000000000000000000m;

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
