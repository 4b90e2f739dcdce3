using System.Text;
using DataSpace.Metering.Rating;
using Xunit;

namespace DataSpace.Metering.Tests.Rating;

/// <summary>Plans that mean one thing are read; everything else has its code.</summary>
public sealed class PricePlanTests
{
    internal const string Tiered = """
        {"version":1,"id":"tiered","currency":"CNY","subscriptionMinor":500,"minimumMinor":0,
         "charges":[{"unit":"uses","free":2,"tiers":[{"upTo":3,"rate":{"minor":200,"per":1}},{"upTo":10,"rate":{"minor":150,"per":1}},{"rate":{"minor":100,"per":1}}]},
                    {"unit":"rowsScanned","free":0,"tiers":[{"rate":{"minor":1,"per":3}}]}],
         "share":{"basis":"weights","parties":[{"party":"provider","weight":70},{"party":"coordinator","weight":20},{"party":"did:web:service.example","weight":10}]}}
        """;

    internal static PricePlan Read(string json) => PricePlan.Read(Encoding.UTF8.GetBytes(json)).Value;

    private static string Code(string json) => PricePlan.Read(Encoding.UTF8.GetBytes(json)).Error!.Code;

    [Fact]
    public void The_hash_is_that_of_the_content_not_of_its_layout()
    {
        var plan = Read(Tiered);
        Assert.Equal(plan.Hash, Read(Tiered.Replace("\n", " ", StringComparison.Ordinal)).Hash);
        Assert.Equal(64, plan.Hash.Length);
        Assert.NotEqual(plan.Hash, Read(Tiered.Replace("\"free\":2", "\"free\":3", StringComparison.Ordinal)).Hash);
    }

