using System.Text.Json.Serialization;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Classification;

/// <summary>
/// Classification of one dataset: what kind, how strict, about whom, where, how much. Columns without an entry carry no personal information.
/// </summary>
/// <param name="Industry">Industry or topic.</param>
/// <param name="Grade">As the owner declares it.</param>
/// <param name="Region">Where the data belongs: <c>CN</c> or <c>CN-</c> and six digits of GB/T 2260.</param>
/// <param name="Columns">Flags of the columns that carry personal information, by column.</param>
/// <param name="Scale">Size.</param>
public sealed record DataClassification(
    IndustryCategory Industry, Grade Grade, string Region, IReadOnlyDictionary<string, PersonalInformation> Columns, DataScale Scale)
{
    /// <summary>The strictest of the columns.</summary>
    public PersonalInformation Personal => Columns.Values.Aggregate(PersonalInformation.None, PersonalFlags.Strictest);

    /// <summary>True for <c>CN</c> and for <c>CN-310000</c>.</summary>
    public static bool IsRegion(string text)
        => text.Length is 2 or 9 && char.IsAsciiLetterUpper(text[0]) && char.IsAsciiLetterUpper(text[1])
            && (text.Length == 2 || (text[2] == '-' && text.AsSpan(3).IndexOfAnyExceptInRange('0', '9') < 0));

    /// <summary>What others may know: no column flags by name beyond the strictest, and powers of ten for the scale.</summary>
    public ClassificationStatement ToStatement()
        => new(Industry.Code, Grade.Name(), Grade.SecurityCode(), Personal.Name(), Region, Scale.Coarse());
}

/// <summary>
/// A classification as it travels: in the catalogue, and signed by the owner in its round-0 statement of a job.
/// </summary>
/// <param name="Industry">Code of <see cref="IndustryCategory"/>.</param>
/// <param name="Grade">Word of <see cref="Grades"/>.</param>
/// <param name="SecurityLevel">Code of the catalogue's table 6; follows from the grade.</param>
/// <param name="Personal">Word of <see cref="PersonalFlags"/>.</param>
/// <param name="Region">Region.</param>
/// <param name="Scale">Powers of ten.</param>
public sealed record ClassificationStatement(
    [property: JsonRequired] string Industry, [property: JsonRequired] string Grade, [property: JsonRequired] string SecurityLevel,
    [property: JsonRequired] string Personal, [property: JsonRequired] string Region, [property: JsonRequired] DataScale Scale)
{
    /// <summary>Reads what a peer says. The scale is taken as the largest that fits it.</summary>
    public Result<GradedInput> ToInput(string owner, string datasetId)
    {
        if (!IndustryCategory.Parse(Industry).TryGet(out var industry, out var error) || !Grades.Parse(Grade).TryGet(out var grade, out error)
            || !PersonalFlags.Parse(Personal).TryGet(out var personal, out error))
            return error;
        if (SecurityLevel != grade.SecurityCode() || !DataClassification.IsRegion(Region) || Scale is null || Scale.Rows < 0 || Scale.Subjects < 0)
            return ClassificationErrors.Incomplete.Of("security level, region or scale");
        return new GradedInput(owner, datasetId, industry, grade, personal, Region, Scale.AtMost());
    }
}
