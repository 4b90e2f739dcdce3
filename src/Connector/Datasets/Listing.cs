using DataSpace.Kernel.Classification;
using DataSpace.Kernel.Results;

namespace DataSpace.Connector.Datasets;

/// <summary>A reason why a dataset is not listed. No values: a column, a class, a share of the rows that were looked at.</summary>
/// <param name="Kind">Error row.</param>
/// <param name="Detail">What exactly.</param>
/// <param name="Column">Column, or null.</param>
/// <param name="Class">Word of the class of personal data, or null.</param>
/// <param name="SharePermille">Values with the class, of a thousand; null when the name alone says so.</param>
internal sealed record ListingFinding(ErrorKind Kind, string Detail, string? Column = null, string? Class = null, int? SharePermille = null);

/// <summary>A class of personal data in a column.</summary>
/// <param name="Class">Word of the class.</param>
/// <param name="SharePermille">Values with it, of a thousand, at least 1; null when the name alone says so.</param>
internal sealed record FoundClass(string Class, int? SharePermille);

/// <summary>A column as declared and as found.</summary>
/// <param name="Name">Column.</param>
/// <param name="Declared">Word of the declared flag.</param>
/// <param name="Identifier">Declared as identifier or subject.</param>
/// <param name="Found">Classes found that the owner has not reviewed.</param>
/// <param name="Reviewed">Classes found that the owner says are none.</param>
/// <param name="Problems">Codes of the findings about it.</param>
internal sealed record ListedColumn(
    string Name, string Declared, bool Identifier, IReadOnlyList<FoundClass> Found, IReadOnlyList<string> Reviewed, IReadOnlyList<string> Problems);

/// <summary>A file as it was when it was looked at.</summary>
internal readonly record struct FileStamp(DateTime WrittenUtc, long Length);

/// <summary>The last compliance check of a dataset. Valid for this very declaration (<see cref="Dataset"/>) and this version of the file alone.</summary>
/// <param name="Dataset">What was checked.</param>
/// <param name="Version">Version of the file.</param>
/// <param name="Stamp">The file's time and length.</param>
/// <param name="Classification">With the scale that counts: as declared, or as counted. Null when the declaration is incomplete.</param>
/// <param name="Sampled">Rows looked at.</param>
/// <param name="Columns">Columns.</param>
/// <param name="Findings">Why it is not listed; empty when it is.</param>
/// <param name="GradeFound">Least grade that the findings ask for.</param>
/// <param name="CheckedAt">When.</param>
internal sealed record Listing(
    PublishedDataset Dataset, string Version, FileStamp Stamp, DataClassification? Classification, long Sampled, IReadOnlyList<ListedColumn> Columns,
    IReadOnlyList<ListingFinding> Findings, Grade? GradeFound, DateTimeOffset CheckedAt)
{
    /// <summary>Rows of this version of the file; 0 when it was not looked at.</summary>
    public long Rows { get; init; }

    /// <summary>Distinct subjects of this version of the file, approximate in large ones; 0 when it was not looked at.</summary>
    public long Subjects { get; init; }

    /// <summary>When a result that it was made from must be gone; the listing ends then. Null when none has to.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Why the data could not be looked at, or null.</summary>
    public DsError? Cause { get; init; }

    /// <summary>True when the dataset may be offered, negotiated and used.</summary>
    public bool IsListed => Findings.Count == 0 && Classification is not null;

    /// <summary>What a peer is told: that, not why. A host without a sandbox is no secret about the data.</summary>
    public DsError ToPeer() => Cause is { } cause && cause.Code.StartsWith(NoSandbox, StringComparison.Ordinal) ? cause : ClassificationErrors.NotListed.Of(Dataset.Config.Id);

    private const string NoSandbox = "DS-SBX-0";
}
