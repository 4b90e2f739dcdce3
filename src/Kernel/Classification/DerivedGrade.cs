using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Classification;

/// <summary>One dataset that goes into a use.</summary>
/// <param name="Owner">DID of its owner.</param>
/// <param name="DatasetId">Its id at that owner.</param>
/// <param name="Industry">Industry.</param>
/// <param name="Grade">Declared grade.</param>
/// <param name="Personal">Strictest flag of the columns.</param>
/// <param name="Region">Where it belongs.</param>
/// <param name="Scale">The most rows and subjects it may have.</param>
public sealed record GradedInput(
    string Owner, string DatasetId, IndustryCategory Industry, Grade Grade, PersonalInformation Personal, string Region, DataScale Scale);

/// <summary>What a use does with its inputs, as far as grading cares.</summary>
/// <param name="IsAggregate">True when only statistics of groups leave.</param>
/// <param name="MinimumGroup">Fewest distinct subjects behind every released figure; 0 where rows may leave.</param>
public sealed record GradedOperation(bool IsAggregate, long MinimumGroup)
{
    /// <summary>Rows leave as they are.</summary>
    public static GradedOperation Rows { get; } = new(false, 0);

    /// <summary>Statistics of groups of at least <paramref name="minimumGroup"/> subjects.</summary>
    public static GradedOperation Aggregate(long minimumGroup) => new(true, minimumGroup);
}

/// <summary>Why a result's grade or flag differs from that of its strictest input.</summary>
public enum GradingRule
{
    /// <summary>Two or more owners or industries together say more than each alone: one step up.</summary>
    Combination = 1,

    /// <summary>Personal information of very many subjects together: one step up.</summary>
    ManySubjects = 2,

    /// <summary>Statistics of large enough groups of subjects: the personal flag one step down. The grade stays.</summary>
    LargeGroups = 3,
}

/// <summary>
/// Grade of derived data, as a pure function of the set of its inputs and the operation:
/// <list type="number">
/// <item>strictest of the inputs;</item>
/// <item><see cref="GradingRule.Combination"/>: inputs of two or more owners, or of two or more industries, raise by one step;</item>
/// <item><see cref="GradingRule.ManySubjects"/>: personal information of at least <see cref="ManySubjects"/> subjects raises by one step, of
/// <see cref="VeryManySubjects"/> by a second;</item>
/// <item>raising ends at important: which data is core, only the state says. A core or important input is never lowered, nor is any grade by any rule;</item>
/// <item><see cref="GradingRule.LargeGroups"/>: an aggregate with groups of at least <see cref="LargeGroup"/> subjects lowers the personal flag by one step
/// (sensitive → personal → none). Nothing else lowers it.</item>
/// </list>
/// Inputs count once however often they are named, and their order does not matter. Raising looks at what went in, before the flag is lowered.
/// </summary>
public static class DerivedGrade
{
    /// <value>
    /// 100,000 subjects: where the rules on cross-border data (促进和规范数据跨境流动规定, 2024, art. 8) begin to ask for a standard contract or certification.
    /// </value>
    public const long ManySubjects = 100_000;

    /// <value>1,000,000 subjects: where the same rules (art. 7) ask for a security assessment.</value>
    public const long VeryManySubjects = 1_000_000;

    /// <value>Ten subjects: a common floor of official statistics below which a figure is taken to point at persons.</value>
    public const long LargeGroup = 10;

    /// <summary>Grades the result of <paramref name="operation"/> over <paramref name="inputs"/>; at least one.</summary>
    public static DerivedClassification Of(IReadOnlyCollection<GradedInput> inputs, GradedOperation operation)
    {
        ArgumentOutOfRangeException.ThrowIfZero(inputs.Count);
        var distinct = inputs.Distinct().OrderBy(i => i.Owner, StringComparer.Ordinal).ThenBy(i => i.DatasetId, StringComparer.Ordinal).ToList();
        var rules = new SortedSet<GradingRule>();
        var grade = distinct.Max(i => i.Grade);
        if (distinct.Select(i => i.Owner).Distinct(StringComparer.Ordinal).Count() > 1
            || distinct.Select(i => i.Industry.Sector).Distinct(StringComparer.Ordinal).Count() > 1)
            grade = Raise(grade, GradingRule.Combination, rules);
        var scale = distinct.Aggregate(DataScale.Empty, (sum, i) => sum.Plus(i.Scale));
        var persons = distinct.Where(i => i.Personal != PersonalInformation.None).Aggregate(DataScale.Empty, (sum, i) => sum.Plus(i.Scale)).Subjects;
        if (persons >= ManySubjects)
            grade = Raise(grade, GradingRule.ManySubjects, rules);
        if (persons >= VeryManySubjects)
            grade = Raise(grade, GradingRule.ManySubjects, rules);
        var personal = distinct.Max(i => i.Personal);
        if (operation is { IsAggregate: true, MinimumGroup: >= LargeGroup } && personal != PersonalInformation.None)
        {
            personal--;
            rules.Add(GradingRule.LargeGroups);
        }
        return new DerivedClassification(
            grade, personal, Sorted(distinct.Select(i => i.Industry.Code)), Sorted(distinct.Select(i => i.Region)), scale.Coarse(), [.. rules]);
    }

    private static Grade Raise(Grade grade, GradingRule rule, SortedSet<GradingRule> rules)
    {
        if (grade >= Grade.Important)
            return grade;
        rules.Add(rule);
        return grade + 1;
    }

    private static List<string> Sorted(IEnumerable<string> values) => [.. values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}

/// <summary>Classification of derived data.</summary>
/// <param name="Grade">Grade.</param>
/// <param name="Personal">Flag.</param>
/// <param name="Industries">Industries of all inputs, sorted.</param>
/// <param name="Regions">Regions of all inputs, sorted.</param>
/// <param name="Scale">Rows and subjects of all inputs together, as powers of ten.</param>
/// <param name="Rules">Rules that made it differ from the strictest input, in their order.</param>
public sealed record DerivedClassification(
    Grade Grade, PersonalInformation Personal, IReadOnlyList<string> Industries, IReadOnlyList<string> Regions, DataScale Scale, IReadOnlyList<GradingRule> Rules);
