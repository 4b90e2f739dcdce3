using System.Text.Json.Serialization;
using DataSpace.Kernel.Results;
using DataSpace.Sandbox.Cells;
using DataSpace.Sandbox.Sql;

namespace DataSpace.Sandbox;

/// <summary>
/// What of a plan decides its figures, in one spelling: plans that differ in the order or spelling of groups, measures, conditions or values are equal here.
/// Plans that mean the same by arithmetic (<c>lt 5</c> and <c>lteq 4</c> over whole numbers) are not.
/// </summary>
/// <param name="GroupColumn">Column that names the group; empty where all rows are one.</param>
/// <param name="Groups">Canonical codes, sorted.</param>
/// <param name="Measures">Canonical texts, sorted.</param>
/// <param name="Where">Canonical conditions, sorted, each once.</param>
/// <param name="DominancePercent">As in the plan.</param>
/// <param name="CompleteRowsOnly">As in the plan.</param>
/// <param name="ContributionBound">As in the plan.</param>
public sealed record CanonicalCells(
    string GroupColumn, IReadOnlyList<string> Groups, IReadOnlyList<string> Measures, IReadOnlyList<string> Where,
    int? DominancePercent, bool CompleteRowsOnly, int? ContributionBound)
{
    /// <summary>Canonical column and edges of the bins; null where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Bins { get; private init; }

    /// <summary>True where products are summed; null where not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Products { get; private init; }

    /// <summary>The canonical key of each cell, in the plan's own order; no part of the canonical form.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> CellsInPlanOrder { get; private init; } = [];

    /// <summary>Canonical form of a plan over a dataset; refuses what <see cref="SqlSandbox.CellSql"/> refuses.</summary>
    public static Result<CanonicalCells> Of(DatasetSource dataset, CellPlan plan)
    {
        if (SqlSandbox.CellSql(dataset, plan) is { IsOk: false } refused)
            return refused.Error;
        var keys = CellKeys.Create(dataset, plan).Value;
        return new CanonicalCells(
            plan.GroupColumn ?? "",
            [.. keys.Groups.Order(StringComparer.Ordinal)],
            [.. plan.Measures.Select(m => Invariant($"{m.Column} {m.Decimals} {Shortest(m.Min)} {Shortest(m.Max)} {m.NeedsSquares}")).Order(StringComparer.Ordinal)],
            [.. plan.Where.Select(w => Condition(dataset.Column(w.Column)!, w)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            plan.DominancePercent, plan.CompleteRowsOnly, plan.ContributionBound)
        {
            Bins = keys.Bins,
            Products = plan.Products ? true : null,
            CellsInPlanOrder = keys.Keys,
        };
    }

    private static string Condition(ColumnSchema column, CellPredicate predicate)
    {
        // Values are quoted by their length: no value can look like two.
        var values = predicate.Values.Select(v => Text(column, v)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var name = predicate.Operator == "isAnyOf" && values.Count == 1 ? "eq" : predicate.Operator;
        return Invariant($"{column.Name} {name} {string.Concat(values.Select(v => Invariant($"{v.Length}:{v}")))}");
    }

    private static string Text(ColumnSchema column, string value)
        => column.Type == ColumnType.Decimal ? Shortest(decimal.Parse(SqlText.Literal(column.Type, value)!.Value.Canonical, System.Globalization.CultureInfo.InvariantCulture))
            : SqlText.Literal(column.Type, value)!.Value.Canonical;

    /// <summary>Without trailing zeros.</summary>
    public static string Shortest(decimal value) => Invariant($"{value / 1.000000000000000000000000000000000m}");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
