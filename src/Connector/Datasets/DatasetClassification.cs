using DataSpace.Kernel.Classification;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;

namespace DataSpace.Connector.Datasets;

/// <summary>Reads a dataset's classification from its configuration; every problem says what to write. Pure.</summary>
internal static class DatasetClassification
{
    private const string WholeCountry = "CN";

    /// <summary>The classification, complete and free of contradictions. The scale is the declared one, or empty.</summary>
    public static Result<DataClassification> Of(DatasetConfig dataset, string? nodeRegion)
    {
        if (dataset.Classification is not { } declared)
            return ClassificationErrors.Incomplete.Of("write \"classification\": {\"industry\": \"C31\", \"grade\": \"general-2\", \"personalInformation\": false}");
        if (!IndustryCategory.Parse(declared.Industry).TryGet(out var industry, out var error) || !Grades.Parse(declared.Grade).TryGet(out var grade, out error)
            || !Columns(dataset).TryGet(out var columns, out error))
            return error;
        if (declared.PersonalInformation && columns.Count == 0)
            return ClassificationErrors.Incomplete.Of("personalInformation is true: write \"personal\": \"personal\" or \"sensitive\" at the columns that carry it");
        if (!declared.PersonalInformation && columns.Count > 0)
            return ClassificationErrors.Incomplete.Of($"personalInformation is false, but column '{columns.Keys.Order(StringComparer.Ordinal).First()}' is flagged");
        var region = declared.Region ?? nodeRegion ?? WholeCountry;
        if (!Region.IsValid(region))
            return ClassificationErrors.Incomplete.Of("region is CN, or CN- and six digits");
        if (declared.Scale is { } scale && (scale.Rows < 0 || scale.Subjects < 0))
            return ClassificationErrors.Incomplete.Of("scale has rows and subjects of 0 or more");
        return new DataClassification(industry, grade, region, columns, declared.Scale ?? DataScale.Empty);
    }

    private static Result<Dictionary<string, PersonalInformation>> Columns(DatasetConfig dataset)
    {
        var flags = new Dictionary<string, PersonalInformation>(StringComparer.Ordinal);
        foreach (var column in dataset.Columns)
        {
            if ((column.Reviewed ?? []).FirstOrDefault(r => PersonalData.Parse(r) is null) is { } unknown)
                return ClassificationErrors.Incomplete.Of($"column '{column.Name}': reviewed: '{unknown}' is none of {string.Join(", ", PersonalData.All.Select(t => t.Name()))}");
            if (column.Personal is null)
                continue;
            if (!PersonalFlags.Parse(column.Personal).TryGet(out var flag, out var error))
                return error.Kind.Of($"column '{column.Name}'");
            if (flag != PersonalInformation.None)
                flags[column.Name] = flag;
        }
        return flags;
    }
}
