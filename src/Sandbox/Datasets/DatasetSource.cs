namespace DataSpace.Sandbox;

/// <summary>File format of a dataset.</summary>
public enum DatasetFormat
{
    /// <summary>RFC 4180, UTF-8, comma, a header line that names the declared columns; empty unquoted field = NULL.</summary>
    Csv,

    /// <summary>Apache Parquet.</summary>
    Parquet,

    /// <summary>One JSON object per line, or one array of objects.</summary>
    Json,
}

/// <summary>Declared type of a column.</summary>
public enum ColumnType
{
    /// <summary>64-bit whole number.</summary>
    Integer,

    /// <summary>Exact decimal: up to 26 digits before and 12 after the point; Parquet decimals keep their own width.</summary>
    Decimal,

    /// <summary>IEEE 754 double.</summary>
    Double,

    /// <summary>UTF-8 text.</summary>
    Text,

    /// <summary>Calendar day, <c>yyyy-MM-dd</c>.</summary>
    Date,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,
}

/// <summary>One declared column.</summary>
/// <param name="Name">Exact name in the file.</param>
/// <param name="Type">Declared type; a value that does not convert is an error.</param>
/// <param name="IsIdentifier">True for a column that names a person or firm: it can be counted as the subject and nothing else.</param>
public sealed record ColumnSchema(string Name, ColumnType Type, bool IsIdentifier = false);

/// <summary>A dataset as its owner declares it. Only declared columns exist for any query.</summary>
/// <param name="Name">Table name for analysts: a letter or underscore, then letters, digits, underscores; at most 63.</param>
/// <param name="Path">Absolute path of the file on the owner's host.</param>
/// <param name="Format">File format.</param>
/// <param name="Columns">Declared columns, 1 to 256.</param>
/// <param name="SubjectColumn">The column whose distinct values are counted against the minimum group; null counts rows.</param>
public sealed record DatasetSource(
    string Name, string Path, DatasetFormat Format, IReadOnlyList<ColumnSchema> Columns, string? SubjectColumn)
{
    internal ColumnSchema? Column(string name) => Columns.FirstOrDefault(c => c.Name == name);

    /// <summary>True for the subject and for columns marked as identifiers: never grouped, measured, or compared.</summary>
    internal bool IsIdentifier(ColumnSchema column) => column.IsIdentifier || column.Name == SubjectColumn;
}
