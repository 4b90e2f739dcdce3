using Xunit;

namespace DataSpace.Architecture;

/// <summary>What stands at the top of the repository: whoever opens it sees the house, and nothing else finds a place there by accident.</summary>
internal static class TopLevelRules
{
    /// <summary>The house.</summary>
    private static readonly string[] Rooms = ["src", "tests", "contracts", "samples", "sandbox-images", "DataSpace.sln", "README.md", "README.zh-CN.md"];

    /// <summary>What tools look for at the top and nowhere else.</summary>
    private static readonly string[] ForTools =
    [
        ".ci", ".editorconfig", ".gitignore", ".npmrc", "BannedSymbols.txt", "Directory.Build.props", "Directory.Packages.props", "global.json", "package-lock.json", "package.json",
    ];

    public static List<string> Findings(IReadOnlyCollection<string> names)
        => [.. names.Except([.. Rooms, .. ForTools]).Select(n => n + " does not belong at the top"), .. Rooms.Concat(ForTools).Except(names).Select(n => n + " is not there")];
}

public class TopLevelTests
{
    [Fact]
    public void The_top_level_holds_the_house_and_what_tools_look_for() => Assert.Empty(TopLevelRules.Findings(Repository.TopLevel()));

    [Theory]
    [InlineData("NOTES.md")]
    [InlineData("docs")]
    [InlineData("Src")]
    [InlineData(".env")]
    public void Anything_else_is_found(string name) => Assert.Equal([name + " does not belong at the top"], TopLevelRules.Findings([.. Repository.TopLevel(), name]));

    [Fact]
    public void What_went_away_is_found() => Assert.Equal(["contracts is not there"], TopLevelRules.Findings([.. Repository.TopLevel().Where(n => n != "contracts")]));
}