    [Theory]
    [InlineData("DS-SET-003", "\"subscriptionMinor\":500", "\"subscriptionMinor\":-500")]
    [InlineData("DS-SET-003", "\"minor\":200", "\"minor\":-200")]
    [InlineData("DS-SET-003", "\"minor\":200", "\"minor\":1000000000001")]
    [InlineData("DS-SET-001", "\"minor\":200", "\"minor\":9223372036854775808")]
    [InlineData("DS-SET-001", "\"minor\":200", "\"minor\":2.5")]
    [InlineData("DS-SET-001", "\"minor\":200", "\"minor\":\"200\"")]
    [InlineData("DS-SET-003", "\"per\":3", "\"per\":0")]
    [InlineData("DS-SET-003", "\"free\":2", "\"free\":-1")]
    [InlineData("DS-SET-004", "\"unit\":\"rowsScanned\"", "\"unit\":\"uses\"")]
    [InlineData("DS-SET-004", "\"unit\":\"rowsScanned\"", "\"unit\":\"exact/rowsScanned\"")]
    [InlineData("DS-SET-005", "\"upTo\":10", "\"upTo\":3")]
    [InlineData("DS-SET-005", "\"upTo\":10,", "")]
    [InlineData("DS-SET-006", "\"weight\":70},{\"party\":\"coordinator\",\"weight\":20},{\"party\":\"did:web:service.example\",\"weight\":10}", "\"weight\":0}")]
    [InlineData("DS-SET-006", "\"weight\":20", "\"weight\":-20")]
    [InlineData("DS-SET-001", "\"party\":\"coordinator\"", "\"party\":\"somebody\"")]
    [InlineData("DS-SET-001", "\"party\":\"coordinator\"", "\"party\":\"provider\"")]
    [InlineData("DS-SET-001", "\"version\":1", "\"version\":2")]
    [InlineData("DS-SET-001", "\"version\":1", "\"version\":1,\"version\":1")]
    [InlineData("DS-SET-001", "\"version\":1", "\"version\":1,\"discount\":5")]
    [InlineData("DS-MTR-008", "\"CNY\"", "\"XYZ\"")]
    public void What_means_nothing_or_something_else_is_refused(string code, string old, string changed)
    {
        Assert.Contains(old, Tiered, StringComparison.Ordinal);
        Assert.Equal(code, Code(Tiered.Replace(old, changed, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_template_is_a_plan()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !Directory.Exists(Path.Combine(directory.FullName, "contracts", "price-plans")))
            directory = directory.Parent;
        var files = Directory.GetFiles(Path.Combine(directory!.FullName, "contracts", "price-plans"), "*.json");
        Assert.True(files.Length >= 2);
        Assert.All(files, file => Assert.Null(PricePlan.Read(File.ReadAllBytes(file)).Error));
    }

    [Fact]
    public void Too_long_too_deep_and_no_json_are_refused()
    {
        Assert.Equal("DS-SET-002", PricePlan.Read(new byte[10 * 1024 * 1024]).Error!.Code);
        Assert.Equal("DS-SET-001", Code(""));
        Assert.Equal("DS-SET-001", Code("null"));
        Assert.Equal("DS-SET-001", Code("[1]"));
        Assert.Equal("DS-SET-001", Code(new string('[', 10_000)));
        Assert.Equal("DS-SET-001", Code("""{"version":1,"id":"x","currency":"CNY","subscriptionMinor":0,"minimumMinor":0,"charges":[{"unit":"uses","free":0,"tiers":[null]}]}"""));
        Assert.Equal("DS-SET-001", Code("""{"version":1,"id":"x","currency":"CNY","subscriptionMinor":0,"minimumMinor":0,"charges":[null]}"""));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 0)] // the last free one
    [InlineData(3, 200)]
    [InlineData(5, 600)] // the last of the first step
    [InlineData(6, 750)]
    [InlineData(12, 1650)] // the last of the second step
    [InlineData(13, 1750)]
    [InlineData(1_000_000, 100_000_450)]
    public void Steps_cost_what_the_unit_in_them_costs(long uses, long amount)
        => Assert.Equal(500 + amount, Rate(Tiered, ("uses", uses)).AmountMinor);

    [Theory]
    [InlineData(1, 0)] // a third
    [InlineData(2, 1)] // two thirds
    [InlineData(3, 1)]
    [InlineData(4, 1)]
    public void A_line_is_rounded_once_to_the_nearest(long rows, long amount)
        => Assert.Equal(500 + amount, Rate(Tiered, ("rowsScanned", rows)).AmountMinor);

    [Fact]
    public void Halves_are_rounded_up_and_a_minimum_is_filled_up()
    {
        const string half = """{"version":1,"id":"h","currency":"JPY","subscriptionMinor":0,"minimumMinor":7,"charges":[{"unit":"uses","free":0,"tiers":[{"rate":{"minor":1,"per":2}}]}]}""";
        Assert.Equal([1, 6], Rate(half, ("uses", 1)).Lines.Select(l => l.AmountMinor));
        Assert.Equal(7, Rate(half, ("uses", 1)).AmountMinor);
        Assert.Equal([8], Rate(half, ("uses", 15)).Lines.Select(l => l.AmountMinor));
    }

    [Fact]
    public void Amounts_beyond_what_can_be_written_exactly_are_refused()
    {
        const string dear = """{"version":1,"id":"d","currency":"CNY","subscriptionMinor":0,"minimumMinor":0,"charges":[{"unit":"uses","free":0,"tiers":[{"rate":{"minor":1000000000000,"per":1}}]}]}""";
        Assert.Equal("DS-MTR-006", Rater.Rate(Read(dear), new Dictionary<string, long> { ["uses"] = long.MaxValue }).Error!.Code);
        Assert.Equal("DS-MTR-006", Rater.Rate(Read(dear), new Dictionary<string, long> { ["uses"] = 9_008 }).Error!.Code);
        Assert.Equal("DS-MTR-006", Rater.Rate(Read(dear), new Dictionary<string, long> { ["uses"] = -1 }).Error!.Code);
        Assert.True(Rater.Rate(Read(dear), new Dictionary<string, long> { ["uses"] = 9_007 }).IsOk);
    }

    private static RatedUsage Rate(string plan, params (string Unit, long Value)[] units) => Rater.Rate(Read(plan), units.ToDictionary(u => u.Unit, u => u.Value)).Value;
}
