using DataSpace.Kernel.Results;

namespace DataSpace.Protocol.Jobs;

/// <summary>
/// Records of one owner by keyword, without the owner learning which. Keywords are neither in the plan nor in the order: they stay in the analyst's node. Everybody learns how many there may be.
/// </summary>
/// <param name="Key">Parts of the key and how each is written before it is looked up.</param>
/// <param name="KeyColumns">Columns that hold the parts.</param>
/// <param name="Columns">Columns of a record, in order.</param>
/// <param name="Questions">How many are asked, found or not, known or made up: what the quota counts.</param>
/// <param name="RecordBytes">Size of a record with its padding, as the owner declares it.</param>
public sealed record LookupQuery(IReadOnlyList<KeyPartQuery> Key, IReadOnlyList<string> KeyColumns, IReadOnlyList<string> Columns, int Questions, int RecordBytes)
{
    /// <summary>Most keywords of one job.</summary>
    public const int MostQuestions = 16;

    /// <summary>Most columns of a record.</summary>
    public const int MostColumns = 32;

    private const int MaxKeyParts = 8;
    private const int MaxTextChars = 128;

    /// <summary>The serializer lets null into lists whatever the type says.</summary>
    internal bool HasNull => Key is null || KeyColumns is null || Columns is null || Key.Any(k => k?.Name is null || k.Steps is null || k.Steps.Any(s => s is null)) || KeyColumns.Any(c => c is null) || Columns.Any(c => c is null);

    /// <summary>The form in an order: what needs neither contract nor data.</summary>
    internal DsError? Problem
        => Key.Count is 0 or > MaxKeyParts || Key.Any(k => !IsText(k.Name) || k.Steps.Count > MaxKeyParts || k.Steps.Any(s => !IsText(s))) ? Bad("key")
            : KeyColumns.Count != Key.Count || KeyColumns.Any(c => !IsText(c)) || KeyColumns.Distinct(StringComparer.Ordinal).Count() != KeyColumns.Count ? Bad("columns of the key")
            : Columns.Count is 0 or > MostColumns || Columns.Any(c => !IsText(c)) || Columns.Distinct(StringComparer.Ordinal).Count() != Columns.Count || Columns.Any(c => KeyColumns.Contains(c, StringComparer.Ordinal)) ? Bad("columns")
            : Questions is < 1 or > MostQuestions || RecordBytes is < 16 or > 4096 ? Bad("limits") : null;

    private static bool IsText(string text) => text.Length is > 0 and <= MaxTextChars;

    private static DsError Bad(string what) => JobErrors.BadOrder.Of("lookup: " + what);
}
