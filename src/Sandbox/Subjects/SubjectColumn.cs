using DataSpace.Sandbox.Process;
using DataSpace.Sandbox.Sql;

namespace DataSpace.Sandbox.Subjects;

/// <summary>Who counts as the subject of a row, as SQL.</summary>
internal static class SubjectColumn
{
    /// <summary>Most bytes of a subject section.</summary>
    public const long MaxSectionBytes = 1L << 30;

    /// <summary>Most cells of one answer whose subjects are listed.</summary>
    public const int MaxCells = 10_000;

    /// <summary>True when the subject travels as a whole number.</summary>
    public static bool IsInteger(DatasetSource dataset) => Declared(dataset)?.Type == ColumnType.Integer;

    /// <summary>True when the text of the subject depends on the scale that the file gives it.</summary>
    public static bool HasScale(DatasetSource dataset) => Declared(dataset)?.Type == ColumnType.Decimal;

    /// <summary>
    /// The subject in canonical text (whole numbers as they are), equal for equal subjects whatever the file's format. Without a subject column the row is the
    /// subject: all its declared columns, each with its length, so that no two rows have one text.
    /// </summary>
    public static string Text(DatasetSource dataset, string name)
        => IsInteger(dataset) ? name : $"CAST({name} AS VARCHAR)";

    /// <summary>The row's own text.</summary>
    public static string RowText(DatasetSource dataset)
        => string.Join(" || ", dataset.Columns.Select(c => Field(SqlText.Name(c.Name), c.Type)));

    public static WorkerSubjects Request(DatasetSource dataset, string sql, bool hasColumns)
        => new(sql, IsInteger(dataset), hasColumns, MaxSectionBytes);

    private static string Field(string name, ColumnType type)
    {
        var text = $"CAST({name} AS VARCHAR)";
        // A decimal's text follows the scale of its file: 7.50 and 7.5 are one value.
        if (type == ColumnType.Decimal)
            text = $"CASE WHEN contains({text}, '.') THEN rtrim(rtrim({text}, '0'), '.') ELSE {text} END";
        return $"coalesce(CAST(strlen({text}) AS VARCHAR) || ':' || {text}, '-')";
    }

    private static ColumnSchema? Declared(DatasetSource dataset) => dataset.SubjectColumn is { } name ? dataset.Column(name) : null;
}
