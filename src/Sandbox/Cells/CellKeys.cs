using System.Globalization;
using System.Text;
using DataSpace.Kernel.Results;
using DataSpace.Sandbox.Sql;

namespace DataSpace.Sandbox.Cells;

/// <summary>What names a cell: a group's code, a bin's number, or both. Written here as SQL, and known here in the text that the engine gives back.</summary>
/// <param name="Expression">The key of a row, over the dataset's columns.</param>
/// <param name="Conditions">What a row must fulfil to be in any cell.</param>
/// <param name="Keys">Key of every cell as text, in plan order: group by group, and in each bin by bin.</param>
/// <param name="Codes">The same as rows <c>(number, key)</c> for VALUES.</param>
/// <param name="Groups">Canonical code of each group; none where all rows are one.</param>
/// <param name="Bins">Canonical spelling of the bins; null where there are none.</param>
internal sealed record CellKeys(string Expression, IReadOnlyList<string> Conditions, IReadOnlyList<string> Keys, string Codes, IReadOnlyList<string> Groups, string? Bins)
{
    /// <summary>Key of the only cell of a plan without groups and bins.</summary>
    private const string Everything = "all";

    /// <summary>Stands behind a bin's number, before a group's code: the number has digits alone, so no two cells share a key.</summary>
    private const string Separator = "|";

    /// <summary>Most cells.</summary>
    public const int MaxCells = 10_000;

    public static Result<CellKeys> Create(DatasetSource dataset, CellPlan plan)
    {
        if (plan.GroupColumn is null ? plan.Groups.Count > 0 : plan.Groups.Count == 0)
            return SandboxErrors.PlanInvalid.Of("groups have a column, and a group column has groups");
        if (!GroupsOf(dataset, plan).TryGet(out var group, out var error))
            return error;
        if (plan.Bins is not { } bins)
            return group ?? new CellKeys($"'{Everything}'", [], [Everything], $"(0, '{Everything}')", [], null);
        return BinsOf(dataset, bins).TryGet(out var bin, out error) ? Crossed(group, bin, bins.Edges.Count + 1) : error;
    }

    /// <summary>Why bins of this column cannot be made, or null.</summary>
    public static DsError? Problem(ColumnSchema column, BinPlan bins)
    {
        if (column.Type is not (ColumnType.Integer or ColumnType.Decimal or ColumnType.Double) || bins.Edges.Count is 0 or >= MaxCells)
            return SandboxErrors.BinsUnfit.Of(bins.Column);
        double? before = null;
        decimal? exactBefore = null;
        foreach (var edge in bins.Edges)
        {
            if (SqlText.Literal(column.Type, edge) is not { } literal)
                return SandboxErrors.BinsUnfit.Of(bins.Column);
            if (column.Type == ColumnType.Double)
            {
                var number = double.Parse(literal.Canonical, CultureInfo.InvariantCulture);
                if (before >= number)
                    return SandboxErrors.BinsUnfit.Of("edges rise");
                before = number;
                continue;
            }

            var exact = decimal.Parse(literal.Canonical, CultureInfo.InvariantCulture);
            if (exactBefore >= exact)
                return SandboxErrors.BinsUnfit.Of("edges rise");
            exactBefore = exact;
        }

        return null;
    }

    private static Result<CellKeys?> GroupsOf(DatasetSource dataset, CellPlan plan)
    {
        if (plan.GroupColumn is not { } name)
            return (CellKeys?)null;
        if (!CellQuery.UsableColumn(dataset, name).TryGet(out var group, out var groupError))
            return groupError;
        if (group.Type is ColumnType.Decimal or ColumnType.Double)
            return SandboxErrors.PlanInvalid.Of("a group column is Integer, Text, Date or Boolean");
        var literals = new List<(string Canonical, string Sql)>(plan.Groups.Count);
        foreach (var code in plan.Groups)
        {
            if (SqlText.Literal(group.Type, code) is not { } literal)
                return SandboxErrors.PlanInvalid.Of("a group code is not of the column's type");
            literals.Add(literal);
        }

        if (literals.DistinctBy(l => l.Canonical, StringComparer.Ordinal).Count() != literals.Count)
            return SandboxErrors.PlanInvalid.Of("a group code occurs twice");
        IReadOnlyList<string> codes = [.. literals.Select(l => l.Canonical)];
        return new CellKeys(
            SqlText.Name(group.Name), [$"{SqlText.Name(group.Name)} IN ({string.Join(", ", literals.Select(l => l.Sql))})"], codes,
            string.Join(", ", literals.Select((l, i) => Invariant($"({i}, {l.Sql})"))), codes, null);
    }

    /// <summary>The number of the bin as text: below the first edge 0, from the last edge on the number of edges. A row without a value is in none.</summary>
    private static Result<CellKeys> BinsOf(DatasetSource dataset, BinPlan bins)
    {
        if (!CellQuery.UsableColumn(dataset, bins.Column).TryGet(out var column, out var error))
            return error;
        if (Problem(column, bins) is { } problem)
            return problem;
        var name = SqlText.Name(column.Name);
        var number = new StringBuilder("CASE");
        var spelling = new StringBuilder(column.Name);
        foreach (var (edge, i) in bins.Edges.Select((edge, i) => (SqlText.Literal(column.Type, edge)!.Value, i)))
        {
            number.Append(CultureInfo.InvariantCulture, $" WHEN {name} < {edge.Sql} THEN '{i}'");
            spelling.Append(' ').Append(column.Type == ColumnType.Decimal ? CanonicalCells.Shortest(decimal.Parse(edge.Canonical, CultureInfo.InvariantCulture)) : edge.Canonical);
        }

        number.Append(CultureInfo.InvariantCulture, $" ELSE '{bins.Edges.Count}' END");
        return new CellKeys(number.ToString(), CellQuery.HasValue(column), [], "", [], spelling.ToString());
    }

    private static Result<CellKeys> Crossed(CellKeys? group, CellKeys bin, int bins)
    {
        var groups = group?.Keys ?? [""];
        if (groups.Count * (long)bins > MaxCells)
            return SandboxErrors.PlanInvalid.Of($"at most {MaxCells} bins of groups");
        IReadOnlyList<string> keys =
            [.. groups.SelectMany(g => Enumerable.Range(0, bins).Select(i => group is null ? Invariant($"{i}") : Invariant($"{i}{Separator}{g}")))];
        return new CellKeys(
            group is null ? bin.Expression : $"{bin.Expression} || '{Separator}' || CAST({group.Expression} AS VARCHAR)",
            [.. group?.Conditions ?? [], .. bin.Conditions], keys, string.Join(", ", keys.Select((k, i) => Invariant($"({i}, {SqlText.Text(k)})"))), group?.Groups ?? [], bin.Bins);
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
