using DataSpace.Kernel.Results;

namespace DataSpace.Sandbox;

/// <summary>
/// One owner's part of a joint GROUP BY: exact fixed-point sums per public group. Built by the connector from a checked job; the SQL is written here,
/// never by an analyst.
/// </summary>
public sealed record CellPlan
{
    /// <value>Column that names the group: Integer, Text, Date or Boolean, not an identifier. Null: all rows are one group, and <see cref="Groups"/> is empty.</value>
    public required string? GroupColumn { get; init; }

    /// <value>The public code list, as invariant text of the column's type; distinct; 1 to 10,000. The result has one cell for each, in this order.</value>
    public required IReadOnlyList<string> Groups { get; init; }

    /// <value>Public bins of a number: the result then has a cell for each bin of each group, group by group. Dominance is then judged by rows, too. Null: none.</value>
    public BinPlan? Bins { get; init; }

    /// <value>Also sum the products of each pair of measures; 2 to 8 of them, all with squares, over complete rows.</value>
    public bool Products { get; init; }

    /// <value>Up to 16 measures.</value>
    public required IReadOnlyList<MeasurePlan> Measures { get; init; }

    /// <value>All must hold for a row to count; up to 32.</value>
    public IReadOnlyList<CellPredicate> Where { get; init; } = [];

    /// <value>A cell is <see cref="Cell.Dominated"/> when one subject holds more than this share of a measure's absolute total, percent 1 to 99; null switches the rule off.</value>
    public int? DominancePercent { get; init; }

    /// <value>
    /// Leave out rows that lack a value (NULL or NaN) in any measured column, so that rows, subjects and all sums speak of the same rows. A joint statistic
    /// needs it: a mean is a sum over a count, and a cell with ten subjects of which one has a value would show that one.
    /// </value>
    public bool CompleteRowsOnly { get; init; }

    /// <value>
    /// For noise: each subject counts once in each of at most this many groups, with one value per measure, its rows' clamped values added and clamped again;
    /// rows without a subject do not count. Adding or removing a subject with all its rows then moves a cell's rows by at most 1, its sum by max(|Min|, |Max|) and its
    /// squares by the square of that, in at most this many cells. Which groups stay is a function of the subject's own rows alone. Null: rows count as they are.
    /// In a dataset without a subject column a row is the subject, and is in one group anyway.
    /// </value>
    public int? ContributionBound { get; init; }
}

/// <summary>Public bins: below the first edge, between two edges (the lower one included), from the last edge on. A row without a value is in none.</summary>
/// <param name="Column">Integer, Decimal or Double column, not an identifier.</param>
/// <param name="Edges">Rising invariant texts of the column's type.</param>
public sealed record BinPlan(string Column, IReadOnlyList<string> Edges)
{
    /// <summary>Why bins of this column cannot be made, or null.</summary>
    public DsError? Problem(ColumnSchema column) => Cells.CellKeys.Problem(column, this);
}

/// <summary>A number summed exactly: <c>round(clamp(x, Min, Max) · 10^Decimals)</c>, half away from zero.</summary>
/// <param name="Column">Integer, Decimal or Double column, not an identifier.</param>
/// <param name="Decimals">0 to 9.</param>
/// <param name="Min">Lower public bound; <c>|Min| · 10^Decimals ≤ 10^15</c> and representable at that scale.</param>
/// <param name="Max">Upper public bound, likewise.</param>
/// <param name="NeedsSquares">Also sum the squares, at scale <c>10^(2·Decimals)</c>.</param>
public sealed record MeasurePlan(string Column, int Decimals, decimal Min, decimal Max, bool NeedsSquares);

/// <summary>A comparison of a column with constants.</summary>
/// <param name="Column">Any declared column that is not an identifier.</param>
/// <param name="Operator"><c>eq neq lt lteq gt gteq isAnyOf</c>.</param>
/// <param name="Values">Invariant text of the column's type: exactly one, or 1 to 1000 for <c>isAnyOf</c>.</param>
public sealed record CellPredicate(string Column, string Operator, IReadOnlyList<string> Values);

/// <summary>
/// Exact cells of one owner. This is raw material for the Privacy room in the same process and never leaves the connector: egress takes
/// <c>ReleasedOutput</c> and <c>ProtocolMessage</c> only.
/// </summary>
/// <param name="Cells">One per group of the plan, in plan order.</param>
/// <param name="Usage">What the run used.</param>
public sealed record CellTable(IReadOnlyList<Cell> Cells, SandboxUsage Usage);

/// <summary>One group's cell.</summary>
/// <param name="Group">Code as given in the plan; with bins or without groups the cell's key.</param>
/// <param name="Rows">Rows of the group; under <see cref="CellPlan.ContributionBound"/> the subjects that count in it.</param>
/// <param name="Subjects">Distinct subjects, or rows when the dataset declares no subject column. Rows without a subject count as none.</param>
/// <param name="Measures">One per measure of the plan, in order.</param>
/// <param name="Dominated">See <see cref="CellPlan.DominancePercent"/>; always false when the rule is off.</param>
public sealed record Cell(string Group, long Rows, long Subjects, IReadOnlyList<CellMeasure> Measures, bool Dominated)
{
    /// <summary>Sums of products of each pair of measures i &lt; j, at the sum of their scales; empty when not asked for.</summary>
    public IReadOnlyList<Int128> Products { get; init; } = [];
}

/// <summary>Fixed-point sums of one measure in one cell.</summary>
/// <param name="Sum">At scale <c>10^Decimals</c>.</param>
/// <param name="SumOfSquares">At scale <c>10^(2·Decimals)</c>; 0 when not asked for.</param>
/// <param name="ClampedRows">Rows (or subjects, under a contribution bound) whose value was outside the bounds.</param>
/// <param name="NullRows">Rows without a value (NULL or NaN): they count in <see cref="Cell.Rows"/> and add nothing.</param>
/// <param name="Subjects">Distinct subjects (or rows) that have a value. When this is smaller than the cell's count, the smaller number is the one to test.</param>
public sealed record CellMeasure(Int128 Sum, Int128 SumOfSquares, long ClampedRows, long NullRows, long Subjects);
