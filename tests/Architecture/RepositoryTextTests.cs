using System.Text.RegularExpressions;
using Xunit;

namespace DataSpace.Architecture;

/// <summary>What committed text may not hold, how long a source file may be, and that the map of the house points to places that exist.</summary>
internal static partial class TextRules
{
    public const int MaxSourceLines = 400;

    // Put together from parts, so that this file does not find itself.
    private static readonly (string What, Regex Pattern)[] Forbidden =
    [
        ("a package registry's host", new Regex(@"\b(registry\." + @"npmjs|api\." + @"nuget|www\." + @"nuget|pypi\." + @"org|npm" + @"mirror|proxy\.golang\." + @"org)", RegexOptions.IgnoreCase)),
        ("a registry address in a lock file", new Regex("\"resolved\"" + @"\s*:\s*""https?://")),
        ("a path of one machine", new Regex(@"(?<![\w.])(/wo" + @"rk/(shared|store|repo|\.library)|/tm" + @"p/ds/|/ro" + @"ot/\.|C:\\Use" + @"rs\\)")),
    ];

    public static List<string> ForbiddenText(string path, string text)
        => [.. Forbidden.Where(f => f.Pattern.IsMatch(text)).Select(f => $"{path} holds {f.What}: {f.Pattern.Match(text).Value}")];

    public static List<string> TooLong(string path, string source)
    {
        var lines = source.AsSpan().Count('\n') + 1;
        return lines > MaxSourceLines + 1 ? [$"{path} has {lines} lines, more than {MaxSourceLines}"] : [];
    }

    /// <summary>Paths in back ticks within table rows: whatever has a slash or ends like a file. Relative to src/ unless they begin with another top folder.</summary>
    public static List<string> PathsIn(string markdown)
        => [.. markdown.Split('\n').Where(l => l.TrimStart().StartsWith('|')).SelectMany(l => BackTicked().Matches(l).Select(m => m.Groups[1].Value))
            .Where(p => !p.Contains(' ') && (p.Contains('/') || p.EndsWith(".cs", StringComparison.Ordinal) || p.EndsWith(".md", StringComparison.Ordinal)))];

    public static List<string> Missing(string markdown, Func<string, bool> exists)
        => [.. PathsIn(markdown).Where(p => !exists("src/" + p) && !exists(p)).Select(p => p + " does not exist")];

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex BackTicked();
}

public class RepositoryTextTests
{
    private const int MaxTextBytes = 2 * 1024 * 1024;

    private static readonly string[] Binary = [".parquet", ".png", ".ico", ".wasm", ".db", ".zip", ".gz", ".woff2", ".dll"];

    private static bool IsText(string path)
    {
        var file = new FileInfo(Path.Combine(Repository.Root, path));
        return file.LinkTarget is null && file.Length <= MaxTextBytes && !Binary.Contains(file.Extension);
    }

    [Fact]
    public void No_registry_host_and_no_machine_path_is_committed()
        => Assert.Empty(Repository.Files().Where(IsText).SelectMany(f => TextRules.ForbiddenText(f, Repository.Read(f))));

    [Theory]
    [InlineData("https://registry." + "npmjs.org/x")]
    [InlineData("source: https://api." + "nuget.org/v3/index.json")]
    [InlineData("\"resolved\"" + ": \"https://mirror.example/x.tgz\"")]
    [InlineData("read /wo" + "rk/shared/x")]
    [InlineData("cd /tm" + "p/ds/kernel")]
    public void Each_is_found(string text) => Assert.Single(TextRules.ForbiddenText("x.md", text));

    [Fact]
    public void Source_files_stay_readable()
        => Assert.Empty(Repository.Files("src").Concat(Repository.Files("tests")).Where(f => f.EndsWith(".cs", StringComparison.Ordinal))
            .SelectMany(f => TextRules.TooLong(f, Repository.Read(f))));

    [Fact]
    public void A_long_file_is_found()
    {
        Assert.Single(TextRules.TooLong("x.cs", string.Concat(Enumerable.Repeat("// x\n", 401))));
        Assert.Empty(TextRules.TooLong("x.cs", string.Concat(Enumerable.Repeat("// x\n", 400))));
    }

    [Fact]
    public void Every_path_of_the_map_exists()
    {
        var text = Repository.Read("src/README.md");
        Assert.True(TextRules.PathsIn(text).Count >= 25, "the map has lost its rows");
        Assert.Empty(TextRules.Missing(text, p => Path.Exists(Path.Combine(Repository.Root, p))));
    }

    [Fact]
    public void A_path_that_does_not_exist_is_found()
    {
        const string table = "| question | file |\n|---|---|\n| Where is a decision made? | `Kernel/Policy/Nowhere.cs` |\n| And `use`? | `contracts/policies` |\n";
        Assert.Equal(["Kernel/Policy/Nowhere.cs does not exist"], TextRules.Missing(table, p => p == "contracts/policies"));
    }
}
