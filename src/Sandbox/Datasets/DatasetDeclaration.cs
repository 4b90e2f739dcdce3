using DataSpace.Kernel.Results;
using DataSpace.Sandbox.Process;

namespace DataSpace.Sandbox.Datasets;

/// <summary>Checks an owner's declaration and turns it into what the worker needs.</summary>
internal static class DatasetDeclaration
{
    private const int MaxColumns = 256;
    private const int MaxNameLength = 63;
    private const int MaxColumnNameLength = 128;

    /// <summary>Null when the declaration is sound.</summary>
    public static DsError? Check(DatasetSource dataset)
    {
        if (!IsTableName(dataset.Name))
            return Invalid("name: a letter or underscore, then letters, digits or underscores, at most 63");
        if (dataset.Columns.Count is 0 or > MaxColumns)
            return Invalid("columns: 1 to 256");
        if (dataset.Columns.Any(c => c.Name.Length is 0 or > MaxColumnNameLength || c.Name.Any(char.IsControl) || !Sql.SqlText.IsPlainText(c.Name)))
            return Invalid("column name: 1 to 128 characters, none of them control characters");
        if (dataset.Columns.Any(c => !Enum.IsDefined(c.Type)) || !Enum.IsDefined(dataset.Format))
            return Invalid("unknown type or format");
        // Identifiers are case-insensitive in SQL.
        if (dataset.Columns.DistinctBy(c => c.Name, StringComparer.OrdinalIgnoreCase).Count() != dataset.Columns.Count)
            return Invalid("two columns have the same name");
        if (dataset.SubjectColumn is { } subject && dataset.Column(subject) is null)
            return Invalid("the subject column is not declared");
        return null;
    }

    public static WorkerTable ForWorker(DatasetSource dataset) => new()
    {
        Name = dataset.Name,
        Path = SandboxCommand.InnerDatasetPath,
        Format = dataset.Format.ToString(),
        Columns = [.. dataset.Columns.Select(c => new WorkerColumn(c.Name, c.Type.ToString()))],
    };

    private static bool IsTableName(string name)
        => name.Length is > 0 and <= MaxNameLength && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static DsError Invalid(string detail) => SandboxErrors.DatasetDeclarationInvalid.Of(detail);
}
