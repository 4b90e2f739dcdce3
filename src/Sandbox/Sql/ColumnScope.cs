using System.Text.Json;

namespace DataSpace.Sandbox.Sql;

/// <summary>Resolves column references against declaration and contract; remembers what was used. Names are case-insensitive as in SQL.</summary>
internal sealed class ColumnScope(DatasetSource dataset, OutputRules rules)
{
    private readonly HashSet<string> _tableNames = new(StringComparer.OrdinalIgnoreCase) { dataset.Name };

    private readonly SortedSet<string> _used = new(StringComparer.Ordinal);

    public DatasetSource Dataset { get; } = dataset;

    /// <summary>Every column that was resolved.</summary>
    public IReadOnlyList<string> Used => [.. _used];

    /// <summary>Replaces the table's name, as a FROM alias does.</summary>
    public void Rename(string alias)
    {
        _tableNames.Clear();
        _tableNames.Add(alias);
    }

    /// <summary>The column, whether or not the contract allows it; identifiers are refused everywhere.</summary>
    public ColumnSchema Resolve(JsonElement reference)
    {
        reference.Only("column", "column_names");
        var parts = reference.Items("column_names").Select(p => p.GetString() ?? "").ToArray();
        if (parts.Length > 2 || (parts.Length == 2 && !_tableNames.Contains(parts[0])))
            throw AstNode.Refuse(SandboxErrors.UnknownColumn, string.Join('.', parts));
        var column = Dataset.Columns.FirstOrDefault(c => string.Equals(c.Name, parts[^1], StringComparison.OrdinalIgnoreCase))
            ?? throw AstNode.Refuse(SandboxErrors.UnknownColumn, parts[^1]);
        if (Dataset.IsIdentifier(column))
            throw AstNode.Refuse(SandboxErrors.IdentifierColumn, column.Name);
        _used.Add(column.Name);
        return column;
    }

    public bool IsKey(ColumnSchema column) => rules.GroupKeys.Contains(column.Name);

    /// <summary>A column to measure: listed by the contract.</summary>
    public ColumnSchema Measured(JsonElement reference)
    {
        var column = Resolve(reference);
        return rules.AllowedColumns.Contains(column.Name) ? column : throw AstNode.Refuse(SandboxErrors.ColumnNotAllowed, column.Name);
    }

    /// <summary>A column to compare: listed by the contract, or a group key.</summary>
    public ColumnSchema Compared(JsonElement reference)
    {
        var column = Resolve(reference);
        return rules.AllowedColumns.Contains(column.Name) || IsKey(column)
            ? column : throw AstNode.Refuse(SandboxErrors.ColumnNotAllowed, column.Name);
    }
}
