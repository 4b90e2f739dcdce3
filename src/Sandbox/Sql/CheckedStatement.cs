namespace DataSpace.Sandbox.Sql;

/// <summary>An output column: its name for the analyst and its expression over <c>k…</c> and <c>a…</c>.</summary>
internal sealed record OutputColumn(string Name, string Sql);

/// <summary>A statement in which only allowed things are left. The SQL texts inside were written here, from checked nodes.</summary>
internal sealed record CheckedStatement
{
    public required IReadOnlyList<ColumnSchema> Keys { get; init; }
    public required IReadOnlyList<AggregateCall> Aggregates { get; init; }
    public required IReadOnlyList<OutputColumn> Outputs { get; init; }
    public required IReadOnlyList<string> Columns { get; init; }
    public required string? Where { get; init; }
    public required string? Having { get; init; }
    public required IReadOnlyList<string> OrderBy { get; init; }
    public required int? Limit { get; init; }
    public required int Offset { get; init; }

    /// <summary>Measured columns, each once.</summary>
    public IReadOnlyList<ColumnSchema> Measured { get; init; } = [];
}
