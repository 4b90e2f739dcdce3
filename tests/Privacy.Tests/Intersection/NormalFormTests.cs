using System.Globalization;
using System.Text;
using DataSpace.Privacy.Intersection.Keys;

namespace DataSpace.Privacy.Tests.Intersection;

/// <summary>Normalization form C against the Unicode Consortium's own test lines.</summary>
public sealed class NormalFormTests
{
    private static IEnumerable<string[]> Lines => File.ReadLines(Environment.GetEnvironmentVariable("DATASPACE_NORMALIZATION_TEST") ?? Path.Combine(AppContext.BaseDirectory, "vectors", "normalization.txt"))
        .Where(line => line.Length > 0 && line[0] is not ('#' or '@')).Select(line => line.Split(';')[..5].Select(TextOf).ToArray());

    [Fact]
    public void Every_line_of_the_standard_s_own_test()
    {
        var lines = Lines.ToList();
        Assert.True(lines.Count > 600);
        foreach (var line in lines)
        {
            // source, NFC, NFD, NFKC, NFKD
            Assert.All(line[..3], text => Assert.Equal(line[1], NormalFormC.Of(text)));
            Assert.All(line[3..], text => Assert.Equal(line[3], NormalFormC.Of(text)));
        }
    }

    /// <summary>What does not change stays, and twice is once, for every character that there is.</summary>
    [Fact]
    public void A_second_time_changes_nothing()
    {
        for (var code = 0; code <= 0x10ffff; code++)
        {
            if (!Rune.IsValid(code))
                continue;
            var once = NormalFormC.Of(new Rune(code).ToString());
            if (once is not null && NormalFormC.Of(once) != once)
                Assert.Fail($"U+{code:X}");
        }
    }

    private static string TextOf(string codes) => string.Concat(codes.Split(' ').Select(code => new Rune(int.Parse(code, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToString()));
}
