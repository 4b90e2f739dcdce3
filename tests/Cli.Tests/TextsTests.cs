using System.Reflection;
using System.Text.RegularExpressions;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Results;
using Xunit;

namespace DataSpace.Cli.Tests;

/// <summary>Walks every table of texts and every error: both languages are there and take the same arguments.</summary>
public sealed partial class TextsTests
{
    public static TheoryData<string> Tables => [.. typeof(Phrase).Assembly.GetTypes().Where(t => t is { IsAbstract: true, IsSealed: true } && t.Name.EndsWith("Texts", StringComparison.Ordinal)).Select(t => t.FullName!)];

    [Theory]
    [MemberData(nameof(Tables))]
    public void Every_phrase_exists_in_both_languages_with_the_same_arguments(string table)
    {
        var fields = typeof(Phrase).Assembly.GetType(table)!.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static);
        Assert.NotEmpty(fields);
        foreach (var field in fields)
        {
            var phrase = Assert.IsType<Phrase>(field.GetValue(null));
            Assert.False(string.IsNullOrWhiteSpace(phrase.En), field.Name);
            Assert.False(string.IsNullOrWhiteSpace(phrase.Zh), field.Name);
            Assert.True(phrase.En == phrase.Zh || !phrase.Zh.All(char.IsAscii), $"{field.Name}: {phrase.Zh}");
            Assert.False(Chinese().IsMatch(phrase.En), $"{field.Name}: {phrase.En}");
            Assert.Equal(Placeholders(phrase.En), Placeholders(phrase.Zh));
        }
    }

    [Fact]
    public void Every_error_has_a_code_of_its_own_and_both_languages()
    {
        var kinds = typeof(CliErrors).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (ErrorKind)f.GetValue(null)!).ToList();
        Assert.Equal(kinds.Count, kinds.Select(k => k.Code).Distinct().Count());
        foreach (var kind in kinds)
        {
            Assert.Matches("^DS-CLI-[0-9]{3}$", kind.Code);
            Assert.Matches(Chinese(), kind.TitleZh);
            Assert.Equal(kind.Advice.Length == 0, kind.AdviceZh.Length == 0);
        }
    }

    [Theory]
    [InlineData("¥2.00 → ✓ 89% · k ≥ 3 …", "CNY 2.00 -> OK 89% - k >= 3 ...")]
    [InlineData("链主 😀", "?? ?")]
    [InlineData("plain", "plain")]
    public void Signs_are_spelled_out_in_ASCII(string text, string expected) => Assert.Equal(expected, AsciiFold.Fold(text));

    [Theory]
    [InlineData(200, "CNY", "¥2.00")]
    [InlineData(5, "CNY", "¥0.05")]
    [InlineData(-150, "CNY", "¥-1.50")]
    [InlineData(123456, "EUR", "1234.56 EUR")]
    public void Money_is_shown_from_minor_units(long minor, string currency, string expected) => Assert.Equal(expected, Money.Show(minor, currency));

    private static IEnumerable<string> Placeholders(string text) => Placeholder().Matches(text).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\{[0-9]+\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"[\u4e00-\u9fff]")]
    private static partial Regex Chinese();
}
