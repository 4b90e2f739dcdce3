namespace DataSpace.Sandbox;

/// <summary>What a contract lets a statement use and release. Names are column names as declared.</summary>
public sealed record OutputRules
{
    /// <summary>Rows released at most, whatever a contract says.</summary>
    public const int MaxRowsCeiling = 100_000;

    /// <value>Columns that may be measured or compared. Identifiers are refused even when listed.</value>
    public required IReadOnlySet<string> AllowedColumns { get; init; }

    /// <value>Columns that may be grouped by and so appear in the output; they may also be compared.</value>
    public required IReadOnlySet<string> GroupKeys { get; init; }

    /// <value>Fewest distinct subjects (rows without a subject column) behind every released number; at least 1.</value>
    public required int MinGroupSize { get; init; }

    /// <value>A group in which one subject holds more than this share of a summed column's absolute total is withheld, percent 1 to 99; null = off.</value>
    public int? DominancePercent { get; init; }

    /// <value>Rows that may be used: the owner's predicates, added to the statement's own condition. Their columns need not be among the allowed ones.</value>
    public IReadOnlyList<CellPredicate> RowFilter { get; init; } = [];

    /// <value>Rows released at most; more is an error, not a cut.</value>
    public int MaxRows { get; init; } = SandboxLimits.DefaultMaxRows;

    /// <value>Bytes of released JSON at most.</value>
    public int MaxOutputBytes { get; init; } = 1 << 20;
}

/// <summary>The verdict on a statement that touched no data.</summary>
/// <param name="Outputs">Names of the output columns.</param>
/// <param name="GroupKeys">Group keys used.</param>
/// <param name="MeasuredColumns">Columns that are summed or counted.</param>
/// <param name="Columns">Every column that the statement reads: measured, grouped or compared.</param>
/// <param name="RewrittenSql">What would run: written anew from the checked tree, with the subject counts in it.</param>
public sealed record SqlCheckReport(
    IReadOnlyList<string> Outputs, IReadOnlyList<string> GroupKeys, IReadOnlyList<string> MeasuredColumns, IReadOnlyList<string> Columns, string RewrittenSql);
