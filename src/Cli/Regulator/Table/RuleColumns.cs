namespace DataSpace.Cli.Regulator.Table;

/// <summary>What a column of the table holds.</summary>
internal enum RuleColumn
{
    Id,
    Basis,
    TitleEn,
    TitleZh,
    Route,
    Industry,
    Scenario,
    Field,
    Pattern,
    GradeAtLeast,
    GradeAtMost,
    Purpose,
    Participant,
    DestinationRegion,
    VolumeRecords,
    VolumeSubjects,
}

/// <summary>Headings in both languages; the template has both in one cell (<c>id/编号</c>).</summary>
internal static class RuleColumns
{
    private static readonly (RuleColumn Column, string En, string Zh)[] Table =
    [
        (RuleColumn.Id, "id", "编号"), (RuleColumn.Basis, "basis", "依据"), (RuleColumn.TitleEn, "titleEn", "英文标题"), (RuleColumn.TitleZh, "titleZh", "中文标题"),
        (RuleColumn.Route, "route", "途径"), (RuleColumn.Industry, "industry", "行业"), (RuleColumn.Scenario, "scenario", "场景"), (RuleColumn.Field, "field", "字段"),
        (RuleColumn.Pattern, "pattern", "数据类别"), (RuleColumn.GradeAtLeast, "gradeAtLeast", "最低级别"), (RuleColumn.GradeAtMost, "gradeAtMost", "最高级别"),
        (RuleColumn.Purpose, "purpose", "用途"), (RuleColumn.Participant, "participant", "参与方"), (RuleColumn.DestinationRegion, "destinationRegion", "目的地"),
        (RuleColumn.VolumeRecords, "volumeRecords", "年度记录数"), (RuleColumn.VolumeSubjects, "volumeSubjects", "年度人数"),
    ];

    /// <summary>Columns that every table has.</summary>
    public static readonly IReadOnlyList<RuleColumn> Required = [RuleColumn.Id, RuleColumn.Basis, RuleColumn.TitleEn, RuleColumn.TitleZh, RuleColumn.Route];

    /// <summary>The heading of the template.</summary>
    public static string Heading(RuleColumn column) => $"{Table[(int)column].En}/{Table[(int)column].Zh}";

    /// <summary>The column of a heading: one of its parts between slashes, spaces or line breaks is a known word. Null when none is.</summary>
    public static RuleColumn? Of(string heading)
    {
        var words = heading.Split(['/', '／', '|', ' ', '\n', '\r', '(', ')', '（', '）'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var (column, en, zh) in Table)
        {
            if (words.Any(w => string.Equals(w, en, StringComparison.OrdinalIgnoreCase) || w == zh))
                return column;
        }
        return null;
    }
}
