using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Classification;

/// <summary>
/// Grade of data: core above important above general 4 … 1 (数据安全法 art. 21: 核心、重要、一般; general data in four steps as GB/T 43697-2024, annex on general grades).
/// The order of the values is the order of strictness.
/// </summary>
public enum Grade
{
    /// <summary>一般 1 级: may be public.</summary>
    General1 = 1,

    /// <summary>一般 2 级: for use inside.</summary>
    General2 = 2,

    /// <summary>一般 3 级: sensitive.</summary>
    General3 = 3,

    /// <summary>一般 4 级: the most that is not important data.</summary>
    General4 = 4,

    /// <summary>重要数据.</summary>
    Important = 5,

    /// <summary>核心数据. Never circulates here.</summary>
    Core = 6,
}

/// <summary>Words, security levels and order of grades. Pure.</summary>
public static class Grades
{
    private static readonly (Grade Grade, string Name, string Zh, int Level)[] Table =
    [
        (Grade.General1, "general-1", "一般1级", 1),
        (Grade.General2, "general-2", "一般2级", 2),
        (Grade.General3, "general-3", "一般3级", 3),
        (Grade.General4, "general-4", "一般4级", 4),
        (Grade.Important, "important", "重要", 4),
        (Grade.Core, "core", "核心", 5),
    ];

    /// <summary>All grades, mildest first.</summary>
    public static IReadOnlyList<Grade> All { get; } = [.. Table.Select(t => t.Grade)];

    /// <summary>The word used in configurations, catalogues and rules.</summary>
    public static string Name(this Grade grade) => Row(grade).Name;

    /// <summary>The same in Chinese.</summary>
    public static string NameZh(this Grade grade) => Row(grade).Zh;

    /// <summary>
    /// Level 1–5 of the catalogue's table 6 (安全等级 001–005: 公开、内部、敏感、机密、绝密). Five levels for six grades: general 4 and important share level 4.
    /// </summary>
    public static int SecurityLevel(this Grade grade) => Row(grade).Level;

    /// <summary>The level as the code of table 6, <c>001</c> to <c>005</c>.</summary>
    public static string SecurityCode(this Grade grade) => "00" + (char)('0' + grade.SecurityLevel());

    /// <summary>
    /// Grade of data that is only known by its level. The stricter of two candidates: level 4 reads as important, so that grade → level → grade never lowers.
    /// </summary>
    public static Result<Grade> OfSecurityLevel(int level)
        => level is >= 1 and <= 5 ? Table.Where(t => t.Level == level).Max(t => t.Grade) : ClassificationErrors.GradeUnknown.Of("a security level is 1 to 5");

    /// <summary>Reads a grade's word; <c>general1</c> is accepted for <c>general-1</c>.</summary>
    public static Result<Grade> Parse(string? text)
    {
        foreach (var row in Table)
        {
            if (row.Name == text || row.Name.Replace("-", "", StringComparison.Ordinal) == text)
                return row.Grade;
        }
        return ClassificationErrors.GradeUnknown.Of("core, important or general-1 to general-4");
    }

    /// <summary>The stricter of two.</summary>
    public static Grade Strictest(Grade a, Grade b) => a > b ? a : b;

    private static (Grade Grade, string Name, string Zh, int Level) Row(Grade grade) => Table[(int)grade - 1];
}
