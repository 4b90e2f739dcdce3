using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using DataSpace.Kernel.Results;
using Xunit;

namespace DataSpace.Architecture;

/// <summary>Every error row of every room: one code each, texts in two languages, and a line in contracts/errors.md.</summary>
internal static partial class ErrorCatalogue
{
    public sealed record Row(string Holder, string Field, ErrorKind Kind);

    public static List<Row> Rows(IEnumerable<Type> types) =>
        [.. types.SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Where(f => f.FieldType == typeof(ErrorKind) && !f.Name.StartsWith('<'))
                .Select(f => new Row(t.FullName!, f.Name, (ErrorKind)f.GetValue(null)!)))
            .OrderBy(r => r.Kind.Code, StringComparer.Ordinal).ThenBy(r => r.Holder, StringComparer.Ordinal)];

    public static List<string> Violations(IReadOnlyList<Row> rows)
    {
        var found = new List<string>();
        foreach (var (holder, field, kind) in rows)
        {
            var where = $"{holder}.{field} ({kind.Code})";
            if (!Code().IsMatch(kind.Code))
                found.Add(where + ": code is not DS-AREA-NNN");
            if (!holder.EndsWith("Errors", StringComparison.Ordinal))
                found.Add(where + ": rows live in a class named …Errors");
            if (kind.Status is < 400 or > 599)
                found.Add(where + ": status is no error");
            foreach (var text in (string[])[kind.Title, kind.Advice])
            {
                if (string.IsNullOrWhiteSpace(text) || text.Contains('\n') || text.Contains('|'))
                    found.Add(where + ": an English text is empty or not one plain line");
            }
            foreach (var text in (string[])[kind.TitleZh, kind.AdviceZh])
            {
                if (string.IsNullOrWhiteSpace(text) || text.Contains('\n') || text.Contains('|') || !Han().IsMatch(text))
                    found.Add(where + ": a Chinese text is empty or not one plain line of Chinese");
            }
        }
        found.AddRange(rows.GroupBy(r => r.Kind.Code, StringComparer.Ordinal).Where(g => g.Count() > 1)
            .Select(g => $"{g.Key} is used by {string.Join(" and ", g.Select(r => r.Holder + "." + r.Field))}"));
        return found;
    }

    /// <summary>The whole text of contracts/errors.md.</summary>
    public static string Document(IReadOnlyList<Row> rows)
    {
        var text = new StringBuilder("""
            # Error codes

            Generated from the `…Errors` classes of all rooms; a test compares. Codes are stable: never reused, never renumbered.
            Problem details (RFC 9457) carry the code; titles and advice hold no data values.

            | code | status | what happened | what to do | 说明 | 建议 |
            |---|---|---|---|---|---|

            """.ReplaceLineEndings("\n"));
        foreach (var kind in rows.Select(r => r.Kind))
            text.Append(CultureInfo.InvariantCulture, $"| {kind.Code} | {kind.Status} | {kind.Title} | {kind.Advice} | {kind.TitleZh} | {kind.AdviceZh} |\n");
        return text.ToString();
    }

    [GeneratedRegex("^DS-[A-Z]{2,4}-[0-9]{3}$")]
    private static partial Regex Code();

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}")]
    private static partial Regex Han();
}

public class ErrorCatalogueTests
{
    private static List<ErrorCatalogue.Row> All => ErrorCatalogue.Rows(Repository.Assemblies.SelectMany(a => a.GetTypes()));

    [Fact]
    public void Every_row_is_well_formed_and_unique()
    {
        var rows = All;
        Assert.True(rows.Count > 50, $"only {rows.Count} rows found: the assemblies were not loaded");
        Assert.Empty(ErrorCatalogue.Violations(rows));
    }

    [Fact]
    public void The_document_lists_every_row()
    {
        var expected = ErrorCatalogue.Document(All);
        var file = Path.Combine(Repository.Root, "contracts", "errors.md");
        if (File.Exists(file) && File.ReadAllText(file).ReplaceLineEndings("\n") == expected)
            return;
        var generated = Path.Combine(Repository.Root, "artifacts", "errors.md");
        File.WriteAllText(generated, expected);
        Assert.Fail("contracts/errors.md is not what the error rows say. Review artifacts/errors.md, then: cp artifacts/errors.md contracts/errors.md");
    }

    [Fact]
    public void Each_kind_of_defect_is_found()
    {
        var found = ErrorCatalogue.Violations(ErrorCatalogue.Rows([typeof(FaultyErrors), typeof(Misplaced)]));
        foreach (var part in (string[])["DS-FAU-002 is used by", "code is not", "rows live in", "status is no error", "English text", "Chinese text"])
            Assert.Contains(found, f => f.Contains(part, StringComparison.Ordinal));
    }

    [Fact]
    public void A_sound_row_is_no_finding() => Assert.Empty(ErrorCatalogue.Violations(ErrorCatalogue.Rows([typeof(SoundErrors)])));

    [Fact]
    public void A_row_changes_the_document()
        => Assert.NotEqual(ErrorCatalogue.Document(ErrorCatalogue.Rows([typeof(SoundErrors)])), ErrorCatalogue.Document([]));

    private static class SoundErrors
    {
        public static readonly ErrorKind Fine = new("DS-FAU-001", 400, "It failed", "失败", "Try again.", "请重试。");
    }

    private static class FaultyErrors
    {
        public static readonly ErrorKind Twice = new("DS-FAU-002", 400, "It failed", "失败", "Try again.", "请重试。");
        public static readonly ErrorKind TwiceAgain = new("DS-FAU-002", 400, "It failed", "失败", "Try again.", "请重试。");
        public static readonly ErrorKind BadCode = new("FAU-3", 400, "It failed", "失败", "Try again.", "请重试。");
        public static readonly ErrorKind NoError = new("DS-FAU-004", 200, "It failed", "失败", "Try again.", "请重试。");
        public static readonly ErrorKind NoEnglish = new("DS-FAU-005", 400, "It failed", "失败", "", "请重试。");
        public static readonly ErrorKind NoChinese = new("DS-FAU-006", 400, "It failed", "failed", "Try again.", "请重试。");
    }

    private static class Misplaced
    {
        public static readonly ErrorKind Row = new("DS-FAU-007", 400, "It failed", "失败", "Try again.", "请重试。");
    }
}
